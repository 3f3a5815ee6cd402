//! The rows of all answers. How they are chosen and ordered is for the other files.

use carwatch::Verdict;
use carwatch::wire::{Piece, RejectReason};
use carwatch_query::Day;

use crate::row::Row;
use crate::{Answer, Chunk, Column, Dictionary};

/// Every piece of every answer, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Index {
    answers: Vec<Answer>,
    pub(crate) start: Column,
    /// Seconds with their sign turned around, so that they sort as numbers.
    pub(crate) seconds: Column,
    pub(crate) brand: Column,
    pub(crate) color: Column,
    /// 0 where the time is the number in `seconds`, else one more than its number in `times`.
    pub(crate) odd: Column,
    pub(crate) marks: Column,
    pub(crate) brands: Dictionary,
    pub(crate) colors: Dictionary,
    pub(crate) times: Dictionary,
    /// The rows that were rejected, and where the bytes of each end in `raw`.
    rejections: Vec<(u32, usize)>,
    raw: Vec<u8>,
    /// The least and the greatest time of a car.
    span: Option<(i64, i64)>,
}

/// What a mark says: the reason, and one bit each.
const REASON: u64 = 0b0111;
const ESCAPED: u64 = 0b1000;
pub(crate) const CLOCK: u64 = 0b1_0000;

impl Index {
    /// Begins an answer; its rows are those that are taken until the next one begins.
    pub fn begin(&mut self, name: &str) -> usize {
        let here = self.len();
        self.answers.push(Answer {
            name: name.to_owned(),
            rows: here..here,
            bytes: 0,
            rejected: 0,
            is_partial: false,
            provisional: None,
            chunks: Vec::new(),
            is_open: true,
            end: 0,
        });
        self.answers.len() - 1
    }

    /// Takes a piece of the last answer; `raw` is what was sent, of one that was rejected.
    pub fn take(&mut self, piece: &Piece<'_>, raw: &[u8]) {
        let row = self.len();
        let Some(answer) = self.answers.last_mut() else { return };
        answer.rows.end = row + 1;
        match piece {
            Piece::Car { at, car, .. } => {
                answer.end = at.end;
                let number = plain_number(car.time.as_bytes());
                let (clock, odd) = match number {
                    Some(seconds) => (Some(seconds), 0),
                    None => (car.unix_seconds(), u64::from(self.times.add(&car.time)) + 1),
                };
                let is_escaped = [&car.time, &car.brand, &car.color]
                    .into_iter()
                    .any(|field| matches!(field, std::borrow::Cow::Owned(_)));
                if let Some(seconds) = clock {
                    let (low, high) = self.span.unwrap_or((seconds, seconds));
                    self.span = Some((low.min(seconds), high.max(seconds)));
                }
                let (brand, color) = (self.brands.add(&car.brand), self.colors.add(&car.color));
                let marks = if is_escaped { ESCAPED } else { 0 };
                self.push(at.start, clock, brand, color, odd, marks);
            }
            Piece::Rejected(rejection) => {
                answer.rejected += 1;
                answer.end = rejection.at.end;
                // At the time of the car before it.
                let before = row.checked_sub(1).filter(|before| *before >= answer.rows.start);
                let clock = before.and_then(|before| self.clock(before));
                self.raw.extend_from_slice(raw);
                self.rejections.push((row as u32, self.raw.len()));
                let marks = number_of(rejection.reason);
                self.push(rejection.at.start, clock, 0, 0, 0, marks);
            }
        }
    }

    fn push(
        &mut self,
        start: u64,
        clock: Option<i64>,
        brand: u32,
        color: u32,
        odd: u64,
        marks: u64,
    ) {
        self.start.push(start);
        // One without a clock repeats what is there, which costs nothing.
        let seconds = clock
            .map(turned)
            .or_else(|| self.seconds.len().checked_sub(1).map(|n| self.seconds.get(n)));
        self.seconds.push(seconds.unwrap_or(turned(0)));
        self.brand.push(brand.into());
        self.color.push(color.into());
        self.odd.push(odd);
        self.marks.push(marks | if clock.is_some() { CLOCK } else { 0 });
    }

    /// So many bytes of the last answer were read so far.
    pub fn reached(&mut self, bytes: u64) {
        if let Some(answer) = self.answers.last_mut() {
            answer.bytes = bytes;
        }
    }

    /// Ends the last answer.
    pub fn settle(&mut self, verdict: &Verdict) {
        let last = self.len().checked_sub(1).filter(|last| self.marks.get(*last) & REASON == 0);
        if let Some(answer) = self.answers.last_mut() {
            let last = last.filter(|last| answer.rows.contains(last));
            answer.settle(verdict, last);
        }
    }

    /// Says when which bytes of an answer came.
    pub fn set_chunks(&mut self, answer: usize, chunks: Vec<Chunk>) {
        self.answers[answer].chunks = chunks;
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The answers, in the order in which they began.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// The number of the answer that has a row.
    #[must_use]
    pub fn answer_of(&self, row: usize) -> usize {
        self.answers.partition_point(|answer| answer.rows.end <= row)
    }

    /// A row with its texts.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn row(&self, row: usize) -> Row<'_> {
        let answer = self.answer_of(row);
        let of = &self.answers[answer];
        let marks = self.marks.get(row);
        let is_car = marks & REASON == 0;
        let at = self.start.get(row)..self.end(row, of);
        Row {
            answer,
            piece: (row - of.rows.start) as u64,
            time: self.odd.get(row).checked_sub(1).map(|odd| self.times.get(odd as u32)),
            unix_seconds: self.clock(row),
            brand: is_car.then(|| self.brands.get(self.brand.get(row) as u32)),
            color: is_car.then(|| self.colors.get(self.color.get(row) as u32)),
            reason: REASONS.get((marks & REASON) as usize).copied().flatten(),
            raw: if is_car { &[] } else { self.raw_of(row) },
            is_escaped: marks & ESCAPED != 0,
            is_provisional: of.provisional == Some(row),
            chunk: of.chunk_at(at.start),
            at,
        }
    }

    /// The row of an answer that has the byte at `offset`; a separator belongs to the record
    /// before it.
    #[must_use]
    pub fn row_at(&self, answer: usize, offset: u64) -> Option<usize> {
        let answer = self.answers.get(answer)?;
        let (mut low, mut high) = (answer.rows.start, answer.rows.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.start.get(middle) <= offset { low = middle + 1 } else { high = middle }
        }
        (low > answer.rows.start && offset < answer.bytes).then(|| low - 1)
    }

    /// The rejected row of an answer that comes after `row` (before it with `back`), or the
    /// first (last) of all behind the last (before the first).
    #[must_use]
    pub fn next_rejected(&self, row: Option<usize>, back: bool) -> Option<usize> {
        let rows = &self.rejections;
        let nth = if back {
            let before =
                row.map_or(rows.len(), |row| rows.partition_point(|(r, _)| (*r as usize) < row));
            before.checked_sub(1).or_else(|| rows.len().checked_sub(1))
        } else {
            let after = row.map_or(0, |row| rows.partition_point(|(r, _)| (*r as usize) <= row));
            Some(if after < rows.len() { after } else { 0 })
        };
        nth.and_then(|nth| rows.get(nth)).map(|(row, _)| *row as usize)
    }

    /// The rejected rows among `rows`.
    pub fn rejected_in(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        let from = self.rejections.partition_point(|(row, _)| (*row as usize) < rows.start);
        let all = self.rejections[from..].iter().map(|(row, _)| *row as usize);
        all.take_while(move |row| *row < rows.end)
    }

    /// How many rejected records of an answer begin before `offset`.
    #[must_use]
    pub fn rejected_before(&self, answer: usize, offset: u64) -> usize {
        self.rejections_of(answer)
            .partition_point(|(row, _)| self.start.get(*row as usize) < offset)
    }

    /// The `nth` rejected record of an answer.
    #[must_use]
    pub fn nth_rejected(&self, answer: usize, nth: usize) -> Option<usize> {
        self.rejections_of(answer).get(nth).map(|(row, _)| *row as usize)
    }

    fn rejections_of(&self, answer: usize) -> &[(u32, usize)] {
        let Some(answer) = self.answers.get(answer) else { return &[] };
        let place = |row: usize| self.rejections.partition_point(|(r, _)| (*r as usize) < row);
        &self.rejections[place(answer.rows.start)..place(answer.rows.end)]
    }

    /// The least and the greatest time of a car in Unix seconds.
    #[must_use]
    pub const fn span(&self) -> Option<(i64, i64)> {
        self.span
    }

    /// The day of which a query's clock times are: that of the first car by time.
    #[must_use]
    pub fn day(&self) -> Day {
        self.span.map_or_else(Day::default, |(first, _)| Day::of(first))
    }

    /// The brands.
    #[must_use]
    pub const fn brands(&self) -> &Dictionary {
        &self.brands
    }

    /// The colours.
    #[must_use]
    pub const fn colors(&self) -> &Dictionary {
        &self.colors
    }

    /// How many rows were rejected.
    #[must_use]
    pub const fn rejected(&self) -> u64 {
        self.rejections.len() as u64
    }

    /// How much memory it takes, in bytes, roughly.
    #[must_use]
    pub fn held(&self) -> usize {
        let columns =
            [&self.start, &self.seconds, &self.brand, &self.color, &self.odd, &self.marks];
        let texts = [&self.brands, &self.colors, &self.times];
        let chunks: usize = self.answers.iter().map(|answer| answer.chunks.capacity()).sum();
        columns.into_iter().map(Column::held).sum::<usize>()
            + texts.into_iter().map(Dictionary::held).sum::<usize>()
            + self.raw.capacity()
            + self.rejections.capacity() * size_of::<(u32, usize)>()
            + chunks * size_of::<Chunk>()
            + self.answers.capacity() * size_of::<Answer>()
    }

    pub(crate) fn clock(&self, row: usize) -> Option<i64> {
        (self.marks.get(row) & CLOCK != 0).then(|| unturned(self.seconds.get(row)))
    }

    pub(crate) fn raw_of(&self, row: usize) -> &[u8] {
        let Ok(nth) = self.rejections.binary_search_by_key(&row, |(row, _)| *row as usize) else {
            return &[];
        };
        let start = if nth == 0 { 0 } else { self.rejections[nth - 1].1 };
        &self.raw[start..self.rejections[nth].1]
    }

    fn end(&self, row: usize, of: &Answer) -> u64 {
        if row + 1 < of.rows.end { self.start.get(row + 1) - 1 } else { of.end }
    }
}

pub(crate) const fn is_rejected(marks: u64) -> bool {
    marks & REASON != 0
}

pub(crate) const fn is_escaped(marks: u64) -> bool {
    marks & ESCAPED != 0
}

pub(crate) const fn turned(seconds: i64) -> u64 {
    seconds.cast_unsigned() ^ (1 << 63)
}

pub(crate) const fn unturned(seconds: u64) -> i64 {
    (seconds ^ (1 << 63)).cast_signed()
}

/// The number of which these bytes are the one way to write it.
fn plain_number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    text.iter().try_fold(0, |number: i64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })
}

const fn number_of(reason: RejectReason) -> u64 {
    match reason {
        RejectReason::Cut => 1,
        RejectReason::Empty => 2,
        RejectReason::TooLong { .. } => 3,
        RejectReason::InvalidUtf8 { .. } => 4,
        RejectReason::TooFewFields { .. } => 5,
        RejectReason::TooManyFields { .. } => 6,
    }
}

const REASONS: [Option<&str>; 7] = [
    None,
    Some("cut"),
    Some("empty"),
    Some("too_long"),
    Some("invalid_utf8"),
    Some("too_few_fields"),
    Some("too_many_fields"),
];
