//! The list of stations.

use carwatch_query::{Field, Value};
use carwatch_viewer::say::StationLine;

use super::app::{App, View};
use super::dom::{E, button, e, get, mark, set, set_attr, svg};
use super::numbers::{grouped, short, short_size, took};

pub(crate) fn draw(app: &mut App) {
    let stations = &app.overview.stations;
    let window = app.station_scroll.window(stations.len());
    let row = app.station_scroll.row;
    let mut all = vec![e("div").style(format!("height:{}px", window.height))];
    for nth in window.from..window.to {
        let y = window.y + (nth - window.from) as f64 * row;
        all.push(line(app, nth, &app.overview.stations[nth]).style(format!("top:{y}px")));
    }
    set("station-list", all);
    // It must name what is there.
    let at = Some(app.station_at).filter(|at| (window.from..window.to).contains(at));
    match at.filter(|_| app.view != View::First) {
        Some(at) => set_attr("station-list", "aria-activedescendant", &format!("station-{at}")),
        None => drop(get("station-list").remove_attribute("aria-activedescendant")),
    }
    set("sums", sums(app));
}

fn line(app: &App, nth: usize, station: &StationLine) -> E {
    let kept = app.query.keeps(Value::Text(Field::Station, &station.value));
    let count = app.overview.stations.len();
    let names = e("div")
        .class("names")
        .kid(e("b").text(&station.name))
        .kid(e("i").text(&station.address))
        .kid(e("span").class(&format!("verdict {}", station.mark)).text(&station.chip));
    let figures = match (&station.why, station.mark.as_str()) {
        (Some(why), "failed") => e("div").class("figures").kid(e("span").class("why").text(why)),
        _ => figures(station),
    };
    e("div")
        .class(if nth == app.station_at { "station at" } else { "station" })
        .attr("role", "option")
        .attr("id", format!("station-{nth}"))
        .attr("aria-selected", if kept { "true" } else { "false" })
        .attr("aria-setsize", count.to_string())
        .attr("aria-posinset", (nth + 1).to_string())
        .attr("title", &station.verdict)
        .act("station", nth.to_string())
        .kid(mark(&station.mark))
        .kid(names)
        .kid(figures)
}

fn figures(station: &StationLine) -> E {
    let chunks = if station.chunks.is_empty() {
        e("span").class("dim").style("text-align:left").text(if station.bytes == 0 {
            "no bytes"
        } else {
            ""
        })
    } else {
        e("span").kid(spark(station, 64.0, 18.0))
    };
    let cell = |label: &str, text: String| {
        e("span").kid(e("span").class("unseen").text(format!("{label} "))).text(text)
    };
    let rejected = cell("rejected", short(station.rejected));
    let rejected = if station.rejected > 0 { rejected.class("rejected") } else { rejected };
    e("div")
        .class("figures")
        .kid(chunks)
        .kid(cell("took", station.took.map(took).unwrap_or_default()))
        .kid(cell("cars", short(station.cars)))
        .kid(rejected)
        .kid(cell("bytes", short_size(station.bytes)))
}

/// A tick for each chunk at its time, as high as the root of its bytes; and how it ended.
pub(crate) fn spark(station: &StationLine, width: f64, height: f64) -> E {
    let last = station.chunks.last().map_or(0.0, |(at, _)| *at);
    let whole = station.took.unwrap_or(last).max(last).max(1e-6);
    let most = station.chunks.iter().map(|(_, bytes)| *bytes).max().unwrap_or(1).max(1);
    let x = |at: f64| 2.0 + at / whole * (width - 10.0);
    let ground = height - 2.5;
    let mut all = svg("svg")
        .at("width", width)
        .at("height", height)
        .attr("viewBox", format!("0 0 {width} {height}"))
        .attr("aria-hidden", "true")
        .kid(stroke(2.0, ground, width - 8.0, ground, "var(--line-2)", 1.0));
    for (at, bytes) in &station.chunks {
        let tall = (*bytes as f64 / most as f64).sqrt() * (height - 5.0);
        all = all.kid(stroke(x(*at), ground, x(*at), ground - tall.max(1.0), "var(--ink-2)", 1.5));
    }
    all.kids(end(&station.end, width - 6.0, ground, height))
}

/// How an answer ended: a capped bar, a bar, a cross, a broken bar, or a ring.
pub(crate) fn end(end: &str, x: f64, ground: f64, height: f64) -> Vec<E> {
    let top = ground - height * 0.6;
    match end {
        "notify" => vec![
            stroke(x, ground, x, top, "var(--ok)", 1.5),
            stroke(x - 2.5, top, x + 2.5, top, "var(--ok)", 1.5),
        ],
        "fin" => vec![stroke(x, ground, x, top, "var(--ok)", 1.5)],
        "reset" => vec![
            stroke(x - 2.5, ground - 6.0, x + 2.5, ground - 1.0, "var(--bad)", 1.5),
            stroke(x - 2.5, ground - 1.0, x + 2.5, ground - 6.0, "var(--bad)", 1.5),
        ],
        "truncated" => vec![
            stroke(x, ground, x, ground - height * 0.2, "var(--warn)", 1.5),
            stroke(x, ground - height * 0.38, x, top, "var(--warn)", 1.5),
        ],
        "clock" => vec![
            svg("circle")
                .at("cx", x)
                .at("cy", ground - 3.5)
                .at("r", 3.0)
                .attr("fill", "none")
                .attr("stroke", "var(--warn)")
                .at("stroke-width", 1.5),
        ],
        _ => Vec::new(),
    }
}

pub(crate) fn stroke(x1: f64, y1: f64, x2: f64, y2: f64, color: &str, width: f64) -> E {
    svg("line")
        .at("x1", x1)
        .at("y1", y1)
        .at("x2", x2)
        .at("y2", y2)
        .attr("stroke", color)
        .at("stroke-width", width)
}

/// How many stations have each verdict; a click keeps those.
fn sums(app: &App) -> Vec<E> {
    let stations = &app.overview.stations;
    let which = ["verified", "unverified", "partial", "failed", "reading"];
    let sum = |which: &str| stations.iter().filter(|station| station.mark == which).count();
    let present = which.into_iter().map(|which| (which, sum(which))).filter(|(_, sum)| *sum > 0);
    present
        .map(|(which, sum)| {
            let kept = stations
                .iter()
                .filter(|station| station.mark == which)
                .all(|station| app.query.keeps(Value::Text(Field::Station, &station.value)));
            button("sum", which)
                .attr("aria-pressed", if kept { "true" } else { "false" })
                .attr("aria-label", format!("{} {which}: keep these", grouped(sum as u64)))
                .attr("title", which)
                .kid(mark(which))
                .text(grouped(sum as u64))
        })
        .collect()
}
