//! The body of a request, bounded in size and time.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_io::Timer;
use carwatch::time::Instant;
use carwatch_driver::clock;
use futures_util::future::poll_fn;
use hyper::body::{Body, Bytes, Incoming};

use crate::limits::Limits;

/// A body that is read piece by piece. The first read asks a client that waits for it
/// (`Expect: 100-continue`) to send.
#[derive(Debug)]
pub(crate) struct Upload {
    body: Incoming,
    /// How much more may come.
    left: u64,
    most: u64,
    stall: Duration,
    longest: Duration,
    deadline: Option<Instant>,
    ended: bool,
}

/// How many more bodies may be read at this moment, of all connections.
#[derive(Debug)]
pub(crate) struct Slots(AtomicUsize);

/// The right to read one body; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Slot<'s>(&'s Slots);

/// Why a body cannot be had.
#[derive(Debug)]
pub(crate) enum UploadError {
    /// It is longer than this, in bytes.
    TooLarge(u64),
    /// It comes too slowly.
    TimedOut,
    /// It ended too early, or is no chunked body though it says so.
    Broken(hyper::Error),
}

impl Upload {
    pub(crate) fn new(body: Incoming, limits: &Limits) -> Self {
        Self {
            ended: body.is_end_stream(),
            body,
            left: limits.body,
            most: limits.body,
            stall: limits.body_stall,
            longest: limits.body_time,
            deadline: None,
        }
    }

    /// Refuses at once what is announced as too large.
    pub(crate) fn check_size(&self) -> Result<(), UploadError> {
        if self.body.size_hint().lower() > self.most {
            return Err(UploadError::TooLarge(self.most));
        }
        Ok(())
    }

    /// Whether all of it has been read, so that another request can follow.
    pub(crate) fn is_whole(&self) -> bool {
        self.ended
    }

    /// The next piece, `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        while !self.ended {
            let now = clock::now();
            let deadline = *self.deadline.get_or_insert(now + self.longest);
            let mut timer = pin!(Timer::after(deadline.min(now + self.stall).since(now)));
            let body = &mut self.body;
            let frame = poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(frame) => Poll::Ready(Ok(frame)),
                Poll::Pending => timer.as_mut().poll(cx).map(|_| Err(UploadError::TimedOut)),
            });
            let Some(frame) = frame.await? else {
                self.ended = true;
                break;
            };
            let frame = frame.map_err(UploadError::Broken)?;
            // What is no data is trailers, which mean nothing here.
            let Ok(data) = frame.into_data() else { continue };
            let Some(left) = self.left.checked_sub(data.len() as u64) else {
                return Err(UploadError::TooLarge(self.most));
            };
            self.left = left;
            return Ok(Some(data));
        }
        Ok(None)
    }

    /// All of it.
    pub(crate) async fn collect(&mut self) -> Result<Vec<u8>, UploadError> {
        let mut whole = Vec::new();
        while let Some(data) = self.next().await? {
            whole.extend_from_slice(&data);
        }
        Ok(whole)
    }
}

impl Slots {
    pub(crate) const fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    /// None if as many bodies are being read as may be.
    pub(crate) fn take(&self) -> Option<Slot<'_>> {
        let less = |free: usize| free.checked_sub(1);
        // Nothing else is told by this number, so its order does not matter.
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        Some(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(most) => write!(f, "a body is at most {most} bytes long"),
            Self::TimedOut => f.write_str("the body comes too slowly"),
            Self::Broken(error) => write!(f, "the body is broken: {error}"),
        }
    }
}

impl std::error::Error for UploadError {}
