//! Detections by time: stacked bars, and a brush that edits the query.

use std::ops::Range;

use carwatch_index::PARTS;
use carwatch_viewer::say::TimelineBars;

use super::app::App;
use super::charts::{FILL, is_edged, twin};
use super::dom::{E, button, e, set, set_attr, set_text, svg};
use super::numbers::{clock, count, grouped, seconds, short, short_clock, utc};
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
    // All the times there are do not fit into a number with a sign.
    later(bars, (share * whole) as i128)
}

/// So many seconds after the first bar begins.
fn later(bars: &TimelineBars, seconds: i128) -> i64 {
    (i128::from(bars.start) + seconds).clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Where a bar begins, and so where the one before it ends.
fn begins(bars: &TimelineBars, nth: usize) -> i64 {
    later(bars, nth as i128 * i128::from(bars.width))
}

/// A date and time; the seconds where there is no such date.
fn told(at: i64) -> String {
    Some(utc(at)).filter(|text| !text.is_empty()).unwrap_or_else(|| format!("{at} s"))
}

/// How many cars a bar has.
fn sum(parts: &[u32; PARTS]) -> u64 {
    parts.iter().map(|n| u64::from(*n)).sum()
}

/// The greatest of the bars.
fn most(bars: &TimelineBars) -> u64 {
    bars.bars.iter().map(sum).max().unwrap_or(0).max(1)
}

/// The round number at which there is a line: the greatest that leaves room for its label.
fn grid(most: u64) -> Option<u64> {
    let tens = (0..19).map(|power| 10_u64.pow(power));
    let round = tens.flat_map(|ten| [1, 2, 5].map(|step| step * ten));
    round.take_while(|round| *round as f64 <= most as f64 * 0.9).last()
}

/// How high so many cars are.
fn tall(n: u64, most: u64) -> f64 {
    n as f64 / most as f64 * (HEIGHT - 4.0)
}

/// What is being brushed, or else what the query keeps.
fn brush(app: &App) -> Option<Range<i64>> {
    let drawn = app.brush.map(|brush| brush.from.min(brush.to)..brush.from.max(brush.to));
    drawn.or_else(|| brushed(app))
}

/// The bars, to be stretched to their place.
pub(crate) fn drawing(app: &App, bars: &TimelineBars) -> E {
    let without = sum(&bars.without_clock);
    let most = most(bars);
    let one = (WIDTH - APART) / bars.bars.len().max(1) as f64;
    let brush = brush(app);
    let mut all = svg("svg")
        .attr("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .attr("preserveAspectRatio", "none")
        .attr("role", "img")
        .attr("aria-label", sentence(bars, most));
    if let Some(n) = grid(most).filter(|_| bars.width > 0) {
        let y = HEIGHT - tall(n, most);
        all = all.kid(stroke(0.0, y, WIDTH - APART, y, "var(--line)", 1.0));
    }
    let ends = brush.as_ref().filter(|_| bars.width > 0);
    let ends = ends.map(|brush| [brush.start, brush.end].map(|at| share(bars, at) * WIDTH));
    if let Some([from, to]) = ends {
        let ground = rect(from, 0.0, (to - from).max(1.0), HEIGHT, "var(--accent)");
        all = all.kid(ground.attr("fill-opacity", "0.07"));
    }
    for (nth, parts) in bars.bars.iter().enumerate() {
        let (from, to) = (begins(bars, nth), begins(bars, nth + 1));
        let is_out = brush.as_ref().is_some_and(|brush| to <= brush.start || from >= brush.end);
        all = all.kids(stack(parts, nth as f64 * one, one, most, is_out));
    }
    if without > 0 {
        // Drawn to its own height, apart: it may be all of them.
        let most = without.max(most);
        all = all.kids(stack(&bars.without_clock, WIDTH - 26.0, 22.0, most, brush.is_some()));
    }
    all = all.kid(stroke(0.0, HEIGHT, WIDTH - APART, HEIGHT, "var(--line-2)", 1.0));
    // Over the bars: its edges have to be seen where they are high, too.
    all.kids(ends.into_iter().flatten().map(|x| {
        let line = stroke(x, 0.0, x, HEIGHT, "var(--accent)", 1.5);
        line.class("brush").attr("vector-effect", "non-scaling-stroke")
    }))
}

fn plot(app: &App, bars: &TimelineBars) -> Vec<E> {
    let mut kids = vec![drawing(app, bars)];
    if let Some((y, text)) = grid_label(bars) {
        let top = format!("top:calc((var(--plot) - 20px) * {y:.4})");
        kids.push(e("span").class("grid-label").attr("aria-hidden", "true").style(top).text(text));
    }
    kids.push(axis(bars));
    if let Some(brush) = brush(app).filter(|_| bars.width > 0) {
        kids.push(handle(bars, "from", brush.start));
        kids.push(handle(bars, "to", brush.end));
    }
    if let Some(parts) = app.pointed.and_then(|nth| bars.bars.get(nth)) {
        let nth = app.pointed.unwrap_or_default();
        let (from, to) = (begins(bars, nth), begins(bars, nth + 1));
        let cars = count(sum(parts), "car");
        let words = format!("{} to {}: {cars}", short_clock(from), short_clock(to));
        let at = (share(bars, from) * 100.0).clamp(10.0, 88.0);
        kids.push(e("div").class("tip").style(format!("left:{at}%")).text(words));
    }
    kids
}

/// The parts of a bar, the darkest colour at the bottom.
fn stack(parts: &[u32; PARTS], x: f64, width: f64, most: u64, is_out: bool) -> Vec<E> {
    let gap = if width > 4.0 { 1.0 } else { 0.0 };
    let mut below = 0;
    let mut all = Vec::new();
    for (part, count) in parts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let low = tall(below, most);
        below += u64::from(*count);
        let high = tall(below, most);
        let drawn = rect(x, HEIGHT - high, width - gap, high - low, FILL[part]);
        let is_edged = is_edged(part);
        let drawn = drawn
            .attr_if(is_edged, "stroke", "var(--edge)")
            .attr_if(is_edged, "stroke-width", "0.75")
            .attr_if(is_edged, "vector-effect", "non-scaling-stroke")
            .attr_if(is_out, "opacity", "0.25");
        all.push(drawn);
    }
    all
}

fn rect(x: f64, y: f64, width: f64, height: f64, fill: &str) -> E {
    svg("rect").at("x", x).at("y", y).at("width", width).at("height", height).attr("fill", fill)
}

/// Where the line at a round number is, as a share from the top, and the number.
pub(crate) fn grid_label(bars: &TimelineBars) -> Option<(f64, String)> {
    let most = most(bars);
    let n = grid(most).filter(|_| bars.width > 0)?;
    Some((1.0 - tall(n, most) / HEIGHT, short(n)))
}

/// The times below: each with its place as a share.
pub(crate) fn labels(bars: &TimelineBars) -> Vec<(f64, String)> {
    if bars.width == 0 {
        return Vec::new();
    }
    let count = bars.bars.len();
    let is_days = bars.width >= 43_200;
    let label = |nth: usize| {
        let at = begins(bars, nth);
        let date = || told(at).split(' ').next().unwrap_or("").to_owned();
        (share(bars, at), if is_days { date() } else { short_clock(at) })
    };
    (0..count).step_by((count / 5).max(1)).take(5).map(label).collect()
}

/// Whether there are cars without a clock time.
pub(crate) fn has_apart(bars: &TimelineBars) -> bool {
    sum(&bars.without_clock) > 0
}

/// As text of the page: the drawing is stretched, letters must not be.
fn axis(bars: &TimelineBars) -> E {
    let label =
        |at: f64, text: String| e("span").style(format!("left:{:.2}%", at * 100.0)).text(text);
    let all = e("div").class("axis").attr("aria-hidden", "true");
    let all = all.kids(labels(bars).into_iter().map(|(at, text)| label(at, text)));
    if has_apart(bars) {
        return all.kid(label(1.0, "no time".to_owned()).class("last"));
    }
    all
}

fn handle(bars: &TimelineBars, which: &str, at: i64) -> E {
    let left = share(bars, at);
    let style = format!("left:calc(12px + (100% - 24px) * {left})");
    let first = bars.start;
    let last = begins(bars, bars.bars.len());
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

pub(crate) fn meta(bars: &TimelineBars) -> String {
    if bars.width == 0 {
        return String::new();
    }
    let most = bars.bars.iter().map(sum).max().unwrap_or(0);
    format!("at most {} in {}, UTC", grouped(most), seconds(bars.width))
}

fn sentence(bars: &TimelineBars, most: u64) -> String {
    let without = sum(&bars.without_clock);
    if bars.width == 0 {
        return format!("No car has a clock time: {} stand apart.", count(without, "car"));
    }
    format!(
        "Cars by time, from {} to {} UTC in bars of {}, at most {} in one.",
        told(bars.start),
        told(begins(bars, bars.bars.len())),
        seconds(bars.width),
        grouped(most)
    )
}

fn table(bars: &TimelineBars) -> E {
    let row = |nth: usize| vec![told(begins(bars, nth)), grouped(sum(&bars.bars[nth]))];
    let mut rows: Vec<Vec<String>> = (0..bars.bars.len()).map(row).collect();
    let without = sum(&bars.without_clock);
    if without > 0 {
        rows.push(vec!["no clock time".to_owned(), grouped(without)]);
    }
    twin("Detections", &["From (UTC)", "Cars"], &rows)
}
