//! What came of a run.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::event::Kind;
use crate::oracle::Expected;

/// What came of a run, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Things taken from the queue, and instructions that machines gave.
    pub events: u64,
    /// When the last one happened, in nanoseconds of the world's time.
    pub until: u64,
    /// Of everything that happened, and when.
    pub trace: u64,
    /// How many attempts came to each of [`OUTCOMES`].
    pub outcomes: [u64; OUTCOMES.len()],
}

/// What attempts come to.
pub const OUTCOMES: [&str; 8] = [
    "complete",
    "truncated",
    "reset",
    "idle_timeout",
    "deadline",
    "too_large",
    "cancelled",
    "other",
];

/// A law that does not hold in a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which one; of a world that is smaller, it is the same.
    pub law: &'static str,
    /// Whom it is about, and what was instead of what.
    pub details: String,
    /// When, in nanoseconds of the world's time.
    pub at: u64,
}

impl Wrong {
    /// Whether it is the same that is wrong, perhaps of somebody else, or at another time.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let place = |wrong: &Self| wrong.details.rsplit('(').next().map(str::to_owned);
        self.law == other.law && (self.law != "nothing panics" || place(self) == place(other))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, details, at } = self;
        write!(f, "{law} (after {:?})", Duration::from_nanos(*at))?;
        if details.is_empty() { Ok(()) } else { write!(f, ": {details}") }
    }
}

impl Ran {
    /// Takes note of what happens.
    pub(crate) fn note(&mut self, at: u64, kind: Kind) {
        let mut trace = Trace(self.trace);
        trace.write_u64(at);
        kind.hash(&mut trace);
        self.trace = trace.0;
    }

    pub(crate) fn count(&mut self, expected: &Expected) {
        let word = if expected.verdict == "complete" { "complete" } else { expected.reason };
        let place = OUTCOMES.iter().position(|&outcome| outcome == word);
        self.outcomes[place.unwrap_or(OUTCOMES.len() - 1)] += 1;
    }

    /// Adds those of another run; of the traces, their sum.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.until += other.until;
        self.trace = self.trace.wrapping_add(other.trace);
        for (all, one) in self.outcomes.iter_mut().zip(other.outcomes) {
            *all += one;
        }
    }
}

/// A hash that is the same in every build.
struct Trace(u64);

impl Hasher for Trace {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }

    // Which kind of event it is.
    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }
}
