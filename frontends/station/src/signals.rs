//! How a station is stopped: the first SIGTERM or SIGINT begins the end, a second one is it.

use std::future::pending;
use std::io;
use std::thread;

use async_channel::{Receiver, Sender, bounded};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The two signals, of whatever kind, that a station heeds.
#[derive(Debug)]
pub(crate) struct Stop {
    first: Receiver<&'static str>,
    second: Receiver<&'static str>,
}

impl Stop {
    /// Takes the signals over from the system's default, which is to kill.
    pub(crate) fn listen() -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let (to_first, first) = bounded(1);
        let (to_second, second) = bounded(1);
        thread::Builder::new().name("signals".into()).spawn(move || {
            let turns: [Sender<&'static str>; 2] = [to_first, to_second];
            for (signal, turn) in signals.forever().zip(&turns) {
                // Nobody takes it only where the program is at its end already.
                let _ = turn.try_send(if signal == SIGINT { "SIGINT" } else { "SIGTERM" });
            }
            // Dropping `signals` would leave further ones without a handler, and that kills.
            thread::park();
        })?;
        Ok(Self { first, second })
    }

    /// Resolves to the name of the first signal, however often it is asked for.
    pub(crate) async fn first(&self) -> &'static str {
        wait(&self.first).await
    }

    /// Resolves to the name of the second signal.
    pub(crate) async fn second(&self) -> &'static str {
        wait(&self.second).await
    }
}

async fn wait(turn: &Receiver<&'static str>) -> &'static str {
    match turn.recv().await {
        Ok(signal) => signal,
        // The thread is gone, so there will be no signal.
        Err(_) => pending().await,
    }
}
