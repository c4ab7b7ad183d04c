/** What the flood part promises, by sentence: a scenario of a few minutes is run and looked at. */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';

import { startDemo, startGuarded } from './town.mjs';

const TOKENS = '[[token]]\nname = "Vận hành"\ntoken = "van-hanh"\nroles = ["operator"]\n';
/** A run of half an hour of the scenario takes a debug build some ten seconds, and minutes where the machine is busy. */
const RUN_MS = 300_000;

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
    // Frames come one after the other, as fast as their tiles do, and end by themselves.
    await page.locator('.flood-clock', { hasText: 'sau 30 phút' }).waitFor({ timeout: RUN_MS });
    await page.locator('.flood-player .play[title="Phát"]').waitFor();
    await page.waitForURL(/flood=\d+\/depth\/\d+/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Cân bằng nước theo thời gian/ }).click()]);
    assert.match(file.suggestedFilename(), /^flood-\d+-ledger\.csv$/);

    await page.reload();
    await page.waitForSelector('html[data-ready]');
    await page.locator('.flood-clock', { hasText: 'sau' }).waitFor();

    await page.locator('[data-tool=disaster]').click();
    await page.locator('.disaster .flooded-table').waitFor();
    await visit.settled();
    await visit.keep('flood-disaster');
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
      await page.getByLabel('Tên kịch bản').fill('Mưa của người dân');
      await page.locator('[data-do=run]').click();
      await page.getByText('Mô phỏng dành cho người vận hành').waitFor();
      await visit.keep('flood-denied');
      await writeToken(page);
      assert.equal(await page.getByLabel('Tên kịch bản').inputValue(), 'Mưa của người dân', 'what was written is kept');
      await visit.keep('flood-phone');
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },

  async 'a run is handed out as a report, published for everyone and withdrawn'(visit) {
    if (!(await has(visit.server, '/jobs/{jobId}/report'))) return;
    const town = await startGuarded(TOKENS);
    visit.server = town.url;
    try {
      await quickRun(town.url);
      const page = await openOnDuty(visit);
      await page.locator('[data-choice=runs]').click();
      await page.locator('.run.successful .primary').click();
      const badge = page.locator('.result-head .tag').first();
      await badge.getByText('Nội bộ').waitFor();
      const [paper] = await Promise.all([page.waitForEvent('download'), page.locator('[data-do=report-pdf]').click()]);
      assert.match(paper.suggestedFilename(), /^ngap-\d+-full\.pdf$/);
      assert.equal((await readFile(await paper.path())).subarray(0, 5).toString('latin1'), '%PDF-');
      await page.locator('.report-box').scrollIntoViewIfNeeded();
      await visit.keep('flood-report');

      await page.locator('[data-do=publish]').click();
      await page.locator('.flood-dialog textarea').first().waitFor();
      await visit.keep('flood-publish');
      await page.locator('[data-do=publish-yes]').click();
      await badge.getByText('Đã công bố').waitFor();
      assert.equal((await publicRuns(town.url)).length, 1);
      await visit.settled();

      // Another page has no token: it sees the map, and nothing of households.
      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.locator('.flood-legend-box', { hasText: 'Đã công bố' }).waitFor();
      await other.locator('[data-tool=flood]').click();
      await other.getByText('chỉ dành cho người đang trực').waitFor();
      assert.equal(await other.locator('.flood-panel .warning-text, .units-table, [data-do=withdraw]').count(), 0);
      visit.page = other;
      await visit.settled();
      await visit.keep('flood-public');
      visit.page = page;
      await other.close();

      await page.locator('[data-do=withdraw]').click();
      await badge.getByText('Nội bộ').waitFor();
      assert.deepEqual(await publicRuns(town.url), []);
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },

  async 'the flood library has maps made beforehand, and shows the one for a level at once'(visit) {
    if (!(await has(visit.server, '/flood-library'))) return;
    const town = await startGuarded(TOKENS);
    visit.server = town.url;
    try {
      const page = await openOnDuty(visit);
      await page.getByLabel('Mô phỏng trong').fill('0,25');
      await page.getByLabel('Cỡ ô').fill('50');
      await page.locator('[data-choice=library]').click();
      await page.locator('.recipe-details summary').click();
      await page.getByLabel('Tên trạm').fill('Trạm thử');
      await page.getByLabel('Các mực nước').fill('0,4; 0,9');
      await page.locator('[data-do=prepare]').click();
      await page.getByText('Đã gửi 2 lượt chạy').waitFor();
      await page.locator('.library-station [data-level="0.9"]').waitFor({ timeout: RUN_MS });
      await page.locator('.library-station [data-level="0.4"]').waitFor({ timeout: RUN_MS });

      await page.locator('.library-station [data-level="0.9"]').click();
      await page.locator('.flood-legend-box').waitFor();
      const high = /flood=(\d+)\/max-depth/.exec(page.url())?.[1];
      assert.ok(high, page.url());
      await page.locator('.library-station [data-level="0.4"]').click();
      await page.waitForURL((url) => url.href.includes('/max-depth') && !url.href.includes(`flood=${high}/`));
      await page.getByLabel('Mực nước dự báo').fill('0,6');
      await page.locator('[data-do=forecast]').click();
      await page.locator('.match', { hasText: '0,90' }).waitFor();
      await page.waitForURL((url) => url.href.includes(`flood=${high}/max-depth`));
      await page.getByLabel('Mực nước dự báo').fill('2');
      await page.locator('[data-do=forecast]').click();
      await page.locator('.match .warning-text').waitFor();
      await visit.settled();
      await visit.keep('flood-library');
      await page.setViewportSize({ width: 390, height: 844 });
      await visit.settled();
      await visit.keep('flood-library-phone');
    } finally {
      await town.stop();
    }
    forgetRefusals(visit);
  },

  async 'the drains of a SWMM file take water from the street'(visit) {
    if (!(await hasExample(visit.server))) return;
    const answer = await fetch(new URL('/processes/flood', visit.server), { headers: { Accept: 'application/json' } });
    const { example } = await answer.json();
    const [west, south, east, north] = example.inputs.scenario.area.bbox;
    const [lon, lat] = [(west + east) / 2, (south + north) / 2];
    const inp = `[OPTIONS]\nFLOW_UNITS CMS\nFLOW_ROUTING DYNWAVE\nEND_TIME 02:00\n[JUNCTIONS]\nHG1 -2.0 3.0\nHG2 -2.3 3.0\n[OUTFALLS]\nCX -3.0 FREE
[CONDUITS]\nC1 HG1 HG2 60 0.013 0 0\nC2 HG2 CX 60 0.013 0 0\n[XSECTIONS]\nC1 CIRCULAR 0.8 0 0 0 1\nC2 CIRCULAR 0.8 0 0 0 1
[COORDINATES]\nHG1 ${lon} ${lat}\nHG2 ${lon + 0.0006} ${lat}\nCX ${west - 0.01} ${lat}\n`;
    const page = await visit.open();
    await page.locator('[data-tool=flood]').click();
    await page.locator('.flood-form label', { hasText: 'Thoát nước' }).locator('select').selectOption('swmm');
    await page.locator('[data-do=run]').click();
    await page.getByText('Hãy chọn tệp SWMM').waitFor();
    const choose = (text) => page.locator('[data-do=swmm-file]').setInputFiles({ name: 'cong.inp', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await choose('Không phải SWMM');
    await page.getByText('cong.inp không phải tệp SWMM 5').waitFor();
    await choose(inp);
    await page.getByText('3 nút, 2 tuyến').waitFor();
    await page.getByLabel('Hệ tọa độ của tệp').selectOption('OGC:CRS84');
    await page.getByLabel('Hệ tọa độ của tệp').scrollIntoViewIfNeeded();
    await visit.keep('flood-swmm');
    await page.getByLabel('Mô phỏng trong').fill('0,5');
    await page.getByLabel('Tổng lượng').fill('60');
    await page.getByLabel('Kéo dài').fill('0,5');
    await page.locator('[data-do=run]').click();
    await page.locator('.run.accepted, .run.running').first().waitFor({ state: 'attached' });
    await page.locator('.run-list > .run.successful:first-child').waitFor({ timeout: RUN_MS });
    await page.locator('.run-list > .run').first().locator('.primary').click();
    await page.getByText(/Cống thu \d/).waitFor();
  },

  async 'manholes that overflow are on the map, and a reservoir has its releases in the library'(visit) {
    if (!(await has(visit.server, '/flood-library'))) return;
    const town = await startDemo({ seed: 7, buildings: 2000 });
    visit.server = town.url;
    try {
      const ask = async (path, body) => {
        const answer = await fetch(new URL(path, town.url), { method: body ? 'POST' : 'GET', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
        assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
        return answer.json();
      };
      const { example } = await ask('processes/flood');
      const [west, south, east, north] = (await ask('collections/drains')).extent.spatial.bbox[0];
      const [lon, lat] = [(west + east) / 2, (south + north) / 2];
      const small = { ...example.inputs.scenario, area: { bbox: [lon - 0.006, lat - 0.006, lon + 0.006, lat + 0.006] }, resolution_m: 10, duration_h: 0.5, method: 'local-inertia' };
      delete small.tide;
      const rain = { design: { total_mm: 60, duration_h: 0.4, shape: 'uniform' } };
      await ask('processes/flood/execution', { inputs: { scenario: { ...small, rain, drains: { from: { layers: {} } } } } });
      // The library holds floods alone: its scenarios do not say what kind they are.
      const flood = Object.fromEntries(Object.entries(small).filter(([name]) => name !== 'kind'));
      const inflows = [{ name: 'Xả hồ', at: [lon, lat], times_h: [0, 0.5], m3_s: [1, 1] }];
      await ask('flood-library', { station: 'Hồ thử', levels: [{ discharge_m3_s: 20 }, { discharge_m3_s: 60 }], scenario: { ...flood, resolution_m: 40, inflows } });

      const page = await visit.open();
      await page.locator('[data-tool=flood]').click();
      await page.locator('[data-choice=library]').click();
      await page.locator('.library-station [data-level="60"]').click({ timeout: RUN_MS });
      await page.waitForURL(/flood=\d+\/max-depth/);
      assert.match(await page.locator('.library-station').innerText(), /20\s?m³\/s[\s\S]*60\s?m³\/s/);
      await page.getByLabel('Lưu lượng xả dự kiến').fill('30');
      await page.locator('[data-do=forecast]').click();
      await page.locator('.match', { hasText: '60' }).waitFor();
      await visit.settled();
      await visit.keep('flood-releases');

      await page.goto(new URL('#flood=1/max-depth', town.url).href);
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await page.locator('[data-tool=flood]').click();
      await page.locator('[data-choice=result]').click();
      await page.getByText(/Cống thu \d/).waitFor();
      const list = page.locator('details', { hasText: 'Hố ga trào nước' });
      await list.locator('summary').click();
      await list.locator('li button').first().click();
      await visit.settled();
      await visit.keep('flood-manholes');
    } finally {
      await town.stop();
    }
  },
};

/** A server may be older than this page. */
async function has(server, path) {
  const answer = await fetch(new URL('api', server), { headers: { Accept: 'application/vnd.oai.openapi+json;version=3.0' } });
  const isThere = Boolean((await answer.json()).paths?.[path]) && (await hasExample(server));
  if (!isThere) console.log(`SKIP  this server has no ${path}`);
  return isThere;
}

/** What is refused to who has no token the browser itself notes; so it does when a server ends. */
export function forgetRefusals(visit) {
  visit.complaints = visit.complaints.filter((text) => !/40[13]|net::ERR_/.test(text));
}

/** Opens the flood panel as somebody on duty. */
async function openOnDuty(visit) {
  const page = await visit.open();
  await page.locator('[data-tool=flood]').click();
  await page.locator('[data-do=run]').click();
  await writeToken(page);
  return page;
}

async function writeToken(page) {
  await page.locator('.flood-gate input[type=password]').fill('van-hanh');
  await page.getByRole('button', { name: 'Dùng mã này' }).click();
  await page.locator('.flood-form').waitFor();
}

/** Runs a quarter of an hour of the example in coarse cells, and waits until it has ended. */
async function quickRun(server) {
  const headers = { Authorization: 'Bearer van-hanh', 'Content-Type': 'application/json' };
  const { example } = await (await fetch(new URL('processes/flood', server), { headers })).json();
  const scenario = { ...example.inputs.scenario, resolution_m: 50, duration_h: 0.25, frames_min: 5 };
  const asked = await fetch(new URL('processes/flood/execution', server), { method: 'POST', headers, body: JSON.stringify({ inputs: { scenario } }) });
  const { jobID } = await asked.json();
  const until = performance.now() + RUN_MS;
  for (let status = 'accepted'; ['accepted', 'running'].includes(status); ) {
    assert.ok(performance.now() < until, `job ${jobID} does not end`);
    await new Promise((done) => setTimeout(done, 500));
    ({ status } = await (await fetch(new URL(`jobs/${jobID}`, server), { headers })).json());
    if (status === 'failed') assert.fail(`job ${jobID} failed`);
  }
}

/** The runs that everyone may see. */
async function publicRuns(server) {
  return (await (await fetch(new URL('jobs', server))).json()).jobs;
}

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
