//! What is said instead of going on: help, the version, or what is wrong.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::printable::{lines, one_line};

/// Help, the version, or an error in usage.
#[derive(Debug)]
pub struct Refusal {
    why: Why,
}

#[derive(Debug)]
enum Why {
    /// Of the arguments; and where those come from that are to blame, if not from the
    /// command line.
    Arguments(clap::Error, Option<String>),
    /// Of the file of `--config`: the whole text.
    File(String),
}

impl Refusal {
    pub(crate) fn new(mut error: clap::Error) -> Self {
        // A tip quotes the argument once more, in a text that is styled already: it cannot be
        // told from the styles what was in the argument.
        if let Some(ContextValue::String(quoted)) = error.get(ContextKind::InvalidArg)
            && one_line(quoted) != *quoted
        {
            error.remove(ContextKind::Suggested);
        }
        // Rendering drops terminal sequences, and what was dropped cannot be shown: so the
        // values that the error quotes are made printable before.
        let quoted: Vec<_> = error
            .context()
            .filter_map(|(kind, value)| match value {
                ContextValue::String(value) => Some((kind, ContextValue::String(one_line(value)))),
                ContextValue::Strings(values) => {
                    let values = values.iter().map(|value| one_line(value)).collect();
                    Some((kind, ContextValue::Strings(values)))
                }
                _ => None,
            })
            .collect();
        for (kind, value) in quoted {
            error.insert(kind, value);
        }
        Self { why: Why::Arguments(error, None) }
    }

    /// An error in the file of `--config`; `words` name the file and the place.
    pub(crate) fn of_file(words: &str) -> Self {
        Self { why: Why::File(lines(&format!("error: {words}\n\n{HINT}\n"))) }
    }

    /// This error of a value, at a `place` in the file of `--config`.
    pub(crate) fn at(self, place: &str) -> Self {
        let text = self.text();
        let words = text.strip_prefix("error: ").unwrap_or(&text);
        Self { why: Why::File(format!("error: {}: {words}", one_line(place))) }
    }

    /// Says who is to blame, at the end of the first line.
    pub(crate) fn blame(&mut self, origin: &str) {
        if let Why::Arguments(_, blamed) = &mut self.why {
            *blamed = Some(one_line(origin));
        }
    }

    /// Whether it is help or the version: asked for, or for want of a subcommand.
    pub(crate) fn is_help(&self) -> bool {
        match &self.why {
            Why::Arguments(error, _) => {
                let unasked = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
                !error.use_stderr() || error.kind() == unasked
            }
            Why::File(_) => false,
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        match &self.why {
            Why::Arguments(error, _) => error.use_stderr(),
            Why::File(_) => true,
        }
    }

    /// Whether both say that the same is wrong, whatever they say about usage besides.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        self.text().split("\n\n").next() == other.text().split("\n\n").next()
    }

    /// The code to exit with.
    #[must_use]
    pub fn code(&self) -> u8 {
        if self.is_error() { 2 } else { 0 }
    }

    /// What it says, without colours, and without a control character of the command line,
    /// of a variable or of the file of `--config`.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.why {
            Why::Arguments(error, None) => lines(&error.render().to_string()),
            Why::Arguments(error, Some(origin)) => {
                let from = format!(" ({origin})\n");
                lines(&error.render().to_string()).replacen('\n', &from, 1)
            }
            Why::File(text) => text.clone(),
        }
    }

    /// What is wrong, in one line without `error:` and without hints: for a program that
    /// goes on, and says so in its log.
    #[must_use]
    pub fn line(&self) -> String {
        let text = self.text();
        let first = text.split("\n\n").next().unwrap_or_default();
        let words: Vec<_> = first.lines().map(str::trim).collect();
        let words = words.join(" ");
        words.strip_prefix("error: ").unwrap_or(&words).to_owned()
    }

    /// Prints it: help and the version on stdout, an error on stderr.
    ///
    /// Returns the code to exit with, `output_failed` where help could not be printed; a pipe
    /// that was closed has seen enough of it.
    #[must_use]
    pub fn print(&self, output_failed: u8) -> ExitCode {
        match &self.why {
            Why::Arguments(help, _) if !self.is_error() => {
                self.printed(help.print().and_then(|()| io::stdout().flush()), output_failed)
            }
            _ => {
                // Whoever closed stderr does not want to read it.
                let _ = io::stderr().write_all(self.text().as_bytes());
                ExitCode::from(self.code())
            }
        }
    }

    /// The code after help was printed, or was not.
    pub(super) fn printed(&self, printed: io::Result<()>, output_failed: u8) -> ExitCode {
        match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                fail(&format!("cannot write to stdout: {error}"), output_failed)
            }
            _ => ExitCode::from(self.code()),
        }
    }
}

/// Says on stderr what is wrong with the usage, and returns the code for that, 2.
#[must_use]
pub fn usage_error(message: &str) -> ExitCode {
    fail(&format!("{message}\n\n{HINT}"), 2)
}

/// Says on stderr why the program ends, and returns `code`. Line breaks in `message` stay;
/// any other control character is shown as its escape.
#[must_use]
pub fn fail(message: &(impl Display + ?Sized), code: u8) -> ExitCode {
    let text = format!("error: {}\n", lines(&message.to_string()));
    // Whoever closed stderr does not want to read it.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(code)
}

const HINT: &str = "For more information, try '--help'.";
