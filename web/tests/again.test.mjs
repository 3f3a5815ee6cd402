// What was before leaves nothing behind: files that are closed, stopped or gone, keys that found
// nothing, links among several files, and a browser that forbids something.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { becomes, closeAll, counted, file, filter, open, openSample, press, query, read, rows, shows, slowly, text, texts, until, view, withPage } from './page.mjs';

const chosen = (page) => page.locator('#grid .tr[aria-selected=true]');
const cells = (page) => texts(chosen(page).locator('[role=gridcell]'));
const JPEG = Buffer.from('ffd8ffe000104a464946000101000001', 'hex');
const LARGE = Buffer.from('97264836:peugeot:red.'.repeat(1_500_000));

// Large files are given by their paths: handing over their bytes would take the page's thread.
async function onDisk(files, body) {
  const folder = mkdtempSync(join(tmpdir(), 'carwatch-'));
  try {
    const paths = Object.entries(files).map(([name, bytes]) => { writeFileSync(join(folder, name), bytes); return join(folder, name); });
    await body(paths, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('without a clipboard the page still copies, and goes on', () => withPage({}, async (page) => {
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await open(page, file('gate.raw', '1:a:b.2:c:d'));
  await press(page, 'l');
  await shows(page.locator('#said'), /^(Link copied|The browser does not let the page copy)$/);
  await press(page, 'c');
  await shows(page.locator('#said'), /^(Row copied|The browser does not let the page copy)$/);
  await press(page, '2');
  await page.locator('body[data-view=bytes]').waitFor();
}));

test('where the browser refuses to copy, nothing is said to be copied', () => withPage({}, async (page) => {
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
    document.execCommand = () => false;
  });
  await open(page, file('gate.raw', '1:a:b'));
  await press(page, 'c');
  await shows(page.locator('#said'), 'The browser does not let the page copy');
}));

test('a fault that nobody caught is said', () => withPage({ mayViolate: true }, async (page) => {
  await page.evaluate(() => { setTimeout(() => { throw new Error('a test'); }); });
  await shows(page.locator('#stopped'), /fault of the viewer's own: .*a test.*Reload the page/);
  assert.equal(await page.locator('#stopped').isVisible(), true);
}));

// Throws in the worker, where nobody catches it; or does what makes the library panic there.
const stop = (page, panics) => page.workers().at(-1).evaluate((panics) => {
  setTimeout(() => {
    if (!panics) throw new Error('a test');
    wasm_bindgen.start_page(() => { throw new Error('no page'); });
  });
}, panics);

test('where its worker stops, the page goes on with another', () => withPage({ mayViolate: true }, async (page) => {
  await open(page, file('a.raw', '1:a:b.2:c:d'), file('b.raw', '3:e:f'));
  await filter(page, 'brand:a');
  await shows(page.locator('#count'), '1 car of 3');
  await stop(page, false);
  await shows(page.locator('#fault p'), /^This is a fault of the viewer's own, while it was answering the page: .*a test\. Your files are unharmed\. The other files were opened again\.$/);
  await shows(page.locator('#count'), '3 cars');
  await becomes(page, () => query(page), '');
  await filter(page, 'brand:e');
  await shows(page.locator('#count'), '1 car of 3');
  await filter(page, '');
  await page.locator('#fault').getByRole('button', { name: 'Dismiss' }).click();
  await page.locator('#fault').waitFor({ state: 'detached' });
  // What stops it again and again is not gone on with for ever.
  for (let n = 0; n < 3; n += 1) {
    await stop(page, true);
    await shows(page.locator('#fault p'), n < 2 ? /a page can have workers.*opened again\.$/ : /a page can have workers.*start anew/);
    if (n < 2) {
      await shows(page.locator('#count'), '3 cars');
      await page.locator('#fault').getByRole('button', { name: 'Dismiss' }).click();
      await page.locator('#fault').waitFor({ state: 'detached' });
    }
  }
  await page.locator('#fault').getByRole('button', { name: 'Start anew' }).click();
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
}));

test('a file at which the worker stops is left out', () => onDisk({ 'large.raw': LARGE, 'small.raw': '1:a:b' }, ([large, small]) => withPage({ mayViolate: true }, async (page) => {
  await open(page, small);
  await slowly(page);
  await page.getByLabel('Files to open').setInputFiles(large);
  await page.locator('#progress').waitFor();
  await stop(page, true);
  await shows(page.locator('#fault p'), /while it was reading large\.raw, behind byte [\d,]+: .*a page can have workers/);
  await shows(page.locator('#file'), /^small\.raw/);
  await shows(page.locator('#count'), '1 car');
  // Alone, it leaves nothing open.
  await page.evaluate(() => { delete document.body.dataset.files; });
  await closeAll(page);
  await slowly(page);
  await page.getByLabel('Files to open').setInputFiles(large);
  await page.locator('#progress').waitFor();
  await stop(page, true);
  await shows(page.locator('#fault p'), /while it was reading large\.raw/);
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
  assert.equal(await page.locator('#fault').isVisible(), true);
  await openSample(page);
})));

test('e finds a rejected record after it has found none', () => withPage({}, async (page) => {
  await open(page, file('a.raw', '1:a:b.2:c:d'));
  await press(page, 'e');
  await shows(page.locator('#said'), 'Nothing was rejected');
  await open(page, file('b.raw', '3:a:b.bad.4:5:6'));
  await press(page, 'e');
  await until(page, () => cells(page), (now) => now.includes('bad'), 'the rejected record');
  await filter(page, 'brand:a');
  await until(page, () => rows(page), (all) => all.length === 2, 'filtered');
  await press(page, 'e');
  await shows(page.locator('#said'), 'The filter hides this rejected record');
}));

test('a byte leads to its row in the table', () => withPage({}, async (page) => {
  await openSample(page);
  await press(page, 'g');
  await page.keyboard.type('9000');
  await page.keyboard.press('Enter');
  await until(page, () => text(page.locator('#bytes-foot')), (now) => now.includes('9000'), 'there');
  const piece = /piece ([\d,]+)/.exec(await until(page, () => text(page.locator('#inspector')), (now) => /piece [1-9]/.test(now), 'its piece'))[1];
  await press(page, '1');
  await until(page, () => rows(page), (all) => all.some((row) => row[0] === piece && row[1] === 'gate'), `piece ${piece} in sight`);
  assert.equal((await cells(page))[0], piece);
  await press(page, 'j');
  await until(page, () => cells(page), (now) => Number(now[0]) === Number(piece) + 1, 'the next');
}));

test('a past offset says where the answer ends', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', '1:a:b'));
  await press(page, 'g');
  await page.keyboard.type('99999');
  await page.keyboard.press('Enter');
  await shows(page.locator('#said'), 'It has 5 bytes: this is the last');
}));

test('what is read anyway waits for what is being read', () => onDisk({ 'large.raw': LARGE }, ([path]) => withPage({}, async (page) => {
  await page.getByLabel('Files to open').setInputFiles([file('x.jpg', JPEG)]);
  const anyway = page.getByRole('button', { name: 'Read it as a raw answer anyway' });
  await anyway.waitFor();
  await page.getByLabel('Files to open').setInputFiles(path);
  await page.locator('body:not([data-view=first])').waitFor({ state: 'attached' });
  await anyway.click();
  await until(page, () => texts(page.locator('.station .names b')), (names) => names.length === 2, 'both');
  await read(page);
  await shows(page.locator('#count'), /^1,500,000 cars, 2 rejected$/);
  assert.deepEqual(await texts(page.locator('.station .names b')), ['large.raw', 'x.jpg']);
})));

test('Stop names what was not read', () => onDisk({ 'large.raw': LARGE, 'more.raw': LARGE, 'small.raw': '1:a:b' }, (paths) => withPage({}, async (page) => {
  // As soon as it reads, which is not for long.
  const stopped = page.evaluate(() => new Promise((resolve) => {
    const look = () => {
      if (document.getElementById('progress').hidden) return requestAnimationFrame(look);
      return resolve(document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })));
    };
    look();
  }));
  await page.getByLabel('Files to open').setInputFiles(paths);
  await stopped;
  await page.locator('#progress').waitFor({ state: 'hidden' });
  await until(page, () => text(page.locator('#file')), (now) => now.startsWith('3 files'), 'all are named');
  for (const name of ['more.raw', 'small.raw']) await shows(page.locator('#notices'), new RegExp(`${name}\\. Only [\\d,]+ bytes of`));
})));

test('after all files were closed nothing of them is left', () => withPage({}, async (page) => {
  await open(page, file('a.raw', 'one.two.1:b:x'));
  await page.getByRole('columnheader', { name: 'Brand' }).getByRole('button').click();
  await view(page, 'Bytes');
  await becomes(page, () => page.locator('.rejections button').count(), 2);
  await closeAll(page);
  await open(page, file('b.raw', '1:b:x.2:a:y.3:c:z'));
  assert.equal(await page.locator('[aria-sort=ascending], [aria-sort=descending]').count(), 0);
  assert.deepEqual((await rows(page)).map((row) => row[3]), ['b', 'a', 'c']);
  await view(page, 'Bytes');
  await shows(page.locator('.rejections'), 'Rejected in b.rawnone');
}));

test('what was dismissed once is said again of another', () => withPage({}, async (page) => {
  for (let n = 0; n < 2; n += 1) {
    await page.getByLabel('Files to open').setInputFiles([file('x.jpg', JPEG)]);
    await page.getByRole('heading', { name: 'x.jpg is not a capture' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('heading', { name: 'x.jpg is not a capture' }).waitFor({ state: 'detached' });
  }
}));

test('a link finds its file among others, and its byte and order', async () => {
  const content = Array.from({ length: 300 }, (_, n) => `${97264836 + n}:b${n % 7}:red`).join('.');
  let fragment;
  await withPage({}, async (page) => {
    await open(page, file('gate.raw', content));
    await page.getByRole('columnheader', { name: 'Brand' }).getByRole('button').click();
    await press(page, 'g');
    await page.keyboard.type('1234');
    await page.keyboard.press('Enter');
    await until(page, () => text(page.locator('#bytes-foot')), (now) => now.includes('1234'), 'there');
    await press(page, 'l');
    await shows(page.locator('#said'), 'Link copied');
    fragment = new URL(page.url()).hash;
  });
  const restored = async (page) => {
    await page.locator('body[data-view=bytes]').waitFor();
    await until(page, () => text(page.locator('#bytes-foot')), (now) => now.startsWith('offset 12340x4d2'), 'its byte');
    await shows(page.locator('#bytes-head h2'), 'again.raw');
    await press(page, '1');
    await becomes(page, () => page.locator('[aria-sort=ascending]').count(), 1);
  };
  await withPage({ fragment }, async (page) => {
    // Between others, all at once.
    await page.getByLabel('Files to open').setInputFiles([file('one.raw', '1:a:b.2:c:d'), file('again.raw', content), file('two.raw', '3:e:f')]);
    await restored(page);
  });
  await withPage({}, async (page) => {
    // In a page that has it open already.
    await open(page, file('one.raw', '1:a:b.2:c:d'), file('again.raw', content));
    await page.evaluate((hash) => { location.hash = hash; }, fragment);
    await restored(page);
  });
});

test('a file that is gone is named, where its bytes are wanted', () => onDisk({ 'gone.raw': Buffer.from('97264836:peugeot:red.'.repeat(20_000)) }, (paths, folder) => withPage({}, async (page) => {
  await open(page, paths[0]);
  rmSync(join(folder, 'gone.raw'));
  await press(page, '2');
  await shows(page.locator('#notices'), /gone\.raw can no longer be read/);
  await press(page, 'l');
  await press(page, '1');
  assert.equal(await counted(page), '20,000 cars, 1 rejected');
})));

test('keys do not take what the focus is for', () => withPage({}, async (page) => {
  // Before anything is open there is nothing to filter or save.
  await press(page, 'r', 's');
  assert.equal(await query(page), '');
  await openSample(page);
  await press(page, '2');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.keyboard.press('End');
  await becomes(page, () => text(page.locator(':focus')), 'Close all files');
  await page.keyboard.press('ArrowUp');
  await until(page, () => text(page.locator(':focus')), (now) => now.startsWith('Link to this view'), 'the one before');
  await page.keyboard.press('Tab');
  await page.getByRole('menu', { name: 'Export' }).waitFor({ state: 'hidden' });
  // Enter opens what is folded.
  await press(page, '1', 't');
  await page.getByRole('group', { name: 'Brand, as a table' }).focus();
  const before = await until(page, () => cells(page), (now) => now.length > 0, 'the first row');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('body[data-view=cars]').count(), 1);
  assert.deepEqual(await cells(page), before);
}));

test('a click right after typing loses nothing of it', () => withPage({}, async (page) => {
  await openSample(page);
  await page.locator('#query').evaluate((field) => {
    field.value = 'brand:kia';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    document.getElementById('station-0').click();
  });
  await becomes(page, () => query(page), 'brand:kia station:gate');
}));
