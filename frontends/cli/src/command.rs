//! From a command line to arguments, or to an error that is safe to print.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ContextValue;
use clap::{Command, CommandFactory, FromArgMatches};

use crate::printable::{lines, one_line};
use crate::with_env;

/// Parses the command line of this process. `prefix` is that of its environment
/// variables, `program` what it calls itself, however it was called.
///
/// # Errors
///
/// The code to exit with, after help or the error was printed: 0 for `--help` and
/// `--version`, 2 for an error in usage.
pub fn parse<A>(program: &'static str, prefix: &str) -> Result<A, ExitCode>
where
    A: CommandFactory + FromArgMatches,
{
    let command = command::<A>(program, prefix).max_term_width(WIDTH);
    parse_with(command, std::env::args_os()).map_err(|refusal| refusal.print())
}

/// Like [`parse`], for the command line `argv`, whose first item is skipped. It prints
/// nothing, and help is 100 columns wide, whatever the terminal is.
///
/// # Errors
///
/// What is to be printed instead of going on.
pub fn parse_from<A>(
    program: &'static str,
    prefix: &str,
    argv: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<A, Refusal>
where
    A: CommandFactory + FromArgMatches,
{
    parse_with(command::<A>(program, prefix).term_width(WIDTH), argv)
}

/// Help, the version, or an error in usage.
#[derive(Debug)]
pub struct Refusal {
    error: clap::Error,
}

impl Refusal {
    fn new(mut error: clap::Error) -> Self {
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
        Self { error }
    }

    /// The code to exit with.
    #[must_use]
    pub fn code(&self) -> u8 {
        if self.error.use_stderr() { 2 } else { 0 }
    }

    /// What it says, without colours, and without a control character of the command line
    /// or of a variable.
    #[must_use]
    pub fn text(&self) -> String {
        lines(&self.error.render().to_string())
    }

    fn print(&self) -> ExitCode {
        // Whoever closed the stream does not want to read it.
        if self.error.use_stderr() {
            let _ = write!(io::stderr(), "{}", self.text());
        } else {
            let _ = self.error.print();
        }
        ExitCode::from(self.code())
    }
}

fn command<A: CommandFactory>(program: &'static str, prefix: &str) -> Command {
    with_env(A::command(), prefix).name(program).bin_name(program)
}

fn parse_with<A: FromArgMatches>(
    mut command: Command,
    argv: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<A, Refusal> {
    command
        .try_get_matches_from_mut(argv)
        .and_then(|matches| A::from_arg_matches(&matches))
        .map_err(|error| Refusal::new(error.format(&mut command)))
}

/// Says on stderr what is wrong with the usage, and returns the code for that, 2.
#[must_use]
pub fn usage_error(message: &str) -> ExitCode {
    fail(&format!("{message}\n\nFor more information, try '--help'."), 2)
}

/// Says on stderr why the program ends, and returns `code`. Line breaks in `message` stay;
/// any other control character is shown as its escape.
#[must_use]
pub fn fail(message: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {}", lines(message));
    ExitCode::from(code)
}

/// Columns, at most: longer lines are hard to read.
const WIDTH: usize = 100;

#[cfg(test)]
mod tests;
