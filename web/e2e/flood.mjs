/** What the flood part promises, by sentence: a scenario of a few minutes is run and looked at. */

import assert from 'node:assert/strict';

import { startGuarded } from './town.mjs';

const TOKENS = '[[token]]\nname = "Vận hành"\ntoken = "van-hanh"\nroles = ["operator"]\n';
/** A run of half an hour of the scenario is done in some ten seconds, also by a debug build. */
const RUN_MS = 150_000;

export const FLOOD_TESTS = {
  async 'a flood is run from the example, seen on the map, played and asked at a place'(visit, town) {
    if (!(await hasExample(visit.server))) return;
    const page = await visit.open();
    await page.locator('[data-tool=flood]').click();
    await page.locator('.flood-form').waitFor();
    assert.match(await page.locator('.estimate').innerText(), /Số ô\s+[\d.]+/);
    await page.getByLabel('Mô phỏng trong').fill('0,5');
    await page.getByLabel('Tổng lượng').fill('60');
    await page.getByLabel('Kéo dài').fill('0,5');
    await page.getByLabel('Giữa hai ảnh').fill('5');
    await page.locator('[data-do=run]').click();
    // The latest stands first.
    const run = page.locator('.run-list > .run').first();
    await page.locator('.run.accepted, .run.running').first().waitFor({ state: 'attached' });
    await page.locator('.run-list > .run.successful:first-child').waitFor({ timeout: RUN_MS });
    await run.locator('.primary').click();
    await page.locator('.flood-legend-box').waitFor();
    assert.match(await page.locator('.flood-legend-box').innerText(), /Nội bộ, tham khảo/);
    if (!town.isReal) assert.match(await page.locator('.flood-legend-box').innerText(), /dữ liệu tổng hợp/);
    await visit.settled();
    assert.match(page.url(), /flood=\d+\/max-depth/);
    assert.ok(visit.requests.some((url) => /\/map\/tiles\/.*output=max-depth/.test(url)), 'tiles are asked for');
    await visit.keep('flood');

    const place = await middleOfRun(page);
    await page.mouse.click(place.x, place.y);
    await page.locator('.depth-chart canvas').waitFor();
    assert.match(await page.locator('.hydrograph-facts').innerText(), /Sâu nhất|không ngập/);
    await visit.keep('flood-hydrograph');

    await page.locator('.flood-player .play').click();
    await page.locator('.flood-clock', { hasText: 'sau 10 phút' }).waitFor();
    await page.locator('.flood-player .play').click();
    await page.waitForURL(/flood=\d+\/depth\/\d+/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Cân bằng nước theo thời gian/ }).click()]);
    assert.match(file.suggestedFilename(), /^flood-\d+-ledger\.csv$/);

    await page.reload();
    await page.waitForSelector('html[data-ready]');
    await page.locator('.flood-clock', { hasText: 'sau' }).waitFor();
  },

  async 'a scenario that makes no sense is refused with the place and the cure'(visit) {
    if (!(await hasExample(visit.server))) return;
    const page = await visit.open();
    await page.locator('[data-tool=flood]').click();
    await page.locator('.flood-form').waitFor();
    await page.getByLabel('Cỡ ô').fill('mười');
    await page.locator('[data-do=run]').click();
    await page.locator('.flood-trouble', { hasText: 'đánh dấu đỏ' }).waitFor();
    await page.getByLabel('Cỡ ô').fill('20');
    await page.getByLabel('Tổng lượng').fill('-5');
    await page.locator('[data-do=run]').click();
    await page.locator('.flood-trouble', { hasText: 'rain.design.total_mm' }).waitFor();
    // The browser itself notes what was refused.
    visit.complaints = visit.complaints.filter((text) => !/400/.test(text));
  },

  async 'who may not simulate is told so kindly, and may write a token'(visit) {
    if (!(await hasExample(visit.server))) return;
    const town = await startGuarded(TOKENS);
    visit.server = town.url;
    try {
      const page = await visit.open({ size: 'phone' });
      await page.locator('.sheet-grip').click();
      await page.locator('.tool-chips .chip', { hasText: 'ngập lụt' }).click();
      await page.getByText('Mô phỏng dành cho người vận hành').waitFor();
      await visit.keep('flood-denied');
      await page.locator('.flood-gate input[type=password]').fill('van-hanh');
      await page.getByRole('button', { name: 'Dùng mã này' }).click();
      await page.locator('.flood-form').waitFor();
      await visit.keep('flood-phone');
    } finally {
      await town.stop();
    }
    visit.complaints = visit.complaints.filter((text) => !/40[13]|net::ERR_/.test(text));
  },
};

/** A city without terrain that holds together has no example, and nothing to test. */
async function hasExample(server) {
  const answer = await fetch(new URL('processes/flood', server));
  const example = answer.ok && (await answer.json()).example;
  if (!example) console.log('SKIP  this city has no example of a flood');
  return Boolean(example);
}

/** The middle of what the panel leaves of the map, where the run was framed. */
async function middleOfRun(page) {
  const { width, height } = page.viewportSize();
  const side = await page.locator('.side').boundingBox();
  return { x: (side.x + side.width + width) / 2, y: height / 3 };
}
