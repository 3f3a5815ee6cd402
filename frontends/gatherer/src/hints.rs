//! Words for whoever runs the program for the first time.

use std::io::{self, Write};

use carwatch::{Fault, Reason, Report};

use crate::args::Summary;
use crate::plan::{DEFAULT_STATION, Plan};

/// Says before the cars of a demo where they come from.
pub(crate) fn before(plan: &Plan) {
    say(origin(plan));
}

/// Says after the report what to do next, if somebody may wonder.
pub(crate) fn after(plan: &Plan, program: &str, report: &Report) {
    say(next(plan, Run::of(program), report));
}

fn origin(plan: &Plan) -> Option<String> {
    (plan.demo && plan.summary == Summary::Text).then(|| {
        "\nThree simulated stations on this machine: gate and bridge have 20 cars each, \
         tunnel refuses connections.\n"
            .into()
    })
}

fn next(plan: &Plan, run: Run, report: &Report) -> Option<String> {
    if plan.summary != Summary::Text {
        return None;
    }
    let refused = |fault: &Fault| fault.reason == Reason::Refused;
    let verdict = report.stations.first().map(|station| &station.outcome.verdict);
    let server = run.server();
    if plan.demo {
        Some(format!(
            "\nFor a station of your own, and a client that gathers from it:\n\
             \n    {}\n    {}\n",
            server.with(""),
            run.with(""),
        ))
    } else if plan.by_default
        && plan.tls.iter().all(Option::is_none)
        && verdict.and_then(|v| v.fault()).is_some_and(refused)
    {
        Some(format!(
            "\nNothing listens on {DEFAULT_STATION}. Start a station in another terminal, or see \
             a gather that needs none:\n\n    {}\n    {}\n",
            server.with(""),
            run.with("--demo"),
        ))
    } else {
        None
    }
}

/// How a program is run: as this one was, by cargo or by its name.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) program: String,
    pub(crate) by_cargo: bool,
}

impl Run {
    pub(crate) fn of(program: &str) -> Self {
        Self { program: program.to_owned(), by_cargo: std::env::var_os("CARGO").is_some() }
    }

    /// The station that goes with this client.
    pub(crate) fn server(&self) -> Self {
        Self { program: self.program.replace("client", "server"), ..*self }
    }

    /// The command line, with flags.
    pub(crate) fn with(&self, flag: &str) -> String {
        let program = &self.program;
        match (self.by_cargo, flag) {
            (true, "") => format!("cargo run -p {program}"),
            (true, flag) => format!("cargo run -p {program} -- {flag}"),
            (false, flag) => format!("{program} {flag}").trim_end().to_owned(),
        }
    }
}

/// Whoever closed stderr does not want to read it.
fn say(words: Option<String>) {
    if let Some(words) = words {
        let _ = writeln!(io::stderr(), "{words}");
    }
}

#[cfg(test)]
mod tests;
