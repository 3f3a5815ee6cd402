use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use carwatch::time::Instant;
use carwatch_driver::clock;
use futures_util::io::{AsyncWrite, sink};

use super::{TURN, Watched};
use crate::limits::Limits;
use crate::watch::Watch;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn who_writes_without_end_gives_others_their_turn() {
    let watch = Arc::new(Watch::new(Arc::new(Limits::default()), clock::now()));
    let _answering = watch.requested();
    let mut stream = Watched::new(sink(), Arc::clone(&watch));
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut cx = Context::from_waker(&waker);
    let bytes = vec![0; TURN / 2];
    for turn in 1..4 {
        for _ in 0..2 {
            let written = Pin::new(&mut stream).poll_write(&mut cx, &bytes);
            assert!(matches!(written, Poll::Ready(Ok(count)) if count == bytes.len()));
        }
        assert!(Pin::new(&mut stream).poll_write(&mut cx, &bytes).is_pending());
        assert_eq!(wakes.0.load(Ordering::Relaxed), turn, "it comes back by itself");
    }
    assert_eq!(watch.deadline(), Instant::NEVER, "the client has not stalled");
}
