//! The table of cars and rejected records: only the rows in sight exist.

use carwatch_viewer::Ask;
use carwatch_viewer::say::RowLine;

use super::app::App;
use super::charts::{named, swatch};
use super::dom::{E, button, e, get, set, set_attr};
use super::numbers::{clock, count, grouped, utc};
use crate::messages::SortBy;

/// The columns: by what they sort, their class, and their name.
const COLUMNS: [(Option<SortBy>, &str, &str); 9] = [
    (None, "num narrow", "#"),
    (Some(SortBy::Station), "narrow", "Station"),
    (Some(SortBy::Time), "", "Time as sent"),
    (None, "wide", "UTC"),
    (Some(SortBy::Brand), "", "Brand"),
    (Some(SortBy::Color), "", "Colour"),
    (Some(SortBy::Bytes), "narrow", "Bytes"),
    (None, "num wide", "Chunk"),
    (Some(SortBy::Rejected), "", "Note"),
];

pub(crate) fn draw(app: &mut App) {
    let of = app.rows.of;
    set_attr("grid", "aria-rowcount", &(of + 1).to_string());
    set_attr("grid", "aria-colcount", "9");
    if of == 0 {
        let cell = e("div").attr("role", "gridcell").kid(nothing(app));
        let row = e("div").attr("role", "row").attr("aria-rowindex", "2").kid(cell);
        set("grid", [names(app), e("div").attr("role", "rowgroup").kid(row)]);
        let _ = get("grid").remove_attribute("aria-activedescendant");
        return strip(app);
    }
    let window = app.table.window(of);
    if !app.table.is_holding() && !app.asked.contains_key("held") {
        app.held = None;
    }
    let held = app.rows.from..app.rows.from + app.rows.rows.len();
    let is_held = held.start <= window.from && window.to <= held.end;
    if !is_held || app.table.is_stale {
        app.table.is_stale = false;
        // A little more than is drawn, so that scrolling on seldom has to ask.
        let from = window.from.saturating_sub(40);
        app.ask("rows", Ask::Rows { from, to: window.to + 40 });
    }
    let row_height = app.table.row;
    let mut rows = e("div").class("rows").attr("role", "rowgroup");
    rows = rows.style(format!("height:{}px", window.height));
    for place in window.from..window.to {
        if !held.contains(&place) {
            continue;
        }
        let line = &app.rows.rows[place - held.start];
        let y = window.y + (place - window.from) as f64 * row_height;
        rows = rows.kid(row(app, place, line).style(format!("top:{y}px")));
    }
    set("grid", [names(app), rows]);
    // What the attribute names has to be there: until its place is known it may be out of sight.
    let is_drawn = |selected: &usize| {
        let drawn = held.start.max(window.from)..held.end.min(window.to);
        drawn.into_iter().any(|place| app.rows.rows[place - held.start].row == *selected)
    };
    match app.selected.filter(is_drawn) {
        Some(row) => set_attr("grid", "aria-activedescendant", &format!("row-{row}")),
        None => drop(get("grid").remove_attribute("aria-activedescendant")),
    }
    strip(app);
}

fn names(app: &App) -> E {
    let column = |(by, class, name): &(Option<SortBy>, &str, &str)| {
        let cell = e("div").class(class).attr("role", "columnheader");
        let Some(by) = by else { return cell.text(name) };
        let (direction, arrow) = match app.sort {
            Some((sorted, falling)) if sorted == *by => {
                if falling {
                    ("descending", " ↓")
                } else {
                    ("ascending", " ↑")
                }
            }
            _ => ("none", ""),
        };
        let act = button("sort", *name).attr("tabindex", "-1").text(format!("{name}{arrow}"));
        cell.attr("aria-sort", direction).kid(act)
    };
    let row = e("div").class("tr names-row").attr("role", "row").attr("aria-rowindex", "1");
    e("div")
        .attr("role", "rowgroup")
        .style("display:contents")
        .kid(row.kids(COLUMNS.iter().map(column)))
}

/// By what a column sorts.
pub(crate) fn sort_of(name: &str) -> Option<SortBy> {
    COLUMNS.iter().find(|(_, _, other)| *other == name).and_then(|(by, _, _)| *by)
}

/// The column that sorts by this.
pub(crate) fn name_of(by: SortBy) -> Option<&'static str> {
    COLUMNS.iter().find(|(other, ..)| *other == Some(by)).map(|(_, _, name)| *name)
}

fn row(app: &App, place: usize, line: &RowLine) -> E {
    let station = app.overview.stations.get(line.answer);
    let cell = |class: &str, text: String| {
        e("div").class(class).attr("role", "gridcell").attr("title", &text).text(&text)
    };
    let is_selected = app.selected == Some(line.row);
    let row = e("div")
        .class("tr")
        .attr("role", "row")
        .attr("id", format!("row-{}", line.row))
        .attr("aria-rowindex", (place + 2).to_string())
        .attr("aria-selected", if is_selected { "true" } else { "false" })
        .act("row", format!("{} {place}", line.row))
        .kid(cell("num narrow dim", grouped(line.piece)))
        .kid(cell("narrow", station.map(|station| station.name.clone()).unwrap_or_default()));
    let bytes = format!("{}..{}", line.start, line.end);
    let chunk = if line.chunk == 0 { String::new() } else { grouped(line.chunk as u64) };
    let note = if line.is_rejected {
        "note red"
    } else if line.note.contains("provisional") || line.note.contains("partial") {
        "note amber"
    } else {
        "note"
    };
    let row = if line.is_rejected {
        let raw = e("mark").text(named(&line.raw));
        row.kid(e("div").class("raw").attr("role", "gridcell").attr("aria-colspan", "4").kid(raw))
    } else {
        let color = e("div")
            .class("colored")
            .attr("role", "gridcell")
            .kid(swatch(&line.color))
            .kid(e("span").text(named(&line.color)));
        row.kid(cell("m", named(&line.time)))
            .kid(
                e("div")
                    .class("wide dim")
                    .attr("role", "gridcell")
                    .attr("title", line.unix.map(utc).unwrap_or_default())
                    .text(line.unix.map(clock).unwrap_or_default()),
            )
            .kid(cell("", named(&line.brand)))
            .kid(color)
    };
    row.kid(cell("m dim narrow", bytes))
        .kid(cell("num wide dim", chunk))
        .kid(cell(note, line.note.clone()))
}

/// Where no row passes: what each term alone would give.
fn nothing(app: &App) -> E {
    let overview = &app.overview;
    if overview.rows == 0 {
        let words =
            if overview.is_reading { "Reading…" } else { "Zero cars, and nothing was rejected" };
        let more = "What the stations sent, and how each answer ended, stands on the left.";
        return e("div").class("none").kid(e("b").text(words)).kid(e("p").text(more));
    }
    if app.counts.seen < overview.rows && app.queries == 0 {
        return e("div").class("none").text("Filtering…");
    }
    let mut list = e("ul");
    if let Some((query, terms)) = &app.alone
        && *query == app.queries
    {
        list = list.kids(terms.iter().map(|(term, rows)| {
            e("li")
                .kid(e("span").class("mono").text(term))
                .kid(e("span").text(format!("alone: {}", count(*rows, "row"))))
        }));
    }
    e("div")
        .class("none")
        .kid(e("b").text("No car passes this filter"))
        .kid(list)
        .kid(button("clear", "").class("button").text("Clear filter"))
}

/// The chosen car, on phones.
fn strip(app: &App) {
    let line = app.explained.as_ref().map(|explained| &explained.row);
    let kids = line.map(|line| {
        let words = if line.is_rejected {
            format!("{}: {}", line.note, named(&line.raw))
        } else {
            format!("{} {} {}", named(&line.time), named(&line.brand), named(&line.color))
        };
        vec![e("p").text(words), button("view", "bytes").class("button").text("Show bytes")]
    });
    set("strip", kids.unwrap_or_default());
}

/// Moves the selection by rows, or to an end.
pub(crate) fn step(app: &mut App, by: isize) {
    let of = app.rows.of;
    if of == 0 {
        return;
    }
    let at = app.place.unwrap_or(0);
    let place = at.saturating_add_signed(by).min(of - 1);
    app.table.show(place, of);
    let held = app.rows.from;
    match place.checked_sub(held).and_then(|nth| app.rows.rows.get(nth)) {
        Some(line) => {
            let row = line.row;
            app.select(row, Some(place));
        }
        // It is asked for as it comes into sight; the selection waits for it.
        None => {
            app.place = Some(place);
            app.ask("step", Ask::Rows { from: place, to: place + 1 });
            app.mark(super::app::area::TABLE);
        }
    }
}
