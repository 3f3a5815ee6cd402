//! Words for whoever runs the program for the first time.

use std::io::{self, Write};

use carwatch::{Fault, Reason, Report};

use crate::args::Summary;
use crate::plan::{DEFAULT_STATION, Plan};

/// Says before the cars of a demo where they come from.
pub(crate) fn before(plan: &Plan) {
    if plan.demo && plan.summary == Summary::Text {
        say("\nThree simulated stations on this machine: gate and bridge have 20 cars each, \
             tunnel refuses connections.\n");
    }
}

/// Says after the report what to do next, if somebody may wonder.
pub(crate) fn after(plan: &Plan, program: &str, report: &Report) {
    if plan.summary != Summary::Text {
        return;
    }
    let refused = |fault: &Fault| fault.reason == Reason::Refused;
    let verdict = report.stations.first().map(|station| &station.outcome.verdict);
    let server = program.replace("client", "server");
    if plan.demo {
        say(&format!(
            "\nFor a station of your own, and a client that gathers from it:\n\
             \n    {}\n    {}\n",
            command(&server, ""),
            command(program, ""),
        ));
    } else if plan.by_default && verdict.and_then(|v| v.fault()).is_some_and(refused) {
        say(&format!(
            "\nNothing listens on {DEFAULT_STATION}. Start a station in another terminal, or see \
             a gather that needs none:\n\n    {}\n    {}\n",
            command(&server, ""),
            command(program, "--demo"),
        ));
    }
}

/// How to run `program`: as this one was, by cargo or by its name.
fn command(program: &str, flag: &str) -> String {
    match (std::env::var_os("CARGO").is_some(), flag) {
        (true, "") => format!("cargo run -p {program}"),
        (true, flag) => format!("cargo run -p {program} -- {flag}"),
        (false, flag) => format!("{program} {flag}").trim_end().to_owned(),
    }
}

/// Whoever closed stderr does not want to read it.
fn say(words: &str) {
    let _ = writeln!(io::stderr(), "{words}");
}
