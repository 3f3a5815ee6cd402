//! The rest of a client program: everything between a command line and an exit code that
//! is neither the protocol (`carwatch`), nor its sockets (`carwatch-driver`), nor the
//! forms of cars and reports (`carwatch-formats`).
//!
//! ```text
//! args ─ plan ─ stations           what is asked for
//!          │
//!        gather ─ progress         what is done, on a runtime that `main` lends
//!          │    ─ signals
//!          │    ─ demo
//!        finish ─ output ─ exit    what is seen of it
//!               ─ hints
//! ```
//!
//! A `main` is [`run`] with the names of a runtime. What the programs promise stands in
//! their `--help`; the exit codes are [one table](run#exit-codes).

mod args;
mod demo;
mod exit;
mod finish;
mod gather;
mod hints;
mod output;
mod plan;
mod progress;
mod signals;
mod station_file;
mod stations;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::process::ExitCode;

use carwatch_driver::server::Connection;
use futures_util::io::{AsyncRead, AsyncWrite};

use args::{Args, ENV_PREFIX};
use demo::Demo;
use exit::Exit;
use finish::Outputs;
pub use gather::Work;
use plan::Plan;
use signals::Signals;

/// Runs a client called `program` to its end.
///
/// The runtime lends three things: `block_on`, which runs the work to its end; `connect`,
/// which connects to one address; and `spawn`, which lets a connection of `--demo`'s
/// stations run beside it. `S` is its TCP stream.
///
/// # Exit codes
///
/// The first that holds, from the top:
///
/// | code | when |
/// | --- | --- |
/// | 2 | usage or configuration |
/// | 130, 143 | SIGINT, SIGTERM, after printing what had arrived; a second one stops at once |
/// | 4 | the client's own output failed |
/// | 0 | every station complete, or `--min-ok` reached (5 instead if `--strict` and a record was rejected) |
/// | 3 | none complete |
/// | 1 | some not complete |
pub fn run<S, F, T>(
    program: &'static str,
    block_on: impl FnOnce(Work),
    spawn: impl Fn(Connection) -> T + 'static,
    connect: impl Fn(SocketAddr) -> F + 'static,
) -> ExitCode
where
    F: Future<Output = io::Result<S>> + 'static,
    S: TryFrom<TcpStream, Error: std::fmt::Display>
        + AsyncRead
        + AsyncWrite
        + AsFd
        + Unpin
        + Send
        + 'static,
    T: 'static,
{
    let args: Args = match carwatch_cli::parse(program, ENV_PREFIX) {
        Ok(args) => args,
        Err(code) => return code,
    };
    let log = args.log.clone();
    let demo = match args.demo.then(Demo::open).transpose() {
        Ok(demo) => demo,
        Err(error) => return cannot_begin("open the stations of the demo", &error),
    };
    let plan = match Plan::new(args, demo.as_ref()) {
        Ok(plan) => plan,
        Err(why) => return carwatch_cli::usage_error(&why),
    };
    let log = match log.init() {
        Ok(log) => log,
        Err(why) => return carwatch_cli::usage_error(&why),
    };
    raise_descriptor_limit(&plan);
    let mut signals = match Signals::install() {
        Ok(signals) => signals,
        Err(error) => return cannot_begin("wait for signals", &error),
    };
    let outputs = Outputs::check(&plan);
    let report = match outputs.refused() {
        Some(why) => gather::not_begun(&plan, why),
        None => match gather::gather(&plan, demo, &mut signals, &log, block_on, spawn, connect) {
            Ok(report) => report,
            Err(error) => return cannot_begin("gather", &error),
        },
    };
    // The log's last lines come before the cars, and nothing of it after the report.
    drop(log);
    hints::before(&plan);
    let exit = finish::finish(&plan, &outputs, &report, || signals.caught());
    hints::after(&plan, program, &report);
    exit.into()
}

/// A system that lacks what every program needs: no station was reached.
fn cannot_begin(what: &str, error: &io::Error) -> ExitCode {
    carwatch_cli::fail(&format!("cannot {what}: {error}"), Exit::None.code())
}

fn raise_descriptor_limit(plan: &Plan) {
    /// What a process holds besides its connections: streams, reactor, log, outputs.
    const OTHERS: u64 = 32;
    let wanted = plan.limits.connections.min(plan.targets.len()) as u64;
    if let Some(limit) = carwatch_cli::raise_descriptor_limit()
        && limit < wanted.saturating_add(OTHERS)
    {
        tracing::warn!(limit, wanted, "fewer descriptors than connections at once");
    }
}
