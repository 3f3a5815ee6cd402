//! What is asked: plain values, which a page sends its worker; and what they are answered.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::say::{Compared, Explained, Lines, RejectionLine, Rows};

/// A question about what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// The rows at these places of the filtered and sorted list.
    Rows {
        /// The first place.
        from: usize,
        /// The place after the last.
        to: usize,
    },
    /// At which place of the list a row stands.
    Place {
        /// The number of the row.
        row: usize,
    },
    /// The rejected record after this one (before it with `back`).
    NextRejected {
        /// The number of a row.
        from: Option<usize>,
        /// Backwards.
        back: bool,
    },
    /// All that is known of a row.
    Explain {
        /// The number of the row.
        row: usize,
    },
    /// All that is known of the row that has a byte.
    ExplainAt {
        /// The number of the answer.
        answer: usize,
        /// The byte.
        offset: u64,
    },
    /// Lines of bytes, with a line for each rejected record between them.
    Lines {
        /// The number of the answer.
        answer: usize,
        /// How many bytes a line has.
        width: usize,
        /// The first line.
        from: usize,
        /// The line after the last.
        to: usize,
    },
    /// Which line has a byte.
    LineOf {
        /// The number of the answer.
        answer: usize,
        /// How many bytes a line has.
        width: usize,
        /// The byte.
        offset: u64,
    },
    /// The first rejected records of an answer.
    Rejections {
        /// The number of the answer.
        answer: usize,
    },
    /// How many rows each term of the query alone would give.
    Alone,
    /// What changed from one answer to another.
    Compare {
        /// The number of the older answer.
        old: usize,
        /// The number of the newer answer.
        new: usize,
    },
}

/// What is said to an [`Ask`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answered {
    /// To [`Ask::Rows`].
    Rows(Rows),
    /// To [`Ask::Place`] and [`Ask::NextRejected`]: a row, and where it stands in the list.
    Place {
        /// The number of the row.
        row: Option<usize>,
        /// Its place.
        place: Option<usize>,
    },
    /// To [`Ask::Explain`] and [`Ask::ExplainAt`].
    Explained(Box<Explained>),
    /// To [`Ask::Lines`].
    Lines(Lines),
    /// To [`Ask::LineOf`].
    Line(usize),
    /// To [`Ask::Rejections`].
    Rejections(Vec<RejectionLine>),
    /// To [`Ask::Alone`]: each term, and how many rows it gives.
    Alone(Vec<(String, u64)>),
    /// To [`Ask::Compare`].
    Compared(Box<Compared>),
    /// There is no such thing (any more).
    Nothing,
}

/// Bytes that an answer needs, and that are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The number of the file.
    pub file: usize,
    /// Which of its bytes.
    pub bytes: Range<u64>,
}
