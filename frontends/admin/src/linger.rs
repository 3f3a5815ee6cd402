//! How a connection ends so that its client gets the last answer.
//!
//! Closing a socket with unread input makes the kernel send a reset, which may overtake the
//! answer or destroy it at the client. So the write side is shut down, and what the client
//! still sends is discarded, until it closes too, has had time enough, or somebody else
//! needs its place.

use std::future::Future;
use std::net::Shutdown;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use async_io::Timer;
use carwatch_driver::Socket;
use futures_util::future::poll_fn;
use socket2::SockRef;

use crate::limits::Limits;
use crate::watch::Watch;

/// Ends what is sent: what is queued will be delivered, and then the end. False if the
/// connection is gone already.
pub(crate) fn finish<S: Socket>(stream: &S) -> bool {
    let socket = SockRef::from(stream);
    // Not `close()` of the stream: async-std's only flushes.
    socket.set_linger(None).and_then(|()| socket.shutdown(Shutdown::Write)).is_ok()
}

/// Finishes, and discards input within the limits, unless `watch` is told to make room.
pub(crate) async fn finish_and_drain<S: Socket>(mut stream: S, limits: &Limits, watch: &Watch) {
    if !finish(&stream) {
        return;
    }
    let mut time = pin!(Timer::after(limits.drain_time));
    let mut left = limits.drain_bytes;
    poll_fn(|cx| {
        if watch.must_leave(cx) {
            return Poll::Ready(());
        }
        // Past the bytes it waits: a client that is blocked in sending may read meanwhile.
        while left > 0 {
            match discard(&mut stream, cx) {
                Poll::Ready(0) => return Poll::Ready(()),
                Poll::Ready(count) => left = left.saturating_sub(count),
                Poll::Pending => break,
            }
        }
        time.as_mut().poll(cx).map(drop)
    })
    .await;
}

/// How many bytes were read; 0 at the end, be it a good one or not.
fn discard<S: Socket>(stream: &mut S, cx: &mut Context<'_>) -> Poll<u64> {
    // On the stack of this call, not in the future.
    let mut discarded = [0; 16 * 1024];
    Pin::new(stream).poll_read(cx, &mut discarded).map(|read| read.unwrap_or(0) as u64)
}
