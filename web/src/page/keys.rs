//! Keys. Single ones are dead while a field has the focus.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::app::{App, View, area};
use super::dom::{focus, get, say};
use super::numbers::count;
use super::{acts, bytes, filter, help, link, saving, table, timeline};
use crate::messages::ToWorker;
use carwatch_query::{Is, Value};
use carwatch_viewer::Ask;

/// Does what a key means, and says whether it meant anything.
pub(crate) fn press(app: &mut App, event: &KeyboardEvent) -> bool {
    let key = event.key();
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    if key == "Escape" {
        return escape(app, target.as_ref());
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let act = target.as_ref().and_then(|target| target.get_attribute("data-act"));
    if let Some(input) = target.as_ref().and_then(|target| target.dyn_ref::<HtmlInputElement>()) {
        return key == "Enter" && act.as_deref() == Some("goto") && go_to(app, &input.value());
    }
    if get("help").has_attribute("open") {
        return false;
    }
    // Before anything is open there is nothing that the others could act on.
    if app.view == View::First && !matches!(key.as_str(), "?" | "d") {
        return false;
    }
    app.take_typed();
    let target_id = target.as_ref().map(Element::id).unwrap_or_default();
    match (act.as_deref(), key.as_str()) {
        (Some("handle"), "ArrowLeft" | "ArrowRight" | "ArrowDown" | "ArrowUp") => {
            let which = target.as_ref().and_then(|target| target.get_attribute("data-value"));
            let by = if matches!(key.as_str(), "ArrowLeft" | "ArrowDown") { -60 } else { 60 };
            return nudge(app, which.as_deref() == Some("from"), by);
        }
        // A button does what it does.
        (Some(_), "Enter" | " ") => return false,
        _ => {}
    }
    if target.as_ref().is_some_and(|target| target.get_attribute("role").as_deref() == Some("tab"))
        && matches!(key.as_str(), "ArrowLeft" | "ArrowRight" | "Home" | "End")
    {
        return tab(app, &key);
    }
    if target.as_ref().is_some_and(|t| t.get_attribute("role").as_deref() == Some("menuitem")) {
        return menu_key(target.as_ref(), &key);
    }
    if target_id == "station-list" && station_key(app, &key) {
        return true;
    }
    if target_id == "hex" && hex_key(app, &key) {
        return true;
    }
    // Arrows are the table's where it has the focus or nothing has; a list scrolls by itself.
    let is_free = matches!(target_id.as_str(), "grid" | "main")
        || target.as_ref().is_none_or(|target| target.tag_name() == "BODY");
    single(app, &key, is_free)
}

fn single(app: &mut App, key: &str, is_free: bool) -> bool {
    let page = app.table.page() as isize;
    match key {
        "j" => table::step(app, 1),
        "k" => table::step(app, -1),
        "ArrowDown" if is_free => table::step(app, 1),
        "ArrowUp" if is_free => table::step(app, -1),
        "PageDown" if is_free => table::step(app, page),
        "PageUp" if is_free => table::step(app, -page),
        "Home" if is_free => table::step(app, isize::MIN + 1),
        "End" if is_free => table::step(app, isize::MAX),
        "Enter" if is_free => app.set_view(View::Bytes),
        "e" | "E" => {
            // One that is still under way is waited for.
            let is_back = key == "E";
            app.steps = if app.is_back == is_back { app.steps + 1 } else { 1 };
            app.is_back = is_back;
            if app.steps == 1 {
                app.ask("next", Ask::NextRejected { from: app.selected, back: is_back });
            }
        }
        "[" | "]" => station_step(app, if key == "[" { -1 } else { 1 }),
        "g" => {
            app.set_view(View::Bytes);
            // At once, for those who type on.
            focus(&get("goto"));
        }
        "/" => {
            if app.view != View::Cars {
                app.set_view(View::Cars);
            }
            focus(&filter::input());
        }
        "x" => app.set_query(""),
        "r" => {
            let text = app.query.toggle_kept(Value::Is(Is::Rejected));
            app.set_query(&text);
        }
        "b" => brush(app),
        "1" => app.set_view(View::Cars),
        "2" => app.set_view(View::Bytes),
        "3" => app.set_view(View::Changes),
        "t" => acts::twins(app),
        "d" => acts::theme(),
        "c" => copy_row(app),
        "s" => acts::save(app, "csv"),
        "l" => link::copy_link(app),
        "?" => help::open(),
        _ => return false,
    }
    true
}

fn escape(app: &mut App, target: Option<&Element>) -> bool {
    if !get("menu").hidden() {
        acts::close_menu();
    } else if help::close() {
    } else if app.overview.is_reading {
        app.send(&ToWorker::Stop, &[]);
    } else if let Some(field) = target.and_then(|target| target.dyn_ref::<HtmlElement>()) {
        let _ = field.blur();
        focus(&get("grid"));
    } else {
        return false;
    }
    true
}

/// Decimal, or hexadecimal after `0x`.
fn go_to(app: &mut App, text: &str) -> bool {
    let text = text.trim().replace([',', ' '], "");
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let offset = match digits {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    match offset {
        Ok(offset) => {
            let length = app.overview.stations.get(app.hex.answer).map_or(0, |line| line.bytes);
            if offset >= length {
                say(&format!("It has {}: this is the last", count(length, "byte")));
            }
            bytes::go(app, app.hex.answer, offset);
            focus(&get("hex"));
        }
        Err(_) => say("An offset is a number: 112, or 0x70"),
    }
    true
}

/// Begins a brush over the middle of what there is, or takes the one that is there.
fn brush(app: &mut App) {
    if timeline::brushed(app).is_none() {
        let Some((first, last)) = app.overview.span else { return };
        let minute = |at: i64| at.div_euclid(60) * 60;
        let part = (last.saturating_sub(first) / 4).max(60);
        let (from, to) = (minute(first.saturating_add(part)), minute(last.saturating_sub(part)));
        let to = to.saturating_add(60).max(from.saturating_add(60));
        let text = app.query.with_time(from..to, app.day());
        app.set_query(&text);
    }
    app.mark(area::TIMELINE);
    app.focus_next = Some("[data-act=handle][data-value=to]");
}

/// Moves an end of the brush by seconds.
fn nudge(app: &mut App, is_from: bool, by: i64) -> bool {
    let Some(range) = timeline::brushed(app) else { return false };
    let (from, to) =
        if is_from { (range.start + by, range.end) } else { (range.start, range.end + by) };
    if from < to {
        let text = app.query.with_time(from..to, app.day());
        app.set_query(&text);
    }
    true
}

fn tab(app: &mut App, key: &str) -> bool {
    let all = [View::Stations, View::Cars, View::Bytes, View::Changes];
    let is_phone = web_sys::window()
        .and_then(|window| window.match_media("(max-width: 719px)").ok().flatten())
        .is_some_and(|media| media.matches());
    let tabs = if is_phone { &all[..] } else { &all[1..] };
    let at = tabs.iter().position(|view| *view == app.view).unwrap_or(0);
    let to = match key {
        "ArrowLeft" => (at + tabs.len() - 1) % tabs.len(),
        "ArrowRight" => (at + 1) % tabs.len(),
        "Home" => 0,
        _ => tabs.len() - 1,
    };
    app.set_view(tabs[to]);
    app.focus_next = Some("[role=tab][aria-selected=true]");
    true
}

fn menu_key(item: Option<&Element>, key: &str) -> bool {
    let Some(item) = item else { return false };
    let step = |item: &Element| match key {
        "ArrowDown" => item.next_element_sibling(),
        _ => item.previous_element_sibling(),
    };
    let mut next = match key {
        "ArrowDown" | "ArrowUp" => step(item),
        "Home" => item.parent_element().and_then(|menu| menu.first_element_child()),
        "End" => item.parent_element().and_then(|menu| menu.last_element_child()),
        "Tab" => {
            acts::close_menu();
            return false;
        }
        _ => return false,
    };
    // One that is off cannot have the focus.
    while let Some(off) = next.as_ref().filter(|next| next.has_attribute("disabled")) {
        next = step(off);
    }
    if let Some(next) = next {
        focus(next.unchecked_ref());
    }
    true
}

fn station_key(app: &mut App, key: &str) -> bool {
    let count = app.overview.stations.len();
    let at = app.station_at;
    let to = match key {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => count,
        "Enter" | " " => {
            acts::act(app, "station", &at.to_string(), false);
            return true;
        }
        _ => return false,
    };
    app.station_at = to.min(count.saturating_sub(1));
    app.station_scroll.show(app.station_at, count);
    app.mark(area::STATIONS);
    true
}

/// The previous or next station: its bytes, or its first row.
fn station_step(app: &mut App, by: isize) {
    let count = app.overview.stations.len();
    if count == 0 {
        return;
    }
    let at = if app.view == View::Bytes { app.hex.answer } else { app.station_at };
    let to = at.saturating_add_signed(by).min(count - 1);
    app.station_at = to;
    app.station_scroll.show(to, count);
    if app.view == View::Bytes {
        bytes::turn_to(app, to);
    } else if app.overview.stations[to].cars + app.overview.stations[to].rejected > 0 {
        app.ask("explain", Ask::ExplainAt { answer: to, offset: 0 });
    }
    app.mark(area::STATIONS);
}

fn hex_key(app: &mut App, key: &str) -> bool {
    let width = app.hex.width.max(1) as i64;
    let by = match key {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        "ArrowUp" => -width,
        "ArrowDown" => width,
        "PageUp" => -width * app.hex.scroll.page() as i64,
        "PageDown" => width * app.hex.scroll.page() as i64,
        _ => return false,
    };
    let at = app.hex.caret.unwrap_or(0).saturating_add_signed(by);
    bytes::go(app, app.hex.answer, at);
    true
}

fn copy_row(app: &App) {
    let Some(explained) = &app.explained else { return };
    let row = &explained.row;
    let text = if row.is_rejected {
        row.raw.clone()
    } else {
        let station =
            app.overview.stations.get(row.answer).map(|s| s.name.clone()).unwrap_or_default();
        format!("{station}\t{}\t{}\t{}", row.time, row.brand, row.color)
    };
    saving::copy(&text, "Row copied");
}
