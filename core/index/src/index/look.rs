//! Looking things up: rows by their places and bytes, and what was rejected.

use std::ops::Range;

use super::{CLOCK, ESCAPED, REASON, unturned};
use crate::{Answer, Index, Row};

impl Index {
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
    pub fn rejected_in(&self, rows: Range<usize>) -> impl Iterator<Item = usize> {
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

    /// Where a row of an answer ends.
    pub(crate) fn end(&self, row: usize, of: &Answer) -> u64 {
        if row + 1 < of.rows.end { self.start.get(row + 1) - 1 } else { of.end }
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
