//! The stream of a connection, as hyper gets it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use carwatch_driver::clock;
use futures_util::io::{AsyncRead, AsyncWrite};

use crate::watch::Watch;

/// A stream that tells its watch what goes through it.
pub(crate) struct Watched<S> {
    stream: S,
    watch: Arc<Watch>,
    /// How much was written since others had their turn.
    turn: usize,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, watch: Arc<Watch>) -> Self {
        Self { stream, watch, turn: 0 }
    }

    pub(crate) fn into_inner(self) -> S {
        self.stream
    }

    /// Whether it is the turn of others. A reader that is as fast as the kernel would else keep
    /// a thread of the runtime for all of a snapshot.
    fn yields(&mut self, cx: &Context<'_>) -> bool {
        let yields = self.turn >= TURN;
        if yields {
            self.turn = 0;
            cx.waker().wake_by_ref();
        }
        yields
    }

    fn wrote(&mut self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Pending => self.watch.blocked(clock::now()),
            Poll::Ready(Ok(count)) => {
                self.turn += count;
                self.watch.sent(*count, clock::now());
            }
            Poll::Ready(Err(_)) => {}
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Ok(1..)) = read {
            self.watch.received(clock::now());
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.watch.flushed(clock::now());
        }
        flushed
    }

    /// Hyper is done and has written everything; how the socket ends is said in `linger`.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// In bytes: a fraction of a millisecond.
const TURN: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
