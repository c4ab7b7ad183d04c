import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { defineConfig, type Plugin } from 'vite';

/**
 * Lets the browser fetch the map library together with the page instead of after it: on a slow
 * line each step of a chain costs a round trip of 300 ms.
 */
function preloadMap(): Plugin {
  return {
    name: 'dothi-preload-map',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        const bundle = context.bundle ?? {};
        const files = Object.keys(bundle);
        const fonts = files.filter((name) => /(latin|vietnamese)-400-normal-[^/]*\.woff2$/.test(name));
        const start = Object.values(bundle).find((part) => part.type === 'chunk' && part.name === 'start');
        // With what it shares with parts that come on demand.
        const wanted = start?.type === 'chunk' ? [start.fileName, ...start.imports] : [];
        const chunks = wanted.filter((name) => !html.includes(name));
        const data = ['?f=json', 'collections?f=json', 'styles/dothi?f=mapbox'];
        return [
          ...data.map((path) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'fetch', crossorigin: 'anonymous', href: `./${path}` },
          })),
          ...chunks.map((name) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${name}` },
          })),
          ...fonts.map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `./${name}` },
          })),
        ];
      },
    },
  };
}

/**
 * Leaves each file compressed beside itself, for the server to send as it is: better than what can
 * be done while someone waits.
 */
function compressed(): Plugin {
  return {
    name: 'dothi-compressed',
    apply: 'build',
    closeBundle() {
      const names = readdirSync('dist', { recursive: true, encoding: 'utf8' });
      for (const name of names.filter((each) => /\.(js|mjs|css|html|svg)$/.test(each))) {
        const plain = readFileSync(`dist/${name}`);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`dist/${name}.br`, brotliCompressSync(plain, { params }));
        writeFileSync(`dist/${name}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}

const SHARED = /maplibre-gl-worker\.mjs\?url|src[\\/](map[\\/](frame|overlay)|coords[\\/](format|zones)|panels[\\/](zone-picker|select|share)|geo[\\/]bounds)\.ts/;

export default defineConfig({
  // Relative addresses, so that the map also works under a base path behind a proxy.
  base: './',
  plugins: [preloadMap(), compressed()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first view shares with parts that come on demand, in one file: each more would cost
            // a slow line another request. With the worker's address, for which the first part of the
            // page must not wait for the map.
            { name: 'shared', test: SHARED, priority: 2 },
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre|@mapbox)/ },
          ],
        },
      },
    },
  },
  server: {
    // `npm run dev` beside a running gis-server: DOTHI_SERVER=http://127.0.0.1:8080 npm run dev
    proxy: {
      '^/(live|alerts|replay|processes|jobs|sensorthings|collections|styles|codelists|search|tiles|tileMatrixSets|health|conformance|api|3d)': {
        target: process.env.DOTHI_SERVER ?? 'http://127.0.0.1:8080',
        changeOrigin: false,
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
