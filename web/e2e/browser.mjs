/** A browser that notes every complaint of the page and every request it makes. */

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { OUT } from './town.mjs';

const FLAGS = [
  '--no-sandbox',
  // WebGL without a graphics card.
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  // Chromium's own talk with its maker's hosts.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Software rendering on two busy cores is slow; a test that hangs ends here. */
const PATIENCE_MS = 90_000;

const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

/** Opens Chromium; each visit is a fresh profile on the server's pages. */
export async function openBrowser(server) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  return { visit: () => new Visit(browser, server), close: () => browser.close() };
}

class Visit {
  constructor(browser, server) {
    this.browser = browser;
    this.server = server;
    this.complaints = [];
    this.requests = [];
  }

  /** Opens the map and waits until it stands there. */
  async open({ size = 'desktop', hash = '', prepare, ...more } = {}) {
    this.context = await this.browser.newContext({ ...SIZES[size], locale: 'vi-VN', ...more });
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(this.server).origin });
    const page = await this.context.newPage();
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.stack ?? error.message}`));
    page.on('request', (request) => this.requests.push(request.url()));
    await prepare?.(page);
    await page.goto(this.server + hash);
    await page.waitForSelector('html[data-ready]');
    await this.settled();
    return page;
  }

  /** Opens the twin's page and waits until the city stands there. */
  async openTwin(hash = '') {
    this.context = await this.browser.newContext({ viewport: { width: 960, height: 600 }, locale: 'vi-VN' });
    const page = await this.context.newPage();
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      // How winit leaves a page to its events; no failure.
      if (!error.message.includes('Using exceptions for control flow')) this.complaints.push(`exception: ${error.message}`);
    });
    page.on('request', (request) => this.requests.push(request.url()));
    await page.goto(`${this.server}3d${hash}`);
    await page.waitForSelector('body[data-state=ready], body[data-state=failed]');
    assert.equal(await page.locator('#why').textContent(), '', 'the twin opens');
    return page;
  }

  /** Waits until the map has drawn everything it has asked for. */
  async settled() {
    // What was just clicked may start the drawing a moment later.
    await this.page.waitForTimeout(400);
    // A busy machine may draw for long; what a test expects it asks for itself.
    await this.page.waitForSelector('#map[aria-busy=false]', { timeout: 30_000 }).catch(() => {});
  }

  /** Keeps a picture in tests/out. */
  async keep(name) {
    await this.page?.screenshot({ path: join(OUT, `${name.replaceAll(/\W+/g, '-')}.png`) });
  }

  /** No error on the console, and no request to another host. */
  async expectClean() {
    assert.deepEqual(this.complaints, [], 'the page complained');
    const { origin } = new URL(this.server);
    const isOurs = (url) => url.startsWith(origin) || /^(blob|data):/.test(url);
    assert.deepEqual(this.requests.filter((url) => !isOurs(url)), [], 'the page asked another host');
  }

  async close() {
    await this.context?.close();
  }
}
