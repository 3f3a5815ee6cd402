//! Which rows pass, and what there is of what among them.

use carwatch_query::Filter;

use crate::Index;
use crate::column::BLOCK;
use crate::index::is_rejected;
use crate::terms::{Numbers, Terms};
use crate::timeline::{Parts, Timeline};

/// The rows that pass a filter, found a block at a time.
#[derive(Clone, Debug)]
pub struct Selection {
    terms: Terms,
    /// A bit for each row.
    bits: Vec<u64>,
    /// How many rows pass before each block.
    before: Vec<usize>,
    passed: usize,
    /// How many rows were looked at.
    seen: usize,
    /// How many there were when it began: later ones may have texts that it does not know.
    until: usize,
    counts: Counts,
    parts: Parts,
    scratch: [Vec<u64>; 6],
}

/// What passes, by what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many cars pass.
    pub cars: u64,
    /// How many rejected records pass.
    pub rejected: u64,
    /// How many cars of each brand pass, by its number.
    pub brands: Vec<u32>,
    /// How many cars of each colour.
    pub colors: Vec<u32>,
    /// How many cars of each answer.
    pub answers: Vec<u32>,
    /// The cars by time that pass all terms but those of time.
    pub timeline: Timeline,
}

impl Selection {
    /// The rows of `index` that pass `filter`; none is looked at yet.
    #[must_use]
    pub fn new(index: &Index, filter: &Filter) -> Self {
        let counts = Counts {
            brands: vec![0; index.brands().len()],
            colors: vec![0; index.colors().len()],
            answers: vec![0; index.answers().len()],
            timeline: Timeline::new(index.span()),
            ..Counts::default()
        };
        let words = index.len().div_ceil(64);
        Self {
            terms: Terms::new(index, filter),
            bits: Vec::with_capacity(words),
            before: Vec::new(),
            passed: 0,
            seen: 0,
            until: index.len(),
            counts,
            parts: Parts::new(index.colors()),
            scratch: Default::default(),
        }
    }

    /// Looks at the next rows, 65,536 of them, and says whether there are more. Rows that the
    /// index got since then are for a new selection.
    pub fn more(&mut self, index: &Index) -> bool {
        if self.seen >= self.until {
            return false;
        }
        self.before.push(self.passed);
        let mut scratch = std::mem::take(&mut self.scratch);
        let length = if self.terms.is_empty() {
            self.count_all(index, &mut scratch)
        } else {
            self.count_passing(index, &mut scratch)
        };
        self.scratch = scratch;
        self.seen += length;
        self.seen < self.until
    }

    /// Counts the rows of a block where all pass: half of the columns are not needed, and
    /// nothing is asked about a row.
    fn count_all(&mut self, index: &Index, scratch: &mut [Vec<u64>; 6]) -> usize {
        let nth = self.seen / BLOCK;
        let columns = [&index.seconds, &index.brand, &index.color, &index.marks];
        for (column, out) in columns.into_iter().zip(&mut *scratch) {
            column.block(nth, out);
        }
        let [seconds, brand, color, marks, ..] = &*scratch;
        let length = marks.len().min(self.until - self.seen);
        let Counts { cars, rejected, brands, colors, answers, timeline } = &mut self.counts;
        let mut at = 0;
        let mut answer = index.answer_of(self.seen);
        while at < length {
            let end = (index.answers()[answer].rows.end - self.seen).min(length);
            let mut passed = 0;
            for (((seconds, brand), color), marks) in seconds[at..end]
                .iter()
                .zip(&brand[at..end])
                .zip(&color[at..end])
                .zip(&marks[at..end])
            {
                if !is_rejected(*marks) {
                    passed += 1;
                    brands[*brand as usize] += 1;
                    colors[*color as usize] += 1;
                    timeline.count(*seconds, *marks, self.parts.of(*color));
                }
            }
            *cars += u64::from(passed);
            answers[answer] += passed;
            *rejected += (end - at) as u64 - u64::from(passed);
            at = end;
            answer += 1;
        }
        self.passed += length;
        self.bits.extend((0..length / 64).map(|_| u64::MAX));
        self.bits.extend((length % 64 > 0).then(|| (1 << (length % 64)) - 1));
        length
    }

    /// Counts the rows of a block that pass.
    fn count_passing(&mut self, index: &Index, scratch: &mut [Vec<u64>; 6]) -> usize {
        let columns =
            [&index.start, &index.seconds, &index.brand, &index.color, &index.odd, &index.marks];
        for (column, out) in columns.into_iter().zip(&mut *scratch) {
            column.block(self.seen / BLOCK, out);
        }
        let length = scratch[0].len().min(self.until - self.seen);
        let mut bits = 0;
        let mut answer = index.answer_of(self.seen);
        for at in 0..length {
            let row = self.seen + at;
            while index.answers()[answer].rows.end <= row {
                answer += 1;
            }
            let of = &index.answers()[answer];
            let [start, seconds, brand, color, odd, marks] =
                [0, 1, 2, 3, 4, 5].map(|column: usize| scratch[column][at]);
            let end = match scratch[0].get(at + 1) {
                Some(next) if row + 1 < of.rows.end => next - 1,
                _ => index.end(row, of),
            };
            let numbers = Numbers { row, start, end, seconds, brand, color, odd, marks };
            let passes = self.terms.passes(index, answer, numbers);
            let counts = &mut self.counts;
            if passes.all {
                bits |= 1 << (at % 64);
                self.passed += 1;
                if is_rejected(marks) {
                    counts.rejected += 1;
                } else {
                    counts.cars += 1;
                    counts.brands[brand as usize] += 1;
                    counts.colors[color as usize] += 1;
                    counts.answers[answer] += 1;
                }
            }
            if passes.but_time && !is_rejected(marks) {
                counts.timeline.count(seconds, marks, self.parts.of(color));
            }
            if at % 64 == 63 || at + 1 == length {
                self.bits.push(std::mem::take(&mut bits));
            }
        }
        length
    }

    /// How many rows were looked at.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.seen
    }

    /// How many rows pass.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.passed
    }

    /// Whether none passes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.passed == 0
    }

    /// What passes, by what it is.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether a row passes.
    #[must_use]
    pub fn has(&self, row: usize) -> bool {
        self.bits.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// How many rows pass before this one.
    #[must_use]
    pub fn rank(&self, row: usize) -> usize {
        let row = row.min(self.seen);
        let block = (row / BLOCK).min(self.before.len().saturating_sub(1));
        let Some(before) = self.before.get(block) else { return 0 };
        let (from, to) = (block * BLOCK / 64, row / 64);
        let words: usize = self.bits[from..to].iter().map(|word| word.count_ones() as usize).sum();
        let part = self.bits.get(to).map_or(0, |word| word & ((1 << (row % 64)) - 1));
        before + words + part.count_ones() as usize
    }

    /// The row before which `nth` rows pass, and which passes itself.
    #[must_use]
    pub fn nth(&self, nth: usize) -> Option<usize> {
        if nth >= self.passed {
            return None;
        }
        let block = self.before.partition_point(|before| *before <= nth) - 1;
        let mut left = nth - self.before[block];
        for (at, word) in self.bits.iter().enumerate().skip(block * BLOCK / 64) {
            let ones = word.count_ones() as usize;
            if left < ones {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return Some(at * 64 + word.trailing_zeros() as usize);
            }
            left -= ones;
        }
        None
    }

    /// The rows that pass, from the `nth` on.
    pub fn iter_from(&self, nth: usize) -> impl Iterator<Item = usize> {
        let from = self.nth(nth).unwrap_or(self.bits.len() * 64);
        let words = self.bits.iter().enumerate().skip(from / 64);
        words.flat_map(move |(at, word)| {
            let mut word = if at == from / 64 { word >> (from % 64) << (from % 64) } else { *word };
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }
}
