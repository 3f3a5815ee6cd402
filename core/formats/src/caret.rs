//! Rejected records for people: the bytes around each, and carets under the bad ones.

use std::fmt::{self, Write as _};
use std::iter;
use std::ops::Range;

use carwatch::wire::{RejectReason, Rejection};
use carwatch::{Report, StationReport};

use crate::grid::{columns, cut};
use crate::visible::visible;

/// Every rejection that the report keeps: what it is, the bytes around it, and carets under
/// those that are meant. Nothing where none was rejected.
///
/// A character takes as many columns as a terminal gives it; one that a terminal would obey
/// is shown as `\u{1b}` and the like, a byte that is not UTF-8 as `\xff`. Lines keep to
/// `width` columns, or to 100 without one (an absurdly narrow terminal aside).
///
/// ```
/// # use carwatch::fetch::{End, Fetch};
/// # use carwatch::{limits::ClientLimits, time::Instant, Report, StationReport};
/// # let mut fetch = Fetch::new(&ClientLimits::default(), Instant::NEVER, Instant::default());
/// # let _ = fetch.receive(b"1:fiat:red.2:fiat.3:vw:blue", Instant::default());
/// # let outcome = fetch.finish(End::Fin);
/// # let (name, address) = ("gate".to_owned(), "10.0.0.5:8000".to_owned());
/// # let gate = StationReport { name, address, outcome, attempts: 1, first_byte: None, elapsed: None };
/// # let report = Report { stations: vec![gate], elapsed: None };
/// // A station that sent `1:fiat:red.2:fiat.3:vw:blue`:
/// assert_eq!(
///     carwatch_formats::carets(&report, Some(80)),
///     "gate: piece 1, bytes 11..17: too few fields, 2 instead of 3
///     1:fiat:red.2:fiat.3:vw:blue
///                 ^
/// "
/// );
/// ```
#[must_use]
pub fn carets(report: &Report, width: Option<u16>) -> String {
    let width = width.map_or(WIDTH, usize::from).max(NARROWEST);
    let mut out = String::new();
    for station in &report.stations {
        write_station(station, width, &mut out).expect("a String takes everything");
    }
    out
}

/// One rejection of the station called `name`, as [`carets`] shows it, for those who have only a
/// part of the response: `length` bytes are all of it, and `part` are those from `from` on. To
/// look the same, it has to reach some 400 bytes around what was rejected.
///
/// ```
/// use carwatch::wire::{RejectReason, Rejection};
///
/// let reason = RejectReason::TooFewFields { found: 2 };
/// let rejection = Rejection { index: 1, at: 11..17, reason };
/// assert_eq!(
///     carwatch_formats::caret("gate", &rejection, 27, b":red.2:fiat.3:vw", 6, Some(80)),
///     "gate: piece 1, bytes 11..17: too few fields, 2 instead of 3
///     …:red.2:fiat.3:vw…
///            ^
/// "
/// );
/// ```
#[must_use]
pub fn caret(
    name: &str,
    rejection: &Rejection,
    length: u64,
    part: &[u8],
    from: u64,
    width: Option<u16>,
) -> String {
    let width = width.map_or(WIDTH, usize::from).max(NARROWEST);
    let mut out = String::new();
    write_rejection(name, rejection, length, (part, from), width, &mut out)
        .expect("a String takes everything");
    out
}

fn write_station(station: &StationReport, width: usize, out: &mut String) -> fmt::Result {
    let outcome = &station.outcome;
    let name = visible(&station.name);
    let response = &outcome.response;
    for rejection in &outcome.rejections {
        let (length, part) = (response.len() as u64, (&response[..], 0));
        write_rejection(&station.name, rejection, length, part, width, out)?;
    }
    match outcome.rejected.saturating_sub(outcome.rejections.len() as u64) {
        0 => {}
        1 => wrap(&format!("{name}: 1 more rejected record is not shown"), width, out),
        more => wrap(&format!("{name}: {more} more rejected records are not shown"), width, out),
    }
    Ok(())
}

fn write_rejection(
    name: &str,
    rejection: &Rejection,
    length: u64,
    (part, from): (&[u8], u64),
    width: usize,
    out: &mut String,
) -> fmt::Result {
    let (index, Range { start, end }) = (rejection.index, rejection.at.clone());
    let (name, words) = (visible(name), words(rejection, length));
    wrap(&format!("{name}: piece {index}, bytes {start}..{end}: {words}"), width, out);
    match View::of(rejection, length, part, from) {
        Some(view) => view.write(width - INDENT, out),
        None => Ok(()),
    }
}

/// Why a record was rejected, in words.
fn words(rejection: &Rejection, length: u64) -> String {
    match rejection.reason {
        RejectReason::Cut => "cut off by the end of a partial answer".into(),
        RejectReason::Empty if rejection.at.end == length => {
            "empty, behind the last separator".into()
        }
        RejectReason::Empty => "empty, in front of a separator".into(),
        RejectReason::TooLong { limit } => format!("too long, more than {limit} bytes"),
        RejectReason::InvalidUtf8 { at } => format!("not UTF-8 at byte {at}"),
        RejectReason::TooFewFields { found } => format!("too few fields, {found} instead of 3"),
        RejectReason::TooManyFields { found } => format!("too many fields, {found} instead of 3"),
    }
}

/// A line, and what of it has no room, below.
fn wrap(line: &str, width: usize, out: &mut String) {
    let (head, mut rest) = cut(line, width);
    out.push_str(head);
    out.push('\n');
    while !rest.is_empty() {
        let (head, more) = cut(rest, width - INDENT);
        out.extend(iter::repeat_n(' ', INDENT));
        out.push_str(head);
        out.push('\n');
        rest = more;
    }
}

/// What is shown of a response.
struct View<'a> {
    /// All of it, or the part that is there.
    response: &'a [u8],
    /// Whether there is more before that, and behind it.
    more: (bool, bool),
    /// What the carets are under; an empty range is a place between bytes.
    marks: Vec<Range<usize>>,
    /// The byte that has to be seen.
    focus: usize,
}

impl<'a> View<'a> {
    /// `response` are the bytes from `from` on, of `length` in all.
    fn of(rejection: &Rejection, length: u64, response: &'a [u8], from: u64) -> Option<Self> {
        let place = |at: u64| usize::try_from(at.checked_sub(from)?).ok();
        let start = place(rejection.at.start)?;
        // Of one that is longer than the part, what is there of it.
        let end = place(rejection.at.end)?.min(response.len());
        let piece = response.get(start..end)?;
        let colons = || {
            let found = piece.iter().enumerate().filter(|(_, byte)| **byte == b':');
            found.map(|(at, _)| start + at..start + at + 1).collect::<Vec<_>>()
        };
        let (mut marks, nth) = match rejection.reason {
            RejectReason::Cut | RejectReason::Empty | RejectReason::TooLong { .. } => {
                (Vec::new(), 0)
            }
            RejectReason::InvalidUtf8 { at } => {
                let at = place(at).filter(|at| (start..end).contains(at))?;
                let length = str::from_utf8(&response[at..end]).err()?.error_len();
                (iter::once(at..length.map_or(end, |length| at + length)).collect(), 0)
            }
            RejectReason::TooFewFields { .. } => (colons(), 0),
            // The first that is too many.
            RejectReason::TooManyFields { .. } => (colons(), 2),
        };
        if marks.is_empty() {
            marks.push(start..end);
        }
        let focus = marks.get(nth).or(marks.first())?.start;
        let more = (from > 0, from + (response.len() as u64) < length);
        Some(Self { response, more, marks, focus })
    }

    /// Writes the bytes and the carets, each line of at most `room` columns behind the indent.
    fn write(&self, room: usize, out: &mut String) -> fmt::Result {
        // Every byte takes a column but for those of long characters, of four bytes at most.
        let low = boundary(self.response, self.focus.saturating_sub(room * 4));
        let high = self.response.len().min(self.focus + room * 4);
        let glyphs = glyphs(self.response, low, high, self.focus);
        let split = glyphs.partition_point(|glyph| glyph.at.end <= self.focus);
        let (before, after) = glyphs.split_at(split);
        // An ellipsis at either end, and a caret behind the last byte.
        let room = room.saturating_sub(3);
        let all_before: usize = before.iter().map(|glyph| glyph.columns).sum();
        let all_after: usize = after.iter().map(|glyph| glyph.columns).sum();
        let left = room.saturating_sub(all_after).max(room / 3).min(all_before);
        let mut from = split;
        let mut used = 0;
        while from > 0 && used + glyphs[from - 1].columns <= left {
            from -= 1;
            used += glyphs[from].columns;
        }
        let mut to = split;
        while to < glyphs.len() && (used + glyphs[to].columns <= room || to == split) {
            used += glyphs[to].columns;
            to += 1;
        }
        let shown = &glyphs[from..to];
        let first = shown.first().map_or(self.focus, |glyph| glyph.at.start);
        let last = shown.last().map_or(self.focus, |glyph| glyph.at.end);
        let mut text = " ".repeat(INDENT);
        let mut carets = text.clone();
        if first > 0 || self.more.0 {
            text.push('…');
            carets.push(' ');
        }
        for glyph in shown {
            text.push_str(&glyph.text);
            let caret = if self.marks(&glyph.at) { "^" } else { " " };
            carets.push_str(&caret.repeat(glyph.columns));
            // What has no width stands in the column before.
            if caret == "^" && glyph.columns == 0 {
                carets.pop();
                carets.push('^');
            }
        }
        if self.marks.iter().any(|mark| mark.is_empty() && mark.start == last) {
            carets.push('^');
        }
        if last < self.response.len() || self.more.1 {
            text.push('…');
        }
        writeln!(out, "{}", text.trim_end_matches(' '))?;
        writeln!(out, "{}", carets.trim_end_matches(' '))
    }

    fn marks(&self, at: &Range<usize>) -> bool {
        self.marks.iter().any(|mark| {
            let end = mark.end.max(mark.start + 1);
            mark.start < at.end && at.start < end
        })
    }
}

/// A character, or a byte that is none, as it is shown.
struct Glyph {
    at: Range<usize>,
    text: String,
    columns: usize,
}

impl Glyph {
    fn new(at: Range<usize>, text: String) -> Self {
        let columns = columns(&text);
        Self { at, text, columns }
    }
}

/// What stands in these bytes; at `focus` one ends and another begins, whatever the bytes are.
fn glyphs(response: &[u8], low: usize, high: usize, focus: usize) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    for (from, to) in [(low, focus), (focus, high)] {
        let mut at = from;
        for chunk in response[from..to].utf8_chunks() {
            for c in chunk.valid().chars() {
                let end = at + c.len_utf8();
                let mut buffer = [0; 4];
                glyphs.push(Glyph::new(at..end, visible(c.encode_utf8(&mut buffer)).to_string()));
                at = end;
            }
            for byte in chunk.invalid() {
                glyphs.push(Glyph::new(at..at + 1, format!("\\x{byte:02x}")));
                at += 1;
            }
        }
    }
    glyphs
}

/// Where a character begins at `at` or just before it.
fn boundary(response: &[u8], at: usize) -> usize {
    let is_inside = |at: &usize| response.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|at| !is_inside(at)).unwrap_or(at)
}

/// How wide lines are where there is no terminal.
const WIDTH: usize = 100;

/// How narrow a terminal may be before lines no longer keep to it.
const NARROWEST: usize = 24;

/// Blanks before what is quoted.
const INDENT: usize = 4;

#[cfg(test)]
mod tests;
