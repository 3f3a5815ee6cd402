//! Detections by time: stacked bars, and a brush that edits the query.

use std::ops::Range;

use carwatch_index::{OTHER, PARTS, WITHOUT, WORDS};
use carwatch_viewer::say::TimelineBars;

use super::app::App;
use super::charts::{FILL, twin};
use super::dom::{E, button, e, set, set_attr, set_text, svg};
use super::numbers::{clock, grouped, seconds, short_clock, utc};
use super::stations::stroke;

/// How wide the drawing is in its own units; it is stretched to its place.
const WIDTH: f64 = 1000.0;

/// And how high.
const HEIGHT: f64 = 100.0;

/// The part at the right for the cars without a clock time.
const APART: f64 = 40.0;

pub(crate) fn draw(app: &App) {
    let bars = &app.counts.timeline;
    let is_twin = app.twins.iter().any(|twin| twin == "timeline");
    set_attr("twin-timeline", "aria-pressed", if is_twin { "true" } else { "false" });
    set_text("timeline-meta", &meta(bars));
    if is_twin {
        return set("timeline", [table(bars)]);
    }
    if bars.width == 0 && bars.without_clock.iter().all(|n| *n == 0) {
        let words = e("p").class("none").text("No car has a time here.");
        return set("timeline", [words]);
    }
    set("timeline", plot(app, bars));
}

/// The times that the query keeps, in Unix seconds, where it keeps one range.
pub(crate) fn brushed(app: &App) -> Option<Range<i64>> {
    let range = app.query.time(app.day())?;
    let (first, last) = app.overview.span?;
    let (low, high) = (first.saturating_sub(1), last.saturating_add(1));
    let within = |end: i128| end.clamp(low.into(), high.into()) as i64;
    Some(within(range.start)..within(range.end))
}

/// The place of a bar or a time, as a share of the plot from 0 to 1.
pub(crate) fn share(bars: &TimelineBars, at: i64) -> f64 {
    let whole = bars.bars.len() as f64 * bars.width as f64;
    let from = at as f64 - bars.start as f64;
    (from / whole).clamp(0.0, 1.0) * (WIDTH - APART) / WIDTH
}

/// The time at a share of the plot.
pub(crate) fn time_at(bars: &TimelineBars, share: f64) -> i64 {
    let whole = bars.bars.len() as f64 * bars.width as f64;
    let share = (share * WIDTH / (WIDTH - APART)).clamp(0.0, 1.0);
    bars.start.saturating_add((share * whole) as i64)
}

fn plot(app: &App, bars: &TimelineBars) -> Vec<E> {
    let (height, ground) = (HEIGHT, HEIGHT);
    let sum = |parts: &[u32; PARTS]| parts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let without: u64 = sum(&bars.without_clock);
    let most = bars.bars.iter().map(sum).max().unwrap_or(0).max(1);
    let one = (WIDTH - APART) / bars.bars.len().max(1) as f64;
    let brush = app.brush.map(|brush| brush.from.min(brush.to)..brush.from.max(brush.to));
    let brush = brush.or_else(|| brushed(app));
    let mut all = svg("svg")
        .attr("viewBox", format!("0 0 {WIDTH} {height}"))
        .attr("preserveAspectRatio", "none")
        .attr("role", "img")
        .attr("aria-label", sentence(bars, most));
    let grid = (most / 2).max(1);
    let tall = |n: u64| n as f64 / most as f64 * (ground - 4.0);
    all = all.kid(stroke(
        0.0,
        ground - tall(grid),
        WIDTH - APART,
        ground - tall(grid),
        "var(--line)",
        1.0,
    ));
    if let Some(brush) = &brush {
        let (from, to) = (share(bars, brush.start) * WIDTH, share(bars, brush.end) * WIDTH);
        all = all.kid(rect(from, 0.0, (to - from).max(1.0), ground, "var(--wash)"));
    }
    for (nth, parts) in bars.bars.iter().enumerate() {
        let begins = bars.start.saturating_add((nth as u64 * bars.width) as i64);
        let ends = begins.saturating_add(bars.width as i64);
        let is_out = brush.as_ref().is_some_and(|brush| ends <= brush.start || begins >= brush.end);
        all = all.kids(stack(parts, nth as f64 * one, one, ground, &tall, is_out));
    }
    if without > 0 {
        // Drawn to its own height, apart: it may be all of them.
        let tall = |n: u64| (n as f64 / without.max(most) as f64) * (ground - 4.0);
        all = all.kids(stack(
            &bars.without_clock,
            WIDTH - 26.0,
            22.0,
            ground,
            &tall,
            brush.is_some(),
        ));
    }
    all = all.kid(stroke(0.0, ground, WIDTH - APART, ground, "var(--line-2)", 1.0));
    let mut kids = vec![all];
    kids.push(axis(bars, without));
    if let Some(brush) = brush.filter(|_| bars.width > 0) {
        kids.push(handle(bars, "from", brush.start));
        kids.push(handle(bars, "to", brush.end));
    }
    if let Some(parts) = app.pointed.and_then(|nth| bars.bars.get(nth)) {
        let nth = app.pointed.unwrap_or_default();
        let begins = bars.start.saturating_add((nth as u64 * bars.width) as i64);
        let words = format!(
            "{} to {}: {} cars",
            short_clock(begins),
            short_clock(begins.saturating_add(bars.width as i64)),
            grouped(sum(parts))
        );
        let at = (share(bars, begins) * 100.0).clamp(10.0, 88.0);
        kids.push(e("div").class("tip").style(format!("left:{at}%")).text(words));
    }
    kids
}

/// The parts of a bar, the darkest colour at the bottom.
fn stack(
    parts: &[u32; PARTS],
    x: f64,
    width: f64,
    ground: f64,
    tall: &dyn Fn(u64) -> f64,
    is_out: bool,
) -> Vec<E> {
    let gap = if width > 4.0 { 1.0 } else { 0.0 };
    let mut below = 0;
    let mut all = Vec::new();
    for (part, count) in parts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let low = tall(below);
        below += u64::from(*count);
        let high = tall(below);
        let drawn = rect(x, ground - high, width - gap, high - low, FILL[part]);
        let pale = matches!(part, OTHER | WITHOUT) || WORDS.get(part) == Some(&"white");
        let drawn = drawn
            .attr_if(pale, "stroke", "var(--edge)")
            .attr_if(pale, "stroke-width", "0.5")
            .attr_if(pale, "vector-effect", "non-scaling-stroke")
            .attr_if(is_out, "opacity", "0.25");
        all.push(drawn);
    }
    all
}

fn rect(x: f64, y: f64, width: f64, height: f64, fill: &str) -> E {
    svg("rect").at("x", x).at("y", y).at("width", width).at("height", height).attr("fill", fill)
}

/// Times below, as text of the page: the drawing is stretched, letters must not be.
fn axis(bars: &TimelineBars, without: u64) -> E {
    let mut all = e("div").class("axis").attr("aria-hidden", "true");
    let label =
        |at: f64, text: String| e("span").style(format!("left:{:.2}%", at * 100.0)).text(text);
    if bars.width > 0 {
        let count = bars.bars.len() as u64;
        let step = (count / 5).max(1);
        let is_days = bars.width >= 43_200;
        for nth in (0..count).step_by(step as usize).take(5) {
            let at = bars.start.saturating_add((nth * bars.width) as i64);
            let date = || utc(at).split(' ').next().unwrap_or("").to_owned();
            let text = if is_days { date() } else { short_clock(at) };
            all = all.kid(label(share(bars, at), text));
        }
    }
    if without > 0 {
        all = all.kid(label(1.0, "no time".to_owned()).class("last"));
    }
    all
}

fn handle(bars: &TimelineBars, which: &str, at: i64) -> E {
    let left = share(bars, at);
    let style = format!("left:calc(12px + (100% - 24px) * {left})");
    let first = bars.start;
    let last = bars.start.saturating_add((bars.bars.len() as u64 * bars.width) as i64);
    let name = if which == "from" { "Begin of the brush" } else { "End of the brush" };
    button("handle", which)
        .class("handle")
        .attr("role", "slider")
        .attr("aria-label", name)
        .attr("aria-valuemin", first.to_string())
        .attr("aria-valuemax", last.to_string())
        .attr("aria-valuenow", at.to_string())
        .attr("aria-valuetext", clock(at))
        .style(style)
}

fn meta(bars: &TimelineBars) -> String {
    if bars.width == 0 {
        return String::new();
    }
    let sum = |parts: &[u32; PARTS]| parts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let most = bars.bars.iter().map(sum).max().unwrap_or(0);
    format!("at most {} in {}, UTC", grouped(most), seconds(bars.width))
}

fn sentence(bars: &TimelineBars, most: u64) -> String {
    let last = bars.start.saturating_add((bars.bars.len() as u64 * bars.width) as i64);
    format!(
        "Cars by time, from {} to {} UTC in bars of {}, at most {} in one.",
        utc(bars.start),
        utc(last),
        seconds(bars.width),
        grouped(most)
    )
}

fn table(bars: &TimelineBars) -> E {
    let sum = |parts: &[u32; PARTS]| parts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let row = |nth: usize| {
        let begins = bars.start.saturating_add((nth as u64 * bars.width) as i64);
        vec![utc(begins), grouped(sum(&bars.bars[nth]))]
    };
    let mut rows: Vec<Vec<String>> = (0..bars.bars.len()).map(row).collect();
    let without = sum(&bars.without_clock);
    if without > 0 {
        rows.push(vec!["no clock time".to_owned(), grouped(without)]);
    }
    twin("Detections", &["From (UTC)", "Cars"], &rows)
}
