//! `inspect`: files in place of stations, and the same outputs and exit codes.

mod files;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use carwatch::limits::ClientLimits;
use carwatch_capture::inspect::{Inspected, Limits};
use carwatch_cli::{LogArgs, LogError, fail, usage_error};
use carwatch_formats::visible::visible;
use carwatch_formats::{Format, carets};

use crate::args::{Summary, When, format, some_size, whole};
use crate::exit::{Exit, Signal};
use crate::finish::{self, Outputs, Said};
use crate::look::look;
use crate::output::is_same_file;
use crate::plan::Plan;
use crate::signals::Signals;

/// What `inspect` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {
    /// Captures, or answers as they stood on the wire; - is stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// How to print the cars [default: table on a terminal, else ndjson]
    #[arg(short, long, value_parser = format())]
    pub(crate) format: Option<Format>,

    /// Write the cars to this file instead of stdout; it changes as a whole, on exit 0, 1 and
    /// 5, or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Merge the cars of partial stations too, each marked `partial` (not with wire)
    #[arg(long)]
    pub(crate) keep_partial: bool,

    /// Write CSV without the guard against spreadsheet formulas
    #[arg(long)]
    pub(crate) csv_raw: bool,

    /// How to print the report on stderr; text: with a caret under each bad byte
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub(crate) summary: Summary,

    /// Write the report into this file too, as JSON, on every exit but 2
    #[arg(long, value_name = "FILE")]
    pub(crate) summary_file: Option<PathBuf>,

    /// The longest response of one station
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = some_size, allow_hyphen_values = true)]
    pub(crate) max_response: u64,

    /// The memory that all responses may take together; a capture that needs more is read so far
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = some_size, allow_hyphen_values = true)]
    pub(crate) max_memory: u64,

    /// How many stations must be complete for exit 0 [default: all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) min_ok: Option<usize>,

    /// Exit 5 instead of 0 if a record was rejected
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Inspects, and prints what gathering would have printed.
pub(crate) fn run(args: InspectArgs, log: &LogArgs) -> ExitCode {
    let files = args.files.clone();
    let plan = match plan(args, log) {
        Ok(plan) => plan,
        Err(why) => return usage_error(&why),
    };
    let mut outputs = Outputs::check(&plan);
    let log = match log.init() {
        Ok(log) => Some(log),
        Err(LogError::Usage(why)) => return usage_error(&why),
        Err(LogError::Output(why)) => {
            outputs.refuse(why);
            None
        }
    };
    let mut signals = match Signals::install() {
        Ok(signals) => signals,
        Err(e) => {
            let _ = fail(&format!("cannot wait for signals: {e}"), Exit::None.code());
            return Exit::None.into();
        }
    };
    let limits = Limits::from(&plan.limits);
    let inspected = match outputs.refused() {
        None => files::inspect(&files, limits, &mut signals),
        // Nothing is read for what cannot be written.
        Some(why) => files::not_begun(&files, why),
    };
    if let Some(min_ok) = plan.min_ok.filter(|n| *n > inspected.report.stations.len()) {
        return usage_error(&match inspected.report.stations.len() {
            1 => format!("--min-ok {min_ok}: there is only 1 station"),
            all => format!("--min-ok {min_ok}: there are only {all} stations"),
        });
    }
    drop(log);
    print(&plan, &outputs, &inspected, || signals.caught()).into()
}

fn print(
    plan: &Plan,
    outputs: &Outputs,
    inspected: &Inspected,
    signal: impl Fn() -> Option<Signal>,
) -> Exit {
    let said = Said { report: &inspected.report, rounds: None, failures: Vec::new() };
    let mut stderr = Explained { out: io::stderr(), more: String::new() };
    if plan.summary == Summary::Text {
        stderr.more = explanation(inspected, look(&stderr.out).width);
    }
    finish::finish(plan, outputs, said, signal, &mut stderr)
}

/// What stands below the report: what was rejected, and what no line of it says.
fn explanation(inspected: &Inspected, width: Option<u16>) -> String {
    let mut text = carets(&inspected.report, width);
    if !text.is_empty() {
        text.insert(0, '\n');
    }
    if !inspected.notes.is_empty() {
        text.push('\n');
    }
    for note in &inspected.notes {
        text.push_str(&format!("note: {}\n", visible(&note.to_string())));
    }
    text
}

/// What the flags come to: the plan of a gather without stations.
///
/// # Errors
///
/// A usage error.
fn plan(args: InspectArgs, log: &LogArgs) -> Result<Plan, String> {
    // As everywhere: stdout, and what is there by default.
    let output = args.output.filter(|path| path != Path::new("-"));
    let format = args.format.unwrap_or_else(|| {
        let on_terminal = output.is_none() && io::IsTerminal::is_terminal(&io::stdout());
        if on_terminal { Format::Table } else { Format::Ndjson }
    });
    if args.keep_partial && format == Format::Wire {
        return Err("--keep-partial: the wire format cannot mark a car as partial".into());
    }
    if args.files.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err("stdin can be read only once".into());
    }
    let written = [
        ("--output", output.as_ref()),
        ("--summary-file", args.summary_file.as_ref()),
        ("--log-file", log.log_file.as_ref()),
    ];
    let written: Vec<_> =
        written.into_iter().filter_map(|(flag, path)| Some((flag, path?))).collect();
    for (nth, (flag, path)) in written.iter().enumerate() {
        if let Some((other, _)) =
            written[nth + 1..].iter().find(|(_, other)| is_same_file(path, other))
        {
            return Err(format!("{flag} and {other} are the same file"));
        }
        let inspected = args.files.iter().filter(|file| !is_stdin(file));
        if let Some(file) = inspected.into_iter().find(|file| is_same_file(file, path)) {
            let file = file.to_string_lossy();
            return Err(format!("{flag} is a file to inspect: {}", visible(&file)));
        }
    }
    Ok(Plan {
        tls: Vec::new(),
        targets: Vec::new(),
        by_default: false,
        demo: false,
        limits: ClientLimits {
            response: args.max_response,
            memory: args.max_memory,
            ..ClientLimits::default()
        },
        format,
        keep_partial: args.keep_partial,
        csv_raw: args.csv_raw,
        output,
        into: None,
        parquet: None,
        capture: None,
        watch: None,
        progress: When::Never,
        summary: args.summary,
        summary_file: args.summary_file,
        min_ok: args.min_ok,
        strict: args.strict,
    })
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Stderr, where more follows the report.
struct Explained<W> {
    out: W,
    more: String,
}

impl<W: Write> Write for Explained<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The report comes as a whole.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.write_all(self.more.as_bytes())
    }
}

#[cfg(test)]
mod tests;
