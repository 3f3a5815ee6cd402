//! Which rows pass. Everything here runs once for each of millions of rows, or once for each
//! distinct text among them, and allocates nothing.

use std::ops::Range;

use crate::glob::Glob;
use crate::key::{Field, Is, Key};
use crate::moment::Day;
use crate::term::{Term, Test};
use crate::values::{Interval, Values};

/// One record of an answer, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The name of the station that sent it.
    pub station: &'a str,
    /// What it says.
    pub record: Record<'a>,
    /// The time of a car in Unix seconds, if it has one; for a rejected record that of the
    /// car before it.
    pub unix_seconds: Option<i64>,
    /// Where the record stands in its station's answer, in bytes.
    pub bytes: Range<u64>,
    /// The number of the chunk it came in.
    pub chunk: u64,
    /// Whether it is the last car of an unverified answer.
    pub provisional: bool,
    /// Whether its answer is partial.
    pub partial: bool,
    /// Whether it was sent with an escape.
    pub escaped: bool,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A car: its fields, without escapes.
    Car {
        /// The time as it was sent.
        time: &'a str,
        /// Who made it.
        brand: &'a str,
        /// Its colour.
        color: &'a str,
    },
    /// What is no car: the bytes as they were sent. Those that are not UTF-8 are searched as
    /// U+FFFD.
    Rejected(&'a [u8]),
}

/// The terms of a query, ready for rows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub(crate) matchers: Vec<Matcher>,
}

impl Filter {
    /// Whether every term holds.
    #[must_use]
    pub fn passes(&self, row: &Row<'_>) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(row))
    }

    /// Whether every term but those of `key` holds: what a chart counts that brushes `key`.
    #[must_use]
    pub fn passes_but(&self, key: Key, row: &Row<'_>) -> bool {
        let mut others = self.matchers.iter().filter(|matcher| matcher.key() != Some(key));
        others.all(|matcher| matcher.matches(row))
    }

    /// Each term alone.
    #[must_use]
    pub fn matchers(&self) -> &[Matcher] {
        &self.matchers
    }
}

/// One term, ready for rows.
#[derive(Clone, Debug)]
pub struct Matcher {
    key: Option<Key>,
    leaves_out: bool,
    compiled: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    Word(Glob),
    Text(Field, Vec<Glob>),
    Time(Vec<Interval>),
    /// What the record has a byte of.
    Bytes(Vec<Interval>),
    /// What the record begins in.
    Begins(Vec<Interval>),
    Chunk(Vec<Interval>),
    Is(Vec<Is>),
}

impl Matcher {
    /// What `term` says, its clock times on `day`.
    #[must_use]
    pub fn new(term: &Term, day: Day) -> Self {
        let compiled = match &term.test {
            Test::Word(word) => Compiled::Word(Glob::part(word)),
            Test::Text(field, patterns) => {
                Compiled::Text(*field, patterns.iter().map(Glob::whole).collect())
            }
            Test::Time(values) => Compiled::Time(values.intervals(day)),
            Test::Bytes(values @ Values::AnyOf(_)) => Compiled::Bytes(values.intervals(day)),
            Test::Bytes(values) => Compiled::Begins(values.intervals(day)),
            Test::Chunk(values) => Compiled::Chunk(values.intervals(day)),
            Test::Is(values) => Compiled::Is(values.clone()),
        };
        Self { key: term.key(), leaves_out: term.leaves_out, compiled }
    }

    /// The term's key; a word has none.
    #[must_use]
    pub const fn key(&self) -> Option<Key> {
        self.key
    }

    /// Whether a `-` stands in front of the term. [`finds_text`](Self::finds_text) does not
    /// regard it.
    #[must_use]
    pub const fn leaves_out(&self) -> bool {
        self.leaves_out
    }

    /// Whether the term holds for a row.
    #[must_use]
    pub fn matches(&self, row: &Row<'_>) -> bool {
        self.finds(row) != self.leaves_out
    }

    /// Whether a text is what the term looks for, its `-` left aside. A term that looks for
    /// no text finds none.
    ///
    /// An index asks once for each distinct text. A term of `brand`, `color` or `station`
    /// finds a row if it finds that field of it; a word finds a row if it finds any text of
    /// it. Then [`leaves_out`](Self::leaves_out) turns the answer around. (A rejected record
    /// has no brand and no colour to ask for.)
    #[must_use]
    pub fn finds_text(&self, text: &str) -> bool {
        match &self.compiled {
            Compiled::Word(glob) => glob.matches(text),
            Compiled::Text(_, globs) => globs.iter().any(|glob| glob.matches(text)),
            _ => false,
        }
    }

    /// As [`finds_text`](Self::finds_text), of bytes that may not be UTF-8: what is not is
    /// searched as U+FFFD.
    #[must_use]
    pub fn finds_bytes(&self, bytes: &[u8]) -> bool {
        match &self.compiled {
            Compiled::Word(glob) => glob.matches_bytes(bytes),
            _ => str::from_utf8(bytes).is_ok_and(|text| self.finds_text(text)),
        }
    }

    /// Whether the term is a word that can be found in a number from 0 up, written in decimal
    /// digits. An index asks, and need not search the times of millions of rows for others.
    #[must_use]
    pub fn may_find_number(&self) -> bool {
        matches!(&self.compiled, Compiled::Word(glob) if glob.is_of_digits())
    }

    fn finds(&self, row: &Row<'_>) -> bool {
        let start = i128::from(row.bytes.start);
        match &self.compiled {
            Compiled::Word(glob) => {
                glob.matches(row.station)
                    || match row.record {
                        Record::Car { time, brand, color } => {
                            [brand, color, time].into_iter().any(|text| glob.matches(text))
                        }
                        Record::Rejected(raw) => glob.matches_bytes(raw),
                    }
            }
            Compiled::Text(field, _) => {
                let text = match (field, row.record) {
                    (Field::Station, _) => Some(row.station),
                    (Field::Brand, Record::Car { brand, .. }) => Some(brand),
                    (Field::Color, Record::Car { color, .. }) => Some(color),
                    (_, Record::Rejected(_)) => None,
                };
                text.is_some_and(|text| self.finds_text(text))
            }
            Compiled::Time(intervals) => {
                row.unix_seconds.is_some_and(|time| any_contains(intervals, time.into()))
            }
            Compiled::Bytes(intervals) => {
                // An empty record has no byte: it stands for the place that it leaves empty.
                let end = i128::from(row.bytes.end).max(start + 1);
                intervals.iter().any(|interval| interval.overlaps(Interval { start, end }))
            }
            Compiled::Begins(intervals) => any_contains(intervals, start),
            Compiled::Chunk(intervals) => any_contains(intervals, row.chunk.into()),
            Compiled::Is(values) => values.iter().any(|is| row.is(*is)),
        }
    }
}

impl Row<'_> {
    fn is(&self, is: Is) -> bool {
        let is_rejected = matches!(self.record, Record::Rejected(_));
        match is {
            Is::Rejected => is_rejected,
            Is::Provisional => self.provisional,
            Is::Partial => self.partial,
            Is::Escaped => self.escaped,
            Is::NoClock => !is_rejected && self.unix_seconds.is_none(),
        }
    }
}

fn any_contains(intervals: &[Interval], number: i128) -> bool {
    intervals.iter().any(|interval| interval.contains(number))
}
