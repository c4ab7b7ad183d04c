/**
 * How long the twin's page takes, from the first request to the picture of the city, on WebGL in software: a row for
 * benches/RESULTS.md. `node e2e/first-frame.mjs http://127.0.0.1:8080/ [TIMES] ['#time=2026-06-21T15:30:00']`; the twin is built by `make twin-web`.
 */

import { openBrowser } from './browser.mjs';

const [server, times = '3', hash = ''] = process.argv.slice(2);
if (!server) throw new Error('name the server: node e2e/first-frame.mjs http://127.0.0.1:8080/ [TIMES] [HASH]');

const browser = await openBrowser(server.replace(/\/?$/, '/'));
try {
  for (let time = 0; time < Number(times); time += 1) {
    // Each visit is a fresh profile: nothing is kept from the one before.
    const visit = browser.visit();
    const began = performance.now();
    const page = await visit.openTwin(hash);
    const seconds = (performance.now() - began) / 1000;
    const { requests, bytes, last_s: last } = await page.evaluate(() => {
      const entries = performance.getEntriesByType('resource');
      return {
        requests: entries.length,
        bytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0),
        last_s: Math.max(...entries.map(({ responseEnd }) => responseEnd)) / 1000,
      };
    });
    console.log(`| ${seconds.toFixed(1)} s | ${requests} requests, ${(bytes / 1e6).toFixed(1)} MB, the last after ${last.toFixed(1)} s |`);
    await visit.context.close();
  }
} finally {
  await browser.close();
}
