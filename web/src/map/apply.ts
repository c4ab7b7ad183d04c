import type { Map as MapLibreMap, StyleSpecification } from 'maplibre-gl';

import { dimmed } from '../layers/opacity.ts';
import { drawOrder, type MapLayer, type Stack } from '../layers/stack.ts';

/** Id of the first layer above everything that the list of layers moves. */
export const OVERLAYS_START = 'dothi-islands-dots';

/** Keeps the map as the stack says. */
export class StackPainter {
  private readonly map: MapLibreMap;
  private readonly style: StyleSpecification;
  private readonly stack: Stack;
  private readonly drawn = new Map<string, string>();
  private order: string;

  /** `style` is the server's own, before the map's overlays were added. */
  constructor(map: MapLibreMap, style: StyleSpecification, stack: Stack) {
    this.map = map;
    this.style = style;
    this.stack = stack;
    this.order = style.layers.map(({ id }) => id).join();
  }

  /** Carries every difference over to the map. `isExtruded` says whether buildings stand up. */
  paint(isExtruded: boolean): void {
    for (const [id, layer] of this.stack.layers) {
      const key = `${this.stack.isVisible(id)} ${this.stack.opacity(id)} ${isExtruded}`;
      if (this.drawn.get(id) === key) continue;
      this.drawn.set(id, key);
      this.paintLayer(id, layer, isExtruded);
    }
    this.sort();
  }

  private paintLayer(id: string, layer: MapLayer, isExtruded: boolean): void {
    const visible = this.stack.isVisible(id);
    // A layer that the style hides as a whole is hidden by default; one that it hides in part keeps
    // that part hidden.
    const whole = layer.styleLayers.every((each) => each.layout?.visibility === 'none');
    for (const each of layer.styleLayers) {
      if (!this.map.getLayer(each.id)) continue;
      const extrusion = each.type === 'fill-extrusion';
      const wanted = extrusion ? isExtruded : whole || each.layout?.visibility !== 'none';
      this.map.setLayoutProperty(each.id, 'visibility', visible && wanted ? 'visible' : 'none');
      for (const [name, value] of dimmed(each, this.stack.opacity(id))) {
        this.map.setPaintProperty(each.id, name as 'fill-opacity', value as number, { validate: false });
      }
    }
  }

  private sort(): void {
    const ids = drawOrder(this.style, this.stack);
    const order = ids.join();
    if (order === this.order) return;
    this.order = order;
    let above = OVERLAYS_START;
    for (const id of ids.reverse()) {
      if (!this.map.getLayer(id)) continue;
      this.map.moveLayer(id, above);
      above = id;
    }
  }
}
