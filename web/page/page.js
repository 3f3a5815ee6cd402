// The page: starts the worker, takes files, and sets as text what the worker says of them.
'use strict';

const SVG = 'http://www.w3.org/2000/svg';
const MARKS = { complete: '#m-unverified', partial: '#m-partial', failed: '#m-failed' };
const COLORS = new Set(['black', 'brown', 'grey', 'blue', 'red', 'green', 'orange', 'yellow', 'silver', 'white']);
const DOING = {
  start: 'The page could not start its engine',
  open: 'A file could not be read',
  clear: 'The files could not be closed',
  report: 'The report could not be made',
};

const $ = (id) => document.getElementById(id);
const worker = startWorker();
const reports = new Map();
let ticket = 0;
let unread = 0;

window.carwatch = {
  // A promise of the JSON document about all open files, settled when they have been read.
  report() {
    return new Promise((resolve, reject) => {
      ticket += 1;
      reports.set(ticket, { resolve, reject });
      worker.postMessage({ ask: 'report', ticket });
    });
  },
};

$('files').addEventListener('change', ({ target }) => {
  open(target.files);
  target.value = ''; // so that the same file can be opened again
});
$('clear').addEventListener('click', () => worker.postMessage({ ask: 'clear' }));

// A drag passes over many elements; it is over the page until it has left all of them.
let depth = 0;
addEventListener('dragenter', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  depth += 1;
  $('over').hidden = false;
});
addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault());
addEventListener('dragleave', (event) => {
  if (!holdsFiles(event)) return;
  depth = Math.max(0, depth - 1);
  $('over').hidden = depth === 0;
});
addEventListener('drop', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  depth = 0;
  $('over').hidden = true;
  open(event.dataTransfer.files);
});

worker.onmessage = ({ data }) => say[data.say](data);
worker.onerror = (event) => fault('The page could not start its worker', event.message);

const say = {
  reading({ name, percent }) {
    const left = unread > 1 ? `, ${grouped(unread - 1)} more to come` : '';
    $('status').textContent = percent === undefined ? `Reading ${name}${left}` : `Reading ${name}: ${percent} %${left}`;
  },
  answer({ view }) {
    unread -= 1;
    $('answers').append(answer(JSON.parse(view)));
    showWhatThereIs();
  },
  cleared() {
    $('answers').replaceChildren();
    $('faults').replaceChildren();
    showWhatThereIs();
  },
  report({ ticket, report }) {
    reports.get(ticket).resolve(JSON.parse(report));
    reports.delete(ticket);
  },
  fault({ doing, ticket, error }) {
    if (doing === 'open') unread -= 1;
    if (reports.has(ticket)) {
      reports.get(ticket).reject(new Error(error));
      reports.delete(ticket);
    }
    fault(DOING[doing], error);
    showWhatThereIs();
  },
};

function open(files) {
  for (const file of files) {
    unread += 1;
    worker.postMessage({ ask: 'open', file, name: file.name });
  }
}

function showWhatThereIs() {
  const count = $('answers').children.length;
  $('first').hidden = count > 0;
  $('clear').hidden = count === 0;
  if (unread === 0) $('status').textContent = count === 0 ? '' : `${plural(count, 'file')} read`;
}

function answer(view) {
  const id = `a${(ticket += 1)}`;
  return element('section', { class: 'answer', 'aria-labelledby': id }, [
    element('div', { class: 'head' }, [
      element('h2', { id }, [view.name]),
      element('p', { class: `chip ${view.outcome}` }, [mark(view.outcome), view.chip]),
      element('p', { class: 'counts' }, [
        element('span', {}, [plural(view.cars, 'car')]),
        element('span', { class: view.rejected > 0 ? 'bad strong' : '' }, [`${grouped(view.rejected)} rejected`]),
        element('span', {}, [plural(view.bytes, 'byte')]),
      ]),
    ]),
    element('p', { class: 'dim verdict' }, [view.verdict]),
    view.notice ? element('p', { class: 'notice' }, [view.notice]) : '',
    view.rejected > 0 ? table('Rejected', REJECTED, view.rejections, view.rejected) : '',
    view.cars > 0 ? table('Cars', CARS, view.rows, view.cars) : '',
  ]);
}

const range = (row) => `${row.start}..${row.end}`;
const CARS = [
  ['#', 'num dim', (row) => String(row.index)],
  ['Time as sent', 'mono', (row) => field(row.time)],
  ['Brand', '', (row) => field(row.brand)],
  ['Colour', '', (row) => color(row.color)],
  ['Bytes', 'mono dim', range],
  ['Note', 'dim', (row) => row.note],
];
const REJECTED = [
  ['#', 'num dim', (row) => String(row.index)],
  ['Reason', 'mono bad', (row) => row.reason],
  ['', 'mono dim', (row) => row.detail],
  ['Bytes', 'mono dim', range],
  ['As text', 'mono', (row) => field(row.text)],
];

function table(title, columns, rows, count) {
  const caption = rows.length < count
    ? `${title}: first ${grouped(rows.length)} of ${grouped(count)}`
    : `${title}: ${grouped(count)}`;
  const head = columns.map(([name, kind]) => element('th', { scope: 'col', class: kind.includes('num') ? 'num' : '' }, [name || element('span', { class: 'unseen' }, ['Detail'])]));
  const body = rows.map((row) => element('tr', {}, columns.map(([, kind, cell]) => element('td', { class: kind }, [cell(row)]))));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, [
    element('table', {}, [
      element('caption', {}, [caption]),
      element('thead', {}, [element('tr', {}, head)]),
      element('tbody', {}, body),
    ]),
  ]);
}

const field = (text) => (text === '' ? element('span', { class: 'dim' }, ['(none)']) : element('bdi', {}, [text]));

function color(text) {
  const known = COLORS.has(text.toLowerCase()) ? ` c-${text.toLowerCase()}` : '';
  return element('span', { class: 'color' }, [element('span', { class: `swatch${known}`, 'aria-hidden': 'true' }, []), field(text)]);
}

function mark(outcome) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', MARKS[outcome]);
  svg.append(use);
  return svg;
}

function fault(what, error) {
  $('faults').append(element('p', { class: 'notice bad' }, [`${what}: ${error} The file is unharmed; the other files stay as they are.`]));
}

function element(name, attributes, children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== '') made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function startWorker() {
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy('carwatch', { createScriptURL: (url) => url })
    : { createScriptURL: (url) => url };
  const url = URL.createObjectURL(new Blob([$('worker').textContent], { type: 'text/javascript' }));
  const started = new Worker(policy.createScriptURL(url));
  const wasm = Uint8Array.from(atob($('wasm').textContent), (letter) => letter.charCodeAt(0));
  started.postMessage({ ask: 'start', wasm }, [wasm.buffer]);
  return started;
}

function holdsFiles(event) {
  return event.dataTransfer !== null && event.dataTransfer.types.includes('Files');
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

function plural(number, noun) {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}
