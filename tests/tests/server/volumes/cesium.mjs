/**
 * CesiumJS in headless Chromium: it loads the city's tile set, shows terrain and buildings, picks a building in
 * the middle of the picture and reads its properties, which must be those of the same feature as GeoJSON.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';

const [place, server, executablePath, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(place, 'package.json'))('playwright-core');
const cesium = join(place, 'node_modules/cesium/Build/Cesium');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.html': 'text/html', '.wasm': 'application/wasm', '.jpg': 'image/jpeg', '.png': 'image/png' };
const PAGE = `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"><style>html,body,#view,.cesium-widget,canvas{margin:0;width:100%;height:100%;display:block}</style>
<script>window.CESIUM_BASE_URL='/';</script><script src="/Cesium.js"></script></head><body><div id="view"></div></body></html>`;

/** The page and CesiumJS stand on an origin of their own, as a portal would: tiles come across origins. */
const home = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://a');
  const file = join(cesium, normalize(pathname));
  const body = pathname === '/' ? PAGE : await readFile(file).catch(() => undefined);
  const type = pathname === '/' ? '.html' : extname(file);
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': TYPES[type] ?? 'application/octet-stream' });
  response.end(body ?? '');
});
await new Promise((resolve) => home.listen(0, '127.0.0.1', resolve));
const HOME = `http://127.0.0.1:${home.address().port}`;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
  page.setDefaultTimeout(240_000);
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${HOME}/`);

  // The largest building of the town, and where it stands.
  const all = await (await fetch(`${server}/collections/buildings/items?limit=2000`)).json();
  const ringOf = ({ geometry }) => (geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0]);
  const span = (feature) => {
    const xs = ringOf(feature).map((p) => p[0]);
    return Math.max(...xs) - Math.min(...xs);
  };
  const wanted = all.features.reduce((best, feature) => (span(feature) * feature.properties.height > span(best) * best.properties.height ? feature : best));
  const ring = ringOf(wanted).slice(1);
  const middle = [0, 1].map((k) => ring.reduce((sum, p) => sum + p[k], 0) / ring.length);

  const found = await page.evaluate(async ({ server, middle }) => {
    const { Cesium } = window;
    const told = (error) => { throw new Error(`${error?.message ?? error} ${error?.statusCode ?? ''} ${error?.response ?? ''} ${error?.stack ?? ''}`); };
    let viewer;
    try {
      viewer = new Cesium.CesiumWidget('view', {
        baseLayer: false, showRenderLoopErrors: false, contextOptions: { webgl: { preserveDrawingBuffer: true } },
      });
    } catch (error) {
      told(error);
    }
    const { scene } = viewer;
    scene.globe.show = false;
    scene.skyAtmosphere.show = false;
    scene.fog.enabled = false;
    scene.backgroundColor = Cesium.Color.fromCssColorString('#bcd3e6');
    // Noon over Vietnam: the sun stands high.
    viewer.clock.currentTime = Cesium.JulianDate.fromIso8601('2026-06-21T05:00:00Z');
    viewer.clock.shouldAnimate = false;
    const tileset = await Cesium.Cesium3DTileset.fromUrl(`${server}/3dtiles/tileset.json`).catch(told);
    const failures = [];
    tileset.tileFailed.addEventListener(({ url, message }) => failures.push(`${url}: ${message}`));
    scene.primitives.add(tileset);
    const target = Cesium.Cartesian3.fromDegrees(middle[0], middle[1], 10);
    viewer.camera.lookAt(target, new Cesium.HeadingPitchRange(0.5, -0.6, 420));
    await new Promise((resolve) => {
      let still = 0;
      const stop = scene.postRender.addEventListener(() => {
        still = tileset.tilesLoaded ? still + 1 : 0;
        if (still > 10) {
          stop();
          resolve();
        }
      });
    });
    // From straight above, the roof lies in the middle.
    viewer.camera.lookAt(target, new Cesium.HeadingPitchRange(0, -Math.PI / 2 + 0.001, 300));
    await new Promise((resolve) => {
      let still = 0;
      const stop = scene.postRender.addEventListener(() => {
        still = tileset.tilesLoaded ? still + 1 : 0;
        if (still > 5) {
          stop();
          resolve();
        }
      });
    });
    const canvas = scene.canvas;
    const picked = scene.pick(new Cesium.Cartesian2(canvas.clientWidth / 2, canvas.clientHeight / 2));
    const names = picked?.getPropertyIds?.() ?? [];
    const properties = Object.fromEntries(names.map((name) => {
      const value = picked.getProperty(name);
      return [name, typeof value === 'bigint' ? Number(value) : value];
    }));
    if (picked) picked.color = Cesium.Color.ORANGERED;
    viewer.camera.lookAt(target, new Cesium.HeadingPitchRange(0.5, -0.6, 420));
    for (let n = 0; n < 30; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      scene.render();
    }
    return {
      properties, failures,
      loaded: tileset.statistics?.numberOfTilesWithContentReady ?? null,
      kind: picked?.constructor?.name ?? null,
      extras: tileset.asset?.extras ?? null,
    };
  }, { server, middle });
  await page.screenshot({ path: join(pictures, 'cesium-city.png') });

  assert.deepEqual(found.failures, []);
  assert.deepEqual(complaints.filter((text) => !/GPU stall|swiftshader/i.test(text)), []);
  const { properties } = found;
  assert.equal(String(properties.id), String(wanted.id), JSON.stringify(found));
  assert.equal(properties.height, wanted.properties.height);
  assert.equal(properties.use, wanted.properties.use);
  assert.equal(properties.drawn_assumed, 'false');
  console.log(JSON.stringify(properties));
} finally {
  await browser.close();
  home.close();
}
