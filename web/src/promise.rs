//! What runs once a promise is settled.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Calls `then` of a promise with what is to run: where it is kept, and where it fails.
pub(crate) fn then(promise: &JsValue, settled: &[JsValue]) {
    let then = Reflect::get(promise, &"then".into()).ok();
    if let Some(then) = then.and_then(|then| then.dyn_into::<Function>().ok()) {
        let settled: Array = settled.iter().cloned().collect();
        let _ = then.apply(promise, &settled);
    }
}
