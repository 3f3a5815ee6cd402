// Taking away: CSV and NDJSON as the client writes them, an answer's bytes, the report, the charts
// as a picture, and a link to the view.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AWKWARD, becomes, counted, file, filter, open, openSample, PAGE, press, query, report, rows, saved, shows, take, text, until, view, withPage } from './page.mjs';
import { connection, pcapng } from './captures.mjs';
import { pathToFileURL } from 'node:url';

// Cells that CSV and JSON have to guard.
const ODD = Buffer.from('1:=1+1:a,b.2:say "x":back\\slash.lone.3:-1:-x.4:B%2EM:two\nlines');

test('CSV, to the letter', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', ODD));
  const { name, bytes } = await take(page, 'Shown cars as CSV');
  assert.equal(name, 'cars.csv');
  assert.equal(bytes.toString(), [
    'station,time,brand,color',
    `gate.raw,1,'=1+1,"a,b"`,
    'gate.raw,2,"say ""x""",back\\slash',
    "gate.raw,3,-1,'-x",
    'gate.raw,4,B.M,"two\nlines"',
    '',
  ].join('\r\n'));
}));

test('NDJSON, to the letter', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', ODD));
  const { name, bytes } = await take(page, 'Shown cars as NDJSON');
  assert.equal(name, 'cars.ndjson');
  assert.equal(bytes.toString(), [
    '{"station":"gate.raw","time":"1","brand":"=1+1","color":"a,b"}',
    '{"station":"gate.raw","time":"2","brand":"say \\"x\\"","color":"back\\\\slash"}',
    '{"station":"gate.raw","time":"3","brand":"-1","color":"-x"}',
    '{"station":"gate.raw","time":"4","brand":"B.M","color":"two\\nlines"}',
    '',
  ].join('\n'));
}));

test('only the rows that are shown, in their order; s saves them', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', '3:b:red.1:c:blue.2:a:red'), file('bridge.raw', '9:z:red'));
  await filter(page, 'color:red station:gate.raw');
  await shows(page.locator('#count'), '2 cars of 4');
  await page.getByRole('columnheader', { name: /^Brand/ }).getByRole('button').click();
  await until(page, () => rows(page), (all) => all[0]?.[4] === 'red' && all[0]?.[2] === '2', 'sorted by brand');
  const { name, bytes } = await saved(page, () => press(page, 's'));
  assert.equal(name, 'cars.csv');
  assert.equal(bytes.toString(), 'station,time,brand,color\r\ngate.raw,2,a,red\r\ngate.raw,3,b,red\r\n');
}));

test('cars of partial answers are marked, as with --keep-partial', () => withPage({}, async (page) => {
  const whole = connection({ station: 1, chunks: [[1, '1:a:b']] });
  const cut = connection({ station: 2, chunks: [[1, '2:c:d.3']], end: 'reset' });
  await open(page, file('two.pcapng', pcapng([...whole, ...cut])));
  const names = (await report(page)).stations.map((station) => station.name);
  const csv = (await take(page, 'Shown cars as CSV')).bytes.toString();
  assert.equal(csv, `station,time,brand,color,partial\r\n${names[0]},1,a,b,false\r\n${names[1]},2,c,d,true\r\n`);
  const ndjson = (await take(page, 'Shown cars as NDJSON')).bytes.toString();
  assert.equal(ndjson, `{"station":"${names[0]}","time":"1","brand":"a","color":"b"}\n{"station":"${names[1]}","time":"2","brand":"c","color":"d","partial":true}\n`);
}));

test('the raw bytes of an answer', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  const raw = await take(page, 'This answer as raw bytes');
  assert.equal(raw.name, 'gate.raw');
  assert.deepEqual(raw.bytes, AWKWARD);
  // Out of a capture, that of the chosen car.
  const chunks = [[1, '1:a:b.2:c'], [5, ':d\xff.']];
  const packets = [...connection({ station: 1, chunks: [[1, '9:x:y']] }), ...connection({ station: 2, chunks: chunks.map(([at, data]) => [at, Buffer.from(data, 'latin1')]) })];
  await open(page, file('two.pcapng', pcapng(packets)));
  await press(page, 'End');
  await shows(page.locator('#details'), /two\.pcapng#2/);
  const part = await take(page, 'This answer as raw bytes');
  assert.match(part.name, /^two\.pcapng#2\.raw$/);
  assert.deepEqual(part.bytes, Buffer.from('1:a:b.2:c:d\xff.', 'latin1'));
}));

test('the report is saved as the very document', () => withPage({}, async (page) => {
  await openSample(page);
  const { name, bytes } = await take(page, 'Report as JSON');
  assert.equal(name, 'report.json');
  assert.equal(bytes.toString(), await page.evaluate(() => window.carwatch.reportText()));
  assert.equal(JSON.parse(bytes).report.stations.length, 24);
}));

// The picture: its size and its colours, with how many dots each has.
const looked = (page, bytes) => page.evaluate(async (base64) => {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const dots = {};
  for (let n = 0; n < data.length; n += 4) { const color = `${data[n]},${data[n + 1]},${data[n + 2]}`; dots[color] = (dots[color] ?? 0) + 1; }
  return { width: bitmap.width, height: bitmap.height, dots };
}, bytes.toString('base64'));

test('the charts are saved as a picture', () => withPage({}, async (page) => {
  await openSample(page);
  const { name, bytes } = await take(page, 'Charts as PNG');
  assert.equal(name, 'detections.png');
  assert.equal(bytes.subarray(0, 8).toString('hex'), '89504e470d0a1a0a');
  const shown = await looked(page, bytes);
  assert.equal(shown.width, 2400);
  // The time line with its axis, and below it bars of at least seven rows.
  assert.ok(shown.height > 2 * (36 + 168 + 40 + 7 * 24), `${shown.height} high`);
  // The page's ground, the colours of cars, letters, and the bars with their whole.
  for (const color of ['255,255,255', '22,24,26', '47,107,194', '26,27,29', '131,136,143']) assert.ok(shown.dots[color] > 200, `${color}: ${shown.dots[color]}`);
  await filter(page, 'color:red');
  await until(page, () => counted(page), (now) => now.includes(' of '), 'filtered');
  const filtered = await looked(page, (await take(page, 'Charts as PNG')).bytes);
  assert.ok(filtered.dots['227,227,223'] > 10_000, 'the wholes are drawn behind');
}));

test('the picture is the same where the charts are shown as tables', () => withPage({}, async (page) => {
  await openSample(page);
  const { bytes } = await take(page, 'Charts as PNG');
  await press(page, 't');
  await page.getByRole('table', { name: 'Detections' }).waitFor();
  assert.ok(bytes.equals((await take(page, 'Charts as PNG')).bytes));
}));

test('what cannot be taken says why', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', '1:a:b'));
  await filter(page, 'brand:none');
  await page.getByText('No car passes this filter').waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const csv = page.getByRole('menuitem', { name: /^Shown cars as CSV/ });
  assert.ok(await csv.isDisabled());
  assert.match(await text(csv), /no car passes/);
  await page.keyboard.press('Escape');
  await page.getByRole('menu', { name: 'Export' }).waitFor({ state: 'hidden' });
  assert.ok(await page.getByRole('button', { name: 'Export' }).evaluate((element) => element === document.activeElement));
}));

test('a row is copied', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', '1:a:b.lone'));
  await shows(page.locator('#details'), /piece 0/);
  await press(page, 'c');
  await becomes(page, () => page.evaluate(() => navigator.clipboard.readText()), 'gate.raw\t1\ta\tb');
  await shows(page.locator('#live'), 'Row copied');
}));

test('a link opens the view again when the same file is dropped', async () => {
  const content = Array.from({ length: 500 }, (_, n) => `${97264836 + n}:b${n % 7}:${n % 2 ? 'red' : 'blue'}`).join('.');
  let link;
  await withPage({}, async (page) => {
    await open(page, file('gate.raw', content));
    await filter(page, 'brand:b3 color:red -time:00:00');
    await until(page, () => counted(page), (now) => now.includes('of 500'), 'filtered');
    await page.locator('#grid .rows .tr').nth(4).click();
    await becomes(page, () => page.locator('#grid .rows .tr').nth(4).getAttribute('aria-selected'), 'true');
    await view(page, 'Bytes');
    const pressed = await page.locator('#grid .tr[aria-selected=true]').getAttribute('id');
    const before = content.split('.').slice(0, Number(pressed.replace('row-', '')));
    await press(page, 'l');
    await shows(page.locator('#live'), 'Link copied');
    link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(link.startsWith(pathToFileURL(PAGE).href + '#sha256='), link);
    assert.match(link, /sha256=[0-9a-f]{64}&view=bytes&q=brand%3Ab3/);
    assert.ok(link.endsWith(`&at=0.${before.join('.').length + 1}`), link);
    assert.equal(page.url(), link, 'a reload keeps it');
  });
  const fragment = link.slice(link.indexOf('#'));
  await withPage({ fragment }, async (page) => {
    // Another file is not the one.
    await open(page, file('other.raw', '1:a:b'));
    await until(page, () => rows(page), (all) => all.length === 1, 'the other file');
    assert.equal(await query(page), '');
    // The same under another name is.
    await page.getByLabel('Files to open').setInputFiles([file('again.raw', content)]);
    await page.locator('body[data-view=bytes]').waitFor();
    await becomes(page, () => query(page), 'brand:b3 color:red -time:00:00');
  });
  await withPage({ fragment }, async (page) => {
    await page.getByLabel('Files to open').setInputFiles([file('again.raw', content)]);
    await page.locator('body[data-view=bytes]').waitFor();
    const line = content.slice(Number(/at=0\.(\d+)/.exec(fragment)[1])).split('.')[0];
    await shows(page.locator('#inspector'), new RegExp(line.split(':')[0]));
    await becomes(page, async () => (await page.locator('#hex .a .on').allTextContents()).join(''), line);
  });
});
