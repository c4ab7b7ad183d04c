/** What the live part promises, by sentence: a gauge that the tests themselves make and feed. */

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';

const MINUTE_MS = 60_000;
const GAUGE = 'Trạm thử trên sông';
/** Kept between the tests: a gauge is made once a server. */
const made = new Map();

export const LIVE_TESTS = {
  async 'a gauge shows its level, alarm and age, and each new value at once'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    await gauge.tell(2.3);
    const page = await visit.open({ hash: `${gauge.hash}&live=1` });
    await page.locator('.live-status[data-state=open]').waitFor();
    await page.getByRole('button', { name: 'Danh sách trạm' }).click();
    const row = page.locator('.station-row', { hasText: GAUGE });
    await row.waitFor();
    assert.match(await row.innerText(), /2,3\sm[\s\S]*Báo động II\b/);
    assert.match(await row.innerText(), /mô phỏng/);
    await row.click();
    await page.locator('h2[data-station]', { hasText: GAUGE }).waitFor();
    assert.match(page.url(), /station=\d+/);
    await gauge.tell(2.84);
    await page.locator('.reading-value', { hasText: '2,84' }).waitFor();
    assert.match(await page.locator('.reading-row').innerText(), /Báo động III/);
    await visit.settled();
    await visit.keep('live');
  },

  async 'a station has a chart, its thresholds and a table, by keyboard too'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    const page = await visit.open({ hash: `${gauge.hash}&station=${gauge.thing}` });
    await page.locator('.chart canvas').waitFor();
    const words = await page.locator('.thresholds').innerText();
    for (const part of ['Báo động I', '1,7\u00a0m', 'Báo động III', 'Nguồn:']) assert.ok(words.includes(part), words);
    assert.match(await page.locator('.chart').getAttribute('aria-label'), /thấp nhất .*, cao nhất /);
    await page.locator('.chart').focus();
    await page.keyboard.press('End');
    await page.locator('.chart-readout', { hasText: '\u00a0m' }).waitFor();
    await page.locator('.series-table summary').click();
    await page.locator('.series-table tbody tr').nth(5).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('Tải CSV').click()]);
    assert.match(file.suggestedFilename(), /\.csv$/);
    await page.locator('[data-span=year]').click();
    await page.locator('.chart:not(.busy) canvas').waitFor();
    await visit.keep('station');
  },

  async 'a lost connection is told, the last state stays, and it comes back'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    await gauge.tell(1.2);
    const wire = await aWire(visit.server);
    visit.server = wire.url;
    const page = await visit.open({ hash: `${gauge.hash}&live=1` });
    await page.locator('.live-status[data-state=open]').waitFor();
    wire.cut();
    await page.locator('.live-status[data-state=lost]').waitFor({ timeout: 40_000 });
    assert.match(await page.locator('.live-words').innerText(), /Mất kết nối lúc/);
    await visit.keep('lost');
    await gauge.tell(1.44);
    wire.mend();
    await page.locator('.live-status[data-state=open]').waitFor({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Danh sách trạm' }).click();
    await page.locator('.station-row', { hasText: '1,44' }).waitFor();
    // The browser itself notes the requests that failed meanwhile; that is no complaint of the page.
    visit.complaints = visit.complaints.filter((text) => !/net::ERR_/.test(text));
    wire.close();
  },

  async 'the past is played again, marked as such, and left again'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge || !(await answers(visit.server, `replay/state?at=${new Date(gauge.since).toISOString()}`))) return;
    await gauge.tell(1.5);
    const plain = (time) => new Date(time).toISOString().replace(/\.\d+Z/, 'Z');
    const end = Date.now() + MINUTE_MS;
    const hash = `${gauge.hash}&replay=${plain(gauge.since - MINUTE_MS)}/${plain(end)}/${plain(end)}/10`;
    const page = await visit.open({ hash });
    await page.locator('.replay-bar').waitFor();
    assert.match(await page.locator('.live-words').innerText(), /^Phát lại/);
    await page.getByRole('button', { name: 'Danh sách trạm' }).click();
    await page.locator('.station-row', { hasText: '1,5' }).waitFor();
    await visit.keep('replay');
    await page.getByRole('button', { name: 'Về hiện tại' }).click();
    await page.locator('.live-status[data-state=open]').waitFor();
    assert.doesNotMatch(page.url(), /replay=/);
  },

  async 'alerts and feed health open, and say how things are'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    const page = await visit.open({ hash: `${gauge.hash}&live=1` });
    await page.getByRole('button', { name: 'Tình trạng thu nhận' }).click();
    await page.locator('.tiles').waitFor();
    assert.match(await page.locator('.tiles').innerText(), /Nhận vào[\s\S]*\/s/);
    await visit.keep('intake');
    if (!(await answers(visit.server, 'alerts?state=active'))) return;
    await page.locator('[data-tool=alerts]').click();
    await page.locator('.alert, .empty-state:not([hidden])').first().waitFor();
    await visit.keep('alerts');
  },

  async 'on a phone the live layer leaves the map free'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    const page = await visit.open({ size: 'phone', hash: `${gauge.hash}&live=1` });
    await page.locator('.live-status[data-state=open]').waitFor();
    const bar = await page.locator('.live-bar').boundingBox();
    assert.ok(bar.height < 80, `the bar is ${bar.height} px high`);
    assert.ok(bar.x >= 0 && bar.x + bar.width <= 390, 'the bar is on the screen');
    await visit.keep('phone-live');
  },
};

/** A wire to the server that can be cut and mended. */
async function aWire(server) {
  const { hostname, port } = new URL(server);
  const open = new Set();
  let isCut = false;
  const wire = createServer((near) => {
    if (isCut) { near.destroy(); return; }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => { open.delete(one); other.destroy(); });
    }
  });
  await new Promise((ready) => wire.listen(0, '127.0.0.1', ready));
  const cut = () => {
    isCut = true;
    for (const each of open) each.destroy();
  };
  const close = () => { cut(); wire.close(); };
  return { url: `http://127.0.0.1:${wire.address().port}/`, cut, mend: () => (isCut = false), close };
}

/** Whether the server has what a test needs; says so where it has not. */
async function answers(server, path) {
  const { ok } = await fetch(new URL(path, server));
  if (!ok) console.log(`SKIP  this server has no ${path.split('?')[0]}`);
  return ok;
}

/** A gauge in the middle of the city, with two hours of readings; nothing where the server has no live part. */
export async function aGauge(server) {
  if (!made.has(server)) made.set(server, await makeGauge(server));
  return made.get(server);
}

async function makeGauge(server) {
  const landing = await (await fetch(new URL('?f=json', server))).json();
  if (!landing.links.some(({ href }) => /\/live\/latest$/.test(href))) {
    console.log('SKIP  this server links no live data');
    return undefined;
  }
  const [lon, lat] = await middle(server);
  const limits = [['I', 1.7], ['II', 2.2], ['III', 2.7]];
  const thresholds = limits.map(([name, value], i) => ({
    level: i + 1, value, title: { vi: `Báo động ${name}`, en: `Alarm level ${name}` }, source: 'Bài kiểm thử',
  }));
  const thing = await post(server, 'Things', {
    name: GAUGE,
    description: 'Trạm của bài kiểm thử',
    properties: { role: 'gauges', simulated: true },
    Locations: [{ name: GAUGE, description: '-', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [lon, lat] } }],
    Datastreams: [
      {
        name: 'Mực nước',
        description: '-',
        observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
        unitOfMeasurement: { name: 'mét', symbol: 'm', definition: 'ucum:m' },
        properties: { rules: { interval: 600, thresholds, simulated: true } },
        ObservedProperty: { name: 'Mực nước', description: 'Water level', definition: 'urn:test:water-level' },
        Sensor: { name: 'Ra-đa', description: '-', encodingType: 'text/plain', metadata: '-' },
      },
    ],
  });
  const datastream = (await get(server, `Things(${thing})/Datastreams`)).value[0]['@iot.id'];
  const tell = (result, time = Date.now()) =>
    post(server, `Datastreams(${datastream})/Observations`, { result, phenomenonTime: new Date(time).toISOString() });
  const since = Date.now();
  for (let ago = 12; ago > 0; ago -= 1) await tell(1 + 0.02 * (12 - ago), since - ago * 10 * MINUTE_MS);
  return { thing, datastream, since, tell, hash: `#map=14/${lat}/${lon}` };
}

async function middle(server) {
  const { collections } = await (await fetch(new URL('collections?f=json', server))).json();
  const [west, south, east, north] = collections.find(({ id }) => id === 'buildings').extent.spatial.bbox[0];
  return [(west + east) / 2, (south + north) / 2];
}

async function get(server, path) {
  return (await fetch(new URL(`sensorthings/v1.1/${path}`, server))).json();
}

/** Makes an entity; returns its identifier. */
async function post(server, path, body) {
  const response = await fetch(new URL(`sensorthings/v1.1/${path}`, server), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 201, `${path}: ${await response.clone().text()}`);
  return Number(/\((\d+)\)$/.exec(response.headers.get('location') ?? '')?.[1]);
}
