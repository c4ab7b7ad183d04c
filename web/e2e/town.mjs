/** A data folder and a server over it. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.DOTHI_BIN_DIR ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug');
const SHARED = process.env.DOTHI_SHARED ?? resolve(ROOT, '../shared');
const START_MS = 60_000;

/** Where pictures are kept. */
export const OUT = join(ROOT, 'tests/out/web');

/** Imports Ninh Kiều, or makes the demo city where the real data is not at hand, and serves it. */
export async function startTown() {
  const dir = mkdtempSync(join(tmpdir(), 'dothi-web-'));
  const data = join(dir, 'data');
  const source = join(SHARED, 'data/geo/cantho-ninhkieu');
  const isReal = existsSync(source);
  try {
    if (isReal) importNinhKieu(source, data);
    else {
      if (process.env.CI === 'true') throw new Error(`${source} is absent, and in CI it must be there`);
      console.log(`SKIP  the real town: ${source} is absent; the demo city stands in for it`);
      run('datasets', ['generate', '--seed', '1', '--buildings', '2000', '--into', data]);
    }
    const server = await serve(data);
    const stop = async () => {
      const ended = new Promise((done) => server.child.once('exit', done));
      server.child.kill('SIGTERM');
      // It writes what it has until it ends.
      await ended;
      rmSync(dir, { recursive: true, force: true });
    };
    return { url: server.url, isReal, stop };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** A demo city whose server asks for tokens, as a `tokens.toml` says. */
export function startGuarded(tokens) {
  return startDemo({ files: { 'tokens.toml': tokens } });
}

/** A demo city with some files of its own in its data folder. */
export async function startDemo({ seed = 1, buildings = 500, files = {} } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'dothi-web-'));
  const data = join(dir, 'data');
  const clear = () => rmSync(dir, { recursive: true, force: true });
  try {
    run('datasets', ['generate', '--seed', String(seed), '--buildings', String(buildings), '--into', data]);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text);
    const server = await serve(data);
    const stop = async () => {
      const ended = new Promise((done) => server.child.once('exit', done));
      server.child.kill('SIGTERM');
      await ended;
      clear();
    };
    return { url: server.url, data, stop };
  } catch (error) {
    clear();
    throw error;
  }
}

function importNinhKieu(source, data) {
  const layers = [
    // The source's CRS has no code: "WGS84(DD)".
    ['building.shp', 'buildings', 'buildings', '--crs', 'EPSG:4326'],
    ['roads.shp', 'roads', 'roads'],
    ['canthodem.tif', 'terrain', 'terrain'],
    ['cantho_centre.osm', 'osm-buildings', 'buildings'],
  ];
  for (const [file, layer, role, ...more] of layers) {
    run('datasets', ['import', join(source, file), '--layer', layer, '--role', role, '--into', data, ...more]);
  }
}

function program(name) {
  const path = join(BIN, name);
  if (!existsSync(path)) throw new Error(`${path} is not built: run cargo build --workspace --bins`);
  return path;
}

function run(name, args) {
  const { status, stdout, stderr } = spawnSync(program(name), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

/** Starts gis-server on a free port; its first line with an address says which. */
function serve(data) {
  const args = ['--data', data, '--http', '127.0.0.1:0', '--web', join(ROOT, 'web/dist')];
  const child = spawn(program('gis-server'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  return new Promise((settle, fail) => {
    const timer = setTimeout(() => fail(new Error(`gis-server said no address:\n${said}`)), START_MS);
    child.stderr.on('data', (chunk) => (said += chunk));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const found = /https?:\/\/[^\s/]+\S*/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      settle({ child, url: found[0].endsWith('/') ? found[0] : `${found[0]}/` });
    });
    child.on('exit', (code) => fail(new Error(`gis-server ended with ${code}:\n${said}`)));
  });
}
