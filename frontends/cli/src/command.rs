//! From a command line to arguments, or to an error that is safe to print.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory, FromArgMatches};

use crate::environment::{heeding, variables};
use crate::printable::{lines, one_line};
use crate::with_env;

/// Parses the command line of this process. `prefix` is that of its environment
/// variables, `program` what it calls itself, however it was called.
///
/// # Errors
///
/// The code to exit with, after help or the error was printed: 0 for `--help` and
/// `--version` (1 if they could not be printed), 2 for an error in usage.
pub fn parse<A>(program: &'static str, prefix: &str) -> Result<A, ExitCode>
where
    A: CommandFactory + FromArgMatches,
{
    try_parse(program, prefix).map_err(|refusal| refusal.print(1))
}

/// Like [`parse`], but prints nothing yet.
///
/// # Errors
///
/// What is to be [printed](Refusal::print) instead of going on.
pub fn try_parse<A>(program: &'static str, prefix: &str) -> Result<A, Refusal>
where
    A: CommandFactory + FromArgMatches,
{
    parse_with(command::<A>(program, prefix).max_term_width(WIDTH), std::env::args_os())
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
    /// The variable that it comes from, if it is not the command line.
    variable: Option<OsString>,
}

impl Refusal {
    fn new(mut error: clap::Error) -> Self {
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
        Self { error, variable: None }
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
        let text = lines(&self.error.render().to_string());
        match &self.variable {
            Some(name) => {
                let from = format!(" (from {})\n", one_line(&name.to_string_lossy()));
                text.replacen('\n', &from, 1)
            }
            None => text,
        }
    }

    /// Prints it: help and the version on stdout, an error on stderr.
    ///
    /// Returns the code to exit with, `output_failed` where help could not be printed; a pipe
    /// that was closed has seen enough of it.
    #[must_use]
    pub fn print(&self, output_failed: u8) -> ExitCode {
        if self.error.use_stderr() {
            // Whoever closed stderr does not want to read it.
            let _ = write!(io::stderr(), "{}", self.text());
            return ExitCode::from(self.code());
        }
        self.printed(self.error.print().and_then(|()| io::stdout().flush()), output_failed)
    }

    /// The code after help was printed, or was not.
    fn printed(&self, printed: io::Result<()>, output_failed: u8) -> ExitCode {
        match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                fail(&format!("cannot write to stdout: {error}"), output_failed)
            }
            _ => ExitCode::from(self.code()),
        }
    }
}

fn command<A: CommandFactory>(program: &'static str, prefix: &str) -> Command {
    with_env(A::command(), prefix).name(program).bin_name(program)
}

fn parse_with<A: FromArgMatches>(
    command: Command,
    argv: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<A, Refusal> {
    let argv: Vec<OsString> = argv.into_iter().map(Into::into).collect();
    let set = |name: &OsStr| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let mut refusal = match matched(heeding(&command, set), &argv) {
        Ok(arguments) => return Ok(arguments),
        Err(refusal) => refusal,
    };
    let alone = |heeded: &dyn Fn(&OsStr) -> bool| {
        matched::<A>(heeding(&command, heeded), &argv).err().map(|refusal| refusal.text())
    };
    if !refusal.error.use_stderr() {
        // Help names the variables that are not set, too.
        return Err(matched::<A>(command, &argv).err().unwrap_or(refusal));
    }
    // What the command line alone is not refused for is some variable's fault.
    let text = Some(refusal.text());
    if alone(&|_| false) != text {
        refusal.variable = variables(&command)
            .filter(|name| set(name))
            .find(|only| alone(&|name| name == *only) == text)
            .map(ToOwned::to_owned);
    }
    Err(refusal)
}

fn matched<A: FromArgMatches>(mut command: Command, argv: &[OsString]) -> Result<A, Refusal> {
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
pub fn fail(message: &(impl Display + ?Sized), code: u8) -> ExitCode {
    let text = format!("error: {}\n", lines(&message.to_string()));
    // Whoever closed stderr does not want to read it.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(code)
}

/// Columns, at most: longer lines are hard to read.
const WIDTH: usize = 100;

#[cfg(test)]
mod tests;
