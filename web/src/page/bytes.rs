//! The bytes of an answer: lines of hexadecimal and text, with a line for each rejection, and
//! what is said of the one that is chosen.

use carwatch_viewer::Ask;
use carwatch_viewer::say::{Byte, Explained, Line, Lines, RejectionLine, StationLine};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::app::{App, area};
use super::details::{card, chunk_chart};
use super::dom::{E, button, e, get, mark, set, set_attr};
use super::hex::{hex_lines, legend};
use super::numbers::{count, grouped, took};

/// The view is shown now: of the chosen record's answer.
pub(crate) fn enter(app: &mut App) {
    if let Some(explained) = &app.explained {
        let (answer, start) = (explained.row.answer, explained.row.start);
        app.hex.answer = answer;
        app.hex.wanted = Some(
            app.hex.caret.filter(|at| (start..=explained.row.end).contains(at)).unwrap_or(start),
        );
    }
    app.hex.lines = Lines::default();
    app.mark(area::BYTES);
}

/// A record was chosen: its bytes are brought into sight.
pub(crate) fn follow(app: &mut App, explained: &Explained) {
    let row = &explained.row;
    if app.hex.answer != row.answer {
        app.hex.answer = row.answer;
        app.hex.lines = Lines::default();
    }
    let is_in = app.hex.caret.is_some_and(|at| (row.start..=row.end).contains(&at));
    if !is_in {
        app.hex.caret = Some(row.start);
    }
    app.hex.wanted = app.hex.caret;
}

/// Shows the bytes of another answer.
pub(crate) fn turn_to(app: &mut App, answer: usize) {
    app.hex.answer = answer;
    app.hex.lines = Lines::default();
    (app.hex.caret, app.hex.wanted) = (Some(0), Some(0));
    app.explained = None;
    app.ask("explain", Ask::ExplainAt { answer, offset: 0 });
    app.mark(area::BYTES);
}

/// Chooses a byte, and the record that has it.
pub(crate) fn go(app: &mut App, answer: usize, offset: u64) {
    let length = app.overview.stations.get(answer).map_or(0, |station| station.bytes);
    if length == 0 {
        return;
    }
    let offset = offset.min(length - 1);
    if app.hex.answer != answer {
        app.hex.lines = Lines::default();
    }
    (app.hex.answer, app.hex.caret, app.hex.wanted) = (answer, Some(offset), Some(offset));
    app.ask("explain", Ask::ExplainAt { answer, offset });
    app.mark(area::BYTES);
}

/// Draws the lines in sight, and what is around them where `is_all`.
pub(crate) fn draw(app: &mut App, is_all: bool) {
    let answer = app.hex.answer;
    let Some(station) = app.overview.stations.get(answer).cloned() else {
        set("bytes-head", []);
        set("record", []);
        set("rejections", []);
        app.listed = Default::default();
        return set("hex", [e("div").class("none").text("Nothing is open.")]);
    };
    let width = match app.hex.scroll.width {
        width if width >= 1150.0 => 32,
        width if width >= 560.0 => 16,
        _ => 8,
    };
    if app.hex.width != width {
        app.hex.width = width;
        app.hex.lines = Lines::default();
    }
    if let Some(offset) = app.hex.wanted.take() {
        app.ask("line", Ask::LineOf { answer, width, offset });
    }
    if is_all && (app.rejections.0 != answer || app.overview.is_reading) {
        app.rejections = (answer, std::mem::take(&mut app.rejections.1));
        app.ask("rejections", Ask::Rejections { answer });
    }
    let lines = (station.bytes.div_ceil(width as u64) + station.rejected) as usize;
    let window = app.hex.scroll.window(lines);
    let held = app.hex.lines.from..app.hex.lines.from + app.hex.lines.lines.len();
    let is_held = held.start <= window.from && window.to <= held.end;
    if station.bytes > 0 && (!is_held || std::mem::take(&mut app.hex.scroll.is_stale)) {
        let from = window.from.saturating_sub(30);
        app.ask("lines", Ask::Lines { answer, width, from, to: window.to + 30 });
    }
    let row = match &app.explained {
        Some(explained) if explained.row.answer == answer => explained.row.start..explained.row.end,
        _ => 0..0,
    };
    let y = window.y - (window.from as f64 - held.start as f64) * 20.0;
    let inner = hex_lines(&app.hex.lines, 0, y, &row, app.hex.caret, app.hex.is_hexadecimal)
        .style(format!("height:{}px", window.height));
    set_attr("hex", "aria-rowcount", &lines.to_string());
    if station.bytes == 0 {
        let words = if station.mark == "failed" {
            (station.verdict.clone(), station.why.clone().unwrap_or_default())
        } else {
            ("Zero bytes, zero cars".to_owned(), station.verdict.clone())
        };
        set("hex", [e("div").class("none").kid(e("b").text(words.0)).kid(e("p").text(words.1))]);
    } else {
        set("hex", [inner]);
    }
    set("bytes-foot", foot(app));
    if is_all {
        set("bytes-head", head(app, &station));
        set("ruler", ruler(app, &station));
        set("record", record(app, &station));
        rejections(app, &station);
    }
    let place = |line: usize| line as f64 / lines.max(1) as f64 * 100.0;
    let (from, to) = (place(window.from + 6), place(window.to.saturating_sub(6)));
    if let Ok(Some(sight)) = get("ruler").query_selector("u") {
        let sight: HtmlElement = sight.unchecked_into();
        let height = (to - from).max(0.5);
        sight.style().set_css_text(&format!("top:{from:.2}%;height:{height:.2}%"));
    }
}

fn head(app: &App, station: &StationLine) -> Vec<E> {
    let words = format!(
        "{}, {}, {} rejected",
        count(station.bytes, "byte"),
        count(station.cars, "car"),
        grouped(station.rejected)
    );
    let is_hex = app.hex.is_hexadecimal;
    vec![
        e("h2").text(&station.name),
        e("span").class(&format!("verdict {}", station.mark)).text(&station.chip),
        e("span").class("meta").text(words),
        e("span").class("space"),
        legend(),
        button("notation", "")
            .class("link narrow")
            .attr("aria-pressed", if is_hex { "true" } else { "false" })
            .text("0x"),
    ]
}

/// Where in the answer something is rejected, chunks begin, and (put there as it is scrolled)
/// what is in sight.
fn ruler(app: &App, station: &StationLine) -> Vec<E> {
    let share = |at: u64| at as f64 / station.bytes.max(1) as f64 * 100.0;
    let mut all = Vec::new();
    let mut offset = 0;
    for (_, bytes) in &station.chunks {
        all.push(e("i").style(format!("top:{:.2}%", share(offset))));
        offset += bytes;
    }
    let mut last = -1.0;
    for rejection in &app.rejections.1 {
        let at = share(rejection.start);
        if at - last > 0.4 {
            all.push(e("b").style(format!("top:calc({at:.2}% - 2px)")));
            last = at;
        }
    }
    all.push(e("u"));
    all
}

fn foot(app: &App) -> Vec<E> {
    let Some(caret) = app.hex.caret else { return Vec::new() };
    let pair =
        |name: &str, value: String| e("span").text(format!("{name} ")).kid(e("b").text(value));
    let mut all = vec![pair("offset", caret.to_string()), e("b").text(format!("0x{caret:x}"))];
    for line in &app.hex.lines.lines {
        let Line::Bytes { start, bytes, runs, .. } = line else { continue };
        let Some(byte) = caret.checked_sub(*start).and_then(|nth| bytes.get(nth as usize)) else {
            continue;
        };
        all.push(pair("byte", format!("{byte:02x}")));
        let mut kinds = runs.iter().flat_map(|(length, kind)| std::iter::repeat_n(*kind, *length));
        let word = match kinds.nth((caret - start) as usize) {
            Some(Byte::Time | Byte::TimeEscape) => "time",
            Some(Byte::Brand | Byte::BrandEscape) => "brand",
            Some(Byte::Color | Byte::ColorEscape) => "colour",
            Some(Byte::Rejected) => "rejected",
            Some(Byte::Separator) | None => "separator",
        };
        all.push(e("span").text(word));
    }
    if let Some(explained) = app.explained.as_ref().filter(|x| x.row.answer == app.hex.answer) {
        all.push(pair("piece", grouped(explained.row.piece)));
        if explained.row.chunk > 0 {
            all.push(pair("chunk", explained.row.chunk.to_string()));
        }
        if let Some(at) = explained.chunk_at {
            all.push(e("span").text(format!("came after {}", took(at))));
        }
    }
    all
}

fn record(app: &App, station: &StationLine) -> Vec<E> {
    let Some(explained) = app.explained.as_ref().filter(|x| x.row.answer == app.hex.answer) else {
        return Vec::new();
    };
    let mut all = vec![card(explained, station, true)];
    all.extend(chunk_chart(station, explained, app.inspector_width));
    all
}

/// The list is long, and made only where it is another; of the same one only the mark moves.
fn rejections(app: &mut App, station: &StationLine) {
    let listed = &app.rejections.1;
    let key = (station.value.clone(), listed.len(), station.rejected);
    if app.listed != key {
        let meta = match (station.rejected, listed.len() as u64) {
            (0, _) => "none".to_owned(),
            (all, listed) if all > listed => {
                format!("the first {} of {}", grouped(listed), grouped(all))
            }
            (all, _) => format!("{}, e for the next", grouped(all)),
        };
        let head = e("div")
            .class("head")
            .kid(mark(if station.rejected > 0 { "failed" } else { "verified" }))
            .kid(e("h3").text(format!("Rejected in {}", station.name)))
            .kid(e("span").class("meta").text(meta));
        let item = |line: &RejectionLine| {
            e("li").kid(
                button("row-at", line.row.to_string())
                    .kid(e("span").class("r").text(&line.reason))
                    .kid(e("span").class("mono dim").text(format!("{}..{}", line.start, line.end)))
                    .kid(e("span").class("raw").text(super::charts::named(&line.raw))),
            )
        };
        set("rejections", [head, e("ul").kids(listed.iter().map(item))]);
        app.listed = key;
    }
    let place = get("rejections");
    let of = |selector: &str| place.query_selector(selector).ok().flatten();
    if let Some(was) = of("[aria-current]") {
        let _ = was.remove_attribute("aria-current");
    }
    let chosen = app.selected.and_then(|row| of(&format!("[data-value=\"{row}\"]")));
    chosen.map(|chosen| chosen.set_attribute("aria-current", "true"));
}
