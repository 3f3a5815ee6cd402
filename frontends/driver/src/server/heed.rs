//! Who sees to it that a connection's deadline is heeded.

use std::task::{Context, Poll};

use carwatch::time::Instant;

use super::open::Progress;
use crate::alarm::Alarm;
use crate::clock;

/// How a connection waits for its deadline.
pub(super) trait Heed: Default + Send + Unpin {
    /// Ready at `due`, or earlier, or pending until something is to be done.
    fn poll(&mut self, due: Instant, progress: &Progress, cx: &mut Context<'_>) -> Poll<()>;
}

/// With all others, behind the [timer of the accept loop](super::dues): a little late.
#[derive(Default)]
pub(super) struct Together;

impl Heed for Together {
    fn poll(&mut self, due: Instant, progress: &Progress, _: &mut Context<'_>) -> Poll<()> {
        if due <= clock::now() {
            return Poll::Ready(());
        }
        progress.wait_until(due);
        Poll::Pending
    }
}

/// To the millisecond, with a timer of its own.
impl Heed for Alarm {
    fn poll(&mut self, due: Instant, _: &Progress, cx: &mut Context<'_>) -> Poll<()> {
        self.poll(due, cx)
    }
}
