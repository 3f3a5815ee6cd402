//! Where a source can be left and taken up again without losing or doubling a car.

use crate::{Format, Lines, Reading};

/// How far a source was read: every line before it went to the sink, and none after it.
///
/// It stands at the begin of a line: before a CSV record that is not at its end, and
/// before a line that is being skipped for its length, whose refusal is then told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many bytes, since the machine began, are finished with.
    pub consumed: u64,
    /// The number of the line that begins there, from 1.
    pub line: u64,
    /// The format the lines are read in; [`Format::Auto`] while that is undecided.
    pub format: Format,
    /// The CSV header in force, or the refused one, as it stands in the source but for its
    /// line end.
    pub header: Option<Vec<u8>>,
}

impl Checkpoint {
    /// A machine that goes on from here: feed it the source from where this stands.
    #[must_use]
    pub fn resume(&self, reading: Reading) -> Lines {
        if self.consumed == 0 && self.line == 1 {
            return Lines::with(reading);
        }
        Lines::resume(reading, self.line, self.format, self.header.as_deref())
    }
}
