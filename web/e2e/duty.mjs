/** What those on duty do: they take alerts on, order, approve, and send dead letters again. */

import assert from 'node:assert/strict';

import { aGauge } from './live.mjs';
import { startGuarded } from './town.mjs';

const TOKENS = [['Vận hành A', 'van-hanh-a'], ['Vận hành B', 'van-hanh-b']]
  .map(([name, token]) => `[[token]]\nname = "${name}"\ntoken = "${token}"\nroles = ["operator", "device"]\n`)
  .join('');

export const DUTY_TESTS = {
  async 'an alert that a gauge raises is taken on by hand, and shows by whom and when'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    await addRule(visit.server);
    await gauge.tell(2.84);
    const page = await visit.open({ hash: `${gauge.hash}&live=1` });
    await page.locator('[data-tool=alerts]').click();
    const alert = page.locator('.alert', { hasText: 'Báo động' }).first();
    await alert.waitFor();
    await alert.locator('.alert-head').click();
    await page.getByPlaceholder('Ví dụ: đã cử người').fill('Đã báo đội trực bơm');
    await page.getByRole('button', { name: 'Tiếp nhận', exact: true }).click();
    const taken = page.locator('.taken-on');
    await taken.waitFor();
    assert.match(await taken.innerText(), /local đã tiếp nhận, .*\d{1,2}:\d{2}[\s\S]*Đã báo đội trực bơm/);
    await page.locator('.alert-state.acknowledged').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Tiếp nhận', exact: true }).count(), 0, 'once');
    await visit.keep('alert-taken-on');
    const { alerts } = await (await fetch(new URL('alerts', visit.server))).json();
    const steps = alerts.flatMap((each) => each.steps.map(({ note }) => note));
    assert.ok(steps.includes('Đã báo đội trực bơm'), JSON.stringify(steps));
  },

  async 'one person orders lamps to be dimmed, and only another approves it'(visit) {
    const town = await startGuarded(TOKENS);
    visit.server = town.url;
    try {
      const cabinet = await aCabinet(town.url);
      const page = await ordersOf(visit, 'van-hanh-a');
      await page.locator('input[name=cabinet]').fill(cabinet);
      await page.locator('textarea[name=reason]').fill('Giảm sáng sau 23 giờ');
      await visit.keep('orders-new');
      await page.getByRole('button', { name: 'Gửi xin duyệt' }).click();
      const order = page.locator('.order.waiting', { hasText: 'Giảm sáng sau 23 giờ' });
      await order.waitFor();
      assert.match(await order.innerText(), /Vận hành A/);
      await order.getByRole('button', { name: 'Duyệt' }).click();
      await page.locator('.notice.warning', { hasText: 'người thứ hai' }).waitFor();
      await visit.keep('orders-waiting');

      await visit.close();
      const second = await ordersOf(visit, 'van-hanh-b');
      await second.locator('.order.waiting').getByRole('button', { name: 'Duyệt' }).click();
      await second.locator('.order:not(.waiting) .order-state.authorised').waitFor();
      assert.equal(await second.locator('.order.waiting').count(), 0);
      await visit.keep('orders-approved');
    } finally {
      await town.stop();
    }
    // The browser itself notes requests without a token; the page asks for one then.
    visit.complaints = visit.complaints.filter((text) => !/403|net::ERR_/.test(text));
  },

  async 'what could not be recorded is looked at and sent again by who is on duty'(visit) {
    const gauge = await aGauge(visit.server);
    if (!gauge) return;
    const refused = await fetch(new URL('sensorthings/v1.1/Datastreams(987654)/Observations', visit.server), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ result: 1.5, phenomenonTime: '1970-01-01T00:00:00Z', Datastream: { '@iot.id': 987654 } }),
    });
    assert.ok(!refused.ok);
    const early = { result: 1.5, phenomenonTime: '1970-01-02T00:00:00Z', Datastream: { '@iot.id': gauge.datastream } };
    await fetch(new URL('sensorthings/v1.1/Observations', visit.server), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(early),
    });
    const page = await visit.open({ hash: `${gauge.hash}&live=1` });
    await page.getByRole('button', { name: 'Tình trạng thu nhận' }).click();
    await page.locator('.letters summary').click();
    const letter = page.locator('.letter').first();
    await letter.waitFor();
    await visit.keep('letters');
    await letter.getByRole('button', { name: 'Gửi lại' }).click();
    await page.locator('.notice', { hasText: 'vẫn bị loại' }).waitFor();
  },
};

/** Has the gauge's own thresholds raise alerts: the rules to begin with look at gauges of layers alone. */
async function addRule(server) {
  const url = new URL('alerts/rules', server);
  const { rules } = await (await fetch(url)).json();
  const title = { vi: 'Mực nước vượt báo động', en: 'Water level above alarm' };
  const own = { id: 'bai-kiem-thu', title, event: 'flood', threshold: { own: true } };
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rules: [...rules, own] }),
  });
  assert.equal(response.status, 204, await response.text());
}

/** The panel of orders, opened by somebody with a token. */
async function ordersOf(visit, token) {
  const page = await visit.open({ hash: '#live=1' });
  await page.getByRole('button', { name: 'Lệnh điều khiển đèn' }).click();
  await page.locator('.gate input[type=password]').fill(token);
  await page.getByRole('button', { name: 'Dùng mã này' }).click();
  await page.getByText('Chờ người thứ hai duyệt').waitFor();
  return page;
}

/** A cabinet that lamps hang on, once the server has made their Things. */
async function aCabinet(server) {
  const filter = encodeURIComponent("properties/role eq 'lamps'");
  for (let i = 0; i < 200; i += 1) {
    const { value } = await (await fetch(new URL(`sensorthings/v1.1/Things?$top=1&$filter=${filter}`, server))).json();
    if (value[0]) return value[0].properties.cabinet;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('no lamp has become a Thing');
}
