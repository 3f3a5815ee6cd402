//! The order in which a station starts.
//!
//! 1. Flags, and the files that they name: an error in usage ends the start with 2.
//! 2. The token, and the certificate with its key, are read.
//! 3. The store is locked, before anything else that another station might notice.
//! 4. A capture that is to be replayed is read.
//! 5. Addresses are bound, and the source is opened. From here on callers wait in the backlog.
//! 6. Two threads begin: the ledger's, which loads the store first, and the source's.
//! 7. The runtime takes over ([`crate::serving`]).

use std::future::Future;
use std::net::TcpListener;
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::thread;

use async_channel::{Receiver, bounded};
use carwatch_admin::Token;
use carwatch_cli::{LogError, fail, parse, usage_error};
use carwatch_driver::Accepted;
use carwatch_driver::server::{self, Connection, Listening, SharedRoster};
use carwatch_formats::visible::visible;
use carwatch_ingest::{Position, Reading};
use carwatch_store::Store;

use crate::args::{Args, PREFIX};
use crate::check::check;
use crate::desk::{Desk, desk};
use crate::ledger::Ledger;
use crate::limits::limits;
use crate::listeners::{self, Listeners};
use crate::loading::Patience;
use crate::reload::Reload;
use crate::replay::{Recorded, Replaying};
use crate::signals::Signals;
use crate::source::Opened;
use crate::status::Status;
use crate::systemd::{Inherited, inherited};
use crate::work::work;

/// The whole program, for the runtime's `block_on`.
pub type Program = Pin<Box<dyn Future<Output = ExitCode>>>;

/// Runs the station that the command line asks for, until a signal ends it.
///
/// `S` is the runtime's TCP stream, `spawn` runs a connection on the runtime, and what it
/// returns is kept until that has ended. The code is that of cli.md: 0 after a signal, 1 if
/// an address cannot be bound, the source not be opened or the store not be locked, 2 for an
/// error in usage.
pub fn run<S: Accepted, T: 'static>(
    program: &'static str,
    block_on: impl FnOnce(Program) -> ExitCode,
    spawn: impl Fn(Connection) -> T + 'static,
) -> ExitCode {
    let args: Args = match parse(program, PREFIX) {
        Ok(args) => args,
        Err(code) => return code,
    };
    let reading = match args.reading() {
        Ok(reading) => reading,
        Err(message) => return usage_error(&message),
    };
    if let Some(message) = args.contradiction() {
        return usage_error(&message);
    }
    if args.check {
        return check(&args);
    }
    // While there is one thread, and nothing was opened.
    let inherited = match inherited() {
        Ok(inherited) => inherited,
        Err(message) => return fail(&message, 1),
    };
    let log = match args.log.init() {
        Ok(log) => log,
        Err(LogError::Usage(message)) => return usage_error(&message),
        Err(LogError::Output(message)) => return fail(&message, 1),
    };
    let reload = Reload { program, log: log.handle() };
    match Station::start(program, &args, reading, inherited) {
        Ok(station) => block_on(Box::pin(station.run::<S, T>(args, reload, spawn))),
        Err(failure) => {
            if args.log.log_file.is_some() {
                tracing::error!("{}", failure.message());
            }
            // So that what led to it stands before it.
            drop(log);
            failure.end()
        }
    }
}

/// Why a station does not start.
pub(crate) enum Failure {
    /// The flags do not fit what they name.
    Usage(String),
    /// Something is not there, or is not to be had.
    Lacking(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Lacking(message)
    }
}

impl Failure {
    fn message(&self) -> &str {
        match self {
            Self::Usage(message) | Self::Lacking(message) => message,
        }
    }

    /// Says it on stderr; the code is that of cli.md.
    pub(crate) fn end(&self) -> ExitCode {
        match self {
            Self::Usage(message) => usage_error(message),
            Self::Lacking(message) => fail(message, 1),
        }
    }
}

/// A station whose addresses are bound, and whose store and source are being read.
pub(crate) struct Station {
    pub(crate) program: &'static str,
    pub(crate) signals: Signals,
    pub(crate) control: server::Control,
    pub(crate) listeners: Vec<Listening>,
    pub(crate) admin: Vec<TcpListener>,
    pub(crate) token: Option<Token>,
    pub(crate) reading: Reading,
    pub(crate) roster: SharedRoster,
    /// What is served in the place of that list, if that is a recording.
    pub(crate) replay: Option<Replaying>,
    pub(crate) desk: Desk,
    pub(crate) status: Status,
    /// Resolves when the store is loaded, or to why it cannot be.
    pub(crate) store_loaded: Receiver<Result<(), String>>,
    /// Gets a message after each commit, and is closed at the end of what the source had.
    pub(crate) progress: Receiver<()>,
    pub(crate) patience: Patience,
}

impl Station {
    fn start(
        program: &'static str,
        args: &Args,
        reading: Reading,
        inherited: Inherited,
    ) -> Result<Self, Failure> {
        let version = env!("CARGO_PKG_VERSION");
        let source = &args.source;
        tracing::info!(program, version, %source, format = %args.format, "station starting");
        if let Some(unused) = args.unused(args.admin.is_some() || inherited.admin.is_some()) {
            tracing::warn!(%source, "{unused}");
        }
        listeners::fits(&args.tls, &inherited.listeners).map_err(Failure::Usage)?;
        let token = args.token()?;
        let tls = args.tls.acceptor()?;
        let signals = Signals::listen().map_err(|error| format!("cannot heed signals: {error}"))?;
        let store = args.store.as_deref().map(open_store).transpose()?;
        let positions = store.as_ref().map(positions).transpose()?;
        let limits = limits(args);
        let Inherited { listeners, admin } = inherited;
        let listens = args.listens(listeners.is_empty());
        let recorded = args.replay.then(|| Recorded::open(source)).transpose()?;
        if let Some(recorded) = &recorded {
            recorded.fits(listeners.len(), listens.len()).map_err(Failure::Usage)?;
            recorded.log();
        }
        let Listeners { sockets: listeners, places } =
            Listeners::open(args, listeners, listens, &limits)?;
        let replay = recorded.map(|recorded| recorded.at(places));
        let admin = match (admin, &args.admin) {
            (Some(listener), _) => vec![listener],
            (None, Some(listen)) => listen.bind(TcpListener::bind)?,
            (None, None) => Vec::new(),
        };
        let opened = if args.replay { Opened::Nothing } else { Opened::open(source, args.follow)? };
        let patience = opened.patience();

        let status = Status::default();
        let (desk, intake, inbox) = desk(status.clone());
        let (to_progress, progress) = bounded(1);
        let (to_loaded, store_loaded) = bounded(1);
        let mut ledger = Ledger::new(args.retention(), store, inbox, status.clone(), to_progress);
        let roster = ledger.roster();
        let ended = LedgerEnded(status.clone());
        begin("ledger", move || {
            // Here, so that it notes the end of this thread.
            let ended = ended;
            // Nobody waits for the word only where the program is at its end already.
            match ledger.load() {
                Ok(()) => {
                    ended.0.lock().restored = true;
                    let _ = to_loaded.send_blocking(Ok(()));
                    ledger.run();
                }
                Err(error) => {
                    // With it goes what was asked of it: nobody is to wait for that.
                    drop(ledger);
                    let _ = to_loaded.send_blocking(Err(error));
                }
            }
        })?;
        begin("source", work(opened, args, reading.clone(), positions, intake))?;
        let control = server::Control::new(server::Settings { limits, rules: args.rules(), tls });
        Ok(Self {
            program,
            signals,
            control,
            listeners,
            admin,
            token,
            reading,
            roster,
            replay,
            desk,
            status,
            store_loaded,
            progress,
            patience,
        })
    }
}

/// Notes that the ledger has ended, also where that is by a panic.
struct LedgerEnded(Status);

impl Drop for LedgerEnded {
    fn drop(&mut self) {
        self.0.lock().ledger_ended = true;
    }
}

fn open_store(path: &Path) -> Result<Store, String> {
    let store = Store::open(path).map_err(|error| error.to_string())?;
    tracing::info!(path = %visible(&path.to_string_lossy()), cars = store.count(), "store opened");
    Ok(store)
}

fn positions(store: &Store) -> Result<Vec<Position>, String> {
    store.positions().map_err(|error| error.to_string())
}

fn begin(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let thread = thread::Builder::new().name(name.into()).spawn(work);
    thread.map(drop).map_err(|error| format!("cannot start the thread of the {name}: {error}"))
}
