// Starts the page, and in the worker the worker: this script, with the glue before it, is both.
// Everything else is in the library.
'use strict';

if (typeof document === 'undefined') {
  self.onmessage = ({ data }) => {
    wasm_bindgen.initSync({ module: data });
    wasm_bindgen.start_worker();
  };
} else {
  const script = document.currentScript.textContent;
  const failed = (error) => {
    const words = document.getElementById('first-words');
    words.textContent = `The page could not start its engine: ${error}. Your browser may be too old for it, or forbid WebAssembly.`;
    words.className = 'failed';
  };
  const start = async () => {
    const packed = Uint8Array.from(atob(document.getElementById('library').textContent), (c) => c.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    const module = await WebAssembly.compile(await new Response(unpacked).arrayBuffer());
    // The one place where a URL becomes a script; the page's rules know this name alone.
    const policy = window.trustedTypes?.createPolicy('carwatch', { createScriptURL: (url) => url });
    const spawn = () => {
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      const worker = new Worker(policy ? policy.createScriptURL(url) : url);
      URL.revokeObjectURL(url);
      worker.postMessage(module);
      return worker;
    };
    wasm_bindgen.initSync({ module });
    wasm_bindgen.start_page(spawn);
  };
  const started = start();
  started.catch(failed);
  // What nobody caught stopped the page, which could say nothing any more.
  const fault = (words) => {
    const place = document.getElementById('stopped');
    place.firstElementChild.textContent = `This is a fault of the viewer's own: ${words}. Your files are unharmed. Reload the page to go on.`;
    place.hidden = false;
  };
  window.addEventListener('error', ({ message, error }) => error && fault(message));
  window.addEventListener('unhandledrejection', ({ reason }) => fault(reason));
  // For people who script the page: the document that `inspect --format json` prints for the
  // open files, settled when they have been read; as an object, and as its very text.
  window.carwatch = {
    report: () => started.then(() => wasm_bindgen.report(false)),
    reportText: () => started.then(() => wasm_bindgen.report(true)),
  };
}
