//! All that is known of the chosen record.

use carwatch_viewer::Ask;
use carwatch_viewer::say::{Explained, StationLine};

use super::app::{App, area};
use super::charts::{named, swatch};
use super::dom::{E, button, e, mark, set, svg};
use super::hex::{hex_lines, legend};
use super::numbers::{count, grouped, took, utc};
use super::stations::{end, stroke};

/// How many lines of bytes stand in the details.
const LINES: usize = 24;

pub(crate) fn draw(app: &App) {
    let Some(explained) = &app.explained else {
        let words = if app.overview.rows == 0 { "Nothing to show" } else { "No car selected" };
        let more = "Choose a row to see its fields, its bytes, and when they came.";
        return set(
            "details",
            [e("div").class("none").kid(e("b").text(words)).kid(e("p").text(more))],
        );
    };
    let Some(station) = app.overview.stations.get(explained.row.answer) else { return };
    let mut kids = vec![card(explained, station, true)];
    kids.extend(chunk_chart(station, explained, app.details_width));
    let head = e("div")
        .class("head")
        .kid(e("h3").text("Bytes"))
        .kid(legend())
        .kid(e("span").class("space"))
        .kid(button("view", "bytes").class("link").text("All bytes"));
    let row = explained.row.start..explained.row.end;
    let lines = e("div")
        .class("hex")
        .attr("tabindex", "0")
        .attr("role", "grid")
        .attr("aria-label", "Bytes around the record")
        .kid(hex_lines(&app.near, 0, 0.0, &row, None, false));
    kids.push(
        e("div").class("bytes").style("display:flex;flex:1;min-height:160px").kid(head).kid(lines),
    );
    set("details", kids);
}

/// How many bytes a line of the details has.
pub(crate) fn width(app: &App) -> usize {
    // In the dock the facts stand beside it.
    let page = f64::from(super::dom::get("main").client_width());
    let beside = if page < 1360.0 { 236.0 } else { 0.0 };
    if app.details_width - beside >= 540.0 { 16 } else { 8 }
}

/// Asks for the lines around the chosen record.
pub(crate) fn ask_lines(app: &mut App) {
    let Some(explained) = &app.explained else { return };
    let (answer, offset) = (explained.row.answer, explained.row.start);
    app.ask("near-line", Ask::LineOf { answer, width: width(app), offset });
}

pub(crate) fn ask_lines_from(app: &mut App, line: usize) {
    let Some(explained) = &app.explained else { return };
    let answer = explained.row.answer;
    let from = line.saturating_sub(3);
    app.ask("near", Ask::Lines { answer, width: width(app), from, to: from + LINES });
    app.mark(area::DETAILS);
}

/// The record and what is known of it.
pub(crate) fn card(explained: &Explained, station: &StationLine, has_title: bool) -> E {
    let row = &explained.row;
    let mut card = e("div").class("card");
    if has_title {
        // In the dock it scrolls by itself.
        card = card.attr("tabindex", "0").attr("role", "group").attr("aria-label", "The record");
    }
    if has_title {
        let title = if row.is_rejected { "Rejected record" } else { "Car" };
        let head = e("div")
            .class("head")
            .style("padding:0")
            .kid(e("h2").text(title))
            .kid(e("span").class("meta").text(format!("piece {}", grouped(row.piece))));
        card = card.kid(head);
    }
    if row.is_rejected {
        let carets = explained.carets.split_once('\n').unwrap_or((&explained.carets, ""));
        card = card.kid(
            e("div")
                .class("why-box")
                .kid(e("b").text(&row.note))
                .text(format!(" {}. ", explained.reason))
                .text(&explained.remedy)
                .kid(
                    e("div")
                        .class("carets")
                        .attr("tabindex", "0")
                        .attr("role", "group")
                        .attr("aria-label", "As the command line shows it")
                        .text(format!("{}\n", carets.0))
                        .kid(e("span").class("caret").text(carets.1)),
                ),
        );
    }
    let fact = |name: &str, value: E| [e("dt").text(name), value];
    let text = |class: &str, text: String| e("dd").kid(e("span").class(class).text(text));
    let mut facts = e("dl").class("facts");
    if row.is_rejected {
        facts = facts.kids(fact("text", text("m raw", named(&row.raw))));
    } else {
        let time = text("m f-time", named(&row.time));
        let time = match row.unix {
            Some(unix) => time.kid(e("span").class("dim").text(format!("{} UTC", utc(unix)))),
            None => time.kid(e("span").class("dim").text("no clock time")),
        };
        facts = facts.kids(fact("time", time));
        facts = facts.kids(fact("brand", text("m f-brand", named(&row.brand))));
        let color = e("dd")
            .kid(swatch(&row.color))
            .kid(e("span").class("m f-color").text(named(&row.color)));
        facts = facts.kids(fact("colour", color));
    }
    let verdict = e("dd")
        .kid(mark(&station.mark))
        .kid(e("b").text(&station.name))
        .kid(e("span").class(&format!("verdict {}", station.mark)).text(&station.chip));
    facts = facts.kids(fact("station", verdict));
    facts = facts.kids(fact("", e("dd").kid(e("span").class("dim").text(&station.verdict))));
    let bytes = text("m", format!("{}..{}", row.start, row.end));
    let bytes = bytes.kid(e("span").class("dim").text(count(row.end - row.start, "byte")));
    facts = facts.kids(fact("bytes", bytes));
    if row.chunk > 0 {
        let of =
            format!("{} of {}", grouped(row.chunk as u64), grouped(station.chunk_count as u64));
        let mut chunk = text("m", of);
        if let Some(at) = explained.chunk_at {
            let came = format!("came {} after the connection was made", took(at));
            chunk = chunk.kid(e("span").class("dim").text(came));
        }
        facts = facts.kids(fact("chunk", chunk));
    }
    if !explained.whole.is_empty() {
        facts = facts.kids(fact("whole", text("", explained.whole.clone())));
    }
    card.kid(facts)
}

/// The chunks of an answer in time; a click chooses the first record of one.
pub(crate) fn chunk_chart(station: &StationLine, explained: &Explained, width: f64) -> Option<E> {
    if station.chunks.is_empty() {
        return None;
    }
    let (width, ground) = ((width - 24.0).max(200.0), 40.0);
    let last = station.chunks.last().map_or(0.0, |(at, _)| *at);
    let whole = station.took.unwrap_or(last).max(last).max(1e-6);
    let most = station.chunks.iter().map(|(_, bytes)| *bytes).max().unwrap_or(1).max(1);
    let x = |at: f64| 4.0 + at / whole * (width - 90.0);
    let words = format!(
        "Chunks of {}: {} in {}. This record is in chunk {}.",
        station.name,
        grouped(station.chunk_count as u64),
        took(whole),
        explained.row.chunk
    );
    let mut all = svg("svg")
        .at("width", width)
        .at("height", 58.0)
        .attr("viewBox", format!("0 0 {width} 58"))
        .attr("role", "img")
        .attr("aria-label", words)
        .kid(stroke(0.0, ground, width - 82.0, ground, "var(--line-2)", 1.0));
    let mut offset = 0;
    for (at, bytes) in &station.chunks {
        let tall = (*bytes as f64 / most as f64 * 30.0).max(2.0);
        let is_it = (offset..offset + bytes.max(&1)).contains(&explained.row.start);
        let color = if is_it { "var(--accent)" } else { "var(--bar)" };
        let line =
            stroke(x(*at), ground, x(*at), ground - tall, color, if is_it { 4.0 } else { 3.0 });
        all = all.kid(
            line.act("offset", format!("{} {offset}", explained.row.answer))
                .style("cursor:pointer"),
        );
        offset += bytes;
    }
    all = all.kids(end(&station.end, width - 78.0, ground, 40.0));
    let label = |at: f64, color: &str, text: String| {
        svg("text").at("x", at).at("y", ground + 15.0).style(format!("fill:{color}")).text(text)
    };
    if let Some(at) = explained.chunk_at {
        all = all.kid(label(x(at).max(0.0), "var(--accent)", took(at)));
    }
    all = all.kid(label(width - 66.0, "var(--ink-3)", took(whole)));
    let head =
        e("div").class("head").kid(e("h3").text("Chunks")).kid(e("span").class("meta").text(
            format!("{} in {}, height is bytes", grouped(station.chunk_count as u64), took(whole)),
        ));
    Some(e("div").class("spark").kid(head).kid(all))
}
