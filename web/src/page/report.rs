//! `window.carwatch.report()`: the document of all open files.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Function, JSON, Promise};
use wasm_bindgen::JsValue;

use super::with;
use crate::messages::ToWorker;

thread_local! {
    static WAITING: RefCell<BTreeMap<u32, Waiting>> = const { RefCell::new(BTreeMap::new()) };
}

struct Waiting {
    resolve: Function,
    is_text: bool,
}

/// A promise of the document that `inspect --format json` prints for the open files, settled when
/// they have been read: as an object, or as the very text.
pub(crate) fn report(is_text: bool) -> Promise {
    Promise::new(&mut |resolve, _| {
        let number = WAITING.with_borrow_mut(|waiting| {
            let number = waiting.keys().next_back().map_or(1, |last| last + 1);
            waiting.insert(number, Waiting { resolve, is_text });
            number
        });
        with(|app| app.send(&ToWorker::Report(number), &[]));
    })
}

/// What was asked for and has not come.
pub(crate) fn waiting() -> Vec<u32> {
    WAITING.with_borrow(|waiting| waiting.keys().copied().collect())
}

pub(crate) fn settle(number: u32, document: &str) {
    let waiting = WAITING.with_borrow_mut(|waiting| waiting.remove(&number));
    if let Some(Waiting { resolve, is_text }) = waiting {
        let text = JsValue::from_str(document);
        let value = if is_text { text } else { JSON::parse(document).unwrap_or(text) };
        let _ = resolve.call1(&JsValue::NULL, &value);
    }
}
