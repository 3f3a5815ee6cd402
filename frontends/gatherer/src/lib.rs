//! The rest of a client program: everything between a command line and an exit code that
//! is neither the protocol (`carwatch`), nor its sockets (`carwatch-driver`), nor the
//! forms of cars and reports (`carwatch-formats`).
//!
//! ```text
//! args ─ plan ─ stations, secure   what is asked for
//!          │
//!        gather ─ observers ─ progress, capture     what is done, on a runtime that `main` lends
//!          │    ─ rounds     what is kept of each round, and printed under --watch
//!          │    ─ signals
//!          │    ─ demo
//!          │    ─ descriptors
//!        finish ─ output ─ exit    what is seen of it
//!               ─ hints
//! ```
//!
//! A `main` is [`run`] with the names of a runtime. What the programs promise stands in
//! their `--help`; the exit codes are [one table](run#exit-codes).

mod args;
mod ca;
mod capture;
mod completions;
mod demo;
mod descriptors;
mod exit;
mod finish;
mod gather;
mod hints;
mod inspect;
mod look;
mod man;
mod observers;
mod output;
mod plan;
mod progress;
mod rounds;
mod secure;
mod signals;
mod station_config;
mod station_file;
mod stations;

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use carwatch_cli::{LogError, Own, fail};
use carwatch_driver::Accepted;
use carwatch_driver::server::Connection;

use args::{Args, Command, ENV_PREFIX};
use demo::Demo;
use descriptors::Reserve;
use exit::Exit;
use finish::Outputs;
pub use gather::Work;
use gather::{Around, Gathered};
use output::Failure;
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
/// | 4 | the client's own output failed: the cars, a report, the help; or a log that cannot be opened |
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
    S: Accepted,
    T: 'static,
{
    let (args, own) =
        match carwatch_cli::try_parse_with::<Args>(program, ENV_PREFIX, station_config::OWN) {
            Ok(parsed) => parsed,
            Err(refusal) => return refusal.print(Exit::Output.code()),
        };
    match args.command {
        None => gather_and_finish(program, args, &own, block_on, spawn, connect),
        Some(Command::Inspect(inspect)) => inspect::run(inspect, &args.log),
        Some(Command::Ca(ca)) => match ca::run(&ca, program) {
            Ok(text) => print(|out| out.write_all(text.as_bytes())),
            Err(code) => code,
        },
        Some(Command::Completions { shell }) => {
            print(|out| completions::print(shell, program, out))
        }
        Some(Command::Man) => print(|out| man::print(program, out)),
    }
}

/// Everything but the commands that reach no station.
fn gather_and_finish<S, F, T>(
    program: &'static str,
    args: Args,
    own: &Own,
    block_on: impl FnOnce(Work),
    spawn: impl Fn(Connection) -> T + 'static,
    connect: impl Fn(SocketAddr) -> F + 'static,
) -> ExitCode
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Accepted,
    T: 'static,
{
    let log = args.log.clone();
    let limit = carwatch_cli::raise_descriptor_limit();
    let reserve = Reserve::hold();
    let demo = args.demo.then(Demo::open).transpose();
    let targets = match &demo {
        Ok(demo) => demo.as_ref().map(Demo::targets),
        Err(_) => Some(Demo::unopened()),
    };
    let mut plan = match Plan::new(args, own, targets) {
        Ok(plan) => plan,
        Err(why) => return carwatch_cli::usage_error(&why),
    };
    drop(reserve);
    let mut outputs = Outputs::check(&plan);
    let reserve = Reserve::hold();
    let log = match log.init() {
        Ok(log) => Some(log),
        Err(LogError::Usage(why)) => return carwatch_cli::usage_error(&why),
        // The log is an output of the client's own, as the cars and the report are.
        Err(LogError::Output(why)) => {
            outputs.refuse(why);
            None
        }
    };
    let prepared = prepare(demo, &mut plan, limit);
    let mut plan = Rc::new(plan);
    let around = match (outputs.refused(), log) {
        (None, Some(log)) => Around::open(&plan, log).map_err(|why| outputs.refuse(why)).ok(),
        _ => None,
    };
    let (gathered, signals) = match (outputs.refused(), around, prepared) {
        (None, Some(around), Ok((demo, mut signals))) => {
            let gathered =
                gather::gather(&plan, demo, &mut signals, around, block_on, spawn, connect);
            let gathered = gathered.unwrap_or_else(|e| {
                cannot_begin(Rc::make_mut(&mut plan), &format!("cannot gather: {e}"))
            });
            (gathered, Some(signals))
        }
        (Some(why), _, prepared) => {
            (gather::not_begun(&plan, why).into(), prepared.ok().map(|(_, signals)| signals))
        }
        (None, _, Err(why)) => (cannot_begin(Rc::make_mut(&mut plan), &why), None),
        (None, None, Ok(_)) => unreachable!("what did not open is an output refused"),
    };
    drop(reserve);
    hints::before(&plan);
    let Gathered { report, rounds, failures } = gathered;
    let exit = {
        let signal = || signals.as_ref()?.caught();
        let said = finish::Said { report: &report, rounds, failures };
        finish::finish(&plan, &outputs, said, signal, &mut io::stderr())
    };
    hints::after(&plan, program, &report);
    exit.into()
}

/// Prints something to stdout that is not cars.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> ExitCode {
    let printed = output::duplicate(&io::stdout()).and_then(|out| output::buffered(out, write));
    match printed.map_err(|error| Failure::new(&error, Path::new("to stdout"))) {
        Ok(()) => Exit::Good.into(),
        Err(Failure::Closed) => Exit::Output.into(),
        Err(Failure::Said(words)) => fail(&words, Exit::Output.code()),
    }
}

/// What has to be there before a gather can begin.
///
/// # Errors
///
/// What is not, in words for people.
fn prepare(
    demo: io::Result<Option<Demo>>,
    plan: &mut Plan,
    limit: Option<u64>,
) -> Result<(Option<Demo>, Signals), String> {
    let demo = demo.map_err(|e| format!("cannot open the stations of the demo: {e}"))?;
    let signals = Signals::install().map_err(|e| format!("cannot wait for signals: {e}"))?;
    descriptors::fit(plan, limit).map_err(|e| format!("cannot gather: {e}"))?;
    Ok((demo, signals))
}

/// A system that lacks what every program needs: no station was reached.
fn cannot_begin(plan: &mut Plan, why: &str) -> Gathered {
    let _ = fail(why, Exit::None.code());
    // Who would be content with no station at all still wants the gather to have happened.
    plan.min_ok = plan.min_ok.map(|least| least.max(1));
    gather::not_begun(plan, why).into()
}
