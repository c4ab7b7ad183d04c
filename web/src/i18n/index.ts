import en from './en.json';
import vi from './vi.json';

export type Lang = 'vi' | 'en';
export type Key = keyof typeof vi;

/** A text in both languages, as the server gives titles. */
export interface Title {
  readonly vi: string;
  readonly en: string;
}

const CATALOGUES: Record<Lang, Record<Key, string>> = { vi, en };

let current: Lang = 'vi';

/** The language in which people read the page now. */
export function lang(): Lang {
  return current;
}

/** Changes the language. Whoever shows text draws itself anew. */
export function setLang(next: Lang): void {
  current = next;
  document.documentElement.lang = next;
}

/** A text of the page, its `{name}` places filled. */
export function t(key: Key, places: Readonly<Record<string, string | number>> = {}): string {
  return filled(CATALOGUES[current][key], places);
}

/** A text with its `{name}` places filled; a place without a value stays as it is. */
export function filled(text: string, places: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in places ? String(places[name]) : whole));
}

/** A title of the data in the current language, else in the other. */
export function titled(title: Title): string {
  return current === 'vi' ? title.vi || title.en : title.en || title.vi;
}
