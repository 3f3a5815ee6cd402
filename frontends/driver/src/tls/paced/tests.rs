use std::task::Waker;

use super::*;

/// A socket that is never empty.
struct Endless;

impl AsyncRead for Endless {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buffer.len()))
    }
}

#[test]
fn whoever_reads_without_end_is_interrupted_and_woken() {
    struct Woken(std::sync::atomic::AtomicUsize);
    impl std::task::Wake for Woken {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let woken = std::sync::Arc::new(Woken(0.into()));
    let waker = Waker::from(std::sync::Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let mut paced = Paced::new(Endless);
    for turn in 1..4 {
        let mut read = 0;
        while let Poll::Ready(n) = Pin::new(&mut paced).poll_read(&mut cx, &mut [0; 4096]) {
            read += n.unwrap();
            assert!(read <= TURN + 4096, "without an end");
        }
        assert_eq!((read, woken.0.load(std::sync::atomic::Ordering::Relaxed)), (TURN, turn));
    }
}

/// A socket that says these bytes, and keeps what is written.
struct Kept(Vec<u8>, Vec<u8>);

impl AsyncRead for Kept {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let n = buffer.len().min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0.drain(..n);
        Poll::Ready(Ok(n))
    }
}

impl AsyncWrite for Kept {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.1.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn a_client_is_answered_if_its_first_byte_begins_a_handshake() {
    for first in 0..=u8::MAX {
        for (mut paced, answered) in [
            (Paced::of_a_client(Kept(vec![first, 3], Vec::new())), first == 22),
            (Paced::new(Kept(vec![first, 3], Vec::new())), true),
        ] {
            let mut cx = Context::from_waker(Waker::noop());
            for _ in 0..2 {
                assert!(Pin::new(&mut paced).poll_read(&mut cx, &mut [0]).is_ready());
            }
            let alert = [21, 3, 3, 0, 2, 2, 10];
            let Poll::Ready(Ok(7)) = Pin::new(&mut paced).poll_write(&mut cx, &alert) else {
                panic!("all of it is taken");
            };
            let parts = [io::IoSlice::new(&alert[..5]), io::IoSlice::new(&alert[5..])];
            let written = Pin::new(&mut paced).poll_write_vectored(&mut cx, &parts);
            assert!(matches!(written, Poll::Ready(Ok(1..))), "{written:?}");
            assert_eq!(!paced.socket.1.is_empty(), answered, "{first}");
            assert_eq!(paced.read_so_far(), 2);
        }
    }
}
