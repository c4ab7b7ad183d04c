/** Every tile of the city's tile sets, and single buildings, against Khronos' glTF validator. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [place, server] = process.argv.slice(2);
const { validateBytes } = createRequire(join(place, 'package.json'))('gltf-validator');

let checked = 0;
async function check(url) {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, url);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const report = await validateBytes(bytes, { uri: url, format: 'glb' });
  // 0 is an error, 1 a warning. It knows nothing of the metadata extensions, and says so as a hint (2).
  const faults = report.issues.messages.filter((message) => message.severity < 2);
  assert.deepEqual(faults, [], url);
  checked += 1;
}

async function walk(tile, base) {
  const uri = tile.content?.uri;
  if (uri) {
    const url = new URL(uri, base);
    if (url.pathname.endsWith('.json')) {
      const set = await (await fetch(url)).json();
      await walk(set.root, url);
    } else {
      await check(url.href);
    }
  }
  for (const child of tile.children ?? []) await walk(child, base);
}

const first = `${server}/3dtiles/tileset.json`;
await walk((await (await fetch(first)).json()).root, first);
assert.ok(checked > 10, `only ${checked} tiles`);
const page = await (await fetch(`${server}/collections/buildings/items?limit=20`)).json();
for (const { id } of page.features) await check(`${server}/collections/buildings/items/${id}?f=glb`);
console.log(`${checked} files`);
