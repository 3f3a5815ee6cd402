//! Elements, as text and attributes: never as HTML.

use std::cell::Cell;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement};

use super::events::after;

/// An element that is being made.
#[derive(Clone)]
pub(crate) struct E(Element);

pub(crate) fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page has a document")
}

/// An element of HTML.
pub(crate) fn e(tag: &str) -> E {
    E(document().create_element(tag).expect("the name is one"))
}

/// An element of SVG.
pub(crate) fn svg(tag: &str) -> E {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag);
    E(element.expect("the name is one"))
}

/// A button that does something.
pub(crate) fn button(act: &str, value: impl AsRef<str>) -> E {
    e("button").attr("type", "button").act(act, value)
}

/// The mark of a verdict.
pub(crate) fn mark(which: &str) -> E {
    let class = match which {
        "verified" | "unverified" => "mark ok",
        "partial" => "mark warn",
        "failed" => "mark bad",
        _ => "mark",
    };
    let link = svg("use").attr("href", format!("#m-{which}"));
    svg("svg").class(class).attr("viewBox", "0 0 14 14").attr("aria-hidden", "true").kid(link)
}

impl E {
    /// What has been made.
    pub(crate) const fn made(&self) -> &Element {
        &self.0
    }

    pub(crate) fn class(self, class: &str) -> Self {
        self.attr("class", class)
    }

    pub(crate) fn attr(self, name: &str, value: impl AsRef<str>) -> Self {
        let _ = self.0.set_attribute(name, value.as_ref());
        self
    }

    pub(crate) fn attr_if(self, is: bool, name: &str, value: impl AsRef<str>) -> Self {
        if is { self.attr(name, value) } else { self }
    }

    /// A number as an attribute, such as a coordinate.
    pub(crate) fn at(self, name: &str, value: f64) -> Self {
        // As short as it need be.
        self.attr(name, ((value * 100.0).round() / 100.0).to_string())
    }

    /// What a click on it does (see `act`). It is found again by this after it was drawn anew.
    pub(crate) fn act(self, act: &str, value: impl AsRef<str>) -> Self {
        self.attr("data-act", act).attr("data-value", value)
    }

    pub(crate) fn style(self, style: impl AsRef<str>) -> Self {
        // Not the attribute, which the page's rules forbid.
        if let Some(element) = self.0.dyn_ref::<HtmlElement>() {
            element.style().set_css_text(style.as_ref());
        } else if let Some(element) = self.0.dyn_ref::<web_sys::SvgElement>() {
            element.style().set_css_text(style.as_ref());
        }
        self
    }

    pub(crate) fn text(self, text: impl AsRef<str>) -> Self {
        let _ = self.0.append_with_str_1(text.as_ref());
        self
    }

    pub(crate) fn kid(self, kid: Self) -> Self {
        let _ = self.0.append_child(&kid.0);
        self
    }

    pub(crate) fn kids(self, kids: impl IntoIterator<Item = Self>) -> Self {
        kids.into_iter().fold(self, Self::kid)
    }
}

/// The element with this id, which the page has.
pub(crate) fn get(id: &str) -> HtmlElement {
    let found = document().get_element_by_id(id).expect("page.html has it");
    found.unchecked_into()
}

/// Puts elements in place of what was there; what had the focus has it again, and what was
/// folded open is so again. Where nothing is new nothing is replaced: text that is marked in it
/// stays marked.
pub(crate) fn set(id: &str, kids: impl IntoIterator<Item = E>) {
    let place = get(id);
    let kids: Vec<E> = kids.into_iter().collect();
    for details in unfolded(&place) {
        for again in kids.iter().filter_map(|kid| kid.0.query_selector(&details).ok().flatten()) {
            let _ = again.set_attribute("open", "");
        }
    }
    if is_same(&place, &kids) {
        return;
    }
    let focused = document().active_element().filter(|active| place.contains(Some(active)));
    let focused = focused.filter(|active| **active != **place);
    let again = focused.and_then(|focused| Some((key(&focused)?, focused.scroll_top())));
    let all: js_sys::Array = kids.into_iter().map(|kid| JsValue::from(kid.0)).collect();
    place.replace_children_with_node(&all);
    if let Some((key, scrolled)) = again {
        let again = place.query_selector(&key).ok().flatten();
        match again.and_then(|again| again.dyn_into::<HtmlElement>().ok()) {
            Some(again) => {
                focus(&again);
                again.set_scroll_top(scrolled);
            }
            // It is gone; the focus stays near.
            None if place.tab_index() >= 0 => focus(&place),
            None => {}
        }
    }
}

/// Whether these are what is there.
fn is_same(place: &HtmlElement, kids: &[E]) -> bool {
    let mut there = place.first_child();
    for kid in kids {
        let Some(node) = there.filter(|node| node.is_equal_node(Some(&kid.0))) else {
            return false;
        };
        there = node.next_sibling();
    }
    there.is_none()
}

/// How what is folded open is found again, by its value.
fn unfolded(place: &HtmlElement) -> Vec<String> {
    let Ok(all) = place.query_selector_all("details[open][data-value]") else {
        return Vec::new();
    };
    let elements = (0..all.length()).filter_map(|nth| all.get(nth)?.dyn_into::<Element>().ok());
    elements.filter_map(|details| key(&details)).collect()
}

/// Sets the text of an element, if it is another.
pub(crate) fn set_text(id: &str, text: &str) {
    let place = get(id);
    if place.text_content().as_deref() != Some(text) {
        place.set_text_content(Some(text));
    }
}

/// Says something to everybody: it stands on the page for a while, and is spoken.
pub(crate) fn say(text: &str) {
    thread_local! {
        static SAID: Cell<u32> = const { Cell::new(0) };
    }
    set_text("live", text);
    set_text("said", text);
    get("said").set_hidden(false);
    let nth = SAID.get() + 1;
    SAID.set(nth);
    after(STANDS, move || {
        if SAID.get() == nth {
            get("said").set_hidden(true);
        }
    });
}

/// How long what was said stands on the page, in milliseconds.
const STANDS: i32 = 6000;

pub(crate) fn set_attr(id: &str, name: &str, value: &str) {
    let place = get(id);
    if place.get_attribute(name).as_deref() != Some(value) {
        let _ = place.set_attribute(name, value);
    }
}

pub(crate) fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// How an element is found again: by what it does, or else by its name.
fn key(element: &Element) -> Option<String> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\a ");
    let by = |name: &str| Some(format!("[{name}=\"{}\"]", quoted(&element.get_attribute(name)?)));
    match (by("data-act"), by("data-value")) {
        (Some(act), value) => Some(act + value.as_deref().unwrap_or("[data-value=\"\"]")),
        (None, Some(value)) => Some(value),
        (None, None) => by("aria-label"),
    }
}
