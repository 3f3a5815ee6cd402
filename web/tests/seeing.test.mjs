// Seeing: stations and their verdicts, the table, the filter and its counts, bars, time line,
// bytes, and what changed between two polls.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AWKWARD, becomes, chance, count, counted, file, filter, grouped, open, openSample, press, query, read, report, rows, shows, text, texts, until, view, withPage } from './page.mjs';
import { connection, enhanced, link, pcapng, section } from './captures.mjs';

// Cars of half an hour from 06:30 on, of which some are odd.
const DAY = 1_795_305_600; // 2026-11-22
const BRANDS = ['peugeot', 'fiat', 'Volvo', 'land rover', ''];
const COLORS = ['red', 'blue', 'Blue', 'grey', ''];
const dice = chance(5);
const CARS = Array.from({ length: 400 }, (_, n) => ({
  time: n % 50 === 49 ? 'today' : String(DAY + 6 * 3600 + 1800 + Math.floor(n * 4.5)),
  brand: BRANDS[dice(5)],
  color: COLORS[dice(5)],
}));
const REJECTED = 4; // put behind every hundredth car
const pieces = [];
CARS.forEach((car, n) => {
  pieces.push(`${car.time}:${car.brand}:${car.color}`);
  if (n % 100 === 50) pieces.push('lone');
});
const TEXT = pieces.join('.');
{
  let at = 0;
  let n = 0;
  for (const piece of pieces) {
    if (piece !== 'lone') Object.assign(CARS[n++], { start: at, end: at + piece.length });
    at += piece.length + 1;
  }
}
const unix = (car) => (car.time === 'today' ? null : Number(car.time));
const at = (clock) => { const [h, m, s = 0] = clock.split(':').map(Number); return DAY + h * 3600 + m * 60 + s; };

const cells = (row) => row.map((cell) => cell.trim());
const chosen = (page) => page.locator('#grid .tr[aria-selected=true]');
const inspector = (page) => page.locator('#inspector');
const offsetOf = async (page) => Number((await texts(page.locator('#bytes-foot b')))[0] ?? -1);

test('each station has its verdict and its numbers, those of the report', () => withPage({ width: 1920 }, async (page) => {
  await openSample(page);
  const all = (await report(page)).stations;
  const list = page.getByRole('listbox', { name: 'Stations' });
  for (const [nth, station] of all.entries()) {
    const row = page.locator(`#station-${nth}`);
    if (!(await row.count())) await list.evaluate((element, nth) => { element.scrollTop = nth * 54 - 100; }, nth);
    await row.waitFor();
    const verdict = station.outcome === 'complete' ? (station.verified ? 'verified' : 'unverified') : `${station.outcome}: ${station.reason.replaceAll('_', ' ')}`;
    const mark = station.outcome === 'complete' ? verdict : station.outcome;
    assert.equal(await text(row.locator('.names b')), station.name);
    assert.equal(await text(row.locator('.names i')), station.address);
    assert.equal(await text(row.locator('.verdict')), verdict);
    assert.equal(await row.locator('.mark use').getAttribute('href'), `#m-${mark}`);
    assert.match(await row.getAttribute('title'), { verified: /^Complete and verified\./, unverified: /^Complete, unverified\./, partial: /^Partial/, failed: /^Failed.*not an empty list/ }[mark]);
    if (station.outcome === 'failed') {
      assert.equal(await text(row.locator('.why')), station.detail);
      assert.equal(await row.getByText('cars').count(), 0, 'a failed station has no numbers');
    } else {
      assert.match(await text(row.locator('.figures')), new RegExp(`cars ${grouped(station.cars)}rejected ${grouped(station.rejected)}bytes `));
      if (station.bytes > 0) assert.ok(await row.locator('svg line').count() > 1, `${station.name} has chunks to draw`);
    }
  }
  await shows(page.locator('#sums'), '8664');
}));

test('a count of verdicts keeps those stations', () => withPage({}, async (page) => {
  await openSample(page);
  const all = (await report(page)).stations;
  const partial = all.filter((station) => station.outcome === 'partial');
  const button = page.getByRole('button', { name: '6 partial: keep these' });
  await button.click();
  await shows(page.locator('#count'), new RegExp(`^${grouped(partial.reduce((sum, s) => sum + s.cars, 0))} cars and`));
  assert.equal(await button.getAttribute('aria-pressed'), 'true');
  await button.click();
  await becomes(page, () => query(page), '');
}));

test('every car and every rejection stands in the table, at its place', () => withPage({ width: 1920 }, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  const all = (await rows(page)).map(cells);
  const N = 'gate.raw';
  assert.deepEqual(all.map((row) => row.filter((cell) => cell !== '')), [
    ['0', N, 'today', 'peugeot', 'red', '0..17'],
    ['1', N, '1', '00:00:01', 'B.M.W', '100% red', '18..38', 'escaped'],
    ['2', N, '(none)', '39..39', 'empty'],
    ['3', N, 'a\\xffb:c:d', '40..47', 'invalid_utf8 at 41'],
    ['4', N, 'lone', '48..52', 'too_few_fields, found 1'],
    ['5', N, '1:2:3:4', '53..60', 'too_many_fields, found 4'],
    ['6', N, '1:a:\\xc3', '61..66', 'invalid_utf8 at 65'],
    ['7', N, '2', '00:00:02', '<b>bold</b>', '(none)', '67..81'],
    ['8', N, '3', '00:00:03', '\\u{202e}x', 'blue', '82..93'],
    ['9', N, '97264836', '18:00:36', 'é', 'b', '94..107', 'provisional'],
  ].map((row) => row.map((cell) => cell.replace(/^(invalid_utf8|too_\w+_fields).*/, '$1'))));
  assert.equal(await page.locator('#grid b').count(), 0, 'a brand became an element');
}));

test('the table scrolls to the last of 300,000 rows, and draws only those in sight', () => withPage({}, async (page) => {
  const last = 300_000;
  await open(page, file('long.raw', Array.from({ length: last }, (_, n) => `${97264836 + n}:b${n % 7}:red`).join('.')));
  const grid = page.getByRole('grid', { name: 'Cars' });
  assert.equal(await grid.getAttribute('aria-rowcount'), String(last + 1));
  assert.ok(await grid.locator('.rows .tr').count() < 120);
  await grid.evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await until(page, () => rows(page), (all) => all.at(-1)?.[2] === String(97264836 + last - 1), 'the last car is seen');
  assert.ok(await grid.locator('.rows .tr').count() < 120);
  assert.equal(await grid.locator('.tr').last().getAttribute('aria-rowindex'), String(last + 1));
  // In the middle rows are where their place says.
  await grid.evaluate((element) => { element.scrollTop = element.scrollHeight / 2; });
  const middle = await until(page, () => rows(page), (all) => all.length > 10 && Number(all[0][2]) < 97264836 + last * 0.51, 'rows in the middle');
  const times = middle.map((row) => Number(row[2]));
  assert.deepEqual(times, times.map((_, n) => times[0] + n));
  assert.ok(Math.abs(times[0] - 97264836 - last / 2) < 60, `${times[0] - 97264836}`);
  await press(page, 'Home');
  await until(page, () => rows(page), (all) => all[0]?.[2] === '97264836', 'the first car is seen');
  await press(page, 'End');
  await until(page, () => rows(page), (all) => all.at(-1)?.[2] === String(97264836 + last - 1), 'End shows the last');
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), String(last + 1));
}));

test('a click on a head sorts up, down, and as it came', () => withPage({}, async (page) => {
  await open(page, file('some.raw', '3:b:red.1:c:blue.2:a:green.10:B:x'));
  const order = () => rows(page).then((all) => all.map((row) => row[2]).join(' '));
  const head = (name) => page.getByRole('columnheader', { name: new RegExp(`^${name}`) });
  assert.equal(await order(), '3 1 2 10');
  await head('Time as sent').getByRole('button').click();
  await becomes(page, order, '1 2 3 10');
  assert.equal(await head('Time as sent').getAttribute('aria-sort'), 'ascending');
  await head('Time as sent').getByRole('button').click();
  await becomes(page, order, '10 3 2 1');
  assert.equal(await head('Time as sent').getAttribute('aria-sort'), 'descending');
  await head('Time as sent').getByRole('button').click();
  await becomes(page, order, '3 1 2 10');
  assert.equal(await head('Time as sent').getAttribute('aria-sort'), 'none');
  await head('Brand').getByRole('button').click();
  await until(page, order, (now) => now.startsWith('2 ') && now.endsWith(' 1'), 'by brand: a, b and B, c');
  await head('Colour').getByRole('button').click();
  await becomes(page, order, '1 2 3 10');
  await head('Bytes').getByRole('button').click();
  await head('Bytes').getByRole('button').click();
  await until(page, order, (now) => now.length === 8 && now !== '1 2 3 10', 'by bytes');
}));

test('what has nothing to sort by comes last, up and down', () => withPage({}, async (page) => {
  await open(page, file('some.raw', 'today:b:red.1:c:blue.lone.2:a:green'));
  const order = () => rows(page).then((all) => all.map((row) => row[2]).join(' '));
  const sort = (name) => page.getByRole('columnheader', { name: new RegExp(`^${name}`) }).getByRole('button').click();
  await sort('Brand');
  await until(page, order, (now) => /^2 today 1 .*lone/.test(now), 'by brand, rising');
  await sort('Brand');
  await until(page, order, (now) => /^1 today 2 .*lone/.test(now), 'by brand, falling');
  await sort('Time as sent');
  await until(page, order, (now) => /^1 .*lone.* 2 today$/.test(now), 'by time, rising');
  await sort('Time as sent');
  await until(page, order, (now) => /^2 1 .*lone.* today$/.test(now), 'by time, falling');
}));

const same = (a, b) => a.toLowerCase() === b.toLowerCase();
const TERMS = [
  ['brand:peugeot', (car) => car.brand === 'peugeot'],
  ['brand:VOLVO', (car) => car.brand === 'Volvo'],
  ['brand:peugeot,fiat', (car) => ['peugeot', 'fiat'].includes(car.brand)],
  ['brand:"land rover"', (car) => car.brand === 'land rover'],
  ['brand:*o*', (car) => car.brand.includes('o')],
  ['brand:""', (car) => car.brand === ''],
  ['color:blue', (car) => same(car.color, 'blue')],
  ['colour:blue', (car) => same(car.color, 'blue')],
  ['-color:blue', (car) => !same(car.color, 'blue'), REJECTED],
  ['station:gate.raw', () => true, REJECTED],
  ['station:bridge', () => false],
  ['time:06:40', (car) => unix(car) >= at('06:40') && unix(car) < at('06:41')],
  ['time:06:40..06:50', (car) => unix(car) >= at('06:40') && unix(car) < at('06:50')],
  ['time:06:40:30..06:41', (car) => unix(car) >= at('06:40:30') && unix(car) < at('06:41')],
  [`time>${at('06:45')}`, (car) => unix(car) > at('06:45')],
  [`time>=${at('06:45')}`, (car) => unix(car) >= at('06:45')],
  [`time<${at('06:45')}`, (car) => unix(car) !== null && unix(car) < at('06:45')],
  ['bytes:0x70', (car) => car.start <= 0x70 && car.end > 0x70],
  ['bytes>512', (car) => car.start > 512],
  ['bytes<=512', (car) => car.start <= 512],
  ['is:rejected', () => false, REJECTED],
  ['is:error', () => false, REJECTED],
  ['is:provisional', (car) => car === CARS.at(-1), 0],
  ['is:no-clock', (car) => car.time === 'today'],
  ['is:escaped', () => false],
  ['is:partial', () => false],
  ['rover', (car) => car.brand.includes('rover')],
  ['lone', () => false, 1 * REJECTED],
  ['brand:peugeot color:red -time:06:30..06:40', (car) => car.brand === 'peugeot' && car.color === 'red' && !(unix(car) >= at('06:30') && unix(car) < at('06:40'))],
];

test('each key of the filter finds what it says, with counts', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await shows(page.locator('#count'), `400 cars, ${REJECTED} rejected`);
  for (const [term, holds, rejected] of TERMS) {
    await filter(page, term);
    const cars = CARS.filter(holds).length;
    // Rejected records stand at the time of the car before them, so only some terms leave them out.
    const wanted = rejected === undefined
      ? new RegExp(`^${count(cars, 'car')}( and \\d+ rejected)? of 400$`)
      : `${count(cars, 'car')}${rejected ? ` and ${rejected} rejected` : ''} of 400`;
    try { await shows(page.locator('#count'), wanted, 3000); } catch (e) { assert.fail(`${term}: ${e.message}`); }
    assert.equal(await page.locator('#wrong').isVisible(), false, term);
  }
}));

test('chunks and partial answers can be asked for', () => withPage({}, async (page) => {
  const whole = connection({ station: 1, chunks: [[1, '1:a:b.2:c'], [5, ':d.3:e:f.'], [9, '4:g:h']] });
  const cut = connection({ station: 2, chunks: [[1, '5:i:j.6:k:l.7']], end: 'reset' });
  await open(page, file('two.pcapng', pcapng([...whole, ...cut])));
  await shows(page.locator('#count'), '6 cars, 1 rejected');
  for (const [term, counted] of [['chunk:3', '1 car of 6'], ['chunk>1', '2 cars of 6'], ['chunk>=2', '2 cars of 6'], ['is:partial', '2 cars and 1 rejected of 6']]) {
    await filter(page, term);
    try { await shows(page.locator('#count'), counted, 3000); } catch (e) { assert.fail(`${term}: ${e.message}`); }
  }
}));

test('what is typed stays, whatever is drawn before it is asked for', () => withPage({}, async (page) => {
  await openSample(page);
  await page.locator('#query').evaluate((field) => {
    field.value = 'brand:peugeot';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    // Everything is drawn again where a size changes.
    document.getElementById('grid').style.maxHeight = '300px';
  });
  await until(page, () => counted(page), (now) => / of 4,827$/.test(now), 'filtered');
  assert.equal(await query(page), 'brand:peugeot');
}));

test('a wrong term is underlined, explained, and left out', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await filter(page, 'brand:peugeot colr:red');
  await shows(page.locator('#wrong'), 'There is no key “colr”. Did you mean color:?');
  assert.ok(await page.locator('#wrong').isVisible());
  const wrong = page.locator('#tokens .t-wrong');
  assert.match((await texts(wrong)).join(''), /^colr/);
  assert.match(await wrong.first().evaluate((element) => getComputedStyle(element).textDecorationLine), /underline/);
  const field = page.getByRole('textbox', { name: 'Filter cars' });
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await field.getAttribute('aria-describedby'), 'wrong');
  await shows(page.locator('#count'), `${CARS.filter((car) => car.brand === 'peugeot').length} cars of 400`);
  // The underline stands below the letters.
  const [under, over] = await page.evaluate(() => {
    const pre = document.getElementById('tokens').getBoundingClientRect();
    const input = document.getElementById('query').getBoundingClientRect();
    return [[pre.left, pre.height > 0], [input.left, true]];
  });
  assert.ok(Math.abs(under[0] - over[0]) < 1, `${under} ${over}`);
  for (const [bad, words] of [['time:later', /“later” is not a time/], ['is:odd', /no is:odd.*rejected \(or error\)/], ['bytes:x', /not a whole number/], ['brand>x', /“brand” does not take “>”/], ['brand:"x', /quote is not closed/], ['-', /nothing to leave out/], ['time:07:00..06:00', /Nothing can be in/]]) {
    await filter(page, bad);
    await shows(page.locator('#wrong'), words);
  }
  await filter(page, '');
  await page.locator('#wrong').waitFor({ state: 'hidden' });
  assert.equal(await field.getAttribute('aria-invalid'), 'false');
}));

test('terms are chips that can be taken away, and toggles ask for what is odd', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await filter(page, 'brand:fiat color:red');
  await page.getByRole('button', { name: 'brand:fiat: remove' }).click();
  await becomes(page, () => query(page), 'color:red');
  await page.getByRole('button', { name: 'color:red: remove' }).click();
  await shows(page.locator('#count'), `400 cars, ${REJECTED} rejected`);
  const toggle = page.getByRole('button', { name: /^Rejected\s?4$/ });
  await toggle.click();
  await becomes(page, () => query(page), 'is:rejected');
  await becomes(page, () => toggle.getAttribute('aria-pressed'), 'true');
  await becomes(page, async () => (await rows(page)).map((row) => row[2]), Array(REJECTED).fill('lone'));
  await toggle.click();
  await becomes(page, () => query(page), '');
  await page.getByRole('button', { name: /^Provisional\s?1$/ }).click();
  await shows(page.locator('#count'), '1 car of 400');
}));

test('where nothing passes, the page says what each term alone would give', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await filter(page, 'brand:fiat brand:peugeot');
  await page.getByText('No car passes this filter').waitFor();
  const alone = (brand) => count(CARS.filter((car) => car.brand === brand).length, 'row');
  await becomes(page, () => texts(page.locator('#grid li')), [`brand:fiatalone: ${alone('fiat')}`, `brand:peugeotalone: ${alone('peugeot')}`]);
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await shows(page.locator('#count'), `400 cars, ${REJECTED} rejected`);
}));

test('a click on a bar keeps it, again releases it, Alt leaves it out', () => withPage({ width: 1920 }, async (page) => {
  await open(page, file('gate.raw', TEXT));
  const panel = page.getByRole('group', { name: 'Cars by brand' });
  const bar = panel.getByRole('button', { name: /^fiat/ });
  const all = CARS.filter((car) => car.brand === 'fiat').length;
  await shows(bar, `fiat${all} of ${all}`);
  await bar.click();
  await becomes(page, () => query(page), 'brand:fiat');
  await shows(page.locator('#count'), `${all} cars of 400`);
  assert.equal(await bar.getAttribute('aria-pressed'), 'true');
  await panel.getByRole('button', { name: /^peugeot/ }).click();
  await becomes(page, () => query(page), 'brand:fiat,peugeot');
  await panel.getByRole('button', { name: /^peugeot/ }).click();
  await bar.click();
  await becomes(page, () => query(page), '');
  await bar.click({ modifiers: ['Alt'] });
  await becomes(page, () => query(page), '-brand:fiat');
  await shows(bar, `fiat0 of ${all}`);
  assert.match(await bar.locator('.label').evaluate((element) => getComputedStyle(element).textDecorationLine + getComputedStyle(element.lastChild).textDecorationLine + getComputedStyle(element.parentElement).textDecorationLine), /line-through/);
  await bar.click({ modifiers: ['Alt'] });
  await page.getByRole('group', { name: 'Cars by colour' }).getByRole('button', { name: /^\(none\)/ }).click();
  await becomes(page, () => query(page), 'color:""');
  await shows(page.locator('#count'), `${CARS.filter((car) => car.color === '').length} cars of 400`);
}));

test('a bar stays under the pointer, and what the filter names is drawn', () => withPage({ width: 1920 }, async (page) => {
  // b0 the longest, b9 the shortest; red above blue.
  const cars = Array.from({ length: 10 }, (_, n) => Array(20 - n).fill(`1:b${n}:${n % 2 ? 'red' : 'blue'}`)).flat();
  await open(page, file('gate.raw', cars.join('.')), file('bridge.raw', '1:b0:blue'));
  const panel = page.getByRole('group', { name: 'Cars by brand' });
  const labels = () => texts(panel.locator('.bar .label'));
  const first = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6'];
  await becomes(page, labels, first);
  await shows(panel.locator('.rest'), 'and 3 others');
  const at = await panel.getByRole('button', { name: /^b4/ }).boundingBox();
  await panel.getByRole('button', { name: /^b4/ }).click();
  await shows(page.locator('#count'), /^16 cars of/);
  assert.deepEqual(await panel.getByRole('button', { name: /^b4/ }).boundingBox(), at);
  assert.deepEqual(await labels(), first);
  // Alt where it is: the same bar.
  await panel.getByRole('button', { name: /^b4/ }).click({ modifiers: ['Alt'] });
  await becomes(page, () => query(page), '-brand:b4');
  assert.deepEqual(await labels(), first);
  // Beyond the first seven, it can still be released.
  for (const named of ['brand:b9', '-brand:b9']) {
    await filter(page, named);
    await becomes(page, labels, [...first, 'b9']);
    await shows(panel.locator('.rest'), 'and 2 others');
    await panel.getByRole('button', { name: /^b9/ }).click(named.startsWith('-') ? { modifiers: ['Alt'] } : {});
    await becomes(page, () => query(page), '');
    await becomes(page, labels, first);
  }
  const stations = page.getByRole('group', { name: 'Cars by station' });
  await stations.getByRole('button', { name: /^bridge/ }).click();
  await becomes(page, () => query(page), 'station:bridge.raw');
  await shows(page.locator('#count'), /^1 car of/);
  assert.deepEqual(await texts(stations.locator('.bar .label')), ['gate.raw', 'bridge.raw']);
}));

test('colours are drawn in their colour, the dark and the light ones with an outline', () => withPage({ width: 1920, colorScheme: 'dark' }, async (page) => {
  const words = ['black', 'brown', 'grey', 'blue', 'red', 'green', 'orange', 'yellow', 'silver', 'white'];
  await open(page, file('gate.raw', words.map((word, n) => `${at('06:30') + n * 60}:a:${word}`).join('.')));
  const edged = await page.locator('#timeline svg rect[stroke="var(--edge)"]').evaluateAll((all) => all.map((rect) => rect.getAttribute('fill')));
  assert.deepEqual(edged.sort(), ['#16181a', '#7a5233', '#b8bdc4', '#e4bd1d', '#fdfdfb']);
  for (const [word, color, isEdged] of [['black', 'rgb(22, 24, 26)', true], ['red', 'rgb(197, 57, 47)', false]]) {
    await filter(page, `color:${word}`);
    const bar = page.getByRole('group', { name: 'Cars by colour' }).getByRole('button', { name: new RegExp(`^${word}`) });
    await bar.waitFor();
    const look = await bar.locator('.track i').evaluate((element) => { const style = getComputedStyle(element); return [style.backgroundColor, style.boxShadow !== 'none']; });
    assert.deepEqual(look, [color, isEdged], word);
  }
}));

test('bars are drawn to scale', () => withPage({ width: 1920 }, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await filter(page, 'color:red');
  const bars = page.getByRole('group', { name: 'Cars by brand' }).locator('.bar');
  await until(page, () => counted(page), (now) => now.includes('of 400'), 'filtered');
  const drawn = await bars.evaluateAll((all) => all.map((bar) => {
    const width = (selector) => bar.querySelector(selector).getBoundingClientRect().width;
    const [kept, whole] = bar.querySelector('.of').textContent.split(' of ').map(Number);
    return { kept, whole, i: width('.track i'), u: width('.track u') };
  }));
  const unit = drawn[0].u / drawn[0].whole;
  for (const { kept, whole, i, u } of drawn) {
    assert.ok(Math.abs(i - kept * unit) < 1.5 && Math.abs(u - whole * unit) < 1.5, JSON.stringify(drawn));
  }
}));

test('a click on a station keeps it', () => withPage({}, async (page) => {
  await openSample(page);
  const gate = page.getByRole('option', { name: /^gate\b(?!#)/ }).first();
  await gate.click();
  await becomes(page, () => query(page), 'station:gate');
  const [station] = (await report(page)).stations;
  await shows(page.locator('#count'), new RegExp(`^${station.cars} cars of`));
  assert.equal(await page.locator('#station-0').getAttribute('aria-selected'), 'true');
  await page.locator('#station-1').click();
  await becomes(page, () => query(page), 'station:gate,bridge');
  await page.locator('#station-0').click({ modifiers: ['Alt'] });
  await becomes(page, () => query(page), 'station:bridge -station:gate');
}));

test('the time line is brushed with the mouse', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await page.locator('#timeline svg').waitFor();
  const box = await page.locator('#timeline svg').boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
  await page.mouse.up();
  const kept = await until(page, () => query(page), (now) => now.startsWith('time:'), 'the brush is a term');
  const [, from, to] = /^time:(\d\d:\d\d)\.\.(\d\d:\d\d)$/.exec(kept) ?? assert.fail(`whole minutes: ${kept}`);
  assert.ok(at(from) > at('06:33') && at(to) < at('06:56') && at(from) < at(to), kept);
  await shows(page.locator('#count'), new RegExp(`^${CARS.filter((car) => unix(car) >= at(from) && unix(car) < at(to)).length} cars( and \\d rejected)? of 400$`));
  // Its two edges are lines.
  assert.equal(await page.locator('#timeline line.brush').count(), 2);
  // The bars outside are still there, but faint.
  assert.ok(await page.locator('#timeline rect[opacity]').count() > 0);
  assert.ok(await page.locator('#timeline rect[fill]:not([opacity])').count() > 0);
  // An end can be drawn by its handle; the other stays.
  const end = page.getByRole('slider', { name: 'End of the brush' });
  const handle = await end.boundingBox();
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, y, { steps: 4 });
  await page.mouse.up();
  const later = await until(page, () => query(page), (now) => now !== kept, 'the end was moved');
  assert.equal(/^time:(\d\d:\d\d)\.\./.exec(later)?.[1], from, later);
  // A click clears it.
  await page.mouse.click(box.x + box.width * 0.1, y);
  await becomes(page, () => query(page), '');
}));

test('the time line is brushed with the keyboard', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await press(page, 'b');
  const begun = await until(page, () => query(page), (now) => now.startsWith('time:'), 'a brush');
  const end = page.getByRole('slider', { name: 'End of the brush' });
  await becomes(page, () => end.evaluate((element) => element === document.activeElement), true);
  const [, from, to] = /^time:([\d:]+)\.\.([\d:]+)$/.exec(begun);
  const minutes = (clock) => (at(clock) - DAY) / 60;
  const clock = (all) => `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(all % 60).padStart(2, '0')}`;
  await page.keyboard.press('ArrowRight');
  await becomes(page, () => query(page), `time:${from}..${clock(minutes(to) + 1)}`);
  await page.keyboard.press('ArrowRight');
  await becomes(page, () => query(page), `time:${from}..${clock(minutes(to) + 2)}`);
  await page.keyboard.press('ArrowLeft');
  await becomes(page, () => query(page), `time:${from}..${clock(minutes(to) + 1)}`);
  await becomes(page, () => end.getAttribute('aria-valuetext'), `${clock(minutes(to) + 1)}:00`);
  await page.getByRole('slider', { name: 'Begin of the brush' }).focus();
  await page.keyboard.press('ArrowRight');
  await becomes(page, () => query(page), `time:${clock(minutes(from) + 1)}..${clock(minutes(to) + 1)}`);
  await press(page, 'x');
  await becomes(page, () => query(page), '');
}));

test('what has the focus, is scrolled or folded open stays so while the page is drawn anew', () => withPage({ height: 700 }, async (page) => {
  // Three link types that are not known, and one that is.
  const [one] = connection({ chunks: [[1, '1:a:b.2:c:d']] });
  const bytes = Buffer.concat([section(), link(), link(250), link(251), link(252), ...[1, 2, 3].map((interfaceId) => enhanced({ ...one, interfaceId })), ...connection({ chunks: [[1, Array.from({ length: 400 }, (_, n) => `${n}:b${n}:c`).join('.')]] }).map(enhanced)]);
  await open(page, file('a.pcapng', bytes));
  const folded = page.locator('#notices details');
  await folded.locator('summary').click();
  assert.equal(await folded.getAttribute('open'), '');
  await open(page, file('b.raw', '1:a:b'));
  await shows(page.locator('#count'), '401 cars');
  assert.equal(await folded.getAttribute('open'), '', 'what is folded open');
  assert.equal(await folded.locator('summary').evaluate((one) => one === document.activeElement), true, 'its focus');
  await press(page, 't');
  const table = page.getByRole('group', { name: 'Brand, as a table' });
  await table.focus();
  await table.evaluate((one) => { one.scrollTop = 100; });
  await page.evaluate(() => { document.querySelector('#notices details').was = true; });
  await filter(page, '-brand:b7');
  await table.focus();
  await page.evaluate(() => { document.querySelector('[aria-label="Brand, as a table"]').old = true; });
  await page.evaluate(() => document.getElementById('station-0').click());
  await until(page, () => table.evaluate((one) => one.old ?? false), (old) => !old, 'another table');
  assert.deepEqual(await table.evaluate((one) => [one === document.activeElement, one.scrollTop]), [true, 100]);
  assert.equal(await page.evaluate(() => document.querySelector('#notices details').was), true, 'what did not change is not replaced');
}));

test('b finds the end of its brush where frames are late', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await page.evaluate(() => {
    const next = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (act) => setTimeout(() => next(act), 150);
  });
  await press(page, 'b');
  await becomes(page, () => page.getByRole('slider', { name: 'End of the brush' }).evaluateAll((all) => all.map((one) => one === document.activeElement)), [true], 5_000);
}));

test('the time line draws what there is, to scale, and cars without a time apart', () => withPage({}, async (page) => {
  await open(page, file('few.raw', [...Array(8).fill(`${at('06:30')}:a:red`), ...Array(2).fill(`${at('06:50')}:a:red`), 'today:a:red'].join('.')));
  const drawing = page.getByRole('img', { name: /^Cars by time, from 2026-11-22 06:\d\d/ });
  await drawing.waitFor();
  const tall = await drawing.locator('rect[fill^="#"]').evaluateAll((all) => all.map((rect) => [Number(rect.getAttribute('x')), Number(rect.getAttribute('height'))]));
  assert.equal(tall.length, 3, JSON.stringify(tall));
  assert.ok(Math.abs(tall[0][1] / tall[1][1] - 4) < 0.05, `8 is four times 2: ${JSON.stringify(tall)}`);
  assert.ok(tall[2][0] > 960, 'what has no time stands apart at the right');
  await shows(page.locator('#timeline-meta'), /^at most 8 in .*UTC$/);
  // The line is at a round number, and says which.
  await shows(page.locator('#timeline .grid-label'), '5');
  const [line, label] = await Promise.all([drawing.locator('line').first(), page.locator('#timeline .grid-label')].map((one) => one.evaluate((element) => { const box = element.getBoundingClientRect(); return [box.top, box.bottom]; })));
  assert.ok(Math.abs(label[1] - line[0]) < 2.5, `${label} stands on ${line}`);
}));

test('where no car has a clock time, the time line says so', () => withPage({}, async (page) => {
  await open(page, file('few.raw', 'today:a:red.today:b:blue'));
  await page.getByRole('img', { name: 'No car has a clock time: 2 cars stand apart.' }).waitFor();
  assert.equal(await page.locator('#timeline .grid-label').count(), 0);
}));

test('the time line reaches from the least time to the greatest', () => withPage({}, async (page) => {
  await open(page, file('ends.raw', '-9223372036854775808:a:b.9223372036854775807:a:b.0:a:b'));
  const drawing = page.getByRole('img', { name: /^Cars by time, from -9223372036854775808 s to 9223372036854775807 s UTC/ });
  const box = await drawing.boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.6, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, y, { steps: 4 });
  await page.mouse.up();
  const kept = await until(page, () => query(page), (now) => now !== '', 'a brush over the right half');
  const [, from, to] = /^time:(\d+)\.\.(\d+)$/.exec(kept) ?? assert.fail(kept);
  assert.ok(BigInt(from) > 10n ** 18n && BigInt(from) < BigInt(to), kept);
  await shows(page.locator('#count'), /^0 cars of 3$/);
}));

test('each chart has a table with the same numbers', () => withPage({ width: 1920 }, async (page) => {
  await open(page, file('gate.raw', TEXT));
  await press(page, 't');
  const table = page.getByRole('table', { name: 'Detections' });
  await table.waitFor();
  const numbers = (await texts(table.locator('tbody td:last-child'))).map((number) => Number(number.replaceAll(',', '')));
  assert.equal(numbers.reduce((a, b) => a + b), 400);
  assert.equal(numbers.at(-1), CARS.filter((car) => car.time === 'today').length);
  const lines = await page.getByRole('table', { name: 'Brand' }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  for (const brand of BRANDS) {
    const all = String(CARS.filter((car) => car.brand === brand).length);
    assert.deepEqual(lines.find((line) => line[0] === (brand || '(none)')), [brand || '(none)', all, all]);
  }
  await page.getByRole('table', { name: 'Colour' }).waitFor();
  await page.getByRole('table', { name: 'Station' }).waitFor();
  await press(page, 't');
  await page.getByRole('img', { name: /^Cars by time/ }).waitFor();
  await page.getByRole('button', { name: 'Table of brand' }).click();
  await page.getByRole('table', { name: 'Brand' }).waitFor();
  await becomes(page, () => page.getByRole('table').count(), 1);
}));

test('a row leads to its bytes, and what is known of it', () => withPage({ width: 1920 }, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  await page.locator('#grid .rows .tr').nth(1).click();
  const details = page.getByRole('complementary', { name: 'Selected car' });
  await shows(details, /B\.M\.W.*100% red.*18\.\.38.*20 bytes/);
  assert.match(await text(details), /whole.*Whole: a separator follows it/);
  await page.locator('#grid .rows .tr').nth(1).dblclick();
  await page.locator('body[data-view=bytes]').waitFor();
  await until(page, async () => (await texts(page.locator('#hex .a .on'))).join(''), (now) => now === '1:B%2EM%2eW:100% red', 'the record is washed');
  const kinds = await page.locator('#hex .h .on').evaluateAll((all) => all.map((part) => [part.className.replace(/ (on|cur|cut)/g, ''), part.textContent.trim()]));
  assert.deepEqual(kinds.map(([kind]) => kind), ['k-time', 'k-sep', 'k-brand', 'k-brand k-esc', 'k-brand', 'k-brand k-esc', 'k-brand', 'k-sep', 'k-color', 'k-color']);
  assert.ok(kinds.some(([kind, hex]) => kind === 'k-brand k-esc' && hex.includes('25 32 45')), JSON.stringify(kinds));
  await shows(page.locator('#bytes-foot'), /offset 18 ?0x12 ?byte 31 ?time ?piece 1/);
}));

test('a rejected range is marked, with carets under the byte and its reason', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  await view(page, 'Bytes');
  const notes = page.locator('#hex .said');
  await until(page, () => notes.count(), (number) => number === 5, 'a note for each rejected record');
  const said = (await texts(notes)).map((note) => note.replace(/[\s^]+/g, ' ').trim());
  assert.deepEqual(said, ['empty at 39..39', 'invalid_utf8 at 40..47', 'too_few_fields at 48..52', 'too_many_fields at 53..60', 'invalid_utf8 at 61..66']);
  const bad = page.locator('#hex .a .k-bad').first();
  assert.notEqual(await bad.evaluate((element) => getComputedStyle(element).backgroundColor), 'rgba(0, 0, 0, 0)');
  // The carets of the second stand under the hexadecimal of byte 41, which is ff.
  const place = await page.evaluate(() => {
    const line = [...document.querySelectorAll('#hex .hl[data-start]')].findLast((one) => Number(one.dataset.start) <= 41);
    const cell = line.querySelector('.h');
    const nth = 41 - Number(line.dataset.start);
    let at = nth * 3 + Math.floor(nth / 8);
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (at >= node.length) { at -= node.length; node = walker.nextNode(); }
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 2);
    const note = [...document.querySelectorAll('#hex .said')].find((one) => one.textContent.includes('invalid_utf8 at 40'));
    const carets = note.querySelector('b').getBoundingClientRect();
    const byte = range.getBoundingClientRect();
    return { byte: range.toString(), left: byte.left - carets.left, right: byte.right - carets.right, below: carets.top - byte.bottom, carets: note.querySelector('b').textContent };
  });
  assert.equal(place.byte, 'ff');
  assert.equal(place.carets, '^^');
  assert.ok(Math.abs(place.left) < 1.5 && Math.abs(place.right) < 1.5, JSON.stringify(place));
  assert.ok(place.below > -6 && place.below < 30, JSON.stringify(place));
}));

test('e and E go from one rejected record to the next, with reason and remedy', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  const reason = () => text(page.locator('#inspector .why-box b'));
  await press(page, 'e');
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), '4');
  await press(page, 'e');
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), '5');
  await shows(page.locator('#details'), /invalid_utf8.*not UTF-8.*convert its source/s);
  assert.match(await text(page.locator('#details .carets')), /a\\xffb:c:d[\s\S]*\^/);
  await press(page, 'E');
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), '4');
  await view(page, 'Bytes');
  await press(page, 'e');
  await becomes(page, () => offsetOf(page), 40);
  await press(page, 'e');
  await until(page, reason, (now) => /^too_few_fields/.test(now), 'the third');
  await becomes(page, () => offsetOf(page), 48);
  // All rejections of the station are listed, and lead to theirs.
  const list = page.locator('.rejections button');
  assert.equal(await list.count(), 5);
  await list.last().click();
  await becomes(page, () => offsetOf(page), 61);
}));

test('a click on a byte chooses it and its car, in hexadecimal and in text', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', AWKWARD));
  await view(page, 'Bytes');
  await page.locator('#hex .hl[data-start]').first().waitFor();
  const click = async (offset, cell) => {
    const place = await page.evaluate(([offset, cell]) => {
      const line = [...document.querySelectorAll('#hex .hl[data-start]')].findLast((one) => Number(one.dataset.start) <= offset);
      const nth = offset - Number(line.dataset.start);
      let at = cell === '.h' ? nth * 3 + Math.floor(nth / 8) : nth;
      const walker = document.createTreeWalker(line.querySelector(cell), NodeFilter.SHOW_TEXT);
      let node = walker.nextNode();
      while (at >= node.length) { at -= node.length; node = walker.nextNode(); }
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    }, [offset, cell]);
    await page.mouse.click(...place);
  };
  for (const [offset, cell, says] of [[20, '.h', /brand.*B\.M\.W/], [100, '.h', /97264836.*1978-0[12]|97264836/], [70, '.a', /<b>bold<\/b>/], [15, '.h', /peugeot/], [45, '.a', /invalid_utf8/]]) {
    await click(offset, cell);
    try { await becomes(page, () => offsetOf(page), offset, 3000); } catch (e) { assert.fail(`${cell} ${offset}: ${e.message}`); }
    await shows(inspector(page), says);
    assert.equal(await page.locator('#hex .h .cur').count(), 1);
  }
  // And the car is chosen in the table too.
  await view(page, 'Cars');
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), '5');
}));

test('g goes to an offset, decimal or hexadecimal', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', TEXT));
  for (const [typed, offset] of [['112', 112], ['0x1f4', 500], ['5,000', 5000], ['999999999', TEXT.length - 1]]) {
    await press(page, 'g');
    await page.locator('#goto').waitFor();
    await becomes(page, () => page.evaluate(() => document.activeElement.id), 'goto');
    await page.locator('#goto').fill(typed);
    await page.keyboard.press('Enter');
    await becomes(page, () => offsetOf(page), offset);
    await until(page, () => page.locator('#hex .h .cur').count(), (number) => number === 1, 'the byte is in sight');
    await until(page, () => page.evaluate(() => { const [a, b] = ['#hex .h .cur', '#hex'].map((one) => document.querySelector(one)?.getBoundingClientRect()); return a && a.top >= b.top && a.bottom <= b.bottom + 1; }), Boolean, `${typed} is in sight`);
    const byte = TEXT.charCodeAt(offset).toString(16);
    await shows(page.locator('#bytes-foot'), new RegExp(`byte ${byte}`));
  }
  await page.getByRole('button', { name: '0x' }).click();
  await shows(page.locator('#hex .hl .o').first(), /^ *[0-9a-f]+$/);
  await until(page, () => texts(page.locator('#hex .hl[data-start] .o')), (all) => all.some((one) => /[a-f]/.test(one)), 'offsets in hexadecimal');
  // Not an offset: it says so and stays.
  await page.locator('#goto').fill('elsewhere');
  await page.locator('#goto').press('Enter');
  await shows(page.locator('#live'), /An offset is a number/);
}));

test('a car, its bytes and its chunk lead to each other', () => withPage({ width: 1920 }, async (page) => {
  const packets = connection({ chunks: [[1, '1:a:b.2:c'], [50, ':d.3:e:f.'], [90, '4:g:h']] });
  await open(page, file('two.pcapng', pcapng(packets)));
  await press(page, 'End');
  await shows(page.locator('#details'), /chunk3 of 3came 89\.\d ms after the connection was made/);
  const chart = page.getByRole('img', { name: /^Chunks of two\.pcapng: 3 in .* This record is in chunk 3/ });
  await chart.waitFor();
  // A click on the first chunk chooses its first record.
  await chart.locator('line[data-act=offset]').first().click({ force: true });
  await becomes(page, () => chosen(page).getAttribute('aria-rowindex'), '2');
  await press(page, 'Enter');
  await page.locator('body[data-view=bytes]').waitFor();
  await shows(page.locator('#hex .hl .c').first(), /chunks? 1/);
  assert.equal(await page.locator('#hex .h .cut').count(), 2, 'a bar before the first byte of the second and third chunk');
  await shows(page.locator('#bytes-foot'), /chunk 1.*came after 0\.[78] ms|chunk 1/);
}));

test('[ and ] go from station to station', () => withPage({}, async (page) => {
  await openSample(page);
  await view(page, 'Bytes');
  const title = page.locator('#bytes-head h2');
  await shows(title, 'gate');
  await press(page, ']');
  await shows(title, 'bridge');
  await press(page, ']', '[', '[');
  await shows(title, 'gate');
  await page.getByRole('option', { name: /toll-plaza/ }).first().click();
  await shows(page.locator('#hex'), /Failed: nothing listens there.*This is not an empty list.*Connection refused/);
  await page.getByRole('option', { name: /night-lot/ }).first().click();
  await shows(page.locator('#hex'), /Zero bytes, zero cars/);
}));

test('what changed between two polls of each station', () => withPage({ width: 1920 }, async (page) => {
  await openSample(page);
  await press(page, '3');
  await page.locator('body[data-view=changes]').waitFor();
  const all = (await report(page)).stations;
  const pair = (name) => page.locator('.pair', { hasText: `${name}#2` });
  await until(page, () => page.locator('#changes').textContent(), (now) => now.split('after ').length === 13 && !now.includes('comparing…'), 'twelve stations compared');
  const kinds = { gate: 'continued', bridge: 'amended tail', 'tunnel-north': 'restarted', 'tunnel-south': 'trimmed front', airport: 'continued', 'old-mill': 'unchanged', 'toll-plaza': 'not compared' };
  for (const [name, kind] of Object.entries(kinds)) {
    assert.equal(await text(pair(name).locator('.verdict')), kind, name);
    const [before, now] = [name, `${name}#2`].map((name) => all.find((station) => station.name === name));
    assert.match(await text(pair(name).locator('.sums3')), new RegExp(`^${before.cars}cars then${now.cars}cars now\\d+new$`));
  }
  assert.match(await text(pair('gate').locator('.says')), /the same in both.*records? new.*verified/);
  // No sentence names bytes that an answer does not have.
  for (const [name, range] of Object.entries({ gate: 'gate', bridge: 'bridge', airport: 'airport' })) {
    const bytes = all.find((station) => station.name === range).bytes;
    const [, to] = /^Bytes 0\.\.(\d+) are the same in both/.exec(await text(pair(name).locator('.says')));
    assert.ok(Number(to) <= bytes, `${name}: bytes up to ${to} are said to be the same, and the older answer has ${bytes}`);
  }
  assert.match(await text(pair('tunnel-south').locator('.says')), /no longer kept/);
  await pair('bridge').click();
  const records = page.getByRole('complementary', { name: 'Records that differ' });
  await shows(records.locator('h2'), 'bridge#2');
  assert.ok(await records.locator('u').count() >= 1, 'the amended letters are underlined');
  assert.ok(await records.locator('.diff .add').count() > 10);
  assert.equal(await text(records.locator('.diff .gone').first().locator('span').first()), '−');
  await pair('old-mill').click();
  await shows(records, /No record differs/);
}));

test('two raw files of one station are compared', () => withPage({}, async (page) => {
  await open(page, file('gate-1.raw', '1:a:b.2:c:d'), file('gate-2.raw', '1:a:b.2:c:d.3:e:f'));
  await view(page, 'Changes');
  await shows(page.locator('.pair .verdict'), 'continued');
  await shows(page.locator('#changed .diff'), /^\+12 ?3:e:f$/);
}));

test('raw files of different stations are not', () => withPage({}, async (page) => {
  await open(page, file('gate.raw', '1:a:b.2:c:d'), file('bridge.raw', '1:a:b.2:c:d.3:e:f'));
  await view(page, 'Changes');
  await shows(page.locator('#changes'), /There is nothing to compare/);
  assert.equal(await page.locator('.pair').count(), 0);
  // The same name twice is one station.
  await open(page, file('gate.raw', '1:a:b.2:c:d.4:e:f'));
  await shows(page.locator('.pair .name'), 'gate.raw#2after gate.raw');
}));

test('what changed is drawn to one scale', () => withPage({ width: 1920 }, async (page) => {
  await openSample(page);
  await view(page, 'Changes');
  await until(page, () => page.locator('#changes').textContent(), (now) => now.split('after ').length === 13 && !now.includes('comparing…'), 'twelve stations compared');
  const all = (await report(page)).stations;
  const scales = [];
  for (const name of ['gate', 'bridge', 'tunnel-north', 'tunnel-south', 'airport', 'old-mill']) {
    const { bytes } = all.find((station) => station.name === `${name}#2`);
    const now = await page.locator('.pair', { hasText: `${name}#2` }).locator('svg rect[y="19"]').evaluateAll((all) => all.reduce((sum, rect) => sum + Number(rect.getAttribute('width')), 0));
    scales.push(now / bytes);
  }
  assert.ok(Math.max(...scales) / Math.min(...scales) < 1.02, JSON.stringify(scales));
}));

test('on a phone what differs stands below the chosen pair', () => withPage({ width: 390, height: 844, hasTouch: true, isMobile: true }, async (page) => {
  await openSample(page);
  await view(page, 'Changes');
  const pair = page.locator('.pair', { hasText: 'tunnel-south#2' });
  await shows(pair.locator('.verdict'), 'trimmed front');
  await pair.click();
  await shows(page.locator('#changed h2'), 'tunnel-south#2');
  const box = (place) => place.evaluate((element) => { const { top, bottom } = element.getBoundingClientRect(); return { top, bottom }; });
  const next = page.locator('.pair[aria-current=true] + .pair');
  const [own, records, after] = await Promise.all([box(pair), box(page.locator('#changed')), box(next)]);
  assert.ok(Math.abs(records.top - own.bottom) < 2 && after.top >= records.bottom - 1, JSON.stringify([own, records, after]));
  // Its numbers do not touch.
  const words = await pair.locator('.sums3 > span').evaluateAll((all) => all.map((one) => { const range = document.createRange(); range.selectNodeContents(one); const { left, right } = range.getBoundingClientRect(); return [left, right]; }));
  for (const [nth, [left]] of words.entries()) if (nth > 0) assert.ok(left - words[nth - 1][1] >= 6, JSON.stringify(words));
}));

test('nothing to compare is said', () => withPage({}, async (page) => {
  await open(page, file('one.raw', '1:a:b'));
  await view(page, 'Changes');
  await shows(page.locator('#changes'), /There is nothing to compare: no station was polled twice here/);
}));
