import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/**
 * Hoàng Sa and Trường Sa belong on every map of Vietnam, whichever city is served, with their
 * Vietnamese names and no others.
 *
 * Positions: the middle of each archipelago and its best-known islands, rounded to a hundredth of a
 * degree, enough for overviews (public geographic knowledge; commune tables are not used, since one
 * of them places Hoàng Sa on the mainland).
 */
const ARCHIPELAGOS: readonly Archipelago[] = [
  {
    name: 'Quần đảo Hoàng Sa',
    province: 'Đà Nẵng, Việt Nam',
    at: [111.9, 16.25],
    islands: [
      ['Đảo Hoàng Sa', 111.61, 16.53],
      ['Đảo Phú Lâm', 112.34, 16.83],
      ['Đảo Linh Côn', 112.73, 16.67],
      ['Đảo Tri Tôn', 111.2, 15.78],
      ['Đảo Quang Ảnh', 111.51, 16.45],
    ],
  },
  {
    name: 'Quần đảo Trường Sa',
    province: 'Khánh Hoà, Việt Nam',
    at: [113.8, 9.45],
    islands: [
      ['Đảo Trường Sa', 111.92, 8.64],
      ['Đảo Song Tử Tây', 114.33, 11.43],
      ['Đảo Nam Yết', 114.37, 10.18],
      ['Đảo Sinh Tồn', 114.33, 9.89],
      ['Đảo Sơn Ca', 114.48, 10.37],
      ['Đảo An Bang', 112.91, 7.89],
    ],
  },
];

interface Archipelago {
  readonly name: string;
  readonly province: string;
  readonly at: readonly [number, number];
  readonly islands: readonly (readonly [string, number, number])[];
}

/** The waters around both archipelagos; labels of other sources are not drawn there. */
const WATERS: GeoJSON.MultiPolygon = {
  type: 'MultiPolygon',
  coordinates: [box(110.5, 15.3, 113.3, 17.5), box(111, 6.5, 117.9, 12.2)],
};

const LAST_ZOOM = 12;

function box(west: number, south: number, east: number, north: number): [number, number][][] {
  return [[[west, south], [east, south], [east, north], [west, north], [west, south]]];
}

/** The served city, to be found on an overview that shows the whole country. */
export interface CityPoint {
  readonly name: string;
  readonly at: readonly [number, number];
}

function points(city: CityPoint | undefined): GeoJSON.FeatureCollection {
  const features = ARCHIPELAGOS.flatMap(({ name, province, at, islands }) => [
    point(at, { name: `${name}\n(${province})`, rank: 0 }),
    ...islands.map(([island, lon, lat]) => point([lon, lat], { name: island, rank: 1 })),
  ]);
  if (city) features.push(point(city.at, { name: city.name, rank: 2 }));
  return { type: 'FeatureCollection', features };
}

function point(at: readonly number[], properties: Record<string, unknown>): GeoJSON.Feature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties };
}

/** The style with both archipelagos named, and no other label over their waters. */
export function withIslands(style: StyleSpecification, city?: CityPoint): StyleSpecification {
  // The server's style names them for clients without labels of their own; once is enough.
  const sources = Object.fromEntries(Object.entries(style.sources).filter(([id]) => id !== 'islands'));
  const layers = style.layers.filter((layer) => !('source' in layer) || layer.source !== 'islands');
  return {
    ...style,
    sources: { ...sources, 'dothi-islands': { type: 'geojson', data: points(city) } },
    layers: [...layers.map(withoutForeignLabels), ...islandLayers()],
  };
}

function withoutForeignLabels(layer: LayerSpecification): LayerSpecification {
  if (layer.type !== 'symbol') return layer;
  const elsewhere = ['!', ['within', WATERS]];
  const filter = layer.filter ? ['all', layer.filter, elsewhere] : elsewhere;
  return { ...layer, filter: filter as FilterSpecification };
}

function islandLayers(): LayerSpecification[] {
  const label = { 'text-color': '#23566b', 'text-halo-color': '#ffffff', 'text-halo-width': 1.4 };
  return [
    {
      id: 'dothi-islands-dots',
      type: 'circle',
      source: 'dothi-islands',
      maxzoom: LAST_ZOOM,
      filter: ['==', ['get', 'rank'], 1],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 3, 1.2, 7, 3],
        'circle-color': '#7fa58c',
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': 0.8,
      },
    },
    {
      id: 'dothi-islands-names',
      type: 'symbol',
      source: 'dothi-islands',
      minzoom: 6.5,
      maxzoom: LAST_ZOOM,
      filter: ['==', ['get', 'rank'], 1],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Be Vietnam Pro'],
        'text-size': 11,
        'text-offset': [0, 0.9],
        'text-anchor': 'top',
      },
      paint: label,
    },
    {
      id: 'dothi-city-dot',
      type: 'circle',
      source: 'dothi-islands',
      maxzoom: 9,
      filter: ['==', ['get', 'rank'], 2],
      paint: {
        'circle-radius': 5,
        'circle-color': '#0b6e69',
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'dothi-city-name',
      type: 'symbol',
      source: 'dothi-islands',
      maxzoom: 9,
      filter: ['==', ['get', 'rank'], 2],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Be Vietnam Pro SemiBold'],
        'text-size': 13,
        'text-offset': [0, 0.8],
        'text-anchor': 'top',
        'text-allow-overlap': true,
      },
      paint: { 'text-color': '#0b4f4b', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    },
    {
      id: 'dothi-archipelagos',
      type: 'symbol',
      source: 'dothi-islands',
      maxzoom: LAST_ZOOM,
      filter: ['==', ['get', 'rank'], 0],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Be Vietnam Pro SemiBold'],
        'text-size': ['interpolate', ['linear'], ['zoom'], 2, 9, 5, 12, 8, 15],
        'text-max-width': 14,
        'text-allow-overlap': true,
      },
      paint: label,
    },
  ];
}
