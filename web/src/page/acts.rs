//! What clicks and keys do.

use carwatch_query::{Field, Is, Query, Value};

use super::app::{App, View, area};
use super::dom::{button, e, get, say, set, set_attr};
use super::numbers::grouped;
use super::{bytes, events, filter, help, link, saving, table};
use crate::messages::ToWorker;

/// Does what an element says that was clicked; `is_out` with Alt held.
pub(crate) fn act(app: &mut App, act: &str, value: &str, is_out: bool) {
    if act != "menu" {
        close_menu();
    }
    match act {
        "view" => app.set_view(view_of(value)),
        "sample" => app.open_sample(),
        "anyway" => app.send(&ToWorker::ReadAnyway(number(value)), &[]),
        "stop" => app.send(&ToWorker::Stop, &[]),
        "close-all" => app.close_all(),
        "dismiss" => {
            app.dismissed.push(value.to_owned());
            app.mark(area::TOP);
        }
        "seen" => {
            app.engine.fault = None;
            app.mark(area::TOP);
        }
        "anew" => {
            if let Some(window) = web_sys::window() {
                let _ = window.location().reload();
            }
        }
        "theme" => theme(),
        "help" => help::open(),
        "close-help" => drop(help::close()),
        "menu" => menu(app),
        "save" => save(app, value),
        "clear" => app.set_query(""),
        "remove" => {
            // By its text: what is drawn may be a frame behind the query.
            let placed = app.query.placed();
            let is_it = |nth: &usize| &app.query.text()[placed[*nth].span.clone()] == value;
            if let Some(nth) = (0..placed.len()).find(is_it) {
                let text = app.query.without_term(nth);
                app.set_query(&text);
            }
            super::dom::focus(&filter::input());
        }
        "toggle-is" => {
            if let Some(is) = Is::named(value) {
                toggle(app, Value::Is(is), is_out);
            }
        }
        "keep" => {
            let Some((field, text)) = value.split_once('\n') else { return };
            let field = match field {
                "brand" => Field::Brand,
                "color" => Field::Color,
                _ => Field::Station,
            };
            toggle(app, Value::Text(field, text), is_out);
        }
        "station" => station(app, number(value), is_out),
        "sum" => sum(app, value),
        "panel" => {
            app.panel = match value {
                "color" => "color",
                "station" => "station",
                _ => "brand",
            };
            app.mark(area::BARS);
        }
        "bars" => {
            let list = get("charts").class_list();
            let open = list.toggle("open").unwrap_or(false);
            set_attr("bars-button", "aria-expanded", if open { "true" } else { "false" });
            app.table.measure();
            app.mark(area::BARS | area::TABLE);
        }
        "twin" => twin(app, value),
        "sort" => sort(app, value),
        "row" => {
            let (row, place) = value.split_once(' ').unwrap_or((value, ""));
            app.select(number(row), place.parse().ok());
        }
        "row-at" => app.select(number(value), None),
        "offset" => {
            if let Some((answer, offset)) = value.split_once(' ') {
                bytes::go(app, number(answer), offset.parse().unwrap_or_default());
            }
        }
        "notation" => {
            app.hex.is_hexadecimal = !app.hex.is_hexadecimal;
            app.mark(area::BYTES);
        }
        "pair" => {
            app.pair = value.split_once(' ').map(|(old, new)| (number(old), number(new)));
            app.mark(area::CHANGES);
        }
        _ => {}
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_default()
}

fn view_of(name: &str) -> View {
    match name {
        "stations" => View::Stations,
        "bytes" => View::Bytes,
        "changes" => View::Changes,
        _ => View::Cars,
    }
}

fn toggle(app: &mut App, value: Value<'_>, is_out: bool) {
    let text = if is_out { app.query.toggle_left_out(value) } else { app.query.toggle_kept(value) };
    app.set_query(&text);
}

/// A click on a station keeps it, or shows its bytes where bytes are looked at.
fn station(app: &mut App, nth: usize, is_out: bool) {
    app.station_at = nth;
    let Some(station) = app.overview.stations.get(nth) else { return };
    if app.view == View::Bytes {
        bytes::turn_to(app, nth);
    } else {
        let name = station.value.clone();
        toggle(app, Value::Text(Field::Station, &name), is_out);
    }
    app.mark(area::STATIONS);
}

/// Keeps all stations of a verdict, or no longer.
fn sum(app: &mut App, which: &str) {
    let stations = app.overview.stations.iter();
    let names: Vec<String> =
        stations.filter(|station| station.mark == which).map(|s| s.value.clone()).collect();
    if names.len() > MOST_NAMES {
        let many = grouped(names.len() as u64);
        return say(&format!(
            "{many} stations are too many to name in a filter: type station: and a part of their names"
        ));
    }
    let kept = |query: &Query, name: &str| query.keeps(Value::Text(Field::Station, name));
    let all = names.iter().all(|name| kept(&app.query, name));
    let mut query = app.query.clone();
    for name in &names {
        if kept(&query, name) == all {
            query = Query::parse(&query.toggle_kept(Value::Text(Field::Station, name)));
        }
    }
    let text = query.text().to_owned();
    app.set_query(&text);
}

/// How many stations a click puts into the filter at most.
const MOST_NAMES: usize = 200;

pub(crate) fn twin(app: &mut App, which: &str) {
    match app.twins.iter().position(|twin| twin == which) {
        Some(at) => drop(app.twins.remove(at)),
        None => app.twins.push(which.to_owned()),
    }
    app.mark(area::TIMELINE | area::BARS);
}

/// All charts as tables, or as charts again.
pub(crate) fn twins(app: &mut App) {
    let all = ["timeline", "brand", "color", "station"];
    app.twins = if app.twins.is_empty() { all.map(ToOwned::to_owned).to_vec() } else { Vec::new() };
    app.mark(area::TIMELINE | area::BARS);
}

/// Up, down, and as it came.
fn sort(app: &mut App, column: &str) {
    let Some(by) = table::sort_of(column) else { return };
    app.set_sort(match app.sort {
        Some((sorted, false)) if sorted == by => Some((by, true)),
        Some((sorted, true)) if sorted == by => None,
        _ => Some((by, false)),
    });
}

/// System, light, dark.
pub(crate) fn theme() {
    let Some(root) = super::dom::document().document_element() else { return };
    let (next, words) = match root.get_attribute("data-theme").as_deref() {
        None => ("light", "Theme: light"),
        Some("light") => ("dark", "Theme: dark"),
        Some(_) => ("", "Theme: as the system"),
    };
    let _ = match next {
        "" => root.remove_attribute("data-theme"),
        next => root.set_attribute("data-theme", next),
    };
    set_attr("theme", "aria-label", words);
}

fn menu(app: &App) {
    let place = get("menu");
    if !place.hidden() {
        return close_menu();
    }
    let rows = app.counts.cars;
    let item = |value: &str, text: &str, small: &str, is_off: bool| {
        button("save", value)
            .attr("role", "menuitem")
            .attr_if(is_off, "disabled", "")
            .text(text)
            .kid(e("small").text(small))
    };
    let none = if rows == 0 { "no car passes" } else { "" };
    let name =
        app.overview.stations.get(app.hex.answer).map(|s| s.name.clone()).unwrap_or_default();
    let items = [
        item("csv", "Shown cars as CSV", if none.is_empty() { "s" } else { none }, rows == 0),
        item("ndjson", "Shown cars as NDJSON", none, rows == 0),
        item("raw", "This answer as raw bytes", &name, app.overview.stations.is_empty()),
        item("png", "Charts as PNG", "", app.overview.rows == 0),
        item("report", "Report as JSON", "", false),
        item("link", "Link to this view", "l", false),
    ];
    let close = button("close-all", "").attr("role", "menuitem").text("Close all files");
    set("menu", items.into_iter().chain([close]));
    place.set_hidden(false);
    set_attr("export", "aria-expanded", "true");
    if let Ok(Some(first)) = place.query_selector("button:not([disabled])") {
        use wasm_bindgen::JsCast as _;
        super::dom::focus(first.unchecked_ref());
    }
}

pub(crate) fn close_menu() {
    let place = get("menu");
    if !place.hidden() {
        let had_focus = place.contains(super::dom::document().active_element().as_deref());
        place.set_hidden(true);
        set_attr("export", "aria-expanded", "false");
        if had_focus {
            super::dom::focus(&get("export"));
        }
    }
}

pub(crate) fn save(app: &mut App, what: &str) {
    match what {
        "csv" | "ndjson" if app.counts.cars == 0 && !app.overview.is_reading => {
            say("No car passes the filter: there is nothing to save");
        }
        "csv" | "ndjson" => {
            if app.overview.is_reading {
                say("It is saved once everything has been read");
            }
            app.send(&ToWorker::Export(what == "csv"), &[]);
        }
        "raw" => {
            let answer = match (app.view, &app.explained) {
                (View::Bytes, _) | (_, None) => app.hex.answer,
                (_, Some(explained)) => explained.row.answer,
            };
            app.send(&ToWorker::Save(answer), &[]);
        }
        "png" => events::later(saving::save_png),
        "report" => events::later(saving::save_report),
        "link" => link::copy_link(app),
        _ => {}
    }
}
