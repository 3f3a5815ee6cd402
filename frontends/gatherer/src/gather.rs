//! The gather itself: the driver's, with a bar, signals and the demo around it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::mpsc;

use carwatch::{Fault, Outcome, Reason, Report, StationReport};
use carwatch_cli::LogGuard;
use carwatch_driver::server::Connection;
use carwatch_driver::{Accepted, client, random};

use crate::demo::Demo;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::signals::Signals;

/// The whole of a client's work, to be run to its end on a runtime.
pub type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Gathers as planned, until all is settled or a signal comes.
///
/// # Errors
///
/// The system's, if signals cannot be waited for.
pub(crate) fn gather<S, F, T>(
    plan: &Plan,
    demo: Option<Demo>,
    signals: &mut Signals,
    log: &LogGuard,
    block_on: impl FnOnce(Work),
    spawn: impl Fn(Connection) -> T + 'static,
    connect: impl Fn(SocketAddr) -> F + 'static,
) -> io::Result<Report>
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Accepted,
    T: 'static,
{
    let cancel = signals.first()?;
    let progress = Progress::start(plan.progress, plan.targets.len(), log);
    let (targets, limits) = (plan.targets.clone(), plan.limits.clone());
    let mut settled = progress.counter();
    // Back-off is jittered so that many clients do not come back all at once.
    let seed = random::seed();
    let (done, report) = mpsc::channel();
    let work = async move {
        let gathered = client::gather(targets, &limits, seed, connect, cancel, |_, outcome| {
            settled(&outcome.verdict);
        })
        .await;
        // The other end is still there: it waits below.
        let _ = done.send(gathered);
    };
    block_on(match demo {
        Some(demo) => Box::pin(demo.serve_while::<S, T>(work, spawn)),
        None => Box::pin(work),
    });
    progress.finish();
    report.recv().map_err(io::Error::other)
}

/// The report of a gather that never began, and `why`.
pub(crate) fn not_begun(plan: &Plan, why: &str) -> Report {
    let stations = plan.targets.iter().map(|target| StationReport {
        name: target.name.clone(),
        address: target.address.clone(),
        outcome: Outcome::failed(Fault::new(Reason::Io, why)),
        attempts: 0,
        first_byte: None,
        elapsed: Some(std::time::Duration::ZERO),
    });
    Report { stations: stations.collect(), elapsed: std::time::Duration::ZERO }
}
