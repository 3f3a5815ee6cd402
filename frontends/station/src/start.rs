//! The order in which a station starts, and what ends it.

use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::net::TcpListener;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch_cli::{LogError, fail, parse, raise_descriptor_limit, usage_error};
use carwatch_driver::Accepted;
use carwatch_driver::server::{self, Connection, SharedRoster};
use futures_util::future::{Either, select};

use crate::args::{Args, PREFIX, Source};
use crate::ingest::{Ingest, Watched, lock, log_withheld, tell_withheld};
use crate::loading::{Patience, loaded};
use crate::signals::Stop;
use crate::simulate::Simulation;
use crate::source::Opened;

/// The whole program, for the runtime's `block_on`.
pub type Program = Pin<Box<dyn Future<Output = ExitCode>>>;

/// Runs the station that the command line asks for, until a signal ends it.
///
/// `S` is the runtime's TCP stream, `spawn` runs a connection on the runtime, and what it
/// returns is kept until that has ended. The code is that of cli.md: 0 after a signal, 1 if
/// an address cannot be bound or the source not be opened, 2 for an error in usage.
pub fn run<S: Accepted, T: 'static>(
    program: &'static str,
    block_on: impl FnOnce(Program) -> ExitCode,
    spawn: impl Fn(Connection) -> T + 'static,
) -> ExitCode {
    let args: Args = match parse(program, PREFIX) {
        Ok(args) => args,
        Err(code) => return code,
    };
    let log = match args.log.init() {
        Ok(log) => log,
        Err(LogError::Usage(message)) => return usage_error(&message),
        Err(LogError::Output(message)) => return fail(&message, 1),
    };
    match Station::start(program, &args) {
        Ok(station) => block_on(Box::pin(station.run::<S, T>(args, spawn))),
        Err(message) => {
            if args.log.log_file.is_some() {
                tracing::error!("{message}");
            }
            // So that what led to it stands before it.
            drop(log);
            fail(&message, 1)
        }
    }
}

/// A station whose addresses are bound and whose source is being read.
struct Station {
    stop: Stop,
    limits: StationLimits,
    listeners: Vec<TcpListener>,
    watched: Watched,
    patience: Patience,
}

impl Station {
    fn start(program: &str, args: &Args) -> Result<Self, String> {
        let version = env!("CARGO_PKG_VERSION");
        let source = &args.source;
        tracing::info!(program, version, %source, format = %args.format, "station starting");
        if let Some(unused) = args.unused() {
            tracing::warn!(%source, "{unused}");
        }
        let limits = limits(args);
        let stop = Stop::listen().map_err(|error| format!("cannot heed signals: {error}"))?;
        let mut listeners = Vec::new();
        for listen in &args.listen {
            listeners.extend(listen.bind(&limits)?);
        }
        let opened = Opened::open(source)?;
        let patience = opened.patience();
        let (ingest, watched) = Ingest::new();
        let work = work(opened, ingest, args);
        thread::Builder::new()
            .name("source".into())
            .spawn(work)
            .map_err(|error| format!("cannot start reading the source: {error}"))?;
        Ok(Self { stop, limits, listeners, watched, patience })
    }

    async fn run<S: Accepted, T>(self, args: Args, spawn: impl Fn(Connection) -> T) -> ExitCode {
        let Self { stop, limits, listeners, watched, patience } = self;
        let Watched { roster, refusals, progress, withheld } = watched;
        let told = pin!(tell_withheld(&refusals, &withheld));
        let served = pin!(async {
            let loaded = pin!(loaded(progress, patience));
            if let Either::Right((signal, _)) = select(loaded, pin!(stop.first())).await {
                tracing::info!(signal, "stopped while loading");
                return ExitCode::SUCCESS;
            }
            if let Err(error) = announce(&listeners) {
                return fail(&format!("cannot tell where the station listens: {error}"), 1);
            }
            serve::<S, T>(&stop, limits, listeners, roster, args.drain, spawn).await
        });
        let code = match select(served, told).await {
            Either::Left((code, _)) => code,
            // The source ended: nothing is left to tell of it.
            Either::Right(((), served)) => served.await,
        };
        // A source that goes on has not told of its last refusals yet.
        log_withheld(&mut lock(&refusals));
        code
    }
}

/// Serves until the first signal, and drains until the second.
async fn serve<S: Accepted, T>(
    stop: &Stop,
    limits: StationLimits,
    listeners: Vec<TcpListener>,
    roster: SharedRoster,
    drain: Duration,
    spawn: impl Fn(Connection) -> T,
) -> ExitCode {
    let first = async {
        let signal = stop.first().await;
        tracing::info!(signal, ?drain, "station stopping");
        drain
    };
    let served = pin!(server::serve::<S, T>(listeners, roster, limits, first, spawn));
    match select(served, pin!(stop.second())).await {
        Either::Left((Ok(()), _)) => tracing::info!("station stopped"),
        Either::Left((Err(error), _)) => {
            return fail(&format!("cannot serve: {error}"), 1);
        }
        // What is still being served is dropped with the rest, and thereby reset.
        Either::Right((signal, _)) => tracing::info!(signal, "station stopped at once"),
    }
    ExitCode::SUCCESS
}

/// What the source's thread does.
fn work(opened: Opened, ingest: Ingest, args: &Args) -> Box<dyn FnOnce() + Send> {
    let format = args.format;
    match opened {
        Opened::Simulator => {
            let simulation = Simulation::new(args.rate, args.seed);
            tracing::info!(rate = simulation.rate, seed = simulation.seed, "simulating");
            Box::new(move || simulation.run(&ingest.roster, &ingest.progress))
        }
        Opened::File(file) | Opened::Stream(file) => Box::new(move || ingest.run(file, format)),
        Opened::Pipe(path) => Box::new(move || match File::open(&path) {
            Ok(pipe) => ingest.run(pipe, format),
            Err(error) => {
                let path = Source::File(path);
                tracing::error!(%error, "cannot open the source {path}");
            }
        }),
    }
}

/// One line on stderr for each bound address, whatever the log's flags say (cli.md). Each
/// is one write, so that a line of the log cannot fall into it.
fn announce(listeners: &[TcpListener]) -> io::Result<()> {
    for listener in listeners {
        let address = listener.local_addr()?;
        tracing::info!(%address, "listening");
        // A station whose stderr is closed still serves.
        let _ = io::stderr().write_all(format!("listening on {address}\n").as_bytes());
    }
    Ok(())
}

/// The limits that were asked for, with as many descriptors as the system allows. Where those
/// are too few, there is a word about it, and the others wait in the backlog.
fn limits(args: &Args) -> StationLimits {
    let mut limits = args.limits();
    let max_connections = limits.connections;
    let own = OWN_DESCRIPTORS + args.listen.len() as u64;
    if let Some(limit) = raise_descriptor_limit() {
        let room = usize::try_from(limit.saturating_sub(own)).unwrap_or(usize::MAX).max(1);
        limits.connections = room.min(max_connections);
        if room < max_connections {
            tracing::warn!(
                limit,
                max_connections,
                "{limit} descriptors are too few for --max-connections {max_connections}: \
                 {room} at once it is"
            );
        }
    }
    limits
}

/// What a station has open besides its connections and listeners: streams, log, source,
/// signals, reactor, and an accepted connection that is on its way in.
const OWN_DESCRIPTORS: u64 = 16;
