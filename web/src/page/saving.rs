//! What leaves the page, and only into the reader's own hands: files and the clipboard.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, Element, HtmlAnchorElement, HtmlElement, HtmlInputElement, Url};

use super::dom::{document, say};
use super::events::after;
use crate::promise::then;

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
    say(&format!("Saved {name}"));
}

/// Saves the report; it is made in the worker.
pub(crate) fn save_report() {
    let promise = super::report(true);
    let done = Closure::once_into_js(|text: JsValue| {
        if let Ok(blob) = Blob::new_with_str_sequence(&Array::of1(&text)) {
            save("report.json", &blob.into());
        }
    });
    then(&promise, &[done]);
}

/// Saves the charts as a picture.
pub(crate) fn save_png() {
    super::with(|app| super::picture::save(app));
}

/// Copies a text, and says so once it is done. A page that came over plain HTTP has no
/// clipboard of its own, but may still copy what is selected.
pub(crate) fn copy(text: &str, said: &'static str) {
    let clipboard = web_sys::window()
        .and_then(|window| Reflect::get(&window.navigator(), &"clipboard".into()).ok())
        .filter(JsValue::is_object);
    let promise = clipboard.and_then(|clipboard| {
        let write: Function =
            Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
        write.call1(&clipboard, &text.into()).ok()
    });
    let Some(promise) = promise else { return copy_selected(text, said) };
    let text = text.to_owned();
    let done = Closure::once_into_js(move || say(said));
    let failed = Closure::once_into_js(move || copy_selected(&text, said));
    then(&promise, &[done, failed]);
}

fn copy_selected(text: &str, said: &str) {
    let document = document();
    let focused = document.active_element();
    let is_copied = document.body().zip(document.create_element("input").ok()).map(
        |(body, field): (HtmlElement, Element)| {
            let _ = body.append_child(&field);
            let field: HtmlInputElement = field.unchecked_into();
            field.set_value(text);
            field.select();
            let copy = Reflect::get(&document, &"execCommand".into()).ok();
            let copy = copy.and_then(|copy| copy.dyn_into::<Function>().ok());
            let copied = copy.and_then(|copy| copy.call1(&document, &"copy".into()).ok());
            field.remove();
            copied.is_some_and(|copied| copied.is_truthy())
        },
    );
    if let Some(focused) = focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    say(if is_copied == Some(true) { said } else { "The browser does not let the page copy" });
}
