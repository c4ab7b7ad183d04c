import type { LayerSpecification } from 'maplibre-gl';

/** The paint properties that make a layer faint, by type of layer. */
const OPACITY: Partial<Record<LayerSpecification['type'], readonly string[]>> = {
  background: ['background-opacity'],
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['text-opacity', 'icon-opacity'],
  raster: ['raster-opacity'],
  'fill-extrusion': ['fill-extrusion-opacity'],
  heatmap: ['heatmap-opacity'],
  // A hillshade has no opacity; weaker relief looks the same.
  hillshade: ['hillshade-exaggeration'],
};

/** What an absent property stands at. */
const DEFAULTS: Record<string, number> = { 'hillshade-exaggeration': 0.5 };

/** The opacity properties of a style layer, as they are when the layer is dimmed to a share. */
export function dimmed(layer: LayerSpecification, share: number): [string, unknown][] {
  const paint = (layer.paint ?? {}) as Record<string, unknown>;
  return (OPACITY[layer.type] ?? []).map((name) => [
    name,
    scaled(paint[name] ?? DEFAULTS[name] ?? 1, share),
  ]);
}

/**
 * A style value times a share. Zoom may stand only at the top of an expression, so `interpolate`
 * and `step` are scaled in their outputs.
 */
export function scaled(value: unknown, share: number): unknown {
  if (typeof value === 'number') return value * share;
  if (isStops(value)) {
    return { ...value, stops: value.stops.map(([at, output]) => [at, scaled(output, share)]) };
  }
  if (!Array.isArray(value)) return value;
  const [operator, ...rest] = value as [unknown, ...unknown[]];
  // ["interpolate", kind, input, at, output, …]; ["step", input, output, at, output, …]
  if (operator === 'interpolate') {
    return [operator, ...rest.map((part, i) => (i >= 2 && i % 2 === 1 ? scaled(part, share) : part))];
  }
  if (operator === 'step') {
    return [operator, ...rest.map((part, i) => (i % 2 === 1 ? scaled(part, share) : part))];
  }
  return ['*', value, share];
}

interface Stops {
  readonly stops: readonly (readonly [unknown, unknown])[];
}

function isStops(value: unknown): value is Stops {
  return typeof value === 'object' && value !== null && Array.isArray((value as Stops).stops);
}
