//! From a report to what people and programs see of it, and to the exit code.
//!
//! The code depends on whether the outputs could be written, and two of the outputs name
//! the code. So they are written first, seen last: both files stand ready beside their
//! targets before either is renamed.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;

use carwatch::Report;
use carwatch_cli::fail;
use carwatch_formats::Format;
use carwatch_formats::{Options, report_json, report_text, write_cars};

use crate::args::Summary;
use crate::exit::{Exit, Facts, Signal};
use crate::output::{Failure, Target, Written, buffered};
use crate::plan::Plan;

/// The files that are going to be written.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    cars: Option<Target>,
    summary: Option<Target>,
    /// What is wrong with one of them.
    refused: Option<String>,
}

impl Outputs {
    /// Makes sure that the files can be written, before there is anything to write.
    pub(crate) fn check(plan: &Plan) -> Self {
        let mut outputs = Self::default();
        let mut check = |path: Option<&Path>| match path.map(Target::at).transpose() {
            Ok(target) => target,
            Err(why) => {
                outputs.refused.get_or_insert(why);
                None
            }
        };
        let cars = check(plan.output.as_deref());
        let summary = check(plan.summary_file.as_deref());
        Self { cars, summary, ..outputs }
    }

    /// Why nothing should be gathered for them.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

/// Writes everything there is to write and says how it all ended. `signal` is the one that
/// came so far.
pub(crate) fn finish(
    plan: &Plan,
    outputs: &Outputs,
    report: &Report,
    signal: impl Fn() -> Option<Signal>,
) -> Exit {
    let mut facts = facts(plan, report, signal());
    if let Some(why) = outputs.refused() {
        failed(&mut facts, Failure::Said(why.to_owned()));
    }
    let cars = cars(plan, outputs, report, &mut facts);
    // A signal still counts that came while the cars were written, unless a JSON document
    // on stdout has named the code already.
    if plan.format != Format::Json || cars.is_some() {
        facts.signal = signal();
    }
    publish(plan, outputs, report, cars, &mut facts);
    let exit = Exit::of(&facts);
    print_summary(plan, report, exit);
    exit
}

/// Writes the cars, to stdout for everyone to see, or to a file for nobody yet.
fn cars<'a>(
    plan: &Plan,
    outputs: &'a Outputs,
    report: &Report,
    facts: &mut Facts,
) -> Option<Written<'a>> {
    let exit = Exit::of(facts);
    if outputs.refused.is_some() || outputs.cars.is_some() && !exit.publishes() {
        return None;
    }
    let stdout = io::stdout();
    let options = Options {
        format: plan.format,
        keep_partial: plan.keep_partial,
        csv_raw: plan.csv_raw,
        record_limit: plan.limits.record,
        width: outputs.cars.is_none().then(|| width(&stdout)).flatten(),
        exit: exit.code(),
    };
    let write = |out: &mut dyn Write| write_cars(report, &options, out);
    let written = match &outputs.cars {
        Some(target) => target.write(write).map(Some),
        // Its own buffer would end at every line.
        None => (stdout.as_fd().try_clone_to_owned())
            .and_then(|stdout| buffered(File::from(stdout), write))
            .map(|()| None)
            .map_err(|error| Failure::new(&error, Path::new("to stdout"))),
    };
    written.unwrap_or_else(|failure| {
        failed(facts, failure);
        None
    })
}

/// Puts the files in their places, such that the report names the code that holds in the
/// end and the cars are there only if that code publishes them.
fn publish(
    plan: &Plan,
    outputs: &Outputs,
    report: &Report,
    cars: Option<Written<'_>>,
    facts: &mut Facts,
) {
    let summary = |facts: &mut Facts| {
        let json = report_json(report, plan.keep_partial, Exit::of(facts).code());
        let written = outputs.summary.as_ref()?.write(|out| writeln!(out, "{json}"));
        written.map_err(|failure| failed(facts, failure)).ok()
    };
    let mut ready = summary(facts);
    if let Some(cars) = cars
        && Exit::of(facts).publishes()
        && let Err(failure) = cars.publish()
    {
        failed(facts, failure);
        ready = summary(facts);
    }
    if let Some(Err(failure)) = ready.map(Written::publish) {
        failed(facts, failure);
    }
}

fn facts(plan: &Plan, report: &Report, signal: Option<Signal>) -> Facts {
    Facts {
        signal,
        output_failed: false,
        stations: report.stations.len(),
        complete: report.counts().0,
        min_ok: plan.min_ok,
        strict: plan.strict,
        rejected: report.stations.iter().any(|station| station.outcome.bad > 0),
    }
}

fn failed(facts: &mut Facts, failure: Failure) {
    facts.output_failed = true;
    if let Failure::Said(words) = failure {
        let _ = fail(&words, Exit::Output.code());
    }
}

/// Prints the report on stderr. Whoever closed that does not want to read it.
fn print_summary(plan: &Plan, report: &Report, exit: Exit) {
    let stderr = io::stderr();
    let text = match plan.summary {
        Summary::None => return,
        Summary::Text => report_text(report, plan.keep_partial, width(&stderr)),
        Summary::Json => report_json(report, plan.keep_partial, exit.code()),
    };
    // On a terminal the cars stand right above.
    let below = plan.output.is_none() && io::stdout().is_terminal() && stderr.is_terminal();
    let before = if below { "\n" } else { "" };
    let after = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(stderr.lock(), "{before}{text}{after}");
}

/// How many columns the terminal has, if it is one.
fn width(stream: &impl AsFd) -> Option<u16> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| width.0)
}

#[cfg(test)]
mod tests;
