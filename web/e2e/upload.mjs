/** Files of editors, sent from the map. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startDemo, startGuarded } from './town.mjs';

const TOKEN = 'editor-token-of-the-browser';
const TOKENS = `[[token]]\nname = "Biên tập"\ntoken = "${TOKEN}"\nroles = ["editor"]\n`;

const wells = () => JSON.stringify({
  type: 'FeatureCollection',
  features: [['Giếng Đình', 108.47], ['Giếng Chợ', 108.472]].map(([ten, lon]) => ({
    type: 'Feature', properties: { ten }, geometry: { type: 'Point', coordinates: [lon, 15.57] },
  })),
});

export const UPLOAD_TESTS = {
  async 'a layer is taken away as one file of tiles, with its progress'(visit) {
    const town = await startDemo();
    try {
      visit.server = town.url;
      for (const { hash, download, done, kind, head } of [
        { hash: '', download: 'Tải về', done: 'Đã ghi roads', kind: 'pmtiles', head: 'PMTiles\u0003' },
        { hash: '#lang=en', download: 'Download', done: 'Wrote roads', kind: 'mbtiles', head: 'SQLite format 3' },
      ]) {
        const page = await visit.open({ hash });
        const layer = page.locator('li.layer', { has: page.locator('[data-layer="roads"]') });
        await layer.locator('button.name').click();
        await layer.locator('.downloads summary', { hasText: download }).click();
        const [file] = await Promise.all([page.waitForEvent('download'), layer.locator(`[data-tiles=${kind}]`).click()]);
        assert.equal(file.suggestedFilename(), `roads-synthetic.${kind}`);
        const bytes = readFileSync(await file.path());
        assert.equal(bytes.subarray(0, head.length).toString('latin1'), head);
        await layer.getByText(done).waitFor();
        await visit.keep(`tiles as a file ${kind}`);
      }
    } finally {
      await town.stop();
    }
  },

  async 'an editor sends a file from the map, sees its progress and then the layer'(visit) {
    const town = await startGuarded(TOKENS);
    try {
      const file = join(town.data, '..', 'Giếng nước.geojson');
      writeFileSync(file, wells());
      visit.server = town.url;
      const page = await visit.open();
      await page.getByRole('button', { name: 'Nhập dữ liệu…' }).click();

      // Nobody without rights sees a form.
      await page.getByText('Chỉ người biên tập').waitFor();
      assert.equal(await page.locator('input[type=file]').count(), 0);
      await page.locator('.upload input[type=password]').fill(TOKEN);
      await page.getByRole('button', { name: 'Kiểm tra' }).click();
      await page.locator('input[type=file]').setInputFiles(file);
      assert.equal(await page.inputValue('input[name=layer]'), 'gieng-nuoc');
      assert.equal(await page.inputValue('input[name=title]'), 'Giếng nước');
      await visit.keep('upload form');
      await page.getByRole('button', { name: 'Gửi và nhập' }).click();
      await page.locator('[data-imported="gieng-nuoc"]').waitFor();
      assert.match(await page.locator('.upload').innerText(), /đã công bố 2 trên 2/);
      await visit.keep('upload done');

      // The same once more: the server's reason stands there in the language of the page.
      await page.getByRole('button', { name: 'Gửi và nhập' }).click();
      const refused = page.locator('.upload [role=alert]');
      await refused.waitFor();
      assert.match(await refused.innerText(), /gieng-nuoc/);
      visit.complaints = visit.complaints.filter((one) => !/409/.test(one));

      await page.waitForFunction(async () => (await fetch('./collections/gieng-nuoc')).ok, undefined, { polling: 500 });
      visit.complaints = visit.complaints.filter((one) => !/404/.test(one));
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await page.locator('[data-layer="gieng-nuoc"]').waitFor();
    } finally {
      await town.stop();
    }
  },

  async 'a file that cannot be read is refused in English on an English page'(visit) {
    const town = await startGuarded(TOKENS);
    try {
      const file = join(town.data, '..', 'broken.geojson');
      writeFileSync(file, '{"type": "FeatureCollection", "features": [');
      visit.server = town.url;
      const page = await visit.open({ hash: '#lang=en' });
      await page.getByRole('button', { name: 'Import data…' }).click();
      await page.locator('.upload input[type=password]').fill(TOKEN);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Send and import' }).click();
      const refused = page.locator('.upload [role=alert]');
      await refused.waitFor();
      const words = await refused.innerText();
      assert.match(words, /\w{3,}/);
      assert.doesNotMatch(words, /không|tệp|đọc/i, words);
      assert.ok(await page.getByRole('button', { name: 'Send and import' }).isEnabled(), 'it can be tried again');
      await visit.keep('upload refused');
    } finally {
      await town.stop();
    }
  },
};
