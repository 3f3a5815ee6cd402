//! Where rows are that had other numbers before.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Where the answers and rows of a capture went as it was read on, or what is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// The first row of the capture: those before it stay.
    pub first_row: usize,
    /// Its first answer.
    pub first_answer: usize,
    /// Its answers, as they were.
    pub answers: Vec<Moved>,
}

/// Where an answer went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The rows it had.
    pub rows: Range<usize>,
    /// Its number now, if it is still there.
    pub answer: Option<usize>,
    /// The rows it has now.
    pub now: Range<usize>,
}

impl Moves {
    /// Whether anything has another number than before.
    #[must_use]
    pub fn has_any(&self) -> bool {
        let is_same = |(nth, moved): (usize, &Moved)| {
            moved.answer == Some(self.first_answer + nth)
                && moved.now.start == moved.rows.start
                && moved.rows.end <= moved.now.end
        };
        !self.answers.iter().enumerate().all(is_same)
    }

    /// The number that a row has now.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<usize> {
        if row < self.first_row {
            return Some(row);
        }
        let moved = self.answers.iter().find(|moved| moved.rows.contains(&row))?;
        let now = moved.now.start + (row - moved.rows.start);
        Some(now).filter(|now| moved.now.contains(now))
    }

    /// The number that an answer has now.
    #[must_use]
    pub fn answer(&self, answer: usize) -> Option<usize> {
        match answer.checked_sub(self.first_answer) {
            None => Some(answer),
            Some(nth) => self.answers.get(nth)?.answer,
        }
    }
}
