// Opening: drop, pick or paste; several files; raw, pcap, pcapng, gz; the sample; and what happens
// while a large file is read.

import assert from 'node:assert/strict';
import { mkdtempSync, openSync, closeSync, writeSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AWKWARD, becomes, closeAll, count, counted, file, grouped, open, openSample, press, read, report, rows, shows, slowly, text, texts, until, withPage } from './page.mjs';
import { connection, enhanced, pcap, pcapng } from './captures.mjs';

const CARS = '97264836:peugeot:red.97264840:fiat:blue';
const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex');

test('the first look says what to do, and that nothing leaves', () => withPage({}, async (page) => {
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  for (const name of ['Open what the stations sent', 'How an answer can end', 'Nothing leaves this page', 'What it reads', 'Make one']) {
    await page.getByRole('heading', { name }).waitFor();
  }
  await page.getByText('Drop captures anywhere on this page').waitFor();
  await page.getByText('Choose files…').waitFor();
  await page.getByText(/paste an answer/).waitFor();
  await page.getByText("connect-src 'none'").waitFor();
  assert.equal(await page.locator('input[type=file][multiple]').count(), 1);
  for (const way of ['complete, verified', 'complete, unverified', 'partial', 'failed']) await page.getByText(way, { exact: true }).waitFor();
}));

test('a file that is picked is shown', () => withPage({}, async (page) => {
  const chooser = page.waitForEvent('filechooser');
  await page.getByText('Choose files…').click();
  await (await chooser).setFiles([file('gate.raw', AWKWARD)]);
  await shows(page.locator('#count'), '5 cars, 5 rejected');
  assert.equal(await text(page.locator('#file')), 'gate.raw107 Braw');
  assert.deepEqual(await texts(page.locator('.station .verdict')), ['unverified']);
  assert.equal((await rows(page)).length, 10);
}));

test('the same file can be opened again', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', CARS));
  await open(page, file('gate.raw', CARS));
  await shows(page.locator('#count'), '4 cars');
  assert.deepEqual(await texts(page.locator('.station .names b')), ['gate.raw', 'gate.raw#2']);
}));

test('files are dropped anywhere, at any time', () => withPage({}, async (page) => {
  const transfer = (...files) => page.evaluateHandle((all) => {
    const made = new DataTransfer();
    for (const [name, content] of all) made.items.add(new File([content], name));
    return made;
  }, files);
  const first = await transfer(['gate.raw', CARS], ['none.raw', '']);
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: first });
  await page.getByText('Drop to open').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: first });
  await page.getByText('Drop to open').waitFor({ state: 'hidden' });
  await shows(page.locator('#count'), '2 cars');
  assert.deepEqual(await texts(page.locator('.station .names b')), ['gate.raw', 'none.raw']);
  const second = await transfer(['bridge.raw', '1:a:b']);
  await page.dispatchEvent('#query', 'drop', { dataTransfer: second });
  await shows(page.locator('#count'), '3 cars');
  assert.match(await text(page.locator('#file')), /^3 files/);
  // A folder comes as a file that cannot be read.
  await page.evaluate(() => {
    DataTransferItem.prototype.webkitGetAsEntry = function entry() { const { name } = this.getAsFile(); return { isDirectory: name === 'captures', name }; };
  });
  await page.dispatchEvent('main', 'drop', { dataTransfer: await transfer(['captures', '9:a:b'], ['d.raw', '1:a:b']) });
  await shows(page.locator('#said'), 'captures is a folder: drop the files that are in it');
  await shows(page.locator('#count'), '4 cars');
  assert.match(await text(page.locator('#file')), /^4 files/);
}));

test('an answer is pasted', () => withPage({}, async (page) => {
  await page.locator('body[data-view=first]').waitFor();
  await page.evaluate((cars) => navigator.clipboard.writeText(cars), CARS);
  await press(page, 'Control+V');
  await shows(page.locator('#count'), '2 cars');
  assert.deepEqual(await texts(page.locator('.station .names b')), ['pasted']);
  // In the filter, a paste is text of the filter.
  await page.evaluate(() => navigator.clipboard.writeText('color:red'));
  await page.getByRole('textbox', { name: 'Filter cars' }).focus();
  await page.keyboard.press('Control+V');
  await shows(page.locator('#count'), '1 car of 2');
}));

test('the sample needs no file', () => withPage({}, async (page) => {
  await openSample(page);
  const all = await report(page);
  assert.equal(all.stations.length, 24);
  await shows(page.locator('#count'), `${count(all.stations.reduce((sum, s) => sum + s.cars, 0), 'car')}, ${all.stations.reduce((sum, s) => sum + s.rejected, 0)} rejected`);
  const outcomes = new Set(all.stations.map((s) => s.outcome));
  assert.deepEqual([...outcomes].sort(), ['complete', 'failed', 'partial']);
  assert.ok(all.stations.some((s) => s.verified) && all.stations.some((s) => s.outcome === 'complete' && !s.verified));
}));

test('raw, pcap and pcapng, and each packed', () => withPage({}, async (page) => {
  const packets = connection({ chunks: [[1, CARS.slice(0, 20)], [4, CARS.slice(20)]] });
  const files = [
    ['a.raw', Buffer.from(CARS), 'raw'], ['b.pcap', pcap(packets), 'pcap'], ['c.pcapng', pcapng(packets), 'pcapng'],
  ];
  const packed = files.map(([name, bytes, kind]) => [`${name}.gz`, gzipSync(bytes), `${kind}, packed`]);
  for (const [name, bytes, kind] of [...files, ...packed]) {
    await open(page, file(name, bytes));
    await shows(page.locator('#count'), '2 cars');
    assert.equal(await text(page.locator('#file span').last()), kind, name);
    const cells = (await rows(page)).map((row) => row.slice(2, 5));
    assert.deepEqual(cells, [['97264836', 'peugeot', 'red'], ['97264840', 'fiat', 'blue']], name);
    await closeAll(page);
  }
}));

test('an empty file is a complete answer without a car', () => withPage({}, async (page) => {
  await open(page, file('empty.raw', ''));
  await shows(page.locator('#count'), '0 cars');
  assert.match(await text(page.locator('.station')), /unverified.*no bytes/);
  assert.match(await text(page.locator('#grid')), /Zero cars/);
  await page.getByRole('tab', { name: 'Bytes' }).click();
  await shows(page.locator('#hex'), /Zero bytes, zero cars/);
}));

test('a file that is no capture says so, and is read all the same where that is wanted', () => withPage({}, async (page) => {
  await page.getByLabel('Files to open').setInputFiles([file('cat.jpg', JPEG)]);
  const card = page.locator('#foreign');
  await page.getByRole('heading', { name: 'cat.jpg is not a capture' }).waitFor();
  await shows(card, /It begins with ff d8 ff e0, which is how a JPEG image begins/);
  const lines = (await text(card.locator('pre'))).split('\n');
  assert.equal(lines[0].slice(0, 8), 'ff d8 ff');
  assert.equal(lines[1], '^^ ^^ ^^ ^^', 'carets under the bytes that give it away');
  assert.match(await text(card), /10 B of 10 B were read|were read/);
  await page.getByRole('button', { name: 'Read it as a raw answer anyway' }).click();
  await shows(page.locator('#count'), /^0 cars, [1-9]\d* rejected$/);
  assert.equal(await page.locator('#grid .rows .tr').count() > 0, true);
}));

test('a file that is no capture is dismissed, and leaves alone what is open', () => withPage({}, async (page) => {
  await page.getByLabel('Files to open').setInputFiles([file('cat.jpg', JPEG)]);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('heading', { name: 'cat.jpg is not a capture' }).waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
  await page.getByLabel('Files to open').setInputFiles([file('gate.raw', CARS)]);
  await shows(page.locator('#count'), '2 cars');
  await page.getByLabel('Files to open').setInputFiles([file('dog.png', Buffer.from('89504e470d0a1a0a0000', 'hex'))]);
  await shows(page.locator('#notices'), /dog\.png is not a capture\. .*a PNG image/);
  assert.equal(await counted(page), '2 cars');
  assert.equal((await rows(page)).length, 2);
}));

test('a file that ends too early is marked, and says up to where it was read', () => withPage({}, async (page) => {
  const whole = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, n) => `${97264836 + n * 7}:b${(n * 2654435761) % 997}:red`).join('.')));
  await open(page, file('cut.raw.gz', whole.subarray(0, whole.length / 2)));
  await shows(page.locator('.station .verdict'), /^partial/);
  const notice = page.locator('.notice.amber');
  await shows(notice, /cut\.raw\.gz/);
  assert.match(await text(notice), /byte|read/);
  assert.ok((await rows(page)).length > 0, 'what could be read is shown');
}));

test('a record cut by a piece of the file is whole', () => withPage({}, async (page) => {
  // The worker reads two mebibytes at a time; the only record lies across the edge.
  for (const edge of [1, 2]) {
    const at = edge * 1024 * 1024 - 3;
    const bytes = Buffer.alloc(at + 8, '.');
    bytes.write('1:é:red', at);
    await open(page, file(`edge${edge}.raw`, bytes));
    await page.getByRole('textbox', { name: 'Filter cars' }).fill(`station:edge${edge}.raw brand:é`);
    await shows(page.locator('#count'), new RegExp(`^1 car of`));
    await until(page, () => rows(page), (all) => all.length === 1 && all[0].includes(`${at}..${at + 8}`), 'the record and its place');
  }
}));

test('a report asked for at once waits for the files', () => withPage({}, async (page) => {
  const big = Buffer.from(Array(400_000).fill('1:a:b').join('.'));
  await page.getByLabel('Files to open').setInputFiles(file('big.raw', big));
  assert.equal((await report(page)).cars, 400_000);
}));

test('the report is the document of the command line', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', AWKWARD), file('bridge.raw', '1:a:b'));
  const { cars, report: all } = await page.evaluate(() => window.carwatch.report());
  assert.deepEqual(cars[0], { station: 'gate.raw', time: 'today', brand: 'peugeot', color: 'red' });
  assert.deepEqual(cars.at(-1), { station: 'bridge.raw', time: '1', brand: 'a', color: 'b' });
  assert.deepEqual([all.complete, all.cars, all.rejected, all.exit], [2, 6, 5, 0]);
  const [gate] = all.stations;
  assert.deepEqual([gate.name, gate.outcome, gate.reason, gate.verified], ['gate.raw', 'complete', null, false]);
  assert.deepEqual(gate.rejections[1], { index: 3, start: 40, end: 47, reason: 'invalid_utf8', at: 41 });
  const words = await page.evaluate(() => window.carwatch.reportText());
  assert.deepEqual(JSON.parse(words), { cars, report: all });
}));

test('while a large file is read: progress, rows, "so far"; then Esc stops it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'carwatch-'));
  try {
    const path = join(folder, 'large.raw');
    const handle = openSync(path, 'w');
    const some = Buffer.from(Array.from({ length: 40_000 }, (_, n) => `${97264836 + n}:peugeot:red.`).join(''));
    for (let n = 0; n < 250; n += 1) writeSync(handle, some);
    closeSync(handle);
    const size = statSync(path).size;
    await withPage({}, async (page) => {
      await page.getByLabel('Files to open').setInputFiles(path);
      await page.getByRole('progressbar', { name: 'Reading' }).waitFor();
      // Rows are there while it reads.
      const seen = await page.evaluate(() => new Promise((resolve) => {
        const look = () => {
          const bar = document.getElementById('progress');
          const rows = document.querySelectorAll('#grid .rows .tr').length;
          const counted = document.getElementById('count').textContent;
          const notice = document.getElementById('notices').textContent;
          if (bar.hidden) resolve({ done: true, counted });
          else if (rows > 5 && Number(bar.getAttribute('aria-valuenow')) > 0 && counted.includes('so far')) resolve({ rows, counted, notice, now: Number(bar.getAttribute('aria-valuenow')), mark: document.querySelector('.station .mark use').getAttribute('href') });
          else requestAnimationFrame(look);
        };
        look();
      }));
      await press(page, 'Escape');
      assert.equal(seen.done, undefined, `read before a row was seen: ${JSON.stringify(seen)}`);
      assert.ok(seen.now < 100, `${seen.now} percent`);
      assert.equal(seen.mark, '#m-reading');
      assert.match(seen.counted, /^[\d,]+ cars.* so far$/);
      assert.match(seen.notice, /Reading large\.raw\. \d+ %, [\d.]+ MiB of [\d.]+ MiB.*Stop \(Esc\)/);
      await page.locator('#progress').waitFor({ state: 'hidden' });
      await shows(page.locator('.notice.amber'), new RegExp(`^large\\.raw\\. Only [\\d,]+ bytes of ${grouped(size)} bytes were read`));
      await shows(page.locator('#count'), /in the part read$/);
      await shows(page.locator('.station .verdict'), 'partial: cancelled');
      await page.getByRole('button', { name: 'Stop (Esc)' }).waitFor({ state: 'detached' });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('rows of a capture are there while it is read, and what is chosen stays so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'carwatch-'));
  try {
    // Stations that answer at once: each row that comes moves those of the stations behind it.
    const path = join(folder, 'large.pcapng');
    const handle = openSync(path, 'w');
    const chunk = (n) => Array.from({ length: 60 }, (_, k) => `${97264836 + n * 60 + k}:peugeot:red.`).join('');
    const stations = [1, 2, 3].map((station) => connection({ station, chunks: Array.from({ length: 18_000 }, (_, n) => [n + station / 4, chunk(n)]) }));
    const packets = stations.flat().sort((a, b) => a.at - b.at);
    for (let from = 0; from < packets.length; from += 2000) {
      const part = packets.slice(from, from + 2000);
      writeSync(handle, from === 0 ? pcapng(part) : Buffer.concat(part.map(enhanced)));
    }
    closeSync(handle);
    await withPage({}, async (page) => {
      await slowly(page, 100);
      await page.getByLabel('Files to open').setInputFiles(path);
      // A row of the last station, while it is still read.
      const seen = await page.evaluate(() => new Promise((resolve) => {
        const grid = document.getElementById('grid');
        const look = () => {
          const end = grid.getBoundingClientRect().bottom;
          const row = [...grid.querySelectorAll('.rows .tr')].findLast((one) => one.getBoundingClientRect().bottom <= end);
          const cells = [...(row?.querySelectorAll('[role=gridcell]') ?? [])].map((cell) => cell.textContent);
          const counted = document.getElementById('count').textContent;
          if (cells[1] === 'large.pcapng#3' || (counted.startsWith('3,240,000') && !counted.includes('so far'))) {
            row?.click();
            return resolve({ cells, counted, reading: document.querySelectorAll('.station .mark use[href="#m-reading"]').length });
          }
          grid.scrollTop = grid.scrollHeight;
          requestAnimationFrame(look);
        };
        look();
      }));
      assert.match(seen.counted, /^[1-9][\d,]* cars.* so far$/);
      assert.equal(seen.reading, 3, 'stations that are still being read');
      const { cells } = seen;
      const chosen = page.locator('#grid .tr[aria-selected=true]');
      await read(page);
      await shows(page.locator('#count'), '3,240,000 cars, 3 rejected');
      // Its place is far from where it was, and still it is chosen and in sight.
      await until(page, () => rows(page), (all) => all.some((row) => row[1] === cells[1] && row[2] === cells[2]), `${cells} in sight`);
      assert.deepEqual((await texts(chosen.locator('[role=gridcell]'))).slice(1, 3), cells.slice(1, 3));
      await press(page, '2');
      await until(page, async () => (await texts(page.locator('#hex .a .on'))).join(''), (now) => now === `${cells[2]}:peugeot:red`, 'its bytes');
      await press(page, '1', 'j', 'k');
      await until(page, () => texts(chosen.locator('[role=gridcell]')), (now) => now[1] === cells[1] && now[2] === cells[2], `the row ${cells}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('rows that arrive while reading leave the selection and the place alone', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', CARS));
  await press(page, 'j');
  await becomes(page, () => page.locator('#grid .tr[aria-selected=true]').getAttribute('aria-rowindex'), '3');
  await open(page, file('bridge.raw', Array(50_000).fill('1:a:b').join('.')));
  await read(page);
  assert.equal(await page.locator('#grid .tr[aria-selected=true]').getAttribute('aria-rowindex'), '3');
  assert.equal((await rows(page))[0][2], '97264836');
}));
