//! The commands that a command line goes through: the program's own, and below it the
//! subcommand that it names, if it names one. Each takes its own flags.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::environment::{heeding, is_set};

/// The names of subcommands that lead to one of them; of none, to the program's own command.
pub(super) type Way<'c> = Vec<&'c str>;

/// One of the commands.
#[derive(Debug)]
pub(super) struct Level<'c> {
    pub(super) way: Way<'c>,
    pub(super) command: &'c Command,
    /// What the command line gives it, right or wrong.
    pub(super) matches: ArgMatches,
    /// Where its flags may begin on the command line.
    begin: usize,
    /// Whether its flags go with the subcommand that the command line names.
    apart: bool,
    /// What to give it besides.
    pub(super) more: Vec<OsString>,
}

impl Level<'_> {
    /// Whether the command line or a variable gives it `arg`, or it could not take it as well
    /// as its subcommand.
    pub(super) fn gives(&self, arg: &Arg) -> bool {
        let id = arg.get_id().as_str();
        self.apart
            || self.matches.value_source(id) == Some(ValueSource::CommandLine)
            || arg.get_env().is_some_and(is_set)
    }
}

/// The commands of `argv`, from the outermost; `None` if that is a cry for help.
pub(super) fn levels<'c>(command: &'c Command, argv: &[OsString]) -> Option<Vec<Level<'c>>> {
    let bare = heeding(command, &|_| false).ignore_errors(true);
    let parsed = |argv: &[OsString]| bare.clone().try_get_matches_from(argv).ok();
    let mut matches = parsed(argv)?;
    let mut levels: Vec<Level<'c>> = Vec::new();
    let (mut command, mut way, mut begin) = (command, Way::new(), argv.len().min(1));
    loop {
        let below = matches.remove_subcommand().and_then(|(name, matches)| {
            // None if it is clap's own `help`.
            Some((command.get_subcommands().find(|sub| sub.get_name() == name)?, matches))
        });
        levels.push(Level {
            way: way.clone(),
            command,
            matches,
            begin,
            apart: below.is_some() && command.is_args_conflicts_with_subcommands_set(),
            more: Vec::new(),
        });
        let Some((subcommand, its_matches)) = below else { return Some(levels) };
        way.push(subcommand.get_name());
        // The same word may stand before it as the value of a flag. What stands before a
        // subcommand decides that it is one.
        let is_it = |at: &usize| {
            is_called(subcommand, &argv[*at])
                && parsed(&argv[..=*at]).is_some_and(|matches| goes(&matches, &way))
        };
        let at = (begin..argv.len()).find(is_it)?;
        (command, matches, begin) = (subcommand, its_matches, at + 1);
    }
}

/// The subcommand of the program that `argv` names; `None` if there is none, or if that is a
/// cry for help.
pub(crate) fn called<'c>(command: &'c Command, argv: &[OsString]) -> Option<&'c str> {
    levels(command, argv)?.last()?.way.first().copied()
}

/// The long names of all flags that stand in `argv` itself, whatever a variable or a file
/// gives.
pub(crate) fn typed(command: &Command, argv: &[OsString]) -> BTreeSet<String> {
    let of_level = |level: Level<'_>| {
        let typed = level.command.get_arguments().filter_map(|arg| {
            let source = level.matches.value_source(arg.get_id().as_str());
            arg.get_long().filter(|_| source == Some(ValueSource::CommandLine))
        });
        typed.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    levels(command, argv).into_iter().flatten().flat_map(of_level).collect()
}

/// `argv` with what the levels have besides.
pub(super) fn with_more(argv: &[OsString], levels: Vec<Level<'_>>) -> Vec<OsString> {
    let mut argv = argv.to_vec();
    for level in levels.into_iter().rev() {
        argv.splice(level.begin..level.begin, level.more);
    }
    argv
}

/// The command and all below it.
pub(super) fn all(command: &Command) -> Vec<(Way<'_>, &Command)> {
    let mut all = vec![(Way::new(), command)];
    for subcommand in command.get_subcommands() {
        for (mut way, command) in self::all(subcommand) {
            way.insert(0, subcommand.get_name());
            all.push((way, command));
        }
    }
    all
}

/// Parses one argument of one command, and nothing else.
pub(super) fn alone(
    command: &Command,
    way: &Way<'_>,
    argument: &OsString,
) -> Result<ArgMatches, clap::Error> {
    let begin = [command.get_name()].into_iter().chain(way.iter().copied()).map(OsStr::new);
    let argv: Vec<_> = begin.chain([argument.as_os_str()]).collect();
    let mut command = heeding(command, &|_| false);
    command.try_get_matches_from_mut(argv).map_err(|error| error.format(&mut command))
}

fn is_called(subcommand: &Command, word: &OsStr) -> bool {
    subcommand.get_name() == word || subcommand.get_all_aliases().any(|alias| alias == word)
}

/// Whether the subcommands of `matches` are those of `way`.
fn goes(matches: &ArgMatches, way: &[&str]) -> bool {
    match (matches.subcommand(), way) {
        (Some((name, below)), [first, rest @ ..]) => name == *first && goes(below, rest),
        (below, way) => below.is_none() && way.is_empty(),
    }
}
