//! A listener on a free port of 127.0.0.1, with a thread for each connection.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// It listens until it is dropped, which waits for the connections to end.
pub(super) struct Serving {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Hands each connection with its number to `serve`, in a thread of its own.
    pub(super) fn new(
        listener: TcpListener,
        serve: impl Fn(usize, TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || accept(&listener, &stopped, &Arc::new(serve)));
        Self { address, stop, thread: Some(thread) }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits in accept.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn accept(
    listener: &TcpListener,
    stop: &AtomicBool,
    serve: &Arc<impl Fn(usize, TcpStream) + Send + Sync + 'static>,
) {
    let mut connections = Vec::new();
    for nth in 0.. {
        let accepted = listener.accept();
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let Ok((stream, _)) = accepted else { break };
        let serve = Arc::clone(serve);
        connections.push(thread::spawn(move || serve(nth, stream)));
    }
    for connection in connections {
        let _ = connection.join();
    }
}
