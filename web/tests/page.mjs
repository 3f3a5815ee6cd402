// The page in Chromium, opened from disk. `npm ci && npm test`, after the page was built.
// PAGE names another page, CHROMIUM another browser.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const PAGE = process.env.PAGE ?? fileURLToPath(new URL('../dist/carwatch.html', import.meta.url));
export const SHOTS = fileURLToPath(new URL('./shots/', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
// Milliseconds by which each frame is late, to find what only a fast machine gets away with.
const SLOW = Number(process.env.SLOW ?? 0);
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

let browser;
before(async () => {
  assert.ok(existsSync(PAGE), `${PAGE} is missing; build it: cargo run -p carwatch-web`);
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing; install Chromium (Debian: apt-get install chromium) or name it in CHROMIUM`);
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
after(() => browser?.close());

// Runs `body` in a page of its own and then demands that nothing went wrong in it: no error or
// warning on the console (a CSP report is one), no uncaught error, no dialog, no request.
export async function withPage(options, body) {
  const { width = 1440, height = 900, mayViolate = false, fragment = '', ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light', ...rest });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const seen = { problems: [], requests: [] };
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && seen.problems.push(message.text()));
  page.on('pageerror', (error) => seen.problems.push(String(error)));
  page.on('dialog', (dialog) => { seen.problems.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => seen.requests.push(request.url()));
  await page.addInitScript((slow) => {
    // How many frames are asked for and not yet drawn.
    window.drawing = 0;
    const next = window.requestAnimationFrame.bind(window);
    const late = slow > 0 ? (act) => setTimeout(() => next(act), slow) : next;
    window.requestAnimationFrame = (act) => {
      window.drawing += 1;
      return late((now) => { window.drawing -= 1; act(now); });
    };
  }, SLOW);
  await page.addInitScript(() => {
    window.seenTasks = [];
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) window.seenTasks.push(Math.round(task.duration));
    }).observe({ type: 'longtask', buffered: true });
    window.seenReports = [];
    document.addEventListener('securitypolicyviolation', (event) => window.seenReports.push(event.violatedDirective));
  });
  try {
    await page.goto(pathToFileURL(PAGE).href + fragment);
    await body(page, seen);
    if (!mayViolate) {
      assert.deepEqual(seen.problems, []);
      assert.deepEqual(await page.evaluate(() => window.seenReports), []);
      assert.deepEqual(seen.requests.filter((url) => !/^(file|blob):/.test(url)), []);
    }
  } catch (error) {
    if (seen.problems.length > 0) error.message += `\nthe page said: ${seen.problems.join('\n').slice(0, 2000)}`;
    throw error;
  } finally {
    await context.close();
  }
}

// Looks again, once a frame, until what is seen is right, and everything else is drawn as well:
// not all of the page is drawn in one frame.
export async function until(page, look, holds, what, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (holds(seen)) {
      await drawn(page);
      return seen;
    }
    if (Date.now() > end) assert.fail(`${what}; seen: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

// Waits until the page has nothing more to draw.
function drawn(page) {
  return page.evaluate(() => new Promise((resolve) => {
    const look = () => (window.drawing > 0 ? setTimeout(look, 1) : resolve());
    look();
  }));
}

// Waits until a text is this, or fits.
export function shows(locator, wanted, limit) {
  const holds = wanted instanceof RegExp ? (text) => wanted.test(text) : (text) => text === wanted;
  return until(locator.page(), () => text(locator), holds, `should be ${wanted}`, limit);
}

// Waits until what `look` finds equals this.
export function becomes(page, look, wanted, limit) {
  return until(page, look, (seen) => isDeepStrictEqual(seen, wanted), `should be ${JSON.stringify(wanted)}`, limit);
}

export const text = async (locator) => (await locator.textContent()) ?? '';
export const texts = (locator) => locator.allTextContents();
export const grouped = (number) => number.toLocaleString('en');
export const count = (number, what) => `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
export const file = (name, bytes) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });

// Chooses files, and waits until the page has read them. `names` are all that are open then.
export async function open(page, ...files) {
  const had = await page.evaluate(() => Number(document.body.dataset.files ?? 0));
  const all = had + files.length;
  await page.evaluate((all) => { document.body.dataset.files = all; }, all);
  await page.getByLabel('Files to open').setInputFiles(files);
  await page.locator('body:not([data-view=first])').waitFor({ state: 'attached' });
  const name = (one) => (typeof one === 'string' ? one.split('/').at(-1) : one.name);
  await shows(page.locator('#file b'), all === 1 ? name(files[0]) : `${all} files`);
  await read(page);
}

export async function openSample(page) {
  await page.getByRole('button', { name: 'Load sample' }).click();
  await shows(page.locator('#file b'), 'sample.pcapng');
  await page.evaluate(() => { document.body.dataset.files = 1; });
  await read(page);
}

export async function closeAll(page) {
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Close all files' }).click();
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
  await page.evaluate(() => { delete document.body.dataset.files; });
}

// Waits until everything has been read, filtered and drawn.
export async function read(page, limit = 30_000) {
  await until(page, async () => [await page.locator('#progress').isHidden(), await text(page.locator('#count')), await page.locator('.station .mark use[href="#m-reading"]').count()],
    ([isHidden, counted, reading]) => isHidden && counted !== '' && !counted.includes('so far') && reading === 0, 'should have been read', limit);
  // What stands around the lists is drawn a frame later, and rows once the worker gave them.
  for (let n = 0; n < 3; n += 1) await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  const isDrawn = () => page.evaluate(() => document.body.dataset.view !== 'cars' || document.querySelector('#grid .rows .tr, #grid [aria-rowindex="2"]') !== null);
  await until(page, isDrawn, (isDrawn) => isDrawn, 'should have been drawn', limit);
}

// From now on each piece of a file takes its time: what happens meanwhile can be looked at.
export async function slowly(page, ms = 200) {
  const worker = page.workers().at(-1) ?? await page.waitForEvent('worker');
  await worker.evaluate((ms) => {
    const whole = Blob.prototype.arrayBuffer;
    Blob.prototype.arrayBuffer = function later() { return new Promise((resolve) => { setTimeout(() => resolve(whole.call(this)), ms); }); };
  }, ms);
}

// Types a filter, in place of what was there.
export async function filter(page, query) {
  await page.getByRole('textbox', { name: 'Filter cars' }).fill(query);
}

export const query = (page) => page.locator('#query').inputValue();
export const counted = (page) => text(page.locator('#count'));
// The document without its cars, of which there may be many.
export const report = (page) => page.evaluate(async () => (await window.carwatch.report()).report);

// Presses keys with the focus on nothing, once the page takes them.
export async function press(page, ...keys) {
  await page.waitForFunction(() => document.getElementById('count').textContent !== '');
  await page.evaluate(() => document.activeElement?.blur());
  for (const key of keys) await page.keyboard.press(key);
}

export async function view(page, name) {
  await page.getByRole('tab', { name }).click();
  await page.locator(`body[data-view=${name.toLowerCase()}]`).waitFor();
}

// The rows in the table that can be seen: of each the texts of its cells.
export const rows = (page) => page.locator('#grid .rows .tr').evaluateAll((all) => {
  const grid = document.getElementById('grid').getBoundingClientRect();
  const isSeen = (row) => { const box = row.getBoundingClientRect(); return box.top >= grid.top + 26 && box.bottom <= grid.bottom + 1; };
  const index = (row) => Number(row.getAttribute('aria-rowindex'));
  return all.filter(isSeen).sort((a, b) => index(a) - index(b))
    .map((row) => [...row.querySelectorAll('[role=gridcell]')].filter((cell) => cell.offsetWidth > 0).map((cell) => cell.textContent));
});

// What is saved when `act` was done: its name and its bytes.
export async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

// Chooses from the menu of things to take away.
export async function take(page, item) {
  await page.getByRole('button', { name: 'Export' }).click();
  return saved(page, () => page.getByRole('menuitem', { name: item }).click());
}

// A car, an escaped one, empty, bad UTF-8, too few, too many, UTF-8 cut by a separator,
// markup, a bidi override, and a car with a letter of two bytes.
export const AWKWARD = Buffer.from([
  'today:peugeot:red', '1:B%2EM%2eW:100% red', '', 'a\xffb:c:d', 'lone', '1:2:3:4', '1:a:\xc3',
  '2:<b>bold</b>:', '3:\xe2\x80\xaex:blue', '97264836:\xc3\xa9:b',
].join('.'), 'latin1');

// Chance, the same each time (mulberry32).
export function chance(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
