//! The rows of all answers, as they are taken. How they are chosen and ordered is for other files.

mod look;

use carwatch::Verdict;
use carwatch::wire::{Piece, RejectReason};
use carwatch_query::Day;

use crate::number::plain_number;
use crate::{Answer, Chunk, Column, Dictionary};

/// Every piece of every answer, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub(crate) answers: Vec<Answer>,
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
    pub(crate) rejections: Vec<(u32, usize)>,
    pub(crate) raw: Vec<u8>,
    /// The least and the greatest time of a car.
    pub(crate) span: Option<(i64, i64)>,
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
