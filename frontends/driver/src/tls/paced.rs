//! A socket that lets others have their turn, and that answers nobody who does not speak TLS.
//!
//! What TLS reads need not be data: who sends messages without any, as fast as it can, would keep
//! whoever reads inside one poll, where neither a deadline nor a signal is heeded. And who talks
//! to a station in plain text would be sent an alert, which to a client in plain text is a list.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead, AsyncWrite};

/// Beneath TLS.
#[derive(Debug)]
pub(super) struct Paced<S> {
    pub(super) socket: S,
    /// How many bytes were read since somebody else had a turn.
    read: usize,
    read_so_far: u64,
    first: First,
}

/// What the first byte from the other side says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// It speaks TLS, or whatever it speaks, it may be answered.
    Fine,
    /// It is yet to come.
    Awaited,
    /// It does not speak TLS.
    Strange,
}

impl<S> Paced<S> {
    pub(super) const fn new(socket: S) -> Self {
        Self { socket, read: 0, read_so_far: 0, first: First::Fine }
    }

    /// One that writes nothing to a client whose first byte is not that of a handshake.
    pub(super) const fn of_a_client(socket: S) -> Self {
        Self { socket, read: 0, read_so_far: 0, first: First::Awaited }
    }

    /// How many bytes were ever read.
    pub(super) const fn read_so_far(&self) -> u64 {
        self.read_so_far
    }

    /// Whether nothing is written any more.
    pub(super) fn is_mute(&self) -> bool {
        self.first == First::Strange
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.read >= TURN {
            self.read = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let n = ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        self.read += n;
        self.read_so_far += n as u64;
        if self.first == First::Awaited && n > 0 {
            self.first = if buffer[0] == HANDSHAKE { First::Fine } else { First::Strange };
        }
        Poll::Ready(Ok(n))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_mute() {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_mute() {
            return Poll::Ready(Ok(bytes.iter().map(|part| part.len()).sum()));
        }
        Pin::new(&mut self.socket).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}

/// How much is read in one turn, in bytes: four of the largest records.
const TURN: usize = 64 * 1024;
/// The type of the record that a handshake begins with (RFC 8446 5.1).
const HANDSHAKE: u8 = 22;

#[cfg(test)]
mod tests;
