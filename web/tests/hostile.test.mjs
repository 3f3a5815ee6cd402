// Fifty captures that mean harm: no script runs, no rule of the page is broken, nothing is thrown
// that nobody catches, nothing takes the page's thread for a second, and the page goes on.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { becomes, chance, counted, file, press, report, rows, text, until, withPage } from './page.mjs';
import { block, connection, enhanced, link, options, packet, pcap, pcapng, section } from './captures.mjs';

const dice = chance(20261122);
const MB = 1_000_000;
const record = (brand, color = 'red') => Buffer.concat([Buffer.from('97264836:'), Buffer.from(brand), Buffer.from(`:${color}`)]);
const many = (bytes, times) => Buffer.concat(Array(times).fill(Buffer.concat([bytes, Buffer.from('.')])));
const SCRIPTS = [
  '<script>window.pwned = 1; alert(1)</script>',
  '<img src=x onerror="window.pwned = 1">',
  '"><svg onload=window.pwned=1>',
  "javascript:window.pwned=1//' onclick='window.pwned=1",
  '</style><style>*{display:none}</style><iframe srcdoc="<script>parent.pwned=1</script>">',
  '{{constructor.constructor("window.pwned=1")()}}${window.pwned=1}',
];
const stationComment = (name) => `carwatch station ${JSON.stringify({ index: 0, name, address: name, attempt: 1, round: 1 })}`;
const outcomeComment = (detail) => `carwatch outcome ${JSON.stringify({ outcome: 'partial', reason: 'reset', verified: false, bytes: 5, first_byte_ns: 1, detail, ended_ns: 1 })}`;
const commented = (first, last) => {
  const packets = connection({ chunks: [[1, '1:a:b.2:c']] });
  packets[0].comments = [first];
  packets.at(-1).comments = [last];
  return pcapng(packets);
};
const PACKETS = connection({ chunks: Array.from({ length: 40 }, (_, n) => [n + 1, `${97264836 + n}:peugeot:red.`]) });
const WHOLE = pcapng(PACKETS, ['carwatch gather {"round":1,"began_ns":1,"ended_ns":2,"stations":1}']);
const us = [[10, 0, 0, 2], 40001];
const it = [[10, 0, 0, 101], 8000];
const segment = (seq, data, flags = 16) => ({ at: 2, bytes: packet({ from: it, to: us, seq, ack: 501, flags, data: Buffer.from(data) }) });
const begun = connection({ chunks: [], end: 'none' });

// Bytes that are no sense at all, behind the magic number of something.
const noise = (length) => Buffer.from(Array.from({ length }, () => dice(256)));
// A capture with some of its bytes changed.
const mutated = (bytes, changes) => {
  const copy = Buffer.from(bytes);
  for (let n = 0; n < changes; n += 1) copy[dice(copy.length)] = dice(256);
  return copy;
};

const CAPTURES = {
  ...Object.fromEntries(SCRIPTS.map((script, n) => [`script ${n + 1} in a brand`, ['x.raw', many(record(script.replaceAll('.', '%2E').replaceAll(':', '%3A'), script.replaceAll('.', '%2E').replaceAll(':', '%3A')), 20)]])),
  'scripts in rejected records': ['x.raw', Buffer.from(SCRIPTS.join('.'))],
  'a script in the name of a file': ['<img src=x onerror=window.pwned=1>.raw', record('a')],
  'a script in the name of a station': ['x.pcapng', commented(stationComment(SCRIPTS[0]), outcomeComment(SCRIPTS[1]))],
  'bidi overrides': ['x\u202egpj.raw', many(record('\u202e\u2066abc\u2069\u202d', '\u200f\u200b\ufeff'), 50)],
  'bidi in the name of a station': ['x.pcapng', commented(stationComment('\u202eetag\u0000\u001b[2J'), outcomeComment('\u2067\u0007\u009b31m'))],
  'control bytes': ['x.raw', many(record(Buffer.from(Array.from({ length: 32 }, (_, n) => n))), 50)],
  'escapes of a terminal': ['x.raw', many(record('\u001b]0;title\u0007\u001b[31m\u009b2J'), 50)],
  'NULs': ['x.raw', Buffer.alloc(300_000)],
  'only separators of fields': ['x.raw', Buffer.alloc(500_000, ':')],
  'a field of 10 MB': ['x.raw', Buffer.concat([Buffer.from('1:'), Buffer.alloc(10 * MB, 'x'), Buffer.from(':red.2:a:b')])],
  'a field of 10 MB of letters that are two bytes': ['x.raw', Buffer.concat([Buffer.from('1:'), Buffer.alloc(10 * MB, 'é'), Buffer.from(':red')])],
  '10 MB of dots': ['x.raw', Buffer.alloc(10 * MB, '.')],
  'a thousand fields of nearly the longest record': ['x.raw', many(record(Buffer.alloc(60_000, '%2E')), 100)],
  'bad UTF-8 of every sort': ['x.raw', many(record(Buffer.from('c080eda080f4908080fffe80bfc3', 'hex')), 3000)],
  'every brand another': ['x.raw', Buffer.from(Array.from({ length: 200_000 }, (_, n) => `${n}:b${n}:c${n}`).join('.'))],
  'times at the ends of what there is': ['x.raw', Buffer.from(['-9223372036854775808', '9223372036854775807', '-1', '0', '99999999999999999999999', '1e308', '253402300800', '-62135596801'].map((time) => `${time}:a:b`).join('.'))],
  'times an age apart': ['x.raw', Buffer.from(Array.from({ length: 1000 }, (_, n) => `${n * 9_000_000_000_000}:a:b`).join('.'))],
  'combining marks': ['x.raw', many(record(`a${'\u0301'.repeat(20_000)}`), 3)],
  ...Object.fromEntries([1, 4, 11, 12, 27, 28, 40, 60, 100, 333].map((cut) => [`a pcapng cut after ${cut} bytes`, ['x.pcapng', WHOLE.subarray(0, cut)]])),
  'a pcapng cut in a packet': ['x.pcapng', WHOLE.subarray(0, WHOLE.length - 37)],
  'a block that says it has 4 GB': ['x.pcapng', Buffer.concat([section(), link(), block(6, Buffer.alloc(40), { length: 0xfffffff0 }), ...PACKETS.map(enhanced)])],
  'a block of no length': ['x.pcapng', Buffer.concat([section(), link(), block(6, Buffer.alloc(40), { length: 0 })])],
  'a block whose lengths differ': ['x.pcapng', Buffer.concat([section(), link(), ...PACKETS.slice(0, 5).map(enhanced), block(6, Buffer.alloc(40), { trailer: 16 })])],
  'packets that say they have more than the block': ['x.pcapng', pcapng(PACKETS.map((one) => ({ ...one, captured: 0x7fffffff, original: 0x7fffffff })))],
  'packets of an interface that there is not': ['x.pcapng', pcapng(PACKETS.map((one) => ({ ...one, interfaceId: 77 })))],
  'a comment that says it is longer': ['x.pcapng', Buffer.concat([block(0x0a0d0d0a, Buffer.concat([Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'), Buffer.from('0100ffff6869', 'hex')])), link(), ...PACKETS.map(enhanced)])],
  'comments of ours that are damaged': ['x.pcapng', pcapng(PACKETS.map((one, n) => ({ ...one, comments: [['carwatch station {', 'carwatch station {"index":-1}', `carwatch outcome ${'['.repeat(5000)}`, 'carwatch station {"index":18446744073709551615,"name":"","address":"","attempt":4294967295,"round":18446744073709551615}'][n % 4]] })))],
  'ten thousand sections': ['x.pcapng', Buffer.concat(Array(10_000).fill(section()))],
  'ten thousand interfaces': ['x.pcapng', Buffer.concat([section(), ...Array(10_000).fill(link()), ...PACKETS.map(enhanced)])],
  'a pcap whose packet says it has 4 GB': ['x.pcap', pcap(PACKETS.map((one, n) => (n === 3 ? { ...one, captured: 0xffffffff } : one)))],
  'a pcap of a link that nobody knows': ['x.pcap', pcap(PACKETS, { linkType: 65535 })],
  'IP lengths that lie': ['x.pcap', pcap([...begun, ...Array.from({ length: 200 }, (_, n) => ({ at: 2, bytes: packet({ from: it, to: us, seq: 1001 + n, flags: 16, data: Buffer.from('1:a:b.'), totalLength: [0, 20, 39, 65535][n % 4] }) }))])],
  'TCP headers that lie': ['x.pcap', pcap([...begun, ...Array.from({ length: 200 }, (_, n) => ({ at: 2, bytes: packet({ from: it, to: us, seq: 1001 + n, flags: 16, data: Buffer.from('1:a:b.'), headerWords: [0, 1, 4, 15][n % 4] }) }))])],
  'segments that overlap in loops': ['x.pcapng', pcapng([...begun, ...Array.from({ length: 5000 }, (_, n) => segment(1001 + ((n * 7919) % 2000), `${n}:a:b.`.repeat(9)))])],
  'segments that contradict each other': ['x.pcapng', pcapng([...begun, ...Array.from({ length: 3000 }, (_, n) => segment(1001 + (n % 3), n % 2 ? '1:a:b.' : '2:c:d.'))])],
  'sequence numbers that go round': ['x.pcapng', pcapng([...begun, ...Array.from({ length: 3000 }, (_, n) => segment((0xfffffff0 + n * 1_431_655_765) >>> 0, '1:a:b.'))])],
  'segments with a gap each': ['x.pcapng', pcapng([...begun, ...Array.from({ length: 5000 }, (_, n) => segment(1001 + n * 1000, '1:a:b.'))])],
  'two thousand streams': ['x.pcapng', pcapng(Array.from({ length: 2000 }, (_, n) => connection({ station: 1 + (n % 100), port: 1025 + n, chunks: [[1, '1:a:b']], end: ['fin', 'reset', 'none'][n % 3] })).flat())],
  'a gzip bomb': ['x.raw.gz', gzipSync(Buffer.alloc(50 * MB, '.x'))],
  'a gzip within a gzip within a gzip': ['x.raw.gz.gz.gz', gzipSync(gzipSync(gzipSync(record('a'))))],
  'a gzip that is damaged': ['x.raw.gz', mutated(gzipSync(many(record('peugeot'), 20_000)), 20)],
  'a gzip with nothing behind its head': ['x.raw.gz', Buffer.from('1f8b08000000000000ff', 'hex')],
  'noise': ['x.raw', noise(400_000)],
  'noise behind the number of a pcapng': ['x.pcapng', Buffer.concat([WHOLE.subarray(0, 28), noise(200_000)])],
  'noise behind the number of a pcap': ['x.pcap', Buffer.concat([pcap([]), noise(200_000)])],
  'a capture with changed bytes': ['x.pcapng', mutated(WHOLE, 60)],
};

test(`there are at least fifty of them`, () => assert.ok(Object.keys(CAPTURES).length >= 50, `${Object.keys(CAPTURES).length}`));

// Control, bidi and zero-width characters.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

// Large files are given by their paths: handing over their bytes would take the page's thread.
async function choose(page, name, bytes) {
  const input = page.getByLabel('Files to open');
  if (bytes.length < 100_000) return input.setInputFiles([file(name, bytes)]);
  const folder = mkdtempSync(join(tmpdir(), 'carwatch-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), bytes);
  return input.setInputFiles(join(folder, name));
}

for (const [what, [name, bytes]] of Object.entries(CAPTURES)) {
  test(what, () => withPage({}, async (page) => {
    await page.getByRole('heading', { name: 'Open what the stations sent' }).waitFor();
    await page.waitForFunction(() => window.carwatch);
    await page.evaluate(() => { window.seenTasks.length = 0; });
    await choose(page, name, bytes);
    // It is shown, or it is said why not; in either case nothing is being read any more.
    await until(page, () => page.evaluate(() => {
      const is = (selector) => document.querySelector(selector) !== null;
      return document.getElementById('progress').hidden && !is('use[href="#m-reading"].now') && !document.getElementById('count').textContent.includes('so far') && (document.body.dataset.view !== 'first' || is('#foreign > *')) && !is('.station .mark use[href="#m-reading"]');
    }), Boolean, 'should have been read', 30_000);
    if (await page.evaluate(() => document.body.dataset.view) !== 'first') {
      await page.locator('.station').first().waitFor();
      await press(page, 'e', 'End', '2');
      await page.locator('body[data-view=bytes]').waitFor();
      await becomes(page, () => page.locator('#hex').evaluate((hex) => hex.childElementCount > 0), true);
      await hidden(page);
      await press(page, '3');
      await page.locator('body[data-view=changes]').waitFor();
      await press(page, 't', '1', 't');
      await page.locator('body[data-view=cars]').waitFor();
    }
    await hidden(page);
    const tasks = await page.evaluate(() => window.seenTasks);
    assert.ok(Math.max(0, ...tasks) < 1000, `tasks of ${tasks} ms`);
    assert.equal((await report(page)).stations.length > 0, true, 'there is a station, be it a failed one');
    assert.equal(await page.evaluate(() => window.pwned), undefined, 'a script ran');
    assert.equal(await page.locator('iframe, #grid img, #station-list img, style ~ style').count(), 0);
    // And it goes on: another file is shown, and found.
    await page.getByLabel('Files to open').setInputFiles([file('good.raw', '5:fine:car')]);
    await until(page, async () => /^[1-9][\d,]* cars?/.test(await counted(page)) && !(await counted(page)).includes('so far'), Boolean, 'the next file is read', 15_000);
    await page.getByRole('textbox', { name: 'Filter cars' }).fill('station:good.raw fine');
    await until(page, () => rows(page), (all) => all.length === 1 && all[0].includes('fine'), 'the car of the next file');
  }));
}

// What could mislead a reader is shown as an escape.
async function hidden(page) {
  const found = await page.evaluate((pattern) => {
    const bad = new RegExp(pattern);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest('script')) continue;
      if (bad.test(node.data.replaceAll('\t', ' '))) return `${node.parentElement.outerHTML.slice(0, 60)}: ${JSON.stringify(node.data.slice(0, 60))}`;
    }
    for (const element of document.querySelectorAll('[title], [aria-label]')) {
      for (const attribute of ['title', 'aria-label']) if (bad.test(element.getAttribute(attribute) ?? '')) return `${attribute} of ${element.className}: ${JSON.stringify(element.getAttribute(attribute).slice(0, 60))}`;
    }
    return null;
  }, HIDDEN.source);
  assert.equal(found, null, 'a hidden character is raw');
}
