//! The report for people: a line for each station, then one that sums up.

use std::time::Duration;

use carwatch::wire::{RejectReason, Rejection};
use carwatch::{Report, StationReport, Verdict};

use crate::cars::is_merged;
use crate::grid::{Grid, Side, columns, cut};
use crate::visible::visible;

/// The report as aligned text, each line with its end. `width` is how many columns the
/// terminal has; there, a detail that is too long for its line goes below it. Without one
/// a station is always one line.
#[must_use]
pub fn report_text(report: &Report, keep_partial: bool, width: Option<u16>) -> String {
    let rows: Vec<_> = report.stations.iter().map(row).collect();
    let mut grid = Grid::new(SIDES, &TITLES);
    for row in &rows {
        grid.measure(row);
    }
    grid.fit(width);
    let mut out = String::new();
    if !rows.is_empty() {
        grid.row(&TITLES, &mut out);
    }
    for (row, station) in rows.iter().zip(&report.stations) {
        let begin = out.len();
        grid.row(row, &mut out);
        append_detail(&detail(station), begin, width, &mut out);
    }
    out.push_str(&summary(report, keep_partial));
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

/// Appends `detail` to the row that begins at `begin` of `out`, or below it.
fn append_detail(detail: &str, begin: usize, width: Option<u16>, out: &mut String) {
    let width = width.map_or(usize::MAX, usize::from);
    let row = out[begin..].trim_end_matches('\n');
    if detail.is_empty() {
        return;
    }
    // The last column stands on the right, so that details stand under each other.
    let fits = columns(row).saturating_add(2 + columns(detail)) <= width;
    if fits && !row.contains('\n') {
        out.truncate(begin + row.len());
        out.push_str("  ");
        out.push_str(detail);
        out.push('\n');
        return;
    }
    let mut rest = detail;
    while !rest.is_empty() {
        let (head, more) = cut(rest, width.saturating_sub(4).max(20));
        out.push_str("    ");
        out.push_str(head);
        out.push('\n');
        rest = more;
    }
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

fn summary(report: &Report, keep_partial: bool) -> String {
    let (complete, partial, failed) = report.counts();
    let of = |merged| {
        let outcomes = report.stations.iter().map(|station| &station.outcome);
        outcomes.filter(|o| is_merged(o, keep_partial) == merged).map(|o| o.cars).sum::<u64>()
    };
    let left_out = match of(false) {
        0 => String::new(),
        cars => format!(" ({cars} of partial stations left out)"),
    };
    let rejected: u64 = report.stations.iter().map(|station| station.outcome.rejected).sum();
    format!(
        "{}: {complete} complete, {partial} partial, {failed} failed; {}{left_out}, {rejected} rejected, in {}\n",
        count(report.stations.len() as u64, "station"),
        count(of(true), "car"),
        time(report.elapsed),
    )
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
