//! What leaves the page, and only into the reader's own hands: files and the clipboard.

use js_sys::Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::dom::{document, set_text};
use super::events::after;

/// Offers a file to be saved.
pub(crate) fn save(name: &str, blob: &JsValue) {
    let Some(blob) = blob.dyn_ref::<Blob>() else { return };
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    after(60_000, move || drop(Url::revoke_object_url(&url)));
    set_text("live", &format!("Saved {name}"));
}

/// Saves the report; it is made in the worker.
pub(crate) fn save_report() {
    let promise = super::report(true);
    let done = Closure::once_into_js(|text: JsValue| {
        if let Ok(blob) = Blob::new_with_str_sequence(&Array::of1(&text)) {
            save("report.json", &blob.into());
        }
    });
    if let Some(done) = done.dyn_ref::<js_sys::Function>() {
        let then = js_sys::Reflect::get(&promise, &"then".into());
        if let Ok(then) = then.and_then(JsCast::dyn_into::<js_sys::Function>) {
            let _ = then.call1(&promise, done);
        }
    }
}

/// Saves the charts as a picture.
pub(crate) fn save_png() {
    super::with(|app| super::picture::save(app));
}

/// Copies a text, and says so.
pub(crate) fn copy(text: &str, said: &'static str) {
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
        set_text("live", said);
    }
}
