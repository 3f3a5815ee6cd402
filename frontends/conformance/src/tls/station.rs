//! A station that speaks TLS, to the letter of a script.

use std::net::TcpListener;
use std::sync::{Arc, Condvar, Mutex};

use rustls::ServerConfig;

use super::answering::perform;
use super::script::Script;
use super::serving::Serving;
use crate::PATIENCE;

/// How far it has come, over all its connections.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Connections accepted.
    pub accepted: usize,
    /// Handshakes that came to their end.
    pub handshakes: usize,
    /// Connections on which all bytes were sent.
    pub delivered: usize,
    /// Connections that are over.
    pub over: usize,
    /// The server names that clients asked for, a handshake each.
    pub names: Vec<Option<String>>,
}

pub(super) type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A TLS station on a free port, until it is dropped.
pub struct Station {
    serving: Serving,
    seen: Shared,
}

impl Station {
    /// Does `script` to every connection.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>, script: Script) -> Self {
        Self::each(config, vec![script])
    }

    /// Does the nth script to the nth connection; the last one to those after it, too.
    #[must_use]
    pub fn each(config: Arc<ServerConfig>, scripts: Vec<Script>) -> Self {
        Self::on("127.0.0.1:0", config, scripts)
    }

    /// The same on that address.
    ///
    /// # Panics
    ///
    /// If there is no script or no port.
    #[must_use]
    pub fn on(address: &str, config: Arc<ServerConfig>, scripts: Vec<Script>) -> Self {
        assert!(!scripts.is_empty(), "a script");
        let listener = TcpListener::bind(address).expect("a free port");
        let seen = Shared::default();
        let shared = Arc::clone(&seen);
        let serving = Serving::new(listener, move |nth, stream| {
            let script = &scripts[nth.min(scripts.len() - 1)];
            note(&shared, |seen| seen.accepted += 1);
            // An error is the client's going away, which is no matter of the station.
            let _ = perform(stream, &config, script, &shared);
            note(&shared, |seen| seen.over += 1);
        });
        Self { serving, seen }
    }

    /// Where it listens, without a scheme.
    #[must_use]
    pub fn address(&self) -> String {
        self.serving.address().to_string()
    }

    /// The same with its scheme and a name, as a station is given on a command line.
    #[must_use]
    pub fn named(&self, name: &str) -> String {
        format!("{name}=tls://{}", self.address())
    }

    /// How far it is.
    ///
    /// # Panics
    ///
    /// If a connection of it panicked.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.0.lock().expect("no panic inside").clone()
    }

    /// Waits until `reached`; panics after [`PATIENCE`].
    #[track_caller]
    pub fn wait(&self, reached: impl Fn(&Seen) -> bool) -> Seen {
        let seen = self.seen.0.lock().expect("no panic inside");
        let waited = self.seen.1.wait_timeout_while(seen, PATIENCE, |seen| !reached(seen));
        let (seen, waited) = waited.expect("no panic inside");
        assert!(!waited.timed_out(), "a station got no further than {:?}", *seen);
        seen.clone()
    }
}

pub(super) fn note(seen: &Shared, change: impl FnOnce(&mut Seen)) {
    change(&mut seen.0.lock().expect("no panic inside"));
    seen.1.notify_all();
}
