/**
 * OpenLayers in headless Chromium, on an origin of its own: WMS 1.3.0 in Web Mercator and in degrees (whose axes WMS 1.3.0
 * turns round), as one picture and as tiles, asked what lies under a click; WMTS by its capabilities; vector tiles by
 * OGC API Tiles.
 *
 *   node openlayers.mjs FOLDER SERVER CHROMIUM PICTURES
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [place, server, executablePath, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(place, 'package.json'))('playwright-core');
const library = join(place, 'node_modules/ol');
const PAGE = `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/ol.css">
<style>html,body,#map{margin:0;width:100%;height:100%}</style><script src="/ol.js"></script></head><body><div id="map"></div></body></html>`;
const FILES = { '/ol.js': ['dist/ol.js', 'text/javascript'], '/ol.css': ['ol.css', 'text/css'] };

const home = createServer(async (request, response) => {
  const [file, type] = FILES[request.url] ?? [undefined, 'text/html'];
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` });
  response.end(file ? await readFile(join(library, file)) : PAGE);
});
await new Promise((resolve) => home.listen(0, '127.0.0.1', resolve));

/** Shows what a recipe makes in a map; what is told of it, and how many different colours are in the middle. */
async function shown({ server, recipe, centre, zoom, projection }) {
  const { ol } = window;
  ol.proj.useGeographic?.();
  const failed = [];
  const sources = {
    'wms picture': () => new ol.layer.Image({ source: new ol.source.ImageWMS({ url: `${server}/wms`, params: { LAYERS: 'dothi' }, crossOrigin: 'anonymous', ratio: 1 }) }),
    'wms tiles': () => new ol.layer.Tile({ source: new ol.source.TileWMS({ url: `${server}/wms`, params: { LAYERS: 'dothi', TILED: true }, crossOrigin: 'anonymous' }) }),
    buildings: () => new ol.layer.Image({ source: new ol.source.ImageWMS({ url: `${server}/wms`, params: { LAYERS: 'buildings' }, crossOrigin: 'anonymous', ratio: 1 }) }),
    wmts: async () => {
      const text = await (await fetch(`${server}/wmts/1.0.0/WMTSCapabilities.xml`)).text();
      const options = ol.source.WMTS.optionsFromCapabilities
        ? ol.source.WMTS.optionsFromCapabilities(new ol.format.WMTSCapabilities().read(text), { layer: 'dothi', matrixSet: 'WebMercatorQuad' })
        : null;
      return new ol.layer.Tile({ source: new ol.source.WMTS({ ...options, crossOrigin: 'anonymous' }) });
    },
    'vector tiles': () => new ol.layer.VectorTile({
      source: new ol.source.OGCVectorTile({ url: `${server}/collections/buildings/tiles/WebMercatorQuad`, format: new ol.format.MVT() }),
      style: { 'fill-color': '#b30000' },
    }),
  };
  const layer = await sources[recipe]();
  const source = layer.getSource();
  // What begins with a document is ready once that is read.
  while (source.getState() === 'loading') await new Promise((resolve) => source.once('change', resolve));
  for (const name of ['imageloaderror', 'tileloaderror']) source?.on?.(name, (event) => failed.push(`${name} ${event.tile?.src_ ?? ''}`));
  window.shownBefore?.setTarget(undefined);
  const view = new ol.View({ center: centre, zoom, projection });
  const map = new ol.Map({ target: 'map', layers: [layer], view, controls: [] });
  await new Promise((resolve, reject) => {
    map.once('rendercomplete', resolve);
    setTimeout(() => reject(new Error(`${recipe} is not drawn after a minute: ${failed}`)), 60_000);
  });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = map.getSize();
  const context = canvas.getContext('2d');
  for (const each of document.querySelectorAll('.ol-layer canvas')) {
    const matrix = each.style.transform.match(/^matrix\(([^)]*)\)$/)?.[1].split(',').map(Number) ?? [each.clientWidth / each.width || 1, 0, 0, each.clientHeight / each.height || 1, 0, 0];
    context.setTransform(...matrix);
    context.drawImage(each, 0, 0);
  }
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  let filled = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 0) filled += 1;
    colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  }
  const told = source.getFeatureInfoUrl
    ? source.getFeatureInfoUrl(ol.proj.transform(centre, 'EPSG:4326', projection), view.getResolution(), projection, { INFO_FORMAT: 'application/json', QUERY_LAYERS: 'buildings' })
    : undefined;
  const info = told && recipe === 'buildings' ? await (await fetch(told)).json() : undefined;
  window.shownBefore = map;
  return { failed, state: source.getState(), colours: colours.size, share: (filled * 4) / data.length, told, info };
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
try {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  page.setDefaultTimeout(120_000);
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`http://127.0.0.1:${home.address().port}/`);

  // A building, in whose middle everything is asked.
  const all = await (await fetch(`${server}/collections/buildings/items?limit=500`)).json();
  const ringOf = ({ geometry }) => (geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0]);
  const size = (feature) => Math.max(...ringOf(feature).map((p) => p[0])) - Math.min(...ringOf(feature).map((p) => p[0]));
  const wanted = all.features.reduce((best, each) => (size(each) > size(best) ? each : best));
  const ring = ringOf(wanted).slice(1);
  const centre = [0, 1].map((k) => ring.reduce((sum, p) => sum + p[k], 0) / ring.length);

  for (const [recipe, projection] of [['wms picture', 'EPSG:3857'], ['wms picture', 'EPSG:4326'], ['wms tiles', 'EPSG:3857'], ['wmts', 'EPSG:3857'], ['vector tiles', 'EPSG:3857'], ['buildings', 'EPSG:3857'], ['buildings', 'EPSG:4326']]) {
    const what = `${recipe} in ${projection}`;
    const found = await page.evaluate(shown, { server, recipe, centre, zoom: 17, projection });
    await page.screenshot({ path: join(pictures, `openlayers-${what.replaceAll(/\W+/g, '-')}.png`) });
    assert.deepEqual(found.failed, [], what);
    assert.equal(found.state, 'ready', what);
    assert.ok(found.colours > 3, `${what}: ${found.colours} colours`);
    // The whole city has ground everywhere; buildings stand here and there.
    assert.ok(found.share > (recipe.startsWith('wm') ? 0.99 : 0.02), `${what}: ${found.share} of the picture`);
    if (found.info) {
      const ids = found.info.features.map((each) => String(each.id));
      assert.ok(ids.some((id) => id === String(wanted.id) || id.endsWith(`.${wanted.id}`)), `${what}: ${ids} at ${centre}, not ${wanted.id}`);
    }
  }
  assert.deepEqual(complaints, [], 'the page complained');
} finally {
  await browser.close();
  home.close();
}
