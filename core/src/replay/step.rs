//! What a replay asks of whoever drives it.

#[cfg(doc)]
use super::Replay;

/// What the driver of a [`Replay`] does next.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Do<'a> {
    /// Nothing: read and discard, and heed the deadline.
    Wait,
    /// Say by [`Replay::left`] when all that was written has left this machine, as far as that
    /// can be known: before, more bytes would join the segment in which it waits, and a reset
    /// would destroy it. Meanwhile read and discard, and heed the deadline.
    Leave,
    /// Write some of these bytes, which are a chunk or the rest of one; meanwhile read and
    /// discard, and heed the deadline.
    Write(&'a [u8]),
    /// Everything is queued: stop aborting on close, then shut down the write side.
    Finish,
    /// Read and discard, and heed the deadline.
    Drain,
    /// Close: whoever reads gets everything that was queued.
    Close,
    /// Close with a reset.
    Reset,
}
