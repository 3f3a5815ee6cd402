//! The file of `--config`: flags that stand in a file, beneath the command line and the
//! environment, and what an application keeps there besides. What a value means is the flag's
//! own affair, and nothing here knows a flag but `--config` and `--check`.

pub mod document;
mod levels;
mod own;
mod value;

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use crate::command::Refusal;
use crate::printable::one_line;
use document::{Entry, Place, entries};
use levels::{Level, Way, all, alone, levels};
pub(crate) use levels::{called, typed};
pub use own::Own;
use value::{Given, given};

/// A file that was read, and what comes of it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// The command line, and in it, before the flags of each command, what the file says of
    /// those that neither the command line nor a variable gives.
    pub(crate) argv: Vec<OsString>,
    /// What is none of the flags'.
    pub(crate) own: Own,
}

/// Reads the file that `command`'s argument `--config` names, on the command line `argv` or in
/// the environment. `None` if there is no such argument, if it is not given, or if help is
/// asked for. The keys `own` are the application's.
///
/// # Errors
///
/// The file cannot be read, is no TOML, has a key that is no flag, or a value that its flag
/// does not take.
pub(crate) fn file(
    command: &Command,
    argv: &[OsString],
    own: &[&str],
) -> Result<Option<File>, Refusal> {
    let Some(mut levels) = levels(command, argv) else { return Ok(None) };
    let Some(path) = named(&levels) else { return Ok(None) };
    let shown = one_line(&path.to_string_lossy());
    let largest = if own.is_empty() { FLAGS } else { MORE };
    let text = read(&path, largest)
        .map_err(|error| Refusal::of_file(&format!("cannot read {shown}: {error}")))?;
    let refused =
        |(at, words): (Place, String)| Refusal::of_file(&format!("{shown}:{at}: {words}"));
    let mut kept = Own::of(&shown);
    for entry in entries(&text).map_err(refused)? {
        if own.contains(&entry.key.as_str()) {
            kept.entries.push(entry);
            continue;
        }
        let key = entry.key.as_str();
        settable(command, own, key).map_err(|words| refused((entry.at, words)))?;
        let mut unused = true;
        for level in &mut levels {
            if let Some(arg) = flag(level.command, key) {
                unused = false;
                let given = checked(command, &level.way, arg, &entry, &shown)?;
                if !level.gives(arg) {
                    level.more.extend(given.into_iter().map(|given| given.argument));
                }
            }
        }
        // It counts for nothing today, but will for another subcommand.
        for (way, elsewhere) in unused.then(|| all(command)).into_iter().flatten() {
            if let Some(arg) = flag(elsewhere, key) {
                checked(command, &way, arg, &entry, &shown)?;
            }
        }
    }
    Ok(Some(File { argv: levels::with_more(argv, levels), path, own: kept }))
}

/// What an entry comes to for the flag `arg` of a command, if the flag takes it: also if
/// something else is over it, for that will not be so for ever.
fn checked(
    command: &Command,
    way: &Way<'_>,
    arg: &Arg,
    entry: &Entry,
    shown: &str,
) -> Result<Vec<Given>, Refusal> {
    let given = given(arg, &entry.key, entry.value.clone())
        .map_err(|(at, words)| Refusal::of_file(&format!("{shown}:{at}: {words}")))?;
    for Given { at, argument } in &given {
        match alone(command, way, argument) {
            // What it needs besides is not asked yet.
            Err(error) if !OF_SEVERAL.contains(&error.kind()) => {
                return Err(Refusal::new(error).at(&format!("{shown}:{at}")));
            }
            _ => {}
        }
    }
    Ok(given)
}

/// The path on the command line, the innermost if there are several, else in a variable.
fn named(levels: &[Level<'_>]) -> Option<PathBuf> {
    let configs =
        || levels.iter().rev().filter_map(|level| Some((level, flag(level.command, CONFIG)?)));
    let of_line = configs().find_map(|(level, config)| {
        level.matches.get_raw(config.get_id().as_str())?.next().map(PathBuf::from)
    });
    let of_variable = || {
        configs().find_map(|(_, config)| {
            std::env::var_os(config.get_env()?).filter(|path| !path.is_empty()).map(PathBuf::from)
        })
    };
    of_line.or_else(of_variable)
}

fn read(path: &Path, largest: u64) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(largest + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > largest {
        return Err(format!("more than {} MiB is no file of flags", largest >> 20));
    }
    Ok(text)
}

/// Whether `key` sets a flag of any command.
fn settable(command: &Command, own: &[&str], key: &str) -> Result<(), String> {
    if all(command).iter().any(|(_, command)| flag(command, key).is_some()) {
        return if APART.contains(&key) {
            Err(format!("{key} has its place on the command line, not in the file"))
        } else {
            Ok(())
        };
    }
    let unknown = format!("unknown key '{}'", one_line(key));
    Err(match similar(command, own, key) {
        Some(similar) => format!("{unknown}: is {similar} meant?"),
        None if own.is_empty() => format!("{unknown}: the keys are the flags, without their --"),
        None => {
            let own = own.join(", ");
            format!("{unknown}: the keys are {own} and the flags, without their --")
        }
    })
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
fn similar(command: &Command, own: &[&str], key: &str) -> Option<String> {
    let key = key.replace('_', "-").to_ascii_lowercase();
    let commands = all(command);
    let found = |key: &str| {
        let flag = commands.iter().any(|(_, command)| flag(command, key).is_some());
        flag && !APART.contains(&key) || own.contains(&key)
    };
    // `[[station]]` is the likeliest of all slips.
    for meant in [key.clone(), format!("{key}s")] {
        if found(&meant) {
            return Some(meant);
        }
    }
    if key.is_empty() || key.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        return None;
    }
    commands.iter().find_map(|(way, _)| {
        let error = alone(command, way, &format!("--{key}").into()).err()?;
        match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(flag)) => {
                Some(flag.trim_start_matches('-').to_owned()).filter(|key| found(key))
            }
            _ => None,
        }
    })
}

/// The long name of the argument that names the file.
const CONFIG: &str = "config";
/// Which flags are about the file, so that none of them stands in it.
const APART: [&str; 2] = [CONFIG, "check"];
/// Bytes of a file of flags alone, at most: what is longer was not written by hand.
const FLAGS: u64 = 1 << 20;
/// Bytes of a file that holds more than flags, at most.
const MORE: u64 = 16 << 20;
/// Errors that are of several arguments: one alone cannot be blamed for them.
const OF_SEVERAL: [ErrorKind; 4] = [
    ErrorKind::MissingRequiredArgument,
    ErrorKind::ArgumentConflict,
    ErrorKind::MissingSubcommand,
    ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
];

#[cfg(test)]
mod tests;
