//! What a response is made of: cars, and what is none and why.

use core::ops::Range;

use crate::Car;

/// What the sink of a [`Splitter`](super::Splitter) is handed, one for every piece between separators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A record that is a car.
    Car {
        /// Its place among the pieces of the response, from 0.
        index: u64,
        /// Its bytes in the response, separators not included.
        at: Range<u64>,
        /// The car; it borrows those bytes where they hold no escape.
        car: Car<'a>,
    },
    /// A piece that is none.
    Rejected(Rejection),
}

/// A piece that is not a car, where it stood, and why (protocol.md, bad records).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Its place among the pieces of the response, from 0.
    pub index: u64,
    /// Its bytes in the response, separators not included.
    pub at: Range<u64>,
    /// The first reason that holds.
    pub reason: RejectReason,
}

/// Why a piece is not a car; protocol.md lists them in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// What stood after the last separator of an answer that did not end properly.
    Cut,
    /// Nothing between two separators, or after a trailing one.
    Empty,
    /// Longer than the record limit.
    TooLong {
        /// That limit, in bytes as they stand on the wire.
        limit: u64,
    },
    /// Not UTF-8.
    InvalidUtf8 {
        /// The first bad byte's offset in the response.
        at: u64,
    },
    /// Fewer than two `:`.
    TooFewFields {
        /// How many fields there are.
        found: u64,
    },
    /// More than two `:`.
    TooManyFields {
        /// How many fields there are.
        found: u64,
    },
}

impl RejectReason {
    /// Its name in reports: `cut`, `empty`, `too_long` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::InvalidUtf8 { .. } => "invalid_utf8",
            Self::TooFewFields { .. } => "too_few_fields",
            Self::TooManyFields { .. } => "too_many_fields",
        }
    }
}
