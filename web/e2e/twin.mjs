/** What the twin promises in a browser, by sentence. Left out where it is not built (make twin-web). */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { startDemo } from './town.mjs';

/** A debug server runs the small flood of the demo city in seconds; a busy machine takes its time. */
const RUN_MS = 240_000;

const IS_BUILT = existsSync(new URL('../dist/3d/twin_bg.wasm', import.meta.url));
if (!IS_BUILT) console.log('SKIP  the twin on a page: it is not built (make twin-web)');

export const TWIN_TESTS = !IS_BUILT ? {} : {
  async 'the twin opens on a page, picks a building, goes to night and shows a flood run'(visit) {
    const town = await startDemo({ seed: 1, buildings: 500 });
    visit.server = town.url;
    try {
      const { features } = await json(`${town.url}collections/buildings/items?limit=500&f=geojson`);
      const { id, place: [lon, lat] } = amongOthers(features);
      const began = performance.now();
      const page = await visit.openTwin(`#map=17.2/${lat}/${lon}/20/50&time=2026-06-21T15:30:00`);
      console.log(`      the city stood there after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      await page.waitForTimeout(1500);
      await visit.keep('twin-day');
      const day = mean(await pixels(page));

      // What stands in the middle of the picture is what the address looks at.
      const { width, height } = page.viewportSize();
      await page.mouse.click(width / 2, height / 2);
      await page.waitForURL(/feature=buildings/);
      const picked = /feature=buildings\/([^&]+)/.exec(page.url())[1];
      assert.equal(decodeURIComponent(picked), String(id));
      await page.waitForTimeout(1000);
      await visit.keep('twin-picked');

      await change(page, (hash) => hash.replace(/time=[^&]*/, 'time=2026-06-21T20:00:00'));
      await page.waitForTimeout(4000);
      await visit.keep('twin-night');
      const night = mean(await pixels(page));
      assert.ok(night < 0.6 * day, `the night (${night}) is darker than the day (${day})`);
      assert.match(page.url(), /time=2026-06-21T20:00:00/);

      // Over the middle of the run's area, before and with its water.
      const { run, middle } = await flood(town.url);
      await change(page, () => `#map=14.6/${middle[1]}/${middle[0]}/0/40&time=2026-06-21T12:00:00`);
      await page.waitForTimeout(6000);
      const dry = await pixels(page);
      await change(page, (hash) => `${hash}&flood=${run}/depth/240`);
      await page.waitForURL(new RegExp(`flood=${run}/depth/240`));
      await page.waitForTimeout(6000);
      assert.ok(visit.requests.some((url) => /jobs\/\d+\/coverage\/tiles/.test(url)), 'depths are asked for');
      await visit.keep('twin-flood');
      const wet = await pixels(page);
      const changed = dry.filter((value, k) => Math.abs(value - wet[k]) > 24).length / dry.length;
      assert.ok(changed > 0.02, `water is seen (${changed} of the picture changed)`);
      assert.equal(await page.locator('#warning').textContent(), '');

      // Without graphics the page begins anew, where it was; what the program says while it loses them is no fault.
      const complaints = visit.complaints.length;
      await page.evaluate(() => {
        document.getElementById('twin').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext();
      });
      await page.waitForSelector('body[data-state=loading]');
      await page.waitForSelector('body[data-state=ready]');
      visit.complaints.splice(complaints);
      assert.match(page.url(), new RegExp(`flood=${run}/depth/240`));
      await page.waitForTimeout(3000);
      await visit.keep('twin-anew');

      // The link to the map keeps the place.
      await page.locator('#map').click();
      await page.waitForSelector('html[data-ready]');
      assert.match(page.url(), new RegExp(`flood=${run}/depth/240`));
    } finally {
      // Its lines to the server end before the server does.
      await visit.page?.close();
      await town.stop();
    }
  },
};

async function json(url, options) {
  const answer = await fetch(url, options);
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return answer.json();
}

/** The building that most others stand around, within some 100 m: its number and its place. */
function amongOthers(features) {
  const all = features.map(({ id, geometry }) => ({ id, place: middleOf(geometry.coordinates[0]) }));
  const near = (one, other) => Math.hypot(one.place[0] - other.place[0], one.place[1] - other.place[1]) < 0.001;
  const company = (one) => all.filter((other) => near(one, other)).length;
  return all.reduce((best, next) => (company(next) > company(best) ? next : best));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function middleOf(ring) {
  const mean = (k) => {
    const all = ring.map((at) => at[k]);
    return (Math.min(...all) + Math.max(...all)) / 2;
  };
  return [mean(0), mean(1)];
}

/** Changes the address as a link on the page would. */
function change(page, to) {
  const { hash } = new URL(page.url());
  return page.evaluate((text) => { location.hash = text; }, to(hash));
}

/** The page's colours, 64 × 40 places of three numbers from 0 to 255. */
async function pixels(page) {
  const picture = (await page.screenshot()).toString('base64');
  return page.evaluate(async (text) => {
    const image = document.createElement('img');
    image.src = `data:image/png;base64,${text}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 40 });
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0, 64, 40);
    const { data } = pen.getImageData(0, 0, 64, 40);
    return [...data].filter((_, k) => k % 4 !== 3);
  }, picture);
}

/** Runs the example of the process, coarse and short; its number and the middle of its area. */
async function flood(url) {
  const { example } = await json(`${url}processes/flood?f=json`);
  Object.assign(example.inputs.scenario, { resolution_m: 40, duration_h: 5, method: 'local-inertia', frames_min: 60 });
  const [west, south, east, north] = example.inputs.scenario.area.bbox;
  const headers = { 'Content-Type': 'application/json' };
  const { jobID } = await json(`${url}processes/flood/execution`, { method: 'POST', headers, body: JSON.stringify(example) });
  const end = Date.now() + RUN_MS;
  while (Date.now() < end) {
    const { status } = await json(`${url}jobs/${jobID}`);
    if (status === 'successful') return { run: jobID, middle: [(west + east) / 2, (south + north) / 2] };
    assert.ok(['accepted', 'running'].includes(status), status);
    await new Promise((done) => { setTimeout(done, 500); });
  }
  throw new Error('the run has not ended');
}
