//! The gather itself: the driver's, in one round or in many, with a bar, a capture, signals and
//! the demo around it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Report, StationReport};
use carwatch_cli::LogGuard;
use carwatch_driver::alarm::Alarm;
use carwatch_driver::server::Connection;
use carwatch_driver::{Accepted, client, clock, random};
use carwatch_formats::visible::visible;
use futures_util::future::{Either, FusedFuture, FutureExt, poll_fn, select};

use crate::capture::Capture;
use crate::demo::Demo;
use crate::finish::options;
use crate::observers::Observers;
use crate::output::Failure;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::rounds::Rounds;
use crate::signals::Signals;

/// The whole of a client's work, to be run to its end on a runtime.
pub type Work = Pin<Box<dyn Future<Output = ()>>>;

/// What a gather came to.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// Of the last round.
    pub(crate) report: Report,
    /// What has printed the cars already, if there was more than one round to be.
    pub(crate) rounds: Option<Rounds>,
    /// What of the client's own outputs could not be written.
    pub(crate) failures: Vec<Failure>,
}

/// What goes through a gather with it.
#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) rounds: Rounds,
    pub(crate) capture: Option<Capture>,
    /// Ends with the gather: its last lines come before the cars, and nothing of it after the
    /// report.
    pub(crate) log: LogGuard,
}

impl Around {
    /// Opens everything that is written while the gather runs.
    ///
    /// # Errors
    ///
    /// In words for people.
    pub(crate) fn open(plan: &Plan, log: LogGuard) -> Result<Self, String> {
        let rounds = Rounds::open(plan, options(plan, true, 0))?;
        if plan.capture.is_some() && plan.tls.iter().any(Option::is_some) {
            tracing::warn!("--capture keeps in plain text what comes over TLS");
        }
        let keys = std::env::var_os("SSLKEYLOGFILE").filter(|file| !file.is_empty());
        if let Some(file) = keys.filter(|_| plan.tls.iter().any(Option::is_some)) {
            let file = visible(&file.to_string_lossy()).to_string();
            tracing::warn!(file, "SSLKEYLOGFILE is set: who has that file reads what is sent");
        }
        let capture = plan.capture.as_deref().map(Capture::create).transpose()?;
        Ok(Self { rounds, capture, log })
    }
}

impl From<Report> for Gathered {
    fn from(report: Report) -> Self {
        Self { report, rounds: None, failures: Vec::new() }
    }
}

/// Gathers as planned, until all is settled or a signal comes.
///
/// # Errors
///
/// The system's, if signals cannot be waited for.
pub(crate) fn gather<S, F, T>(
    plan: &Rc<Plan>,
    demo: Option<Demo>,
    signals: &mut Signals,
    around: Around,
    block_on: impl FnOnce(Work),
    spawn: impl Fn(Connection) -> T + 'static,
    connect: impl Fn(SocketAddr) -> F + 'static,
) -> io::Result<Gathered>
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Accepted,
    T: 'static,
{
    let cancel = signals.first()?;
    let plan = Rc::clone(plan);
    let (done, gathered) = mpsc::channel();
    let work = async move {
        // The other end is still there: it waits below.
        let _ = done.send(in_rounds(&plan, around, cancel, connect).await);
    };
    block_on(match demo {
        Some(demo) => Box::pin(demo.serve_while::<S, T>(work, spawn)),
        None => Box::pin(work),
    });
    gathered.recv().map_err(io::Error::other)
}

async fn in_rounds<S, F>(
    plan: &Plan,
    around: Around,
    cancel: impl Future<Output = ()>,
    connect: impl Fn(SocketAddr) -> F,
) -> Gathered
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Accepted,
{
    let Around { mut rounds, mut capture, log } = around;
    let mut cancel = pin!(cancel.fuse());
    let mut failures = Vec::new();
    let mut number = 0;
    let report = loop {
        number += 1;
        let (began, started) = (clock::now(), clock::unix());
        if let Some(capture) = &mut capture {
            capture.begin_round(number, &plan.targets);
        }
        let progress = Progress::start(plan.progress, plan.targets.len(), &log);
        let bar = progress.watcher(&plan.targets);
        let observers = Observers { bar, capture: capture.as_mut() };
        // Back-off is jittered so that many clients do not come back all at once.
        let (stations, seed) = (plan.stations(), random::seed());
        let gathering =
            client::gather(stations, &plan.limits, seed, &connect, cancel.as_mut(), observers);
        let report = gathering.await;
        progress.finish();
        if let Some(capture) = &mut capture {
            capture.end_round(&report);
        }
        failures.extend(rounds.take(&report, started).err());
        let Some(watch) = plan.watch.filter(|_| failures.is_empty() && !cancel.is_terminated())
        else {
            break report;
        };
        if wait(began + watch, cancel.as_mut()).await {
            break report;
        }
    };
    failures.extend(rounds.end(clock::unix()).err());
    if let Some(Err(words)) = capture.map(Capture::finish) {
        failures.push(Failure::Said(words));
    }
    drop(log);
    Gathered { report, rounds: plan.watch.is_some().then_some(rounds), failures }
}

/// Waits for `until`, or for a signal; and whether that came.
async fn wait(until: carwatch::time::Instant, cancel: Pin<&mut impl Future<Output = ()>>) -> bool {
    let mut alarm = Alarm::new();
    let due = pin!(poll_fn(|cx| alarm.poll(until, cx)));
    matches!(select(cancel, due).await, Either::Left(_))
}

/// The report of a gather that never began, and `why`.
pub(crate) fn not_begun(plan: &Plan, why: &str) -> Report {
    let stations = plan.targets.iter().map(|target| StationReport {
        name: target.name.clone(),
        address: target.address.clone(),
        outcome: Outcome::failed(Fault::new(Reason::Io, why)),
        attempts: 0,
        first_byte: None,
        elapsed: Some(Duration::ZERO),
    });
    Report { stations: stations.collect(), elapsed: Some(Duration::ZERO) }
}
