//! A connection that bytes go over, in plain text or not, and how it ends.

use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_rustls::TlsStream;
use futures_util::io::{AsyncRead, AsyncWrite};
use socket2::SockRef;

use super::discard::Said;
use super::paced::Paced;
use crate::socket::Socket;

/// A connection. Dropping it sends no goodbye, in TLS or out of it.
pub(crate) enum Link<S> {
    Plain(S),
    Tls(Box<Secured<S>>),
}

/// One that speaks TLS; it is large.
pub(crate) struct Secured<S> {
    stream: TlsStream<Paced<S>>,
    /// What ended it, while there are bytes to be had that came before.
    fault: Option<io::Error>,
    goodbye: bool,
    pub(super) said: Said,
}

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Bytes(usize),
    /// In plain text.
    Fin,
    CloseNotify,
    /// FIN inside TLS, without `close_notify`.
    Truncated,
}

impl<S> Link<S> {
    pub(super) fn tls(stream: impl Into<TlsStream<Paced<S>>>) -> Self {
        Self::Tls(Box::new(Secured {
            stream: stream.into(),
            fault: None,
            goodbye: false,
            said: Said::default(),
        }))
    }

    /// What is beneath.
    pub(crate) fn socket(&self) -> &S {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(secured) => &secured.beneath().socket,
        }
    }
}

impl<S: Socket> Link<S> {
    /// Reads. What came before an error is had before the error.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Got>> {
        match self {
            Self::Plain(socket) => Pin::new(socket).poll_read(cx, buffer).map_ok(|n| match n {
                0 => Got::Fin,
                n => Got::Bytes(n),
            }),
            Self::Tls(secured) => secured.poll_read(cx, buffer),
        }
    }

    /// Writes some of what there is, in its order; in TLS what was taken may still be on this side,
    /// up to a limit. What is `last` may wait in the kernel for [`poll_finish`](Self::poll_finish).
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
        last: bool,
    ) -> Poll<io::Result<usize>> {
        let first = slices.first().map_or(&[][..], |slice| slice);
        match self {
            Self::Plain(socket) if last && slices.len() == 1 => match write_last(socket, first) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    Pin::new(socket).poll_write(cx, first)
                }
                written => Poll::Ready(written),
            },
            Self::Plain(socket) if slices.len() > 1 => {
                Pin::new(socket).poll_write_vectored(cx, slices)
            }
            Self::Plain(socket) => Pin::new(socket).poll_write(cx, first),
            // It makes records of its own of whatever it gets.
            Self::Tls(secured) => Pin::new(&mut secured.stream).poll_write(cx, first),
        }
    }

    /// Ready once the kernel has all that was written.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            // It keeps nothing back.
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(secured) => Pin::new(&mut secured.stream).poll_flush(cx),
        }
    }

    /// Says goodbye. Ready once that is with the kernel: from then on closing delivers
    /// everything, and the other side is told the end (protocol.md, duty 1).
    pub(crate) fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Tls(secured) = self {
            secured.say_goodbye();
        }
        ready!(self.poll_flush(cx))?;
        Poll::Ready(finish(self.socket()))
    }

    /// Answers a goodbye, as far as that can be done at once: there are stations that wait for it.
    pub(crate) fn answer_goodbye(&mut self, cx: &mut Context<'_>) {
        if let Self::Tls(secured) = self {
            secured.say_goodbye();
            let _ = self.poll_flush(cx);
        }
    }
}

impl<S> Secured<S> {
    pub(super) fn beneath(&self) -> &Paced<S> {
        self.stream.get_ref().0
    }

    pub(super) fn beneath_mut(&mut self) -> &mut Paced<S> {
        self.stream.get_mut().0
    }
}

impl<S: Socket> Secured<S> {
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Got>> {
        if let Some(fault) = self.fault.take() {
            return Poll::Ready(Err(fault));
        }
        match ready!(Pin::new(&mut self.stream).poll_read(cx, buffer)) {
            Ok(0) => Poll::Ready(Ok(Got::CloseNotify)),
            Ok(n) => Poll::Ready(Ok(Got::Bytes(n))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(Got::Truncated))
            }
            Err(error) => match self.left_over(buffer) {
                0 => Poll::Ready(Err(error)),
                n => {
                    self.fault = Some(error);
                    Poll::Ready(Ok(Got::Bytes(n)))
                }
            },
        }
    }

    /// What was decrypted before an error that came along with it.
    fn left_over(&mut self, buffer: &mut [u8]) -> usize {
        let read = match &mut self.stream {
            TlsStream::Client(stream) => io::Read::read(&mut stream.get_mut().1.reader(), buffer),
            TlsStream::Server(stream) => io::Read::read(&mut stream.get_mut().1.reader(), buffer),
        };
        read.unwrap_or(0)
    }

    fn say_goodbye(&mut self) {
        if !std::mem::replace(&mut self.goodbye, true) {
            self.stream.get_mut().1.send_close_notify();
        }
    }
}

/// Everything is queued: closing delivers it from here on, and the write side is shut.
pub(super) fn finish<S: Socket>(socket: &S) -> io::Result<()> {
    let socket = SockRef::from(socket);
    // Not `close()` of the stream: async-std's only flushes.
    socket.set_linger(None).and_then(|()| socket.shutdown(Shutdown::Write))
}

/// Writes what the FIN comes after, to leave with it: a short list is one packet that way, and
/// wakes its reader once.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn write_last<S: Socket>(socket: &S, bytes: &[u8]) -> io::Result<usize> {
    use rustix::net::{SendFlags, send};

    Ok(send(socket, bytes, SendFlags::MORE | SendFlags::NOSIGNAL)?)
}

/// As any other, where the system has no word for that.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn write_last<S: Socket>(_: &S, _: &[u8]) -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}

#[cfg(test)]
pub(super) mod tests;
