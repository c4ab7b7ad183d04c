/** The words of the flood part. They come with it, so that the first view of the map stays small. */

import en from '../i18n/flood.en.json';
import vi from '../i18n/flood.vi.json';
import { filled, lang, type Lang } from '../i18n/index.ts';

export type Word = keyof typeof vi;

const CATALOGUES: Record<Lang, Record<Word, string>> = { vi, en };

/** A text of the flood part, its `{name}` places filled. */
export function w(key: Word, places: Readonly<Record<string, string | number>> = {}): string {
  return filled(CATALOGUES[lang()][key], places);
}

/** Whether there is a text of that name. */
export function isWord(key: string): key is Word {
  return key in vi;
}
