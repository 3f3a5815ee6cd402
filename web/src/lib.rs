//! The viewer in the browser: a page, and a worker in which everything is read and counted.
//!
//! What is shown is decided in [`carwatch_viewer`]; here is what touches a browser. Both halves
//! are in this one library, which the page loads twice: [`start_page`] runs in the page, where
//! nothing may take long, and [`start_worker`] in its worker. They send each other
//! `messages`. JavaScript only starts them (`page/boot.js`).

mod messages;
mod page;
mod promise;
mod worker;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page; `spawn` makes a worker in which [`start_worker`] runs.
#[wasm_bindgen]
pub fn start_page(spawn: js_sys::Function) {
    page::start(spawn);
}

/// Starts the worker.
#[wasm_bindgen]
pub fn start_worker() {
    worker::start();
}

/// A promise of the document that `inspect --format json` prints for the open files, settled when
/// they have been read: as an object, or as the very text.
#[wasm_bindgen]
pub fn report(is_text: bool) -> js_sys::Promise {
    page::report(is_text)
}
