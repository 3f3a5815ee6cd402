// Comfort: the keyboard, dark and light, reduced motion, screen readers, and every width.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AWKWARD, becomes, counted, file, filter, open, openSample, press, query, rows, saved, SHOTS, shows, text, texts, until, view, withPage } from './page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const chosen = (page) => page.locator('#grid .tr[aria-selected=true]').getAttribute('aria-rowindex');
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.act || document.activeElement.tagName);
const shown = (page) => page.evaluate(() => document.body.dataset.view);

test('every key that the help names does what it says', () => withPage({}, async (page) => {
  await openSample(page);
  await press(page, '?');
  const help = page.getByRole('dialog', { name: 'Keys and filter' });
  await help.waitFor();
  const named = new Set(await texts(help.locator('kbd')));
  assert.deepEqual([...named].sort(), ['j', 'k', 'Enter', 'e', 'E', '[', ']', '/', 'x', 'r', 'b', '1', '2', '3', 'g', 't', 'd', 'c', 's', 'l', 'Esc'].sort());
  // Single keys are dead behind it.
  await page.keyboard.press('r');
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
  assert.equal(await query(page), '');

  await press(page, 'j');
  await becomes(page, () => chosen(page), '3');
  await press(page, 'ArrowDown');
  await becomes(page, () => chosen(page), '4');
  await press(page, 'k');
  await becomes(page, () => chosen(page), '3');
  await press(page, 'Enter');
  await becomes(page, () => shown(page), 'bytes');
  await press(page, ']');
  await shows(page.locator('#bytes-head h2'), 'bridge');
  await press(page, '[');
  await shows(page.locator('#bytes-head h2'), 'gate');
  await press(page, '3');
  await becomes(page, () => shown(page), 'changes');
  await press(page, '2');
  await becomes(page, () => shown(page), 'bytes');
  await press(page, '1');
  await becomes(page, () => shown(page), 'cars');
  await press(page, 'e');
  await until(page, () => text(page.locator('#details')), (now) => now.startsWith('Rejected record'), 'e chooses a rejected record');
  const first = await chosen(page);
  await press(page, 'e');
  await until(page, () => chosen(page), (now) => now !== first, 'the next');
  await press(page, 'E');
  await until(page, () => chosen(page), (now) => now === first, 'and back');
  await press(page, '/');
  await becomes(page, () => focused(page), 'query');
  await page.keyboard.type('color:red');
  await becomes(page, () => query(page), 'color:red');
  await until(page, () => counted(page), (now) => / of 4,827$/.test(now), 'filtered');
  // In a field, keys are text; Esc leaves it.
  await page.keyboard.press('Escape');
  await becomes(page, () => focused(page), 'grid');
  await press(page, 'x');
  await becomes(page, () => query(page), '');
  await press(page, 'r');
  await becomes(page, () => query(page), 'is:rejected');
  await press(page, 'r');
  await becomes(page, () => query(page), '');
  await press(page, 'b');
  await becomes(page, () => focused(page), 'handle');
  await until(page, () => query(page), (now) => now.startsWith('time:'), 'b brushes');
  await press(page, 'x');
  await press(page, 't');
  await page.getByRole('table', { name: 'Detections' }).waitFor();
  await press(page, 't');
  await press(page, 'g');
  await becomes(page, () => focused(page), 'goto');
  await press(page, '1');
  await press(page, 'c');
  await shows(page.locator('#live'), 'Row copied');
  const { name } = await saved(page, () => press(page, 's'));
  assert.equal(name, 'cars.csv');
  await press(page, 'l');
  await shows(page.locator('#live'), 'Link copied');
}));

test('with Ctrl, Alt or the like a key is the browser\'s', () => withPage({}, async (page) => {
  await openSample(page);
  const taken = (init) => page.evaluate((init) => !document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })), init);
  for (const held of ['ctrlKey', 'altKey', 'metaKey']) {
    for (const key of ['r', '3', 's']) assert.equal(await taken({ key, [held]: true }), false, `${held} ${key}`);
  }
  assert.deepEqual([await shown(page), await query(page)], ['cars', '']);
  // Without them it is the page's.
  assert.equal(await taken({ key: 'r' }), true);
  await becomes(page, () => query(page), 'is:rejected');
}));

test('everything is reached with Tab, and what has the focus is seen', () => withPage({}, async (page) => {
  await openSample(page);
  await page.evaluate(() => document.activeElement.blur());
  const seen = [];
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      const box = element.closest('label, .box') ?? element;
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || getComputedStyle(box).boxShadow !== 'none';
      return { key: element.id || `${element.dataset.act ?? element.tagName} ${element.dataset.value ?? ''}`, ring };
    });
    // Past the last control, the focus is the browser's for a moment.
    if (now.key.startsWith('BODY')) continue;
    if (seen.some((one) => one.key === now.key)) break;
    seen.push(now);
  }
  const keys = seen.map((one) => one.key);
  for (const key of ['tab-cars', 'export', 'theme', 'help-button', 'files', 'query', 'station-list', 'twin-timeline', 'grid']) assert.ok(keys.includes(key), `${key} of ${keys}`);
  assert.equal(keys.filter((key) => key.startsWith('row')).length, 0, 'the table is one stop');
  assert.deepEqual(seen.filter((one) => !one.ring && one.key !== 'files').map((one) => one.key), []);
}));

test('the theme goes from the system to light to dark', () => withPage({ colorScheme: 'dark' }, async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [dark, light] = ['rgb(17, 18, 20)', 'rgb(247, 247, 245)'];
  assert.equal(await ground(), dark);
  const button = page.locator('#theme');
  for (const [name, color] of [['Theme: light', light], ['Theme: dark', dark], ['Theme: as the system', dark]]) {
    await press(page, 'd');
    await becomes(page, () => button.getAttribute('aria-label'), name);
    assert.equal(await ground(), color);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await ground(), light);
}));

test('nothing moves where motion is to be reduced', () => withPage({ reducedMotion: 'reduce' }, async (page) => {
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => {
    const style = getComputedStyle(element);
    return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some((time) => parseFloat(time) > 0);
  }).map((element) => element.outerHTML.slice(0, 80)));
  assert.deepEqual(moving, []);
}));

test('the views are a tab list', () => withPage({}, async (page) => {
  await openSample(page);
  const tabs = page.getByRole('tablist', { name: 'View' }).getByRole('tab');
  assert.deepEqual(await texts(tabs), ['Cars', 'Bytes', 'Changes']);
  const selected = () => page.getByRole('tab', { selected: true }).allTextContents();
  await page.getByRole('tab', { name: 'Cars' }).focus();
  for (const [key, wanted] of [['ArrowRight', 'Bytes'], ['ArrowRight', 'Changes'], ['ArrowRight', 'Cars'], ['ArrowLeft', 'Changes'], ['Home', 'Cars'], ['End', 'Changes']]) {
    await page.keyboard.press(key);
    await becomes(page, selected, [wanted]);
    await becomes(page, () => page.evaluate(() => document.activeElement.textContent), wanted);
    const panel = await page.getByRole('tab', { name: wanted }).getAttribute('aria-controls');
    assert.ok(await page.locator(`#${panel}`).isVisible());
  }
  assert.deepEqual(await page.locator('[role=tab]').evaluateAll((all) => all.map((tab) => tab.tabIndex)), [-1, -1, -1, 0]);
}));

test('the table is a grid with true counts, and one tab stop', () => withPage({}, async (page) => {
  await openSample(page);
  const grid = page.getByRole('grid', { name: 'Cars' });
  const all = 4827 + 15;
  assert.equal(await grid.getAttribute('aria-rowcount'), String(all + 1));
  await grid.focus();
  await page.keyboard.press('End');
  await becomes(page, () => chosen(page), String(all + 1));
  const active = await grid.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-rowindex'), String(all + 1));
  await page.keyboard.press('PageUp');
  await until(page, () => chosen(page), (now) => Number(now) < all - 5, 'a page up');
  await page.keyboard.press('Home');
  await becomes(page, () => chosen(page), '2');
  assert.equal(await grid.locator('[tabindex="0"]').count(), 0);
  await filter(page, 'is:rejected');
  await becomes(page, () => grid.getAttribute('aria-rowcount'), '16');
}));

test('the stations are a list of several choices, used with the keyboard', () => withPage({}, async (page) => {
  await openSample(page);
  const list = page.getByRole('listbox', { name: 'Stations' });
  assert.equal(await list.getAttribute('aria-multiselectable'), 'true');
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await becomes(page, () => list.getAttribute('aria-activedescendant'), 'station-1');
  await page.keyboard.press(' ');
  await becomes(page, () => query(page), 'station:bridge');
  await becomes(page, () => page.locator('#station-1').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('End');
  await becomes(page, () => list.getAttribute('aria-activedescendant'), 'station-23');
  await until(page, () => page.locator('#station-23').count(), (number) => number === 1, 'the last is in sight');
  assert.equal(await page.locator('#station-23').getAttribute('aria-posinset'), '24');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await becomes(page, () => query(page), 'station:bridge,gate');
}));

test('what changes by itself is spoken', () => withPage({}, async (page) => {
  await openSample(page);
  assert.equal(await page.locator('#count').getAttribute('role'), 'status');
  assert.equal(await page.locator('#notices').getAttribute('role'), 'status');
  assert.equal(await page.locator('#live').getAttribute('aria-live'), 'polite');
  await page.getByRole('progressbar', { name: 'Reading', includeHidden: true }).waitFor({ state: 'attached' });
}));

test('on a phone there is one pane, and the chosen car above the tabs', () => withPage({ width: 390, height: 844, hasTouch: true, isMobile: true }, async (page) => {
  await openSample(page);
  assert.deepEqual(await texts(page.getByRole('tab')), ['Stations', 'Cars', 'Bytes', 'Changes']);
  await page.locator('#grid .rows .tr').nth(2).tap();
  await shows(page.locator('#strip p'), /^1795327209 fiat grey$/);
  const [strip, tabs] = [await page.locator('#strip').boundingBox(), await page.locator('#tabs').boundingBox()];
  assert.equal(strip.height, 48);
  assert.equal(tabs.height, 52);
  assert.ok(Math.abs(strip.y + strip.height - tabs.y) < 1.5 && Math.abs(tabs.y + tabs.height - 844) < 1.5);
  await page.getByRole('button', { name: 'Show bytes' }).tap();
  await becomes(page, () => shown(page), 'bytes');
  await until(page, async () => (await texts(page.locator('#hex .a .on'))).join(''), (now) => now === '1795327209:fiat:grey', 'its bytes');
  await page.getByRole('tab', { name: 'Stations' }).tap();
  await page.locator('#station-0').waitFor();
  await page.getByRole('tab', { name: 'Cars' }).tap();
  await page.getByRole('button', { name: 'Bars' }).tap();
  await page.getByRole('group', { name: 'Cars by brand' }).getByRole('button', { name: /^peugeot/ }).tap();
  await becomes(page, () => query(page), 'brand:peugeot');
}));

// States that follow from one another in one page, in three pages.
const PAGES = [{
  first: async () => {},
  foreign: async (page) => {
    await page.getByLabel('Files to open').setInputFiles([file('a-name-without-a-place-to-break-'.repeat(4), Buffer.from('ffd8ffe000104a464946', 'hex'))]);
    await page.getByText('Read it as a raw answer anyway').waitFor();
  },
}, {
  cars: async (page) => { await openSample(page); await filter(page, 'brand:volkswagen,peugeot -color:blue'); await until(page, () => counted(page), (now) => now.includes(' of '), 'filtered'); },
  wrong: async (page) => { await filter(page, 'colr:red brand:nowhere'); await page.getByText('No car passes this filter').waitFor(); },
  twins: async (page) => { await filter(page, ''); await press(page, 't'); await page.getByRole('table', { name: 'Detections' }).waitFor(); await until(page, () => page.locator('#grid .rows .tr').count(), (number) => number > 5, 'rows'); },
  menu: async (page) => { await press(page, 't'); await page.getByRole('button', { name: 'Export' }).click(); await page.getByRole('menu', { name: 'Export' }).waitFor(); },
  compared: async (page) => { await page.keyboard.press('Escape'); await press(page, '3'); await until(page, () => page.locator('.pair .says').count(), (number) => number === 12, 'compared'); await page.locator('.diff').waitFor(); },
  changes: async (page) => { await page.locator('.pair').nth(1).click(); await page.locator('.pair[aria-current]').nth(0).waitFor(); await becomes(page, () => page.locator('.pair').nth(1).getAttribute('aria-current'), 'true'); },
  help: async (page) => { await press(page, '?'); await page.getByRole('dialog').waitFor(); },
}, {
  rejected: async (page) => {
    await open(page, file('gate.raw', AWKWARD), file('a-name-without-a-place-to-break-'.repeat(5), Buffer.from(`1:${'x'.repeat(5000)}:red.${'y'.repeat(5000)}`)));
    await press(page, 'e');
    await becomes(page, () => chosen(page), '4');
  },
  bytes: async (page) => { await press(page, '2'); await page.locator('#hex .said').first().waitFor(); },
}];

// Without a finding of axe, without anything that overflows, and with a picture to look at.
for (const width of [390, 1024, 1920]) {
  for (const colorScheme of ['light', 'dark']) {
    for (const states of PAGES) {
      test(`${Object.keys(states).join(', ')} at ${width} px, ${colorScheme}`, () => withPage({ width, height: width === 390 ? 844 : 900, colorScheme }, async (page) => {
        const wrong = [];
        for (const [state, enter] of Object.entries(states)) {
          await enter(page);
          await page.screenshot({ path: `${SHOTS}${state}-${width}-${colorScheme}.png` });
          const { doc, body } = await page.evaluate(() => {
            const over = (element) => [element.scrollWidth - innerWidth, element.scrollHeight - innerHeight];
            return { doc: over(document.documentElement), body: over(document.body) };
          });
          if (Math.max(...doc, ...body) > 0) wrong.push(`${state}: the page overflows by ${doc} and ${body} px`);
          wrong.push(...(await cutOff(page)).map((one) => `${state}: cut off or small: ${one}`));
          wrong.push(...(await findings(page)).map((one) => `${state}: ${one}`));
        }
        assert.deepEqual(wrong, []);
      }));
    }
  }
}

// Buttons and fields that reach out of the window, or are under 24 px.
const cutOff = (page) => page.evaluate(() => [...document.querySelectorAll('button, input:not(.unseen), label.button, [role=tab]')].filter((element) => {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
  const dialog = document.querySelector('dialog[open]');
  if (dialog && !dialog.contains(element)) return false;
  const scrolls = element.closest('.list, .grid, .twin, .changes, .changed, .details, .inspector, .first, dialog, .chips, ul, .hex, .notices');
  const out = !scrolls && (box.left < -0.5 || box.right > innerWidth + 0.5 || box.top < -0.5 || box.bottom > innerHeight + 0.5);
  const small = (box.height < 23.5 || box.width < 23.5) && !element.closest('.names-row') && element.getAttribute('role') !== 'slider' && element.id !== 'query';
  return out || small;
}).map((element) => { const box = element.getBoundingClientRect(); return `${element.dataset.act ?? element.tagName} ${element.dataset.value ?? element.id}: ${Math.round(box.width)}×${Math.round(box.height)} at ${Math.round(box.left)},${Math.round(box.top)}`; }));

async function findings(page) {
  const devtools = await page.context().newCDPSession(page);
  if (!(await page.evaluate(() => Boolean(window.axe)))) await devtools.send('Runtime.evaluate', { expression: AXE });
  const { violations } = await page.evaluate(() => window.axe.run(document, { preload: false, resultTypes: ['violations'] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(' ')} (${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''})`).join('; ')}${nodes.length > 3 ? ` and ${nodes.length - 3} more` : ''}`);
}
