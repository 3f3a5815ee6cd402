//! The file of `--config`: flags that stand in a file, beneath the command line and the
//! environment. What a value means is the flag's own affair, and nothing here knows a flag
//! but `--config` and `--check`.

mod document;
mod value;

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::command::Refusal;
use crate::environment::{heeding, is_set};
use crate::printable::one_line;
use document::{Place, entries};
use value::{Given, given};

/// A file that was read, and what comes of it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// The command line, and before it what the file says of flags that neither the command
    /// line nor a variable gives.
    pub(crate) argv: Vec<OsString>,
}

/// Reads the file that `command`'s argument `--config` names, on the command line `argv` or in
/// the environment. `None` if there is no such argument, if it is not given, or if help is
/// asked for.
///
/// # Errors
///
/// The file cannot be read, is no TOML, has a key that is no flag, or a value that its flag
/// does not take.
pub(crate) fn file(command: &Command, argv: &[OsString]) -> Result<Option<File>, Refusal> {
    let Some(config) = flag(command, CONFIG) else { return Ok(None) };
    let Some(line) = command_line(command, argv) else { return Ok(None) };
    let Some(path) = named(config, &line) else { return Ok(None) };
    let shown = one_line(&path.to_string_lossy());
    let text =
        read(&path).map_err(|error| Refusal::of_file(&format!("cannot read {shown}: {error}")))?;
    let refused =
        |(at, words): (Place, String)| Refusal::of_file(&format!("{shown}:{at}: {words}"));
    let mut lines = Vec::new();
    for entry in entries(&text).map_err(refused)? {
        let key = entry.key.as_str();
        let arg = settable(command, key).map_err(|words| refused((entry.at, words)))?;
        let over = line.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
            || arg.get_env().is_some_and(is_set);
        for Given { at, argument } in given(arg, key, entry.value).map_err(refused)? {
            // Also if something else is over it: it will not be for ever.
            taken(command, &argument).map_err(|refusal| refusal.at(&format!("{shown}:{at}")))?;
            if !over {
                lines.push(argument);
            }
        }
    }
    let (program, rest) = argv.split_at(argv.len().min(1));
    Ok(Some(File { argv: [program, &lines, rest].concat(), path }))
}

/// What is on the command line, right or wrong; `None` if that is a cry for help.
fn command_line(command: &Command, argv: &[OsString]) -> Option<ArgMatches> {
    let command = heeding(command, |_| false).ignore_errors(true);
    command.try_get_matches_from(argv).ok()
}

fn named(config: &Arg, line: &ArgMatches) -> Option<PathBuf> {
    let id = config.get_id().as_str();
    let of_line = line.get_raw(id).and_then(|mut values| values.next()).map(PathBuf::from);
    let of_variable = || std::env::var_os(config.get_env()?).filter(|path| !path.is_empty());
    of_line.or_else(|| of_variable().map(PathBuf::from))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err("more than 1 MiB is no file of flags".into());
    }
    Ok(text)
}

/// The argument that `key` sets.
fn settable<'c>(command: &'c Command, key: &str) -> Result<&'c Arg, String> {
    match flag(command, key) {
        Some(_) if APART.contains(&key) => {
            Err(format!("{key} has its place on the command line, not in the file"))
        }
        Some(arg) => Ok(arg),
        None => {
            let unknown = format!("unknown key '{}'", one_line(key));
            Err(match similar(command, key) {
                Some(similar) => format!("{unknown}: is {similar} meant?"),
                None => format!("{unknown}: the keys are the flags, without their --"),
            })
        }
    }
}

fn flag<'c>(command: &'c Command, long: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|arg| {
        let shown = matches!(
            arg.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        );
        !shown && arg.get_long() == Some(long)
    })
}

/// A key that is meant by `key`, perhaps.
fn similar(command: &Command, key: &str) -> Option<String> {
    let key = key.replace('_', "-").to_ascii_lowercase();
    let found = |key: &str| flag(command, key).is_some() && !APART.contains(&key);
    if found(&key) {
        return Some(key);
    }
    if key.is_empty() || key.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        return None;
    }
    let error = parsed_alone(command, &format!("--{key}").into()).err()?;
    match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(flag)) => {
            Some(flag.trim_start_matches('-').to_owned()).filter(|key| found(key))
        }
        _ => None,
    }
}

/// Whether the flag takes the value; what it needs besides is not asked yet.
fn taken(command: &Command, argument: &OsString) -> Result<(), Refusal> {
    match parsed_alone(command, argument) {
        Err(error) if !OF_SEVERAL.contains(&error.kind()) => Err(Refusal::new(error)),
        _ => Ok(()),
    }
}

fn parsed_alone(command: &Command, argument: &OsString) -> Result<ArgMatches, clap::Error> {
    let program = OsString::from(command.get_name());
    let mut command = heeding(command, |_| false);
    command
        .try_get_matches_from_mut([&program, argument])
        .map_err(|error| error.format(&mut command))
}

/// The long name of the argument that names the file.
const CONFIG: &str = "config";
/// Which flags are about the file, so that none of them stands in it.
const APART: [&str; 2] = [CONFIG, "check"];
/// Bytes of a file, at most: what is longer was not written by hand.
const LARGEST: u64 = 1 << 20;
/// Errors that are of several arguments: one alone cannot be blamed for them.
const OF_SEVERAL: [ErrorKind; 3] =
    [ErrorKind::MissingRequiredArgument, ErrorKind::ArgumentConflict, ErrorKind::MissingSubcommand];

#[cfg(test)]
mod tests;
