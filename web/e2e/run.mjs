/**
 * Browser tests: the real gis-server over a really imported town, in headless Chromium.
 *
 *   npm run e2e                          starts the server itself
 *   npm run e2e -- --server URL          asks a server that runs already
 *   npm run e2e -- --only phone          runs the tests whose name holds a word
 *
 * DOTHI_BIN_DIR is the folder of the built programs (else target/debug), DOTHI_SHARED the folder of
 * the test data (else ../shared beside the checkout), CHROMIUM the browser. Pictures go to tests/out.
 */

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { openBrowser } from './browser.mjs';
import { DUTY_TESTS } from './duty.mjs';
import { FLOOD_TESTS } from './flood.mjs';
import { LIVE_TESTS } from './live.mjs';
import { NOWCAST_TESTS } from './nowcast.mjs';
import { STYLE_TESTS } from './styles.mjs';
import { TESTS } from './tests.mjs';
import { OUT, startTown } from './town.mjs';
import { TWIN_TESTS } from './twin.mjs';
import { UPLOAD_TESTS } from './upload.mjs';

const { values: options } = parseArgs({
  options: { server: { type: 'string' }, only: { type: 'string', default: '' } },
});

mkdirSync(OUT, { recursive: true });
const town = options.server ? { url: options.server, isReal: true, stop: () => {} } : await startTown();
const browser = await openBrowser(town.url);
let passed = 0;
const failed = [];
try {
  for (const [name, test] of Object.entries({ ...TESTS, ...STYLE_TESTS, ...LIVE_TESTS, ...DUTY_TESTS, ...FLOOD_TESTS, ...NOWCAST_TESTS, ...TWIN_TESTS, ...UPLOAD_TESTS })) {
    if (!name.includes(options.only)) continue;
    const began = performance.now();
    const visit = browser.visit();
    try {
      await test(visit, town);
      await visit.expectClean();
      passed += 1;
      console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed.push(name);
      await visit.keep(`failed ${name}`).catch(() => {});
      console.log(`FAIL  ${name}\n      ${String(error?.stack ?? error).replaceAll('\n', '\n      ')}`);
    } finally {
      await visit.close();
    }
  }
} finally {
  await browser.close();
  await town.stop();
}
console.log(`\n${passed} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
