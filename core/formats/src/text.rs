//! The report for people: a line for each station, then one that sums up.

mod stacked;

use std::time::Duration;

use carwatch::wire::{RejectReason, Rejection};
use carwatch::{Outcome, Report, StationReport, Verdict};

use crate::cars::is_merged;
use crate::grid::{Grid, Side, columns, cut};
use crate::look::{Look, Style};
use crate::visible::visible;

/// The report as aligned text, each line with its end. On a terminal a detail that is too long
/// for its line goes below it, and one that is too narrow for columns has a short paragraph for
/// each station instead. Without a width a station is always one line.
#[must_use]
pub fn report_text(report: &Report, keep_partial: bool, look: impl Into<Look>) -> String {
    let look = look.into();
    let rows: Vec<_> = report.stations.iter().map(row).collect();
    let mut grid = Grid::new(SIDES, &TITLES);
    for row in &rows {
        grid.measure(row);
    }
    grid.fit(look.width);
    let stacks = look.width.filter(|_| grid.is_torn()).map(usize::from);
    let mut out = String::new();
    if !rows.is_empty() && stacks.is_none() {
        grid.row(&TITLES, &mut out);
    }
    for (row, station) in rows.iter().zip(&report.stations) {
        let styles = styles(&station.outcome).map(|style| style.with(look.color));
        let used = match stacks {
            None => grid.styled_row(row, styles, &mut out),
            Some(width) => {
                stacked::append(row, styles, width, &mut out);
                None
            }
        };
        append_detail(&detail(station), used, look, &mut out);
    }
    append_summary(report, keep_partial, look, &mut out);
    out
}

const TITLES: [&str; 8] =
    ["station", "outcome", "cars", "rejected", "bytes", "first", "total", "tries"];

const SIDES: [Side; 8] = {
    let mut sides = [Side::Right; 8];
    sides[0] = Side::Left;
    sides[1] = Side::Left;
    sides
};

/// Appends `detail` to the row that `out` ends with, or below it. `used` is how many columns
/// the row takes, if it is one line.
fn append_detail(detail: &str, used: Option<usize>, look: Look, out: &mut String) {
    if detail.is_empty() {
        return;
    }
    let width = look.width.map_or(usize::MAX, usize::from);
    let style = Style::Dim.with(look.color);
    // The last column stands on the right, so that details stand under each other.
    let fits = used.is_some_and(|used| used.saturating_add(2 + columns(detail)) <= width);
    if fits {
        out.truncate(out.trim_end_matches('\n').len());
        out.push_str("  ");
        style.append(detail, out);
        out.push('\n');
        return;
    }
    let mut rest = detail;
    while !rest.is_empty() {
        let (head, more) = cut(rest, width.saturating_sub(4).max(20));
        out.push_str("    ");
        style.append(head, out);
        out.push('\n');
        rest = more;
    }
}

/// How the cells of a [row] are shown.
fn styles(outcome: &Outcome) -> [Style; 8] {
    let mut styles = [Style::Plain; 8];
    styles[1] = match outcome.verdict {
        Verdict::Complete { .. } => Style::Good,
        Verdict::Partial(_) => Style::Fair,
        Verdict::Failed(_) => Style::Bad,
    };
    if outcome.rejected > 0 {
        styles[3] = Style::Fair;
    }
    styles
}

fn row(station: &StationReport) -> [String; 8] {
    let outcome = &station.outcome;
    let failed = matches!(outcome.verdict, Verdict::Failed(_));
    // Of a failed station nothing is known; 0 would read as an empty list.
    let known = |count: u64| if failed { "-".to_owned() } else { count.to_string() };
    [
        visible(&station.name).to_string(),
        match &outcome.verdict {
            Verdict::Complete { verified: true } => "complete".to_owned(),
            Verdict::Complete { verified: false } => "complete, unverified".to_owned(),
            Verdict::Partial(fault) => format!("partial: {}", fault.reason.as_str()),
            Verdict::Failed(fault) => format!("failed: {}", fault.reason.as_str()),
        },
        known(outcome.cars),
        known(outcome.rejected),
        outcome.bytes.to_string(),
        or_dash(station.first_byte),
        or_dash(station.elapsed),
        station.attempts.to_string(),
    ]
}

/// The words of whoever failed, and the first bad record.
fn detail(station: &StationReport) -> String {
    let outcome = &station.outcome;
    let words = outcome.verdict.fault().and_then(|fault| fault.detail.as_deref());
    let bad = outcome.rejections.iter().find(|rejection| rejection.reason != RejectReason::Cut);
    match (words, bad.map(rejection)) {
        (None, None) => String::new(),
        (Some(words), None) => visible(words).to_string(),
        (None, Some(bad)) => bad,
        (Some(words), Some(bad)) => format!("{}; {bad}", visible(words)),
    }
}

fn rejection(rejection: &Rejection) -> String {
    let reason = rejection.reason.as_str();
    let more = match rejection.reason {
        RejectReason::Cut | RejectReason::Empty => String::new(),
        RejectReason::InvalidUtf8 { at } => format!(" at {at}"),
        RejectReason::TooFewFields { found } | RejectReason::TooManyFields { found } => {
            format!(" ({found})")
        }
        RejectReason::TooLong { limit } => format!(" (limit {limit})"),
    };
    let (index, start, end) = (rejection.index, rejection.at.start, rejection.at.end);
    format!("first rejected: piece {index}, bytes {start}..{end}, {reason}{more}")
}

/// The last line, or lines if the terminal is narrower than that.
fn append_summary(report: &Report, keep_partial: bool, look: Look, out: &mut String) {
    let (complete, partial, failed) = report.counts();
    let of = |merged| {
        let outcomes = report.stations.iter().map(|station| &station.outcome);
        outcomes.filter(|o| is_merged(o, keep_partial) == merged).map(|o| o.cars).sum::<u64>()
    };
    let (cars, left_out) = match of(false) {
        0 => (format!("{},", count(of(true), "car")), None),
        cars => (count(of(true), "car"), Some(format!("({cars} of partial stations left out),"))),
    };
    let rejected: u64 = report.stations.iter().map(|station| station.outcome.rejected).sum();
    let elapsed = report.elapsed.map(|elapsed| format!("in {}", time(elapsed)));
    let rejected = format!("{rejected} rejected{}", if elapsed.is_some() { "," } else { "" });
    let styled = |count: usize, style: Style| if count > 0 { style } else { Style::Plain };
    let words = [
        (Some(format!("{}:", count(report.stations.len() as u64, "station"))), Style::Plain),
        (Some(format!("{complete} complete,")), styled(complete, Style::Good)),
        (Some(format!("{partial} partial,")), styled(partial, Style::Fair)),
        (Some(format!("{failed} failed;")), styled(failed, Style::Bad)),
        (Some(cars), Style::Plain),
        (left_out, Style::Plain),
        (Some(rejected), Style::Plain),
        (elapsed, Style::Plain),
    ];
    let width = look.width.map_or(usize::MAX, usize::from);
    let mut used = 0;
    for (words, style) in words.iter().filter_map(|(words, style)| Some((words.as_ref()?, style))) {
        if used > 0 && used + 1 + words.len() > width {
            out.push_str("\n    ");
            used = 4;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        let bare = words.trim_end_matches([',', ';']);
        style.with(look.color).append(bare, out);
        out.push_str(&words[bare.len()..]);
        used += words.len();
    }
    out.push('\n');
}

fn count(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// A time, or that none is known.
fn or_dash(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "-".to_owned(), time)
}

/// A time as people read it: `3.0 ms`, `12.3 s`.
fn time(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 1000.0 { format!("{millis:.1} ms") } else { format!("{:.1} s", millis / 1000.0) }
}
