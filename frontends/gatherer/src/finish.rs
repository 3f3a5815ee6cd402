//! From a report to what people and programs see of it, and to the exit code.
//!
//! The code depends on whether the outputs could be written, and some of the outputs name
//! the code. So they are written first, seen last: both files stand ready beside their
//! targets before either is renamed. A JSON document that goes straight to stdout cannot be
//! taken back, so the file of the report stands ready before it; the report on stderr comes
//! last all the same.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;

use carwatch::Report;
use carwatch_cli::fail;
use carwatch_formats::Format;
use carwatch_formats::{Options, report_json, report_text, write_cars};

use crate::args::Summary;
use crate::exit::{Exit, Facts, Signal};
use crate::look::look;
use crate::output::{Failure, Target, Written, buffered, duplicate};
use crate::plan::Plan;
use crate::rounds::Rounds;

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

    /// Has nothing be gathered, for something else of the client's own cannot be written.
    pub(crate) fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }

    /// Why nothing should be gathered for them.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

/// What a gather came to.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub(crate) report: &'a Report,
    /// What has printed the cars already, all but the end of its document.
    pub(crate) rounds: Option<Rounds>,
    /// What could not be written meanwhile.
    pub(crate) failures: Vec<Failure>,
}

/// Writes everything there is to write and says how it all ended. `signal` is the one that
/// came so far, `stderr` takes the report for people.
pub(crate) fn finish(
    plan: &Plan,
    outputs: &Outputs,
    said: Said<'_>,
    signal: impl Fn() -> Option<Signal>,
    stderr: &mut impl Write,
) -> Exit {
    let Said { report, rounds, failures } = said;
    let mut end = End { plan, outputs, report, rounds, facts: facts(plan, report, signal()) };
    if let Some(why) = outputs.refused() {
        end.failed(Failure::Said(why.to_owned()));
    }
    for failure in failures {
        end.failed(failure);
    }
    let straight = outputs.cars.as_ref().is_none_or(Target::is_direct);
    let names_code = straight && plan.format == Format::Json;
    let mut summary = Summarised::default();
    if names_code {
        end.summarise(&mut summary);
    }
    let cars = end.cars();
    // A signal still counts that came while the cars were written, unless they have named
    // the code already.
    if !names_code {
        end.facts.signal = signal();
    }
    // The report on stderr names it as well, and stderr can be full. So both files wait.
    end.summarise(&mut summary);
    end.tell(stderr);
    if let Some(cars) = cars
        && Exit::of(&end.facts).publishes()
        && let Err(failure) = cars.publish()
    {
        end.failed(failure);
    }
    end.summarise(&mut summary);
    if let Some(Err(failure)) = summary.ready.map(Written::publish) {
        end.failed(failure);
    }
    Exit::of(&end.facts)
}

/// What is known while everything is written.
struct End<'a> {
    plan: &'a Plan,
    outputs: &'a Outputs,
    report: &'a Report,
    /// What has printed the cars already, all but the end of its document.
    rounds: Option<Rounds>,
    facts: Facts,
}

/// The file of the report, as far as it is written.
#[derive(Default)]
struct Summarised<'a> {
    /// The code that it names.
    named: Option<Exit>,
    ready: Option<Written<'a>>,
    /// It cannot be written; that was said once.
    failed: bool,
}

impl<'a> End<'a> {
    /// Writes the cars, to stdout for everyone to see, or to a file for nobody yet.
    fn cars(&mut self) -> Option<Written<'a>> {
        let (plan, report, outputs) = (self.plan, self.report, self.outputs);
        let exit = Exit::of(&self.facts);
        if outputs.refused.is_some() || outputs.cars.is_some() && !exit.publishes() {
            return None;
        }
        if let Some(rounds) = self.rounds.take() {
            if let Err(failure) = rounds.finish(report, exit.code()) {
                self.failed(failure);
            }
            return None;
        }
        let stdout = io::stdout();
        let options = options(plan, outputs.cars.is_none(), exit.code());
        let write = |out: &mut dyn Write| write_cars(report, &options, out);
        let written = match &outputs.cars {
            Some(target) => target.write(write).map(Some),
            None => duplicate(&stdout)
                .and_then(|stdout| buffered(stdout, write))
                .map(|()| None)
                .map_err(|error| Failure::new(&error, Path::new("to stdout"))),
        };
        written.unwrap_or_else(|failure| {
            self.failed(failure);
            None
        })
    }

    /// Writes the file of the report, unless there is one that names the code of now.
    fn summarise(&mut self, summary: &mut Summarised<'a>) {
        let exit = Exit::of(&self.facts);
        let Some(target) = &self.outputs.summary else { return };
        if summary.failed || summary.named == Some(exit) {
            return;
        }
        let json = report_json(self.report, self.plan.keep_partial, exit.code());
        match target.write(|out| writeln!(out, "{json}")) {
            Ok(ready) => {
                summary.ready = Some(ready);
                summary.named = Some(exit);
            }
            Err(failure) => {
                summary.ready = None;
                summary.failed = true;
                self.failed(failure);
            }
        }
    }

    /// Prints the report on stderr. Whoever closed that does not want to read it.
    fn tell(&mut self, stderr: &mut impl Write) {
        if let Err(error) = print_summary(self.plan, self.report, Exit::of(&self.facts), stderr)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            // There is nothing left to say it to.
            self.facts.output_failed = true;
        }
    }

    fn failed(&mut self, failure: Failure) {
        self.facts.output_failed = true;
        if let Failure::Said(words) = failure {
            let _ = fail(&words, Exit::Output.code());
        }
    }
}

/// How cars are written: to stdout, or to a file.
pub(crate) fn options(plan: &Plan, to_stdout: bool, exit: u8) -> Options {
    Options {
        format: plan.format,
        keep_partial: plan.keep_partial,
        csv_raw: plan.csv_raw,
        record_limit: plan.limits.record,
        width: to_stdout.then(|| width(&io::stdout())).flatten(),
        exit,
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

fn print_summary(plan: &Plan, report: &Report, exit: Exit, out: &mut impl Write) -> io::Result<()> {
    let stderr = io::stderr();
    let text = match plan.summary {
        Summary::None => return Ok(()),
        Summary::Text => report_text(report, plan.keep_partial, look(&stderr)),
        Summary::Json => report_json(report, plan.keep_partial, exit.code()),
    };
    // On a terminal the cars stand right above.
    let below = plan.output.is_none() && io::stdout().is_terminal() && stderr.is_terminal();
    let before = if below { "\n" } else { "" };
    let after = if text.ends_with('\n') { "" } else { "\n" };
    out.write_all(format!("{before}{text}{after}").as_bytes())
}

/// How many columns the terminal has, if it is one, or the environment says.
pub(crate) fn width(stream: &(impl AsFd + IsTerminal)) -> Option<u16> {
    look(stream).width
}

#[cfg(test)]
mod tests;
