//! One row, with its texts.

use std::ops::Range;

/// What the index knows of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The number of its answer.
    pub answer: usize,
    /// Its place among the pieces of the answer, from 0.
    pub piece: u64,
    /// Its bytes in the answer.
    pub at: Range<u64>,
    /// The time as it was sent, of a car, if it is not the number that `unix_seconds` has.
    pub time: Option<&'a str>,
    /// The time in Unix seconds; of a rejected record that of the car before it.
    pub unix_seconds: Option<i64>,
    /// The brand of a car.
    pub brand: Option<&'a str>,
    /// The colour of a car.
    pub color: Option<&'a str>,
    /// Why it is no car, by the name that reports use.
    pub reason: Option<&'static str>,
    /// The first bytes of what was rejected.
    pub raw: &'a [u8],
    /// Whether it was sent with an escape.
    pub is_escaped: bool,
    /// Whether it is the last car of an unverified answer.
    pub is_provisional: bool,
    /// The number of its chunk, from 1; 0 where no chunks are known.
    pub chunk: usize,
}

impl Row<'_> {
    /// The time as it was sent; nothing for what was rejected.
    #[must_use]
    pub fn time_as_sent(&self) -> String {
        match (self.time, self.unix_seconds) {
            (Some(text), _) => text.to_owned(),
            (None, Some(seconds)) if self.reason.is_none() => seconds.to_string(),
            _ => String::new(),
        }
    }
}
