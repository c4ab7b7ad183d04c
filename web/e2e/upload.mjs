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

/** A house of 12 m × 8 m, 6 m high, that does not say where it stands; lengths in metres. */
const house = () => [
  "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('house.ifc','2026-11-23T00:00:00',(''),(''),'','','');",
  "FILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;",
  "#1=IFCPROJECT('0000000000000000000001',$,'P',$,$,$,$,(#7),#2);\n#2=IFCUNITASSIGNMENT((#3));\n#3=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);",
  '#4=IFCCARTESIANPOINT((0.,0.,0.));\n#5=IFCAXIS2PLACEMENT3D(#4,$,$);\n#6=IFCLOCALPLACEMENT($,#5);',
  "#7=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#5,$);\n#8=IFCDIRECTION((0.,0.,1.));",
  "#11=IFCBUILDING('0000000000000000000011',$,'N',$,$,#6,$,'House',.ELEMENT.,$,$,$);",
  "#12=IFCBUILDINGSTOREY('0000000000000000000012',$,'T',$,$,#6,$,$,.ELEMENT.,0.);",
  '#13=IFCRECTANGLEPROFILEDEF(.AREA.,$,$,12.,8.);\n#14=IFCEXTRUDEDAREASOLID(#13,#5,#8,6.);',
  "#15=IFCSHAPEREPRESENTATION(#7,'Body','SweptSolid',(#14));\n#16=IFCPRODUCTDEFINITIONSHAPE($,$,(#15));",
  "#17=IFCWALL('0000000000000000000017',$,$,$,$,#6,#16,$,$);",
  "#50=IFCRELAGGREGATES('0000000000000000000050',$,$,$,#11,(#12));",
  "#51=IFCRELCONTAINEDINSPATIALSTRUCTURE('0000000000000000000051',$,$,$,(#17),#12);\nENDSEC;\nEND-ISO-10303-21;\n",
].join('\n');

/** Opens the form of uploads as an editor, in Vietnamese or English. */
async function openForm(visit, { hash, open = 'Nhập dữ liệu…', check = 'Kiểm tra' }) {
  const page = await visit.open({ hash });
  await page.getByRole('button', { name: open }).click();
  await page.locator('.upload input[type=password]').fill(TOKEN);
  await page.getByRole('button', { name: check }).click();
  await page.locator('input[type=file]').waitFor();
  return page;
}

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

  async 'a model of a house is put where the map looks'(visit) {
    const town = await startGuarded(TOKENS);
    try {
      const file = join(town.data, '..', 'Nhà mẫu.ifc');
      writeFileSync(file, house());
      visit.server = town.url;
      const page = await openForm(visit, { hash: '#map=17/15.57/108.48' });
      const place = page.locator('input[name=place]');
      assert.ok(!(await place.isVisible()), 'other files say where they lie');
      await page.locator('input[type=file]').setInputFiles(file);
      await place.waitFor();
      assert.equal(await page.inputValue('select[name=role]'), 'buildings');

      // The model is silent of where it stands: the server says so, and it can be told.
      await page.getByRole('button', { name: 'Gửi và nhập' }).click();
      await page.locator('.upload [role=alert]').waitFor();
      await page.getByRole('button', { name: 'Lấy giữa bản đồ' }).click();
      const [lon, lat] = (await place.inputValue()).split(',').map(Number);
      assert.ok(Math.abs(lon - 108.48) < 0.01 && Math.abs(lat - 15.57) < 0.01, `${lon}, ${lat}`);
      await visit.keep('upload of a model');
      await page.getByRole('button', { name: 'Gửi và nhập' }).click();
      await page.locator('[data-imported="nha-mau"]').waitFor();
      await page.waitForFunction(async () => (await fetch('./collections/nha-mau')).ok, undefined, { polling: 500 });
      visit.complaints = visit.complaints.filter((one) => !/404/.test(one));
      const found = await (await fetch(`${town.url}collections/nha-mau/items?f=geojson`)).json();
      const [x, y] = found.features[0].geometry.coordinates.flat(3);
      assert.ok(Math.abs(x - lon) < 1e-3 && Math.abs(y - lat) < 1e-3, `${x}, ${y}`);
      assert.equal(found.features[0].properties.height, 6);
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
      const page = await openForm(visit, { hash: '#lang=en', open: 'Import data…', check: 'Check' });
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
