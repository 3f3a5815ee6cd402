//! What a serving connection asks of its driver, what the driver answers, and what it came to.

/// What the driver does next.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Do<'a> {
    /// Write some of these bytes; meanwhile read and discard, and heed the deadline.
    Write(&'a [u8]),
    /// Everything is queued: stop aborting on close, then shut down the write side.
    Finish,
    /// Read and discard, and heed the deadline.
    Drain,
    /// Close: whoever reads gets everything that was queued.
    Close,
    /// Close with a reset, so that what is missing is missed.
    Reset,
}

/// What the driver did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// The kernel took so many of the bytes.
    Wrote(usize),
    /// The client sent so many bytes, which were discarded.
    Read(usize),
    /// The client shut down its write side.
    ReadEnd,
    /// [`Do::Finish`] is done.
    Finished,
    /// The connection broke.
    Fault,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The whole snapshot was handed to the kernel, and the write side shut down after it.
    Whole,
    /// Reset: the client took nothing for the write time-out.
    Stalled,
    /// Reset: the client took less than the minimum rate.
    TooSlow,
    /// Reset: the client sent more than a client may.
    Talked,
    /// The client, or the network, broke the connection.
    Broken,
    /// The station gave it up: to stop, or for a newcomer.
    Dropped,
}

impl Ended {
    /// Its name in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Stalled => "stalled",
            Self::TooSlow => "too_slow",
            Self::Talked => "talked",
            Self::Broken => "broken",
            Self::Dropped => "dropped",
        }
    }
}

/// What came of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// How it ended.
    pub ended: Ended,
    /// How many bytes of the snapshot the kernel took.
    pub sent: u64,
}
