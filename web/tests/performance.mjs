// How fast the page opens ten million cars, beside what a plain script would take:
//
//   npm run performance [-- CARS]
//
// Everything is measured in one run, in the same page. Memory is the page's process, as the system
// counts it (proportional set size).

import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PAGE = process.env.PAGE ?? fileURLToPath(new URL('../dist/carwatch.html', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const CARS = Number(process.argv[2] ?? 10_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

for (const [what, path] of [['the page', PAGE], ['Chromium', CHROMIUM]]) {
  if (!existsSync(path)) throw new Error(`${what} is missing: ${path}`);
}
const folder = mkdtempSync(join(tmpdir(), 'carwatch-'));
const file = join(folder, 'large.raw');
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  write(file);
  const size = statSync(file).size;
  console.log(`${CARS.toLocaleString('en')} cars, ${(size / 1e6).toFixed(0)} MB; the best of ${ROUNDS} rounds, interleaved`);
  const rounds = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    rounds.push({ page: await ours(), plain: await peer(plain), bare: await peer(bare) });
  }
  const best = (of) => Math.min(...rounds.map(of));
  const done = best((round) => round.page.done);
  const line = (what, ms) => console.log(`${what.padEnd(46)} ${(ms / 1000).toFixed(2).padStart(7)} s   ${(ms / done).toFixed(2)}`);
  console.log(`${''.padEnd(46)}    time     over ours`);
  line('first rows', best((round) => round.page.first));
  line('every row, filtered, counted and charted', done);
  line('a plain loop over indexOf that keeps rows', best((round) => round.plain));
  line('a loop over indexOf that keeps nothing', best((round) => round.bare));
  const growth = best((round) => round.page.growth);
  console.log(`memory of the page grew by ${(growth / 1e6).toFixed(0)} MB, ${(growth / size).toFixed(2)} of the file`);
  console.log(`longest task of the page's thread: ${Math.max(...rounds.map((round) => round.page.longest)).toFixed(0)} ms, while it read and scrolled`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

async function ours() {
  const { page, close } = await opened();
  const before = await memory();
  await page.evaluate(() => {
    window.seen = { longest: 0 };
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) window.seen.longest = Math.max(window.seen.longest, task.duration);
    }).observe({ entryTypes: ['longtask'] });
    document.getElementById('files').addEventListener('change', () => { window.seen.begun = performance.now(); }, true);
    const grid = document.getElementById('grid');
    new MutationObserver(() => {
      if (!window.seen.first && grid.querySelector('.rows .tr')) window.seen.first = performance.now();
    }).observe(grid, { childList: true, subtree: true });
  });
  await page.getByLabel('Files to open').setInputFiles(file);
  const done = await page.evaluate((wanted) => new Promise((resolve) => {
    const look = () => {
      const bar = document.querySelector('.bar .of b');
      const rows = Number(document.getElementById('grid').getAttribute('aria-rowcount'));
      if (document.getElementById('progress').hidden && rows === wanted + 1 && bar) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  }), CARS);
  const { begun, first } = await page.evaluate(() => window.seen);
  // To its end and back, by leaps and by small steps.
  await page.evaluate(async () => {
    const grid = document.getElementById('grid');
    for (let n = 0; n <= 60; n += 1) {
      grid.scrollTop = n % 2 ? n * 300 : (grid.scrollHeight * n) / 60;
      await new Promise(requestAnimationFrame);
    }
  });
  const growth = (await memory()) - before;
  const { longest } = await page.evaluate(() => window.seen);
  await close();
  return { first: first - begun, done: done - begun, growth, longest };
}

// Runs a function of the file in a page of its own, and says how long it took.
async function peer(loop) {
  const { page, close } = await opened();
  await page.evaluate(`window.loop = ${loop}`);
  await page.evaluate(() => {
    document.getElementById('files').addEventListener('change', (event) => {
      event.stopImmediatePropagation();
      window.took = window.loop(event.target.files[0]);
    }, true);
  });
  await page.getByLabel('Files to open').setInputFiles(file);
  const { ms, cars } = await page.evaluate(() => window.took);
  if (cars !== CARS) throw new Error(`${cars} cars instead of ${CARS}`);
  await close();
  return ms;
}

async function plain(file) {
  const begun = performance.now();
  const text = await file.text();
  const rows = [];
  for (let at = 0; at <= text.length;) {
    let end = text.indexOf('.', at);
    if (end < 0) end = text.length;
    const one = text.indexOf(':', at);
    const two = text.indexOf(':', one + 1);
    rows.push({ time: text.slice(at, one), brand: text.slice(one + 1, two), color: text.slice(two + 1, end) });
    at = end + 1;
  }
  return { ms: performance.now() - begun, cars: rows.length };
}

async function bare(file) {
  const begun = performance.now();
  let cars = 1;
  for (let from = 0; from < file.size; from += 4194304) {
    const bytes = new Uint8Array(await file.slice(from, from + 4194304).arrayBuffer());
    for (let at = bytes.indexOf(46); at >= 0; at = bytes.indexOf(46, at + 1)) cars += 1;
  }
  return { ms: performance.now() - begun, cars };
}

async function opened() {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1000 } });
  const page = await context.newPage();
  await page.goto(pathToFileURL(PAGE).href);
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
  return { page, close: () => context.close() };
}

// The memory of all pages: there is one.
async function memory() {
  const client = await browser.newBrowserCDPSession();
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  let sum = 0;
  for (const { type, id } of processInfo) {
    if (type !== 'renderer') continue;
    const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    sum += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  }
  await client.detach();
  return sum;
}

function write(path) {
  const brands = ['vw', 'peugeot', 'fiat', 'bmw', 'kia', 'opel', 'seat', 'ford'];
  const colors = ['red', 'blue', 'black', 'white', 'grey'];
  const out = openSync(path, 'w');
  let part = [];
  for (let n = 0; n < CARS; n += 1) {
    part.push(`${97264836 + (n >> 3)}:${brands[n % 8]}:${colors[(n * 7) % 5]}`);
    if (part.length === 100_000 || n + 1 === CARS) {
      writeSync(out, (n + 1 === part.length ? '' : '.') + part.join('.'));
      part = [];
    }
  }
  closeSync(out);
}
