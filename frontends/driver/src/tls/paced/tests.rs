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
