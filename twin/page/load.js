/** Brings the twin's program and starts it; how much of it has come is shown on the bar. */

import init from './twin.js';

const PROGRAM = new URL('./twin_bg.wasm', import.meta.url);
const bar = document.getElementById('bar');
const doing = document.getElementById('doing');

/** An answer that says how much of it has been read. `size` is that of the program when unpacked. */
function counted(answer, size) {
  let read = 0;
  const count = new TransformStream({
    transform(chunk, out) {
      read += chunk.byteLength;
      // The second half is the city's.
      bar.style.width = `${Math.min(50, (50 * read) / size).toFixed(1)}%`;
      out.enqueue(chunk);
    },
  });
  return new Response(answer.body.pipeThrough(count), { headers: { 'Content-Type': 'application/wasm' } });
}

function fail(why) {
  document.getElementById('why').textContent = why;
  document.body.dataset.state = 'failed';
}

function hasWebGl2() {
  return Boolean(document.createElement('canvas').getContext('webgl2'));
}

/** A browser takes its graphics from a page when their driver begins anew; the address says what the page showed. */
const LOST = 'dothi.graphics-lost';
const SOON_MS = 60_000;

document.getElementById('twin').addEventListener('webglcontextlost', () => {
  const last = Number(sessionStorage.getItem(LOST));
  if (Date.now() - last < SOON_MS) {
    fail('Trình duyệt ngắt đồ hoạ nhiều lần; hãy đóng bớt trang rồi tải lại. · '
      + 'The browser keeps taking the graphics away; close other pages, and load this one again.');
    return;
  }
  sessionStorage.setItem(LOST, String(Date.now()));
  location.reload();
});

// The map shows the same place.
const map = document.getElementById('map');
map.addEventListener('click', () => { map.href = `./${location.hash}`; });

async function start() {
  if (!hasWebGl2()) {
    fail('Trình duyệt này không có WebGL 2. · This browser has no WebGL 2.');
    return;
  }
  const size = await fetch(new URL('./size.json', import.meta.url)).then((answer) => answer.json());
  const answer = await fetch(PROGRAM);
  if (!answer.ok || !answer.body) throw new Error(`${PROGRAM.pathname}: ${answer.status}`);
  const module = await WebAssembly.compileStreaming(counted(answer, size.bytes));
  doing.textContent = 'Đang tải thành phố… · Loading the city…';
  await init({ module_or_path: module });
}

start().catch((error) => {
  // How winit leaves a page to its events.
  if (String(error).includes('Using exceptions for control flow')) return;
  fail(`Không mở được bản 3D · The 3D city cannot be opened: ${error}`);
});
