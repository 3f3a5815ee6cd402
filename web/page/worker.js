// The worker: hands the bytes of files to the library, one file after the other.
// It comes after the glue that wasm-bindgen makes, which defines `wasm_bindgen`.
'use strict';

let answers;
// Everything waits for what was asked before it.
let last = Promise.resolve();

self.onmessage = ({ data }) => {
  last = last.then(() => handlers[data.ask](data)).catch((error) => {
    self.postMessage({ say: 'fault', doing: data.ask, ticket: data.ticket, error: String(error) });
  });
};

const handlers = {
  start({ wasm }) {
    wasm_bindgen.initSync({ module: wasm });
    answers = new wasm_bindgen.Answers();
  },

  async open({ file, name }) {
    self.postMessage({ say: 'reading', name });
    answers.open(name, file.size);
    let view;
    try {
      for (let at = 0; at < file.size; at += PIECE) {
        answers.feed(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
        self.postMessage({ say: 'reading', name, percent: Math.min(100, Math.floor(100 * (at + PIECE) / file.size)) });
      }
      view = answers.close();
    } catch (error) {
      // Out of memory and our own faults end the library; they are not the file's.
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
      view = answers.fail(error.message || String(error));
    }
    self.postMessage({ say: 'answer', view });
  },

  clear() {
    answers.clear();
    self.postMessage({ say: 'cleared' });
  },

  report({ ticket }) {
    self.postMessage({ say: 'report', ticket, report: answers.report() });
  },
};

const PIECE = 1024 * 1024;
