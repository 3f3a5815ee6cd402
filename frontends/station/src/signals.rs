//! How a station is told to stop or to look again: the first SIGTERM or SIGINT begins the end,
//! a second one is it; SIGHUP is for its configuration and its log.

use std::future::pending;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use async_channel::{Receiver, Sender, bounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// The signals that a station heeds.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    first: Receiver<&'static str>,
    second: Receiver<&'static str>,
    hangup: Receiver<()>,
}

impl Signals {
    /// Takes the signals over from the system's default, which is to kill.
    pub(crate) fn listen() -> io::Result<Self> {
        let (mut signalled, signal) = UnixStream::pair()?;
        let latest = Arc::new(AtomicUsize::new(0));
        for number in [SIGINT, SIGTERM] {
            flag::register_usize(number, Arc::clone(&latest), number.unsigned_abs() as usize)?;
            // A byte for each: two that come at once are two, where a flag would be one.
            low_level::pipe::register(number, signal.try_clone()?)?;
        }
        let (to_first, first) = bounded(1);
        let (to_second, second) = bounded(1);
        thread::Builder::new().name("signals".into()).spawn(move || {
            let turns: [Sender<&'static str>; 2] = [to_first, to_second];
            for turn in turns {
                if signalled.read_exact(&mut [0]).is_err() {
                    return;
                }
                let interrupted = latest.load(Ordering::SeqCst) == SIGINT.unsigned_abs() as usize;
                // Nobody takes it only where the program is at its end already.
                let _ = turn.try_send(if interrupted { "SIGINT" } else { "SIGTERM" });
            }
        })?;
        Ok(Self { first, second, hangup: hangups()? })
    }

    /// Resolves at the next SIGHUP; of several that come at once, once or more.
    pub(crate) async fn hangup(&self) {
        if self.hangup.recv().await.is_err() {
            // The thread is gone: there will be none.
            pending::<()>().await;
        }
    }

    /// Resolves once to the name of the first signal.
    pub(crate) async fn first(&self) -> &'static str {
        wait(&self.first).await
    }

    /// Resolves once to the name of the second signal.
    pub(crate) async fn second(&self) -> &'static str {
        wait(&self.second).await
    }
}

/// A thread of its own, so that no number of them hides that the station is to stop.
fn hangups() -> io::Result<Receiver<()>> {
    let (mut signalled, signal) = UnixStream::pair()?;
    low_level::pipe::register(SIGHUP, signal)?;
    let (to_hangup, hangup) = bounded(1);
    thread::Builder::new().name("hangups".into()).spawn(move || {
        let mut bytes = [0; 64];
        while signalled.read(&mut bytes).is_ok_and(|length| length > 0) {
            // Full means that one is on its way, and what it reads is read after this.
            let _ = to_hangup.try_send(());
        }
    })?;
    Ok(hangup)
}

async fn wait(turn: &Receiver<&'static str>) -> &'static str {
    match turn.recv().await {
        Ok(signal) => signal,
        // It was told before, or the thread is gone: there will be none.
        Err(_) => pending().await,
    }
}
