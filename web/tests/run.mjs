// The page in Chromium, opened from disk: `npm ci && npm test`, after the page was built.
// CHROMIUM names the browser, /usr/bin/chromium where it does not.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const PAGE = fileURLToPath(new URL('../dist/carwatch.html', import.meta.url));
const SHOTS = fileURLToPath(new URL('./shots/', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
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

test('the first look says what to do, and that nothing leaves', () => withPage({}, async (page) => {
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
  await page.getByRole('heading', { name: 'Nothing leaves this page' }).waitFor();
  assert.equal(await page.locator('input[type=file][multiple]').count(), 1);
}));

test('cars and rejections, each with its place', () => withPage({}, async (page) => {
  await open(page, raw('gate.raw', AWKWARD));
  const answer = page.getByRole('region', { name: 'gate.raw', exact: true });
  assert.equal(await text(answer.locator('.chip')), 'unverified');
  assert.equal(await text(answer.locator('.counts')), '5 cars5 rejected107 bytes');
  assert.match(await text(answer.locator('.verdict')), /^Complete, unverified\./);
  assert.deepEqual(await rows(answer, /^Rejected: 5$/), [
    ['2', 'empty', '', '39..39', '(none)'],
    ['3', 'invalid_utf8', 'at 41', '40..47', 'a\\xffb:c:d'],
    ['4', 'too_few_fields', 'found 1', '48..52', 'lone'],
    ['5', 'too_many_fields', 'found 4', '53..60', '1:2:3:4'],
    ['6', 'invalid_utf8', 'at 65', '61..66', '1:a:\\xc3'],
  ]);
  assert.deepEqual(await rows(answer, /^Cars: 5$/), [
    ['0', 'today', 'peugeot', 'red', '0..17', ''],
    ['1', '1', 'B.M.W', '100% red', '18..38', 'escaped'],
    ['7', '2', '<b>bold</b>', '(none)', '67..81', ''],
    ['8', '3', '\\u{202e}x', 'blue', '82..93', ''],
    ['9', '97264836', 'é', 'b', '94..107', 'provisional'],
  ]);
  assert.equal(await page.locator('b').count(), 0, 'a brand became an element');
}));

test('the report is the document of the command line', () => withPage({}, async (page) => {
  await open(page, raw('gate.raw', AWKWARD), raw('bridge.raw', Buffer.from('1:a:b')));
  const { cars, report } = await page.evaluate(() => window.carwatch.report());
  assert.deepEqual(cars[0], { station: 'gate.raw', time: 'today', brand: 'peugeot', color: 'red' });
  assert.deepEqual(cars.at(-1), { station: 'bridge.raw', time: '1', brand: 'a', color: 'b' });
  assert.equal(cars.length, 6);
  assert.deepEqual([report.complete, report.cars, report.rejected, report.exit], [2, 6, 5, 0]);
  const [gate] = report.stations;
  assert.deepEqual([gate.name, gate.outcome, gate.reason, gate.verified], ['gate.raw', 'complete', null, false]);
  assert.deepEqual(gate.rejections[1], { index: 3, start: 40, end: 47, reason: 'invalid_utf8', at: 41 });
}));

test('a report asked for at once waits for the files', () => withPage({}, async (page) => {
  const big = Buffer.from('1:a:b.'.repeat(1_000_000));
  await page.getByLabel('Files to open').setInputFiles(raw('big.raw', big));
  const cars = await page.evaluate(async () => (await window.carwatch.report()).report.cars);
  assert.equal(cars, 1_000_000);
}));

test('an empty file is a complete answer without a car', () => withPage({}, async (page) => {
  await open(page, raw('empty.raw', Buffer.alloc(0)));
  const answer = page.getByRole('region', { name: 'empty.raw' });
  assert.match(await text(answer.locator('.verdict')), /Zero bytes, zero cars/);
  assert.equal(await answer.locator('table').count(), 0);
}));

test('a long list says how much of it is shown', () => withPage({}, async (page) => {
  const records = Array.from({ length: 4725 }, (_, n) => `${97264836 + n}:peugeot:red`).join('.');
  await open(page, raw('long.raw', Buffer.from(records)));
  await page.getByText('Cars: first 1,000 of 4,725').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1000);
}));

test('a record cut by a piece of the file is whole', () => withPage({}, async (page) => {
  // The worker reads a mebibyte at a time; the only record lies across it.
  const edge = 1024 * 1024;
  const bytes = Buffer.alloc(edge + 5, '.');
  bytes.write('1:é:red', edge - 3);
  await open(page, raw('edge.raw', bytes));
  assert.deepEqual((await rows(page, /^Cars: 1$/))[0].slice(1, 5), ['1', 'é', 'red', `${edge - 3}..${edge + 5}`]);
}));

test('a file of another kind is named, and shown all the same', () => withPage({}, async (page) => {
  await open(page, raw('cat.jpg', Buffer.from('ffd8ffe000104a464946', 'hex')));
  assert.match(await text(page.locator('.notice')), /ff d8 ff, which is how a JPEG image begins/);
}));

test('files can be dropped, and closed', () => withPage({}, async (page) => {
  const transfer = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(['today:peugeot:red'], 'dropped.raw'));
    made.items.add(new File([''], 'none.raw'));
    return made;
  });
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer });
  assert.ok(await page.getByText('Drop to open').isVisible());
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await page.getByText('2 files read').waitFor();
  assert.ok(!(await page.getByText('Drop to open').isVisible()));
  assert.deepEqual(await page.getByRole('heading', { level: 2 }).allTextContents(), ['dropped.raw', 'none.raw']);
  await page.getByRole('button', { name: 'Close all' }).click();
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
}));

test('the page is one small file', () => {
  const size = statSync(PAGE).size;
  assert.ok(size < 600_000, `${PAGE} has ${size} bytes`);
});

test('the page can connect to nothing', () => withPage({ mayViolate: true }, async (page, seen) => {
  const error = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'connected', String));
  assert.match(error, /TypeError/);
  assert.match(seen.problems.join('\n'), /connect-src 'none'/);
  const html = await page.evaluate(() => {
    try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); return 'set'; } catch (e) { return String(e); }
  });
  assert.match(html, /TrustedHTML/);
}));

for (const width of [390, 1024, 1920]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing overflows at ${width} px, ${colorScheme}`, () => withPage({ width, colorScheme }, async (page) => {
      await fits(page, `${SHOTS}first-${width}-${colorScheme}.png`);
      const long = Buffer.from(`1:${'x'.repeat(5000)}:red.${'y'.repeat(5000)}`);
      await open(page, raw('gate.raw', AWKWARD), raw('empty.raw', Buffer.alloc(0)), raw('a-name-without-a-place-to-break-'.repeat(5), long), raw('cat.jpg', Buffer.from('ffd8ffe000104a464946', 'hex')));
      await fits(page, `${SHOTS}files-${width}-${colorScheme}.png`);
    }));
  }
}

// Runs `body` in a page of its own and then demands that nothing went wrong in it.
async function withPage({ width = 1280, colorScheme = 'light', mayViolate = false }, body) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const seen = { problems: [], requests: [] };
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && seen.problems.push(message.text()));
  page.on('pageerror', (error) => seen.problems.push(String(error)));
  page.on('request', (request) => seen.requests.push(request.url()));
  try {
    await page.goto(pathToFileURL(PAGE).href);
    await body(page, seen);
    if (!mayViolate) assert.deepEqual(seen.problems, []);
    assert.deepEqual(seen.requests.filter((url) => !/^(file|blob):/.test(url) && !mayViolate), []);
    assert.equal(await page.locator('#faults').textContent(), '');
  } finally {
    await context.close();
  }
}

async function open(page, ...files) {
  await page.getByLabel('Files to open').setInputFiles(files);
  await page.getByText(files.length === 1 ? '1 file read' : `${files.length} files read`).waitFor();
}

async function rows(scope, caption) {
  const table = scope.getByRole('table', { name: caption });
  const cells = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  return cells;
}

async function fits(page, shot) {
  await page.screenshot({ path: shot, fullPage: true });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `the page is ${content} px wide in a window of ${window}`);
}

const text = (locator) => locator.textContent();
const raw = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

// A car, an escaped one, empty, bad UTF-8, too few, too many, UTF-8 cut by a separator,
// markup, a bidi override, and a car with a letter of two bytes.
const AWKWARD = Buffer.from([
  'today:peugeot:red', '1:B%2EM%2eW:100% red', '', 'a\xffb:c:d', 'lone', '1:2:3:4', '1:a:\xc3',
  '2:<b>bold</b>:', '3:\xe2\x80\xaex:blue', '97264836:\xc3\xa9:b',
].join('.'), 'latin1');
