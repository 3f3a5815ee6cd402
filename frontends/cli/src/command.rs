//! From a command line, the environment and a file to arguments, or to an error that is
//! safe to print.

mod refusal;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::{Command, CommandFactory, FromArgMatches};

use crate::config::{self, Own};
use crate::environment::{heeding, is_set, variables};
use crate::with_env;
pub use refusal::{Refusal, fail, usage_error};

/// Parses the command line of this process. `prefix` is that of its environment
/// variables, `program` what it calls itself, however it was called.
///
/// # The file of `--config`
///
/// If the command has an argument with the long name `config`, the TOML file that it or its
/// variable names is read, and gives the arguments that neither the command line nor the
/// environment gives: flag over environment over file over default. Its keys are the long
/// flags without their `--`:
///
/// ```toml
/// listen = ["127.0.0.1:8000", "[::1]:8000"]   # a flag that may be given again
/// max-connections = 64                        # one with a value: a number or a string
/// follow = true                               # a switch
/// verbose = 2                                 # a switch that counts
/// ```
///
/// They work like flags, to the last rule about what needs or excludes what. A list in the
/// file and a flag on the command line do not add up: the flag is all there is then. Every
/// value in the file is checked by itself as its flag would check it, overridden or not; what
/// is wrong with one is an error in usage that names the file, the line, the column and the
/// key. What flags need or exclude is asked of those that count in the end. `config` and
/// `check` have no place in it, nor has an empty list, of which nobody could say whether it
/// means nothing or everything.
///
/// Each call reads the file anew, so a call after SIGHUP gives what it says by then.
///
/// # Subcommands
///
/// All of this holds for the flags of a subcommand as it does for the program's own. A key of
/// the file is for every command that has a flag of the name; the file may have keys that are
/// of other subcommands than the one at hand, and they are checked all the same.
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
    try_parse_with(program, prefix, Besides::default()).map(|(arguments, _)| arguments)
}

/// What an application has besides flags that a variable and the file may give.
#[derive(Clone, Copy, Debug, Default)]
pub struct Besides<'a> {
    /// Keys of the file of `--config` that are the application's own.
    pub keys: &'a [&'a str],
    /// The subcommands that are what they are whatever is set: no variable and no file is
    /// heeded for them, so that nothing which is wrong there is in their way.
    pub heedless: &'a [&'a str],
}

/// Like [`try_parse`], for an application that has something `besides` flags. The entries of
/// the file that are its own come back unread, with their places.
///
/// # Errors
///
/// What is to be [printed](Refusal::print) instead of going on.
pub fn try_parse_with<A>(
    program: &'static str,
    prefix: &str,
    besides: Besides<'_>,
) -> Result<(A, Own), Refusal>
where
    A: CommandFactory + FromArgMatches,
{
    let command = command::<A>(program, prefix).max_term_width(WIDTH);
    parse_with(command, std::env::args_os().collect(), besides)
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
    argv: impl IntoIterator<Item = impl Into<OsString>>,
) -> Result<A, Refusal>
where
    A: CommandFactory + FromArgMatches,
{
    parse_from_with(program, prefix, Besides::default(), argv).map(|(arguments, _)| arguments)
}

/// [`parse_from`] as [`try_parse_with`] is.
///
/// # Errors
///
/// What is to be printed instead of going on.
pub fn parse_from_with<A>(
    program: &'static str,
    prefix: &str,
    besides: Besides<'_>,
    argv: impl IntoIterator<Item = impl Into<OsString>>,
) -> Result<(A, Own), Refusal>
where
    A: CommandFactory + FromArgMatches,
{
    let command = command::<A>(program, prefix).term_width(WIDTH);
    parse_with(command, argv.into_iter().map(Into::into).collect(), besides)
}

/// The command that [`parse`] parses: for whoever makes completions or a manual of it.
#[must_use]
pub fn command<A: CommandFactory>(program: &'static str, prefix: &str) -> Command {
    with_env(A::command(), prefix).name(program).bin_name(program)
}

fn parse_with<A: FromArgMatches>(
    command: Command,
    argv: Vec<OsString>,
    besides: Besides<'_>,
) -> Result<(A, Own), Refusal> {
    let called = config::called(&command, &argv);
    if called.is_some_and(|called| besides.heedless.contains(&called)) {
        let arguments = matched(heeding(&command, &|_| false), &argv)?;
        return Ok((arguments, Own::default()));
    }
    let file = config::file(&command, &argv, besides.keys)?;
    let with_file = file.as_ref().map_or(&argv, |file| &file.argv);
    let mut refusal = match matched(heeding(&command, &is_set), with_file) {
        Ok(arguments) => {
            let own = file.map(|file| file.own).unwrap_or_default();
            return Ok((arguments, own.with_typed(config::typed(&command, &argv))));
        }
        Err(refusal) => refusal,
    };
    if refusal.is_help() {
        // Help names the variables that are not set, too.
        return Err(matched::<A>(command, &argv).err().unwrap_or(refusal));
    }
    let alone =
        |heeded: &dyn Fn(&OsStr) -> bool| matched::<A>(heeding(&command, heeded), &argv).err();
    if let Some(file) = file {
        match alone(&is_set) {
            // It has no part in what is wrong, and none in what is said about the usage.
            Some(same) if same.agrees_with(&refusal) => refusal = same,
            _ => {
                refusal.blame(&format!("with the values of {}", file.path.to_string_lossy()));
                return Err(refusal);
            }
        }
    }
    // What the command line alone is not refused for is some variable's fault.
    let same = |other: Option<Refusal>| other.is_some_and(|other| other.agrees_with(&refusal));
    if !same(alone(&|_| false)) {
        let variable = variables(&command)
            .into_iter()
            .filter(|name| is_set(name))
            .find(|only| same(alone(&|name| name == *only)))
            .map(ToOwned::to_owned);
        if let Some(name) = variable {
            refusal.blame(&format!("from {}", name.to_string_lossy()));
        }
    }
    Err(refusal)
}

fn matched<A: FromArgMatches>(mut command: Command, argv: &[OsString]) -> Result<A, Refusal> {
    command
        .try_get_matches_from_mut(argv)
        .and_then(|matches| A::from_arg_matches(&matches))
        .map_err(|error| Refusal::new(error.format(&mut command)))
}

/// Columns, at most: longer lines are hard to read.
const WIDTH: usize = 100;

#[cfg(test)]
mod tests;
