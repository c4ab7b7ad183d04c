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
      const [first] = (await json(`${town.url}collections/buildings/items?limit=1&f=geojson`)).features;
      const [lon, lat] = middleOf(first.geometry.coordinates[0]);
      const began = performance.now();
      const page = await visit.openTwin(`#map=17.4/${lat}/${lon}/20/55&time=2026-06-21T15:30:00`);
      console.log(`      the city stood there after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      await page.waitForTimeout(1500);
      await visit.keep('twin-day');
      const day = await brightness(page);

      // What stands in the middle of the picture is what the address looks at.
      const { width, height } = page.viewportSize();
      await page.mouse.click(width / 2, height / 2);
      await page.waitForURL(/feature=buildings/);
      const picked = /feature=buildings\/([^&]+)/.exec(page.url())[1];
      assert.equal(decodeURIComponent(picked), String(first.id));
      await page.waitForTimeout(1000);
      await visit.keep('twin-picked');

      await change(page, (hash) => hash.replace(/time=[^&]*/, 'time=2026-06-21T20:00:00'));
      await page.waitForTimeout(4000);
      await visit.keep('twin-night');
      const night = await brightness(page);
      assert.ok(night < 0.6 * day, `the night (${night}) is darker than the day (${day})`);
      assert.match(page.url(), /time=2026-06-21T20:00:00/);

      const run = await flood(town.url);
      await change(page, (hash) => `${hash.replace(/time=[^&]*/, 'time=2026-06-21T12:00:00')}&flood=${run}/depth/240`);
      await page.waitForURL(new RegExp(`flood=${run}/depth/240`));
      await page.waitForTimeout(5000);
      assert.ok(visit.requests.some((url) => /jobs\/\d+\/coverage\/tiles/.test(url)), 'depths are asked for');
      await visit.keep('twin-flood');
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

/** Mean of the page's pixels, 0 to 255. */
async function brightness(page) {
  const picture = (await page.screenshot()).toString('base64');
  return page.evaluate(async (text) => {
    const image = document.createElement('img');
    image.src = `data:image/png;base64,${text}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 40 });
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0, 64, 40);
    const { data } = pen.getImageData(0, 0, 64, 40);
    const colours = data.filter((_, k) => k % 4 !== 3);
    return colours.reduce((sum, value) => sum + value, 0) / colours.length;
  }, picture);
}

/** Runs the example of the process, coarse and short; its number. */
async function flood(url) {
  const { example } = await json(`${url}processes/flood?f=json`);
  Object.assign(example.inputs.scenario, { resolution_m: 40, duration_h: 5, method: 'local-inertia', frames_min: 60 });
  const headers = { 'Content-Type': 'application/json' };
  const { jobID } = await json(`${url}processes/flood/execution`, { method: 'POST', headers, body: JSON.stringify(example) });
  const end = Date.now() + RUN_MS;
  while (Date.now() < end) {
    const { status } = await json(`${url}jobs/${jobID}`);
    if (status === 'successful') return jobID;
    assert.ok(['accepted', 'running'].includes(status), status);
    await new Promise((done) => { setTimeout(done, 500); });
  }
  throw new Error('the run has not ended');
}
