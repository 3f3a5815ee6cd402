//! A station of the soak: its source, its store, its proxies, and whatever process serves it now.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use conformance::chaos::Proxy;
use conformance::fixtures::Folder;
use conformance::programs;
use conformance::station::Station;
use conformance::tls::{Certificates, Who};

/// What is fixed about a station.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) runtime: &'static str,
    pub(crate) tls: bool,
    /// Whether it has a store, and so must never forget what it has served.
    pub(crate) stored: bool,
    /// How many cars it keeps at most.
    pub(crate) keep: Option<usize>,
    /// Whether it is killed now and then. Those that are not are measured.
    pub(crate) mortal: bool,
}

const STORED: Kind =
    Kind { name: "", runtime: "smol", tls: false, stored: true, keep: None, mortal: true };

/// Each runtime in plain text and in TLS, killed and not; then a list that is lost with its
/// process, and one that is trimmed all the time.
pub(crate) const KINDS: [Kind; 6] = [
    Kind { name: "gate", mortal: false, ..STORED },
    Kind { name: "bridge", runtime: "async-std", ..STORED },
    Kind { name: "tunnel", tls: true, ..STORED },
    Kind { name: "ferry", runtime: "async-std", tls: true, mortal: false, ..STORED },
    Kind { name: "alley", stored: false, ..STORED },
    Kind { name: "yard", runtime: "async-std", tls: true, keep: Some(500), ..STORED },
];

/// A station of the soak.
pub(crate) struct Post {
    pub(crate) kind: &'static Kind,
    /// How many cars were written to its source, or are being written.
    pub(crate) written: AtomicUsize,
    /// How many of them were in a whole list that somebody has got.
    pub(crate) served: AtomicUsize,
    /// For the clients that gather and forget. On plain connections it forges ends too.
    pub(crate) gathered: Proxy,
    /// For those that follow and remember: it never forges the end of a plain list, since a list
    /// that is cut twice at the same place is a restarted station, as protocol.md has it.
    pub(crate) followed: Proxy,
    station: Mutex<Option<Station>>,
    command: Vec<String>,
    exe: PathBuf,
}

impl Post {
    /// Writes the first cars of its source and starts it.
    pub(crate) fn new(
        kind: &'static Kind,
        programs: &Path,
        folder: &Folder,
        of: &Certificates,
        seed: u64,
    ) -> Self {
        let text = |name: String| folder.path(&name).to_str().expect("text").to_owned();
        let scheme = if kind.tls { "tls" } else { "tcp" };
        let mut command: Vec<String> =
            vec!["--listen".into(), format!("{scheme}://127.0.0.1:0"), "--follow".into()];
        let mut flag = |name: &str, value: String| command.extend([name.to_owned(), value]);
        flag("--source", text(kind.source()));
        flag("--drain", "1s".into());
        flag("--write-timeout", "2s".into());
        if kind.tls {
            flag("--tls-cert", of.cert(Who::Good));
            flag("--tls-key", of.key(Who::Good));
        }
        if kind.stored {
            flag("--store", text(format!("{}.db", kind.name)));
        }
        if let Some(keep) = kind.keep {
            flag("--keep", keep.to_string());
        }
        let post = Self {
            kind,
            written: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            gathered: Proxy::new(None, seed),
            followed: Proxy::new(None, !seed),
            station: Mutex::new(None),
            command,
            exe: programs::server(programs, kind.runtime),
        };
        let text = post.lines(FIRST);
        folder.write(&kind.source(), text);
        post.start();
        post
    }

    /// The next so many cars, to be appended to its source.
    pub(crate) fn lines(&self, count: usize) -> String {
        // First the oracle, then the world: nobody may see a car that it does not know.
        let first = self.written.fetch_add(count, Ordering::SeqCst);
        crate::cars::lines(self.kind.name, first..first + count)
    }

    /// Starts its process and sends the proxies there.
    pub(crate) fn start(&self) {
        let mut command = Command::new(&self.exe);
        command.args(&self.command);
        let station = Station::launch(command, 1);
        let address = Some(station.address());
        *self.running() = Some(station);
        self.gathered.aim(address);
        self.followed.aim(address);
    }

    /// Takes its process away from the proxies, which by now may serve nobody else's address.
    pub(crate) fn take(&self) -> Station {
        self.gathered.aim(None);
        self.followed.aim(None);
        self.running().take().expect("it runs")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.running().as_ref().expect("it runs").pid()
    }

    /// As a client is given it, behind one of its proxies.
    pub(crate) fn argument(&self, proxy: &Proxy) -> String {
        let scheme = if self.kind.tls { "tls" } else { "tcp" };
        format!("{}={scheme}://{}", self.kind.name, proxy.address())
    }

    fn running(&self) -> MutexGuard<'_, Option<Station>> {
        self.station.lock().expect("no panic inside")
    }
}

impl Kind {
    /// The name of its source's file.
    pub(crate) fn source(&self) -> String {
        format!("{}.ndjson", self.name)
    }
}

/// With these a list is larger than what the buffers on its way hold.
const FIRST: usize = 8_000;
