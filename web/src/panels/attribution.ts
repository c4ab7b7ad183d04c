import type { App, Part } from '../app.ts';
import { t } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';

/** The source lines of the layers that are on, each once. */
export function attributionsOf(app: App): string[] {
  const shown = app.catalogue.collections.filter(({ id }) => app.stack.isVisible(id));
  const lines = shown.map(({ attribution }) => attribution.trim()).filter(Boolean);
  return [...new Set(lines)];
}

/** Whether a layer that is on describes no real place. */
export function showsSynthetic(app: App): boolean {
  return app.catalogue.collections.some(({ id, synthetic }) => synthetic && app.stack.isVisible(id));
}

/** Where the data comes from; always on the map. */
export function attribution(app: App): Part {
  const element = h('div', { class: 'attribution', attrs: { 'aria-label': t('attribution.title'), role: 'note' } });
  const fill = (): void => {
    const lines = attributionsOf(app);
    refill(element, lines.length ? lines.join(' · ') : t('attribution.none'));
  };
  fill();
  return { element, dispose: app.stack.onChange(fill) };
}

/** The badge that says that generated data is on the map. */
export function syntheticBadge(app: App): Part {
  const element = h(
    'p',
    { class: 'badge', attrs: { title: t('app.syntheticHint'), role: 'note' } },
    t('app.synthetic'),
  );
  const fill = (): void => {
    element.hidden = !showsSynthetic(app);
  };
  fill();
  return { element, dispose: app.stack.onChange(fill) };
}
