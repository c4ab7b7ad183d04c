import { t } from '../i18n/index.ts';
import { h, refill } from './dom.ts';
import { icon } from './icons.ts';

/** Short messages at the foot of the map, read out by screen readers. */
const SHOWN_MS = 6000;

let region: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Puts the region for messages into the page; it must stand there before the first message. */
export function mountNotices(parent: HTMLElement): void {
  region = h('div', { class: 'notices', attrs: { role: 'status', 'aria-live': 'polite' } });
  parent.append(region);
}

/** Shows a message for a while. */
export function notify(text: string, kind: 'info' | 'warning' = 'info'): void {
  if (!region) return;
  refill(
    region,
    h('p', { class: `notice ${kind}` }, kind === 'warning' && icon('warning'), h('span', {}, text)),
  );
  clearTimeout(timer);
  timer = setTimeout(() => region?.replaceChildren(), SHOWN_MS);
}

/** Takes the message away. */
export function hush(): void {
  region?.replaceChildren();
}

/** Copies a text and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('common.copied'));
  } catch {
    notify(t('common.copyFailed'), 'warning');
  }
}
