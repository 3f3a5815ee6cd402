// The page can send nothing and runs nothing that it is not made of.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { file, open, openSample, PAGE, press, take, text, view, withPage } from './page.mjs';

test('the page is one small file that names its version', () => withPage({}, async (page) => {
  const size = statSync(PAGE).size;
  assert.ok(size < 600_000, `${PAGE} has ${size} bytes`);
  assert.match(await text(page.locator('.version')), /^carwatch \d+\.\d+\.\d+/);
  const source = readFileSync(PAGE, 'latin1');
  assert.doesNotMatch(source, /<(link|img|iframe|script)[^>]+(src|href)=["']?(https?:)?\/\//i);
}));

const ways = {
  fetch: () => fetch('http://127.0.0.1:9/').then(() => 'connected', String),
  'an XMLHttpRequest': () => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.onload = () => resolve('connected');
    request.onerror = () => resolve('refused');
    try { request.open('GET', 'http://127.0.0.1:9/'); request.send(); } catch (e) { resolve(String(e)); }
  }),
  'a WebSocket': () => new Promise((resolve) => {
    try { const socket = new WebSocket('ws://127.0.0.1:9/'); socket.onopen = () => resolve('connected'); socket.onerror = () => resolve('refused'); } catch (e) { resolve(String(e)); }
  }),
  'an EventSource': () => new Promise((resolve) => {
    try { const source = new EventSource('http://127.0.0.1:9/'); source.onopen = () => resolve('connected'); source.onerror = () => resolve('refused'); } catch (e) { resolve(String(e)); }
  }),
  'a picture': () => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve('connected');
    image.onerror = () => resolve('refused');
    image.src = 'http://127.0.0.1:9/x.png';
  }),
  'a beacon': () => { navigator.sendBeacon('http://127.0.0.1:9/', 'x'); return 'refused'; },
  'a frame': () => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    document.addEventListener('securitypolicyviolation', () => resolve('refused'), { once: true });
    frame.src = 'http://127.0.0.1:9/';
    document.body.append(frame);
  }),
  'a form': () => new Promise((resolve) => {
    const form = document.createElement('form');
    form.action = 'http://127.0.0.1:9/';
    document.addEventListener('securitypolicyviolation', () => resolve('refused'), { once: true });
    document.body.append(form);
    form.submit();
  }),
  'a worker': () => new Promise((resolve) => {
    try { const made = new Worker('http://127.0.0.1:9/x.js'); made.onerror = () => resolve('refused'); } catch (e) { resolve(String(e)); }
  }),
};

for (const [name, way] of Object.entries(ways)) {
  test(`the page cannot connect through ${name}`, () => withPage({ mayViolate: true }, async (page, seen) => {
    await page.locator('body[data-view=first]').waitFor();
    const said = await page.evaluate(way);
    assert.doesNotMatch(said, /connected/);
    await page.waitForFunction(() => window.seenReports.length > 0);
    const sent = seen.requests.filter((url) => !/^(file|blob):/.test(url));
    // Chromium tells of requests that the rules stop; none of them leaves.
    assert.ok(seen.problems.some((problem) => /Content Security Policy|TrustedScriptURL/i.test(problem)), `${said}; ${JSON.stringify(seen.problems)}; ${sent}`);
  }));
}

test('no text becomes markup or a script', () => withPage({ mayViolate: true }, async (page) => {
  // Once the page has started it has made its policy.
  await page.evaluate(() => window.carwatch.report());
  const tries = await page.evaluate(() => {
    const attempt = (act) => { try { act(); return 'done'; } catch (e) { return String(e); } };
    return {
      innerHTML: attempt(() => { document.body.innerHTML = '<b>x</b>'; }),
      insertAdjacentHTML: attempt(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
      write: attempt(() => document.write('<b>x</b>')),
      parse: attempt(() => new DOMParser().parseFromString('<b>x</b>', 'text/html')),
      script: attempt(() => { const script = document.createElement('script'); script.text = 'window.pwned = 1'; document.body.append(script); }),
      policy: attempt(() => window.trustedTypes.createPolicy('mine', { createHTML: (html) => html })),
      again: attempt(() => window.trustedTypes.createPolicy('carwatch', { createScriptURL: (url) => url })),
    };
  });
  for (const [name, said] of Object.entries(tries)) assert.match(said, /TypeError/, name);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('b', { hasText: /^x$/ }).count(), 0);
}));

test('not one request while everything is used', () => withPage({}, async (page, seen) => {
  await openSample(page);
  await open(page, file('gate.raw', '1:a:b'));
  await view(page, 'Bytes');
  await view(page, 'Changes');
  await view(page, 'Cars');
  await take(page, 'Shown cars as CSV');
  await take(page, 'Charts as PNG');
  await press(page, '?');
  assert.deepEqual(seen.requests.filter((url) => !/^(file|blob:null)/.test(url)), []);
  assert.equal(seen.requests.filter((url) => url.startsWith('file:')).length, 1, 'the page itself');
}));
