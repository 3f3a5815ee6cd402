//! The query: its text in colours, what is wrong with it, a chip for each term, and toggles.

use carwatch_query::{Is, TokenKind, Value};

use super::app::App;
use super::dom::{E, button, e, get, set, set_text};
use super::numbers::{count, grouped};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

pub(crate) fn input() -> HtmlInputElement {
    get("query").unchecked_into()
}

pub(crate) fn draw(app: &App) {
    // The field is left alone: what is typed there may be ahead of the query.
    let field = input();
    set("tokens", tokens(app));
    scrolled();
    let wrong: Vec<String> = app.query.wrong().map(ToString::to_string).collect();
    let _ = get("box").class_list().toggle_with_force("wrongs", !wrong.is_empty());
    let place = get("wrong");
    place.set_hidden(wrong.is_empty());
    set_text("wrong", &wrong.join(" "));
    field.set_attribute("aria-invalid", if wrong.is_empty() { "false" } else { "true" }).ok();
    set("chips", chips(app));
    set("count", counted(app));
}

/// Keeps the colours beneath the letters.
pub(crate) fn scrolled() {
    get("tokens").set_scroll_left(input().scroll_left());
}

fn tokens(app: &App) -> Vec<E> {
    let text = app.query.text();
    let mut at = 0;
    let mut all = Vec::new();
    for token in app.query.tokens() {
        all.push(e("span").text(&text[at..token.span.start]));
        let class = match token.kind {
            TokenKind::Minus => "t-minus",
            TokenKind::Key => "t-key",
            TokenKind::Op => "t-op",
            TokenKind::Value => "t-value",
            TokenKind::Word => "t-word",
            TokenKind::Quote => "t-quote",
            TokenKind::Between => "t-between",
            TokenKind::Any => "t-any",
            TokenKind::Wrong => "t-wrong",
        };
        all.push(e("span").class(class).text(&text[token.span.clone()]));
        at = token.span.end;
    }
    all
}

fn chips(app: &App) -> Vec<E> {
    let text = app.query.text();
    let mut all: Vec<E> = app
        .query
        .placed()
        .iter()
        .map(|placed| {
            let term = &text[placed.span.clone()];
            let class = if placed.term.is_ok() { "chip" } else { "chip wrong-term" };
            button("remove", term)
                .class(class)
                .attr("aria-label", format!("{term}: remove"))
                .kid(e("span").class("mono").text(term))
                .kid(e("span").attr("aria-hidden", "true").text("×"))
        })
        .collect();
    if !all.is_empty() {
        all.push(e("span").class("rule"));
    }
    let toggles = [
        (Is::Rejected, "Rejected", app.overview.rejected),
        (Is::Partial, "Partial", app.overview.partial),
        (Is::Provisional, "Provisional", app.overview.provisional),
    ];
    all.extend(toggles.into_iter().map(|(is, word, count)| {
        let pressed = app.query.keeps(Value::Is(is));
        button("toggle-is", is.as_str())
            .class("chip")
            .attr("aria-pressed", if pressed { "true" } else { "false" })
            .text(word)
            .kid(e("span").class("dim").text(grouped(count)))
    }));
    all
}

fn counted(app: &App) -> Vec<E> {
    let (counts, overview) = (&app.counts, &app.overview);
    let so_far = if overview.is_reading {
        " so far"
    } else if overview.files.iter().any(|file| file.read < file.size && file.foreign.is_none()) {
        " in the part read"
    } else {
        ""
    };
    if app.query.placed().is_empty() {
        let rejected = match overview.rejected {
            0 => String::new(),
            rejected => format!(", {} rejected", grouped(rejected)),
        };
        let cars = e("b").text(count(overview.cars, "car"));
        return vec![cars, e("span").text(format!("{rejected}{so_far}"))];
    }
    let rejected = match counts.rejected {
        0 => String::new(),
        rejected => format!(" and {} rejected", grouped(rejected)),
    };
    vec![
        e("b").text(count(counts.cars, "car")),
        e("span").text(format!("{rejected} of {}{so_far}", grouped(overview.cars))),
    ]
}
