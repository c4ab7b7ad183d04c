/** What the nowcast and rain of the past promise, by sentence: gauges of a demo city that the tests themselves feed. */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { forgetRefusals } from './flood.mjs';
import { startDemo, startGuarded } from './town.mjs';

const TOKENS = '[[token]]\nname = "Vận hành"\ntoken = "van-hanh"\nroles = ["operator"]\n';
const RAIN = 'thickness_of_rainfall_amount';
const LEVEL = 'water_surface_height_above_reference_datum';
const TEN_MS = 600_000;
/** An ensemble of a few members over an hour takes a debug build seconds, and minutes where the machine is busy. */
const CYCLE_MS = 300_000;

export const NOWCAST_TESTS = {
  async 'the nowcast is told of, drawn over the map, moved through its hours, and comes anew by itself'(visit) {
    const town = await startDemo({ seed: 7, buildings: 2000 });
    visit.server = town.url;
    try {
      const gauges = await datastreams(town.url, LEVEL);
      const rains = await datastreams(town.url, RAIN);
      const [gauge] = nearestFirst(gauges, await middleOf(town.url));
      assert.ok(gauge && rains.length, 'the demo city has gauges');
      for (const rain of rains) await tell(town.url, rain.id, 6, () => 3);
      await tell(town.url, gauge.id, 6, (step) => 0.5 + 0.01 * step);

      const page = await visit.open();
      await page.locator('[data-tool=flood]').click();
      await page.locator('[data-choice=nowcast]').click();
      await page.getByText('Chưa có dự báo, hoặc chưa bật.').waitFor();
      await page.getByText('Cách bật').click();
      assert.match(await page.locator('.nowcast-steps').innerText(), /nowcast\.toml[\s\S]*simulated = true/);
      await visit.keep('nowcast-none');

      writeFileSync(join(town.data, 'nowcast.toml'), nowcastToml(gauge.at));
      // Nobody touches the page: it sees for itself that there is a forecast now.
      await page.locator('.nowcast-age', { hasText: 'Lập lúc' }).waitFor({ timeout: CYCLE_MS });
      const words = await page.locator('.nowcast').innerText();
      for (const part of ['Kết quả mô hình', 'nội bộ, tham khảo', 'tổ hợp 6 lượt', 'dự báo 2 giờ', 'Dựa trên']) assert.ok(words.includes(part), `"${part}" in ${words}`);
      const box = page.locator(`[data-gauge="${gauge.id}"]`);
      if (!(await box.evaluate((each) => each.open))) await box.locator('summary').click();
      await box.locator('.forecast-chart canvas').waitFor();
      assert.match(await box.locator('summary').innerText(), /\d,\d{2} m \(\d,\d{2} – \d,\d{2}\)/);
      await visit.keep('nowcast');

      await page.locator('[data-map="depth-p90"]').click();
      await page.locator('.flood-legend-box', { hasText: 'nội bộ, tham khảo' }).waitFor();
      await visit.settled();
      assert.match(page.url(), /flood=nowcast\/depth-p90/);
      assert.ok(visit.requests.some((url) => /\/nowcast\/map\/tiles\/.*output=depth-p90/.test(url)), 'tiles are asked for');
      const slider = page.locator('[data-do=lead]');
      const before = await page.locator('.nowcast-player .flood-clock').innerText();
      await slider.fill(await slider.getAttribute('max'));
      const after = await page.locator('.nowcast-player .flood-clock').innerText();
      assert.match(after, /sau (2 giờ|1 giờ 5\d phút)/, `${before} became ${after}`);
      await visit.settled();
      await visit.keep('nowcast-map');

      const first = (await forecastOf(town.url)).issued;
      const second = await until(async () => {
        const { issued } = await forecastOf(town.url);
        return issued === first ? undefined : issued;
      });
      assert.ok(Date.parse(second) > Date.parse(first));

      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await page.locator('.nowcast-player').waitFor();
      await page.locator('[data-tool=disaster]').click();
      await page.locator('.disaster .nowcast-gauge').first().waitFor();
      await visit.settled();
      await visit.keep('nowcast-disaster');
      await page.setViewportSize({ width: 390, height: 844 });
      await visit.settled();
      await visit.keep('nowcast-phone');
      await page.locator('.sheet-grip').click();
      await visit.settled();
      await visit.keep('nowcast-phone-map');
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },

  async 'who is not on duty is told who may see the nowcast, and may write a token'(visit) {
    const town = await startGuarded(TOKENS);
    visit.server = town.url;
    try {
      const page = await visit.open();
      await page.locator('[data-tool=flood]').click();
      await page.locator('[data-choice=nowcast]').click();
      await page.getByText('Dự báo dành cho người đang trực').waitFor();
      await page.locator('.nowcast .flood-gate input[type=password]').fill('van-hanh');
      await page.getByRole('button', { name: 'Dùng mã này' }).click();
      await page.getByText('Chưa có dự báo, hoặc chưa bật.').waitFor();
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },

  async 'a flood takes its rain from gauges of a past period, or from a file, with what is missing named'(visit) {
    const town = await startDemo({ seed: 7, buildings: 2000 });
    visit.server = town.url;
    try {
      const rains = await datastreams(town.url, RAIN);
      const [heard, ...silent] = rains;
      assert.ok(heard, 'the demo city has rain gauges');
      // 6 hours of 2 mm in ten minutes, of which the fourth was not heard: 60 mm.
      const over = end();
      await tell(town.url, heard.id, 6, (step) => (step > 18 && step <= 24 ? undefined : 2), over);
      const page = await visit.open();
      await page.locator('[data-tool=flood]').click();
      await page.locator('.flood-form').waitFor();
      await page.locator('[data-choice=gauges]').click();
      await page.locator('[data-do="storm.from"]').fill(vietnam(over - 6 * 6 * TEN_MS));
      await page.locator('[data-do="storm.to"]').fill(vietnam(over));
      await page.locator('[data-do=storm-look]').click();
      const story = page.locator('.storm-story');
      await story.waitFor();
      assert.match(await story.locator('.storm-facts').innerText(), /60 mm trong 6 giờ/);
      assert.match(await story.locator('.storm-gaps').innerText(), /Không trạm nào có số liệu: \d\d:\d\d.* – /);
      for (const { name } of silent) assert.ok((await story.locator('.storm-silent').innerText()).includes(name), `${name} told nothing`);
      const use = page.locator('[data-do=storm-use]');
      assert.equal(await use.isEnabled(), false, 'a gap is agreed to before it is taken as dry');
      await story.scrollIntoViewIfNeeded();
      await visit.keep('storm-gauges');
      await page.locator('[data-do=storm-dry]').check();
      await use.click();
      await page.locator('.storm-used', { hasText: '60 mm' }).waitFor();

      const [asked] = await Promise.all([
        page.waitForRequest((request) => request.url().endsWith('/processes/flood/execution')),
        page.locator('[data-do=run]').click(),
      ]);
      const { scenario } = asked.postDataJSON().inputs;
      const { gauges, times_h } = scenario.rain.gauges;
      assert.deepEqual([gauges.length, gauges[0].name, times_h.length, scenario.duration_h], [1, heard.name, 37, Math.max(6, scenario.duration_h)]);
      assert.deepEqual(gauges[0].mm_per_h.filter((rate) => rate === 0).length, 6, 'the gap was agreed to be dry');
      assert.equal((await (await asked.response()).json()).status, 'accepted');
      const job = page.locator('.run-list > .run').first();
      await job.waitFor();
      await job.locator('[data-focus$=stop], [data-focus$=remove]').click();
      await job.locator('[data-focus$=yes]').click();

      await page.locator('[data-choice=new]').click();
      await page.getByText('Chọn trận mưa khác').click();
      await page.locator('[data-choice=file]').click();
      const file = (text) => ({ name: 'mua.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await page.locator('[data-do=storm-file]').setInputFiles(file('thời gian;mm\n10/10/2026 01:00;12,5\n10/10/2026 02:00;nhiều\n'));
      const troubles = page.locator('.storm-troubles');
      await troubles.waitFor();
      assert.match(await troubles.innerText(), /Dòng 3:.*“nhiều” không phải số/);
      await visit.keep('storm-file-wrong');
      await page.locator('[data-do=storm-file]').setInputFiles(file('thời gian;mm\n10/10/2026 01:00;12,5\n10/10/2026 02:00;30\n10/10/2026 03:00;7,5\n'));
      await page.locator('.storm-facts', { hasText: '50 mm trong 3 giờ' }).waitFor();
      await page.locator('.storm-story').scrollIntoViewIfNeeded();
      await visit.keep('storm-file');
      await page.locator('[data-do=storm-use]').click();
      await page.locator('[data-choice=series][aria-selected=true]').waitFor();
      await page.setViewportSize({ width: 390, height: 844 });
      await visit.settled();
      await visit.keep('storm-phone');
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },
};

/** A coarse nowcast around a gauge, every few seconds. */
function nowcastToml([lon, lat]) {
  const half = 0.012;
  return [
    'cycle_min = 0.2', 'horizon_h = 2', 'warmup_h = 2', 'members = 6', 'simulated = true', '[scenario]',
    'title = { vi = "Dự báo", en = "Nowcast" }', 'resolution_m = 80', 'duration_h = 2', 'method = "local-inertia"',
    `area = { bbox = [${lon - half}, ${lat - half}, ${lon + half}, ${lat + half}] }`, '',
  ].join('\n');
}

/** The datastreams of a property, each with its place and the name of its Thing; the server makes them soon after it begins. */
function datastreams(server, property) {
  const path = `sensorthings/v1.1/Datastreams?$top=100&$expand=Thing($expand=Locations)&$filter=substringof('${property}',ObservedProperty/definition)`;
  return until(async () => {
    const { value } = await (await fetch(new URL(path, server))).json();
    const found = value.flatMap((each) => {
      const at = each.Thing.Locations[0]?.location.coordinates;
      return at ? [{ id: each['@iot.id'], name: each.Thing.name, at }] : [];
    });
    return found.length ? found : undefined;
  });
}

async function middleOf(server) {
  const { extent } = await (await fetch(new URL('collections/terrain', server), { headers: { Accept: 'application/json' } })).json();
  const box = extent.spatial.bbox[0];
  const half = box.length / 2;
  return [(box[0] + box[half]) / 2, (box[1] + box[half + 1]) / 2];
}

function nearestFirst(gauges, [lon, lat]) {
  const off = ({ at }) => Math.hypot(at[0] - lon, at[1] - lat);
  return [...gauges].sort((a, b) => off(a) - off(b));
}

/** The last whole ten minutes. */
const end = () => Math.floor(Date.now() / TEN_MS) * TEN_MS;

/** Sends a value for every ten minutes of the last hours; nothing where there is none. */
async function tell(server, stream, hours, value, over = end()) {
  const count = hours * 6;
  const rows = Array.from({ length: count }, (_, i) => [new Date(over - (count - 1 - i) * TEN_MS).toISOString(), value(i + 1)]);
  const body = [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'], dataArray: rows.filter(([, each]) => each !== undefined) }];
  const answer = await fetch(new URL('sensorthings/v1.1/CreateObservations', server), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal(answer.status, 201, await answer.text());
}

const forecastOf = async (server) => (await fetch(new URL('nowcast', server))).json();

/** As a field for local time takes it. */
const vietnam = (time) => new Date(time + 7 * 3_600_000).toISOString().slice(0, 16);

async function until(ask) {
  const over = performance.now() + CYCLE_MS;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    assert.ok(performance.now() < over, 'it did not come in time');
    await new Promise((done) => setTimeout(done, 500));
  }
}
