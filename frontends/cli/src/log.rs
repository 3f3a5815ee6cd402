//! The log: what is logged, in which form, and where to.
//!
//! A log line may quote what strangers sent, and may go to a pipe that nobody reads. The
//! first never reaches a terminal as a control character, the second never slows the
//! program down.

mod error;
mod handle;
mod panic;
mod queue;
mod stderr;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tracing::Dispatch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::printable::{json, one_line};
pub use error::LogError;
pub use handle::LogHandle;
use handle::append;
use queue::Queue;
pub use stderr::AroundLines;
use stderr::{Hook, stderr};

/// The flags about the log, to be flattened into a program's own, after them: they begin a
/// section of their own in the help.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Log more: debug; twice: trace.
    #[arg(short, long, action = clap::ArgAction::Count, help = VERBOSE, global = true)]
    pub verbose: u8,

    /// Log less: warnings and errors; twice: errors alone
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub quiet: u8,

    /// The form of the log's lines
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "text|json",
        hide_possible_values = true,
        global = true
    )]
    pub log_format: LogFormat,

    /// Append the log to this file instead of writing it to stderr
    #[arg(long, value_name = "FILE", global = true)]
    pub log_file: Option<PathBuf>,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Keeps the log running. Dropping it writes what is left, for as long as that moves on.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct LogGuard {
    _queue: queue::Guard,
    around: Hook,
    handle: LogHandle,
}

impl LogGuard {
    /// From now on, if the log goes to stderr, `around` is handed each write of whole lines,
    /// to be made within it, so that what is drawn there can be taken away and put back.
    ///
    /// The log's own thread calls it, and waits as long as it takes; whoever logs does not.
    /// It is kept beyond the guard, until another takes its place.
    pub fn around_lines(&self, around: AroundLines) {
        self.around.set(around);
    }

    /// Whatever opens the log's file anew, on any thread and as long as the program runs.
    #[must_use]
    pub fn handle(&self) -> LogHandle {
        self.handle.clone()
    }
}

impl Drop for LogGuard {
    /// What panics after the log has ended says so on stderr again.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

impl LogArgs {
    /// Starts the log of this process, to which a panic goes as well.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or the system lacks something; or `RUST_LOG` is not a
    /// filter, which is an error in usage.
    pub fn init(&self) -> Result<LogGuard, LogError> {
        let filter = self.filter(std::env::var_os("RUST_LOG").as_deref());
        let filter = filter.map_err(LogError::Usage)?;
        let around = Hook::default();
        let out: Box<dyn Write + Send> = match &self.log_file {
            Some(path) => Box::new(append(path).map_err(LogError::Output)?),
            None => Box::new(stderr(around.clone()).map_err(LogError::Output)?),
        };
        let (queue, guard) = queue::start(out, |lines| {
            tracing::error!(
                lines,
                "log lines were lost: the log was not read or could not be written"
            );
        })
        .map_err(|error| LogError::Output(format!("cannot start the log: {error}")))?;
        let handle = LogHandle::new(queue.clone(), self.log_file.clone());
        let writer = Sanitised { queue, format: self.log_format };
        tracing::dispatcher::set_global_default(subscriber(writer, filter))
            .map_err(|error| LogError::Output(format!("cannot start the log: {error}")))?;
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let words = panic.payload_as_str().unwrap_or("panic");
            panic::tell(&place, words, &mut io::stderr());
        }));
        Ok(LogGuard { _queue: guard, around, handle })
    }

    /// Whether [`init`](Self::init) would start a log, as far as can be seen without starting
    /// one and without making its file.
    ///
    /// # Errors
    ///
    /// What is wrong, in words for people.
    pub fn check(&self) -> Result<(), LogError> {
        self.filter(std::env::var_os("RUST_LOG").as_deref()).map_err(LogError::Usage)?;
        self.log_file.as_deref().map_or(Ok(()), handle::check).map_err(LogError::Output)
    }

    fn filter(&self, rust_log: Option<&OsStr>) -> Result<EnvFilter, String> {
        let level = match i16::from(self.verbose) - i16::from(self.quiet) {
            ..=-2 => "error",
            -1 => "warn",
            0 => "info",
            1 => "debug",
            2.. => "trace",
        };
        let rust_log = match rust_log {
            Some(filter) if self.verbose == 0 && self.quiet == 0 && !filter.is_empty() => filter,
            // Libraries have their say only about what is wrong; RUST_LOG can ask for more.
            _ if level == "error" => return Ok(EnvFilter::new(level)),
            _ => return Ok(EnvFilter::new(format!("warn,carwatch={level}"))),
        };
        let rust_log = rust_log.to_str().ok_or("RUST_LOG is not UTF-8")?;
        EnvFilter::builder().parse(rust_log).map_err(|error| {
            // It may quote the filter.
            format!("RUST_LOG: {}", one_line(&error.to_string()))
        })
    }
}

fn subscriber(writer: Sanitised, filter: EnvFilter) -> Dispatch {
    let format = writer.format;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // The writer does it, and for more than terminal sequences.
        .with_ansi_sanitization(false)
        .with_writer(writer);
    match format {
        LogFormat::Text => log.with_target(false).into(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).into(),
    }
}

/// Makes lines harmless before they are queued.
#[derive(Clone, Debug)]
struct Sanitised {
    queue: Queue,
    format: LogFormat,
}

impl<'a> MakeWriter<'a> for Sanitised {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Write for &Sanitised {
    /// Takes one whole line; that is how the log's formatter calls it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut safe = match self.format {
            LogFormat::Text => one_line(text),
            LogFormat::Json => json(text),
        };
        safe.push('\n');
        self.queue.push(safe.as_bytes());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const VERBOSE: &str = "Log more: debug; twice: trace. With -v or -q, RUST_LOG is not heeded";

#[cfg(test)]
mod tests;
