//! What a client says to a station: nothing that matters, and all of it is to be read.
//!
//! Input that is unread at the end makes the kernel send RST, which destroys what is on its way
//! to the client (protocol.md, duty 2); also what comes after a `close_notify`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::AsyncRead;

use super::link::{Got, Link, Secured};
use crate::socket::Socket;

/// How much a client has said, as far as that is anybody's concern.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Bytes that it meant: decrypted ones, and whatever follows its `close_notify`.
    meant: u64,
    /// Bytes that it took to say them.
    on_the_wire: u64,
    /// What was made known.
    counted: u64,
    has_ended: bool,
}

impl Said {
    /// What is to be counted, and was not yet. What TLS adds is not the client's doing, if it is
    /// no more than that: padding could be sent without an end, and nothing ever be meant.
    fn take(&mut self) -> usize {
        let all = self.meant.max(self.on_the_wire / MOST_ADDED);
        let new = all.saturating_sub(self.counted);
        self.counted += new;
        usize::try_from(new).unwrap_or(usize::MAX)
    }
}

impl<S: Socket> Link<S> {
    /// Reads what comes and throws it away. Ready with how many bytes that were, as they count
    /// against what a client may say, and with `None` at its FIN.
    pub(crate) fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        // On the stack of this call, not in the future: a stalled reader holds none of it.
        let mut buffer = [0; 4 * 1024];
        match self {
            Self::Plain(socket) => {
                Pin::new(socket).poll_read(cx, &mut buffer).map_ok(|n| (n > 0).then_some(n))
            }
            Self::Tls(secured) => secured.poll_discard(cx, &mut buffer),
        }
    }
}

impl<S: Socket> Secured<S> {
    fn poll_discard(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Option<usize>>> {
        // What was read without anything being meant by it, before the socket had no more.
        if let n @ 1.. = self.said.take() {
            return Poll::Ready(Ok(Some(n)));
        }
        if !self.said.has_ended {
            let before = self.beneath().read_so_far();
            let got = self.poll_read(cx, buffer);
            self.said.on_the_wire += self.beneath().read_so_far() - before;
            match got {
                Poll::Ready(Ok(Got::Bytes(n))) => {
                    self.said.meant += n as u64;
                    return Poll::Ready(Ok(Some(self.said.take())));
                }
                Poll::Ready(Ok(Got::CloseNotify)) => self.said.has_ended = true,
                Poll::Ready(Ok(Got::Fin | Got::Truncated)) => return Poll::Ready(Ok(None)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        let n = ready!(Pin::new(self.beneath_mut()).poll_read(cx, buffer))?;
        self.said.meant += n as u64;
        Poll::Ready(Ok((n > 0).then(|| self.said.take())))
    }
}

/// How many bytes on the wire one byte may take: a record of TLS has up to 30 beside it.
const MOST_ADDED: u64 = 32;

#[cfg(test)]
mod tests;
