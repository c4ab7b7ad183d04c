// twin-web.mjs DIR: packs what browsers ask for (brotli), and says how large the program is unpacked.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const [dir] = process.argv.slice(2);
const program = join(dir, 'twin_bg.wasm');
writeFileSync(join(dir, 'size.json'), `{"bytes": ${statSync(program).size}}\n`);
for (const name of ['twin_bg.wasm', 'twin.js']) {
  const path = join(dir, name);
  const bytes = readFileSync(path);
  const params = {
    // The last two steps take minutes and save a twentieth.
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const packed = brotliCompressSync(bytes, { params });
  writeFileSync(`${path}.br`, packed);
  console.log(`${name}: ${(bytes.length / 1e6).toFixed(1)} MB, ${(packed.length / 1e6).toFixed(1)} MB packed`);
}
