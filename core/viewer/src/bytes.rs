//! Lines of bytes, and between them a line for each record that was rejected.
//!
//! All lines have one height, so a place is arithmetic: behind the line in which a rejected
//! record begins stands one that says so. How many stand before a line is a look into the
//! index.

use std::ops::Range;

use carwatch::limits::RECORD;
use carwatch_index::{Index, Row};

use crate::say::{Byte, Line, Lines};
use crate::session::Part;

/// How many lines are told at once, at most.
const MOST: usize = 1000;

/// The bytes that lines are made of: from the begin of the record that the first is in.
pub(crate) fn needs(
    index: &Index,
    answer: usize,
    width: usize,
    lines: Range<usize>,
) -> Option<Range<u64>> {
    let of = Places::new(index, answer, width)?;
    let (first, _) = of.find(lines.start);
    let (last, _) = of.find(lines.end.min(lines.start + MOST));
    let start = first as u64 * width as u64;
    let end = ((last + 1) as u64 * width as u64).min(of.bytes);
    let row = index.row_at(answer, start).map(|row| index.row(row));
    let begin = row.filter(|row| row.reason.is_none()).map_or(start, |row| row.at.start.min(start));
    // To the end of the last one: what is an escape, and what is no UTF-8, is not told by half.
    let row = index.row_at(answer, end.saturating_sub(1)).map(|row| index.row(row));
    let last = row.map_or(end, |row| row.at.end.clamp(end, end + RECORD as u64));
    Some(begin..last.min(of.bytes))
}

pub(crate) fn lines(
    index: &Index,
    answer: usize,
    width: usize,
    lines: Range<usize>,
    part: &Part<'_>,
) -> Lines {
    let Some(of) = Places::new(index, answer, width) else { return Lines::default() };
    let to = lines.end.min(lines.start + MOST).min(of.count());
    let from = lines.start.min(to);
    let mut all = Vec::with_capacity(to - from);
    let kinds = Kinds::new(index, answer, part);
    let (mut line, mut note) = of.find(from);
    for _ in from..to {
        all.push(if note == 0 { kinds.line(&of, line) } else { of.note(line, note - 1, part) });
        if note < of.notes(line) {
            note += 1;
        } else {
            (line, note) = (line + 1, 0);
        }
    }
    Lines { answer, width, from, of: of.count(), lines: all }
}

/// The line that has a byte.
pub(crate) fn line_of(index: &Index, answer: usize, width: usize, offset: u64) -> Option<usize> {
    let of = Places::new(index, answer, width)?;
    let line = (offset.min(of.bytes.saturating_sub(1)) / width as u64) as usize;
    Some(of.place(line))
}

/// Where which line stands.
struct Places<'a> {
    index: &'a Index,
    answer: usize,
    width: u64,
    bytes: u64,
    lines: usize,
}

impl<'a> Places<'a> {
    fn new(index: &'a Index, answer: usize, width: usize) -> Option<Self> {
        let bytes = index.answers().get(answer)?.bytes;
        let width = width.clamp(1, 64) as u64;
        let lines = usize::try_from(bytes.div_ceil(width)).ok()?;
        Some(Self { index, answer, width, bytes, lines })
    }

    /// How many lines there are, with those between.
    fn count(&self) -> usize {
        self.place(self.lines)
    }

    /// Where a line of bytes stands among all.
    fn place(&self, line: usize) -> usize {
        line + self.before(line)
    }

    /// How many notes stand before a line of bytes. One on what stands behind the last byte
    /// stands behind the last line.
    fn before(&self, line: usize) -> usize {
        let from = if line >= self.lines { u64::MAX } else { line as u64 * self.width };
        self.index.rejected_before(self.answer, from)
    }

    /// How many notes stand behind a line of bytes.
    fn notes(&self, line: usize) -> usize {
        self.before(line + 1) - self.before(line)
    }

    /// The line of bytes that stands at a place, or before it; and then which of its notes does,
    /// from 1.
    fn find(&self, place: usize) -> (usize, usize) {
        let (mut low, mut high) = (0, self.lines);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.place(middle) <= place { low = middle + 1 } else { high = middle }
        }
        let line = low.saturating_sub(1);
        (line, place.saturating_sub(self.place(line)).min(self.notes(line)))
    }

    fn note(&self, line: usize, nth: usize, part: &Part<'_>) -> Line {
        let nth = self.before(line) + nth;
        let number = self.index.nth_rejected(self.answer, nth).unwrap_or_default();
        let row = self.index.row(number);
        let begin = line as u64 * self.width;
        let bad = bad(&row, part);
        let column = |at: u64| at.saturating_sub(begin).min(self.width) as usize;
        // Where the bad byte is in a later line, what is in this one of the record.
        let bad = if bad.start < begin + self.width { bad } else { row.at.clone() };
        let from = column(bad.start).min(self.width as usize - 1);
        Line::Note {
            row: number,
            columns: (from, column(bad.end).max(from + 1)),
            reason: row.reason.unwrap_or_default().to_owned(),
            start: row.at.start,
            end: row.at.end,
        }
    }
}

/// The bytes that are to blame.
fn bad(row: &Row<'_>, part: &Part<'_>) -> Range<u64> {
    let at = row.at.clone();
    let begin = usize::try_from(at.start.saturating_sub(part.start)).unwrap_or(usize::MAX);
    let end = usize::try_from(at.end.saturating_sub(part.start)).unwrap_or(usize::MAX);
    let Some(bytes) = part.bytes.get(begin..end.min(part.bytes.len())) else { return at };
    match row.reason {
        Some("invalid_utf8") => match str::from_utf8(bytes) {
            Err(e) => {
                let from = at.start + e.valid_up_to() as u64;
                from..e.error_len().map_or(at.end, |length| from + length as u64)
            }
            Ok(_) => at,
        },
        // The first that is too many.
        Some("too_many_fields") => {
            let mut colons = bytes.iter().enumerate().filter(|(_, byte)| **byte == b':');
            colons
                .nth(2)
                .map_or(at.clone(), |(nth, _)| at.start + nth as u64..at.start + nth as u64 + 1)
        }
        _ => at,
    }
}

/// What the bytes of a part are.
struct Kinds<'a> {
    index: &'a Index,
    answer: usize,
    part: Part<'a>,
    kinds: Vec<Byte>,
}

impl<'a> Kinds<'a> {
    fn new(index: &'a Index, answer: usize, part: &Part<'a>) -> Self {
        let mut kinds = Vec::with_capacity(part.bytes.len());
        let mut row = index.row_at(answer, part.start);
        let rows = index.answers().get(answer).map_or(0..0, |answer| answer.rows.clone());
        while let Some(number) = row.filter(|row| rows.contains(row)) {
            let this = index.row(number);
            let rest = part.bytes.get(kinds.len()..).unwrap_or_default();
            let length = this.at.end.saturating_sub(part.start + kinds.len() as u64);
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            if this.reason.is_some() {
                kinds.extend(std::iter::repeat_n(Byte::Rejected, length));
            } else {
                append_fields(&rest[..length], &mut kinds);
            }
            if length == rest.len() {
                break;
            }
            kinds.push(Byte::Separator);
            row = Some(number + 1);
        }
        // What is still being read.
        kinds.resize(part.bytes.len(), Byte::Separator);
        Self { index, answer, part: *part, kinds }
    }

    fn line(&self, of: &Places<'_>, line: usize) -> Line {
        let start = line as u64 * of.width;
        let from = usize::try_from(start.saturating_sub(self.part.start)).unwrap_or(usize::MAX);
        let to = from.saturating_add(of.width as usize).min(self.part.bytes.len());
        let bytes = self.part.bytes.get(from..to).unwrap_or_default().to_vec();
        let mut runs: Vec<(usize, Byte)> = Vec::new();
        for kind in self.kinds.get(from..to).unwrap_or_default() {
            match runs.last_mut() {
                Some((length, last)) if last == kind => *length += 1,
                _ => runs.push((1, *kind)),
            }
        }
        let answer = &self.index.answers()[self.answer];
        let end = start + bytes.len() as u64;
        let first = answer.chunks.partition_point(|chunk| chunk.start < start);
        let begun = answer.chunks[first..].iter().enumerate();
        let chunks = begun
            .take_while(|(_, chunk)| chunk.start < end)
            .map(|(nth, chunk)| (chunk.start, first + nth + 1))
            .collect();
        Line::Bytes { start, bytes, runs, chunks }
    }
}

/// What the bytes of a car's record are.
fn append_fields(record: &[u8], kinds: &mut Vec<Byte>) {
    let plain = [Byte::Time, Byte::Brand, Byte::Color];
    let escaped = [Byte::TimeEscape, Byte::BrandEscape, Byte::ColorEscape];
    let mut field = 0;
    let mut escape = 0_u8;
    for (at, byte) in record.iter().enumerate() {
        if *byte == b':' {
            kinds.push(Byte::Separator);
            field = (field + 1).min(2);
            continue;
        }
        if *byte == b'%' && escape == 0 && is_escape(&record[at + 1..]) {
            escape = 3;
        }
        kinds.push(if escape > 0 { escaped[field] } else { plain[field] });
        escape = escape.saturating_sub(1);
    }
}

/// Whether these follow a `%` that is an escape (protocol.md, Escaping).
fn is_escape(rest: &[u8]) -> bool {
    let Some(two) = rest.get(..2).and_then(|two| str::from_utf8(two).ok()) else { return false };
    ["25", "2E", "3A"].iter().any(|known| known.eq_ignore_ascii_case(two))
}
