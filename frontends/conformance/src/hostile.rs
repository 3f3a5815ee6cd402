//! Stations that do what real ones do at their worst, to the letter of a script.

mod closed;
mod script;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use crate::PATIENCE;
use crate::kernel::wait_until_read;

pub use closed::{Deaf, Refusing};
pub use script::{End, Gate, Pieces, Script};

/// How far a hostile station has come, over all its connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Connections accepted.
    pub accepted: usize,
    /// Connections on which all bytes were sent, and read by the client.
    pub delivered: usize,
    /// Connections that are over.
    pub over: usize,
    /// Bytes that clients sent; they owe none.
    pub heard: usize,
}

type Shared = Arc<(Mutex<Progress>, Condvar)>;

/// A hostile station on a free port of 127.0.0.1, until it is dropped.
pub struct Hostile {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    progress: Shared,
    thread: Option<JoinHandle<()>>,
}

impl Hostile {
    /// Does `script` to every connection.
    #[must_use]
    pub fn new(script: Script) -> Self {
        Self::each(vec![script])
    }

    /// Does the nth script to the nth connection; the last one to those after it, too.
    ///
    /// # Panics
    ///
    /// If there is no script or no port.
    #[must_use]
    pub fn each(scripts: Vec<Script>) -> Self {
        assert!(!scripts.is_empty(), "a script");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let progress = Shared::default();
        let shared = (Arc::clone(&stop), Arc::clone(&progress));
        let thread = thread::spawn(move || accept(&listener, &scripts, &shared.0, &shared.1));
        Self { address, stop, progress, thread: Some(thread) }
    }

    /// Where it listens, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until `reached`; panics after [`PATIENCE`].
    #[track_caller]
    pub fn wait(&self, reached: impl Fn(&Progress) -> bool) -> Progress {
        let progress = self.progress.0.lock().expect("no panic inside");
        let (progress, waited) = self
            .progress
            .1
            .wait_timeout_while(progress, PATIENCE, |progress| !reached(progress))
            .expect("no panic inside");
        assert!(!waited.timed_out(), "a hostile station got no further than {:?}", *progress);
        *progress
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits in accept.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn accept(listener: &TcpListener, scripts: &[Script], stop: &AtomicBool, progress: &Shared) {
    let mut connections = Vec::new();
    for nth in 0.. {
        let accepted = listener.accept();
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let Ok((stream, _)) = accepted else { break };
        let script = scripts[nth.min(scripts.len() - 1)].clone();
        let progress = Arc::clone(progress);
        advance(&progress, |progress| progress.accepted += 1);
        connections.push(thread::spawn(move || {
            // An error is the client's going away, which is no matter of the station.
            let heard = perform(stream, &script, &progress).unwrap_or(0);
            advance(&progress, |progress| {
                progress.over += 1;
                progress.heard += heard;
            });
        }));
    }
    for connection in connections {
        let _ = connection.join();
    }
}

/// Does what the script says; answers how many bytes the client sent.
fn perform(mut stream: TcpStream, script: &Script, progress: &Shared) -> io::Result<usize> {
    let (client, here) = (stream.peer_addr()?, stream.local_addr()?);
    stream.set_nodelay(true)?;
    if let Some(gate) = &script.before {
        gate.pass();
    }
    script::send(&mut stream, &script.bytes, script.pieces)?;
    let is_seen = !script.bytes.is_empty() && !matches!(script.end, End::Fin | End::FinReset);
    if is_seen || script.hold.is_some() {
        wait_until_read(client, here);
    }
    advance(progress, |progress| progress.delivered += 1);
    if let Some(gate) = &script.hold {
        gate.pass();
    }
    match script.end {
        End::Fin => stream.shutdown(Shutdown::Write)?,
        End::Reset => {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            return Ok(0);
        }
        End::FinReset => {
            stream.shutdown(Shutdown::Write)?;
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            return Ok(0);
        }
        End::Stall => {}
        End::Trickle => loop {
            // The pace of the trickle itself.
            thread::sleep(Duration::from_millis(20));
            stream.write_all(b"x")?;
        },
        End::Endless => loop {
            stream.write_all(&[b'x'; 16 * 1024])?;
        },
    }
    let mut heard = 0;
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(heard),
            n => heard += n,
        }
    }
}

fn advance(progress: &Shared, change: impl FnOnce(&mut Progress)) {
    change(&mut progress.0.lock().expect("no panic inside"));
    progress.1.notify_all();
}
