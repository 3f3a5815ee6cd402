//! Every flag is an environment variable as well (cli.md), in one place, whichever command
//! it is of.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command};

/// Gives every argument with a long flag the variable `{prefix}_{LONG_FLAG}`; `--help`
/// names the variables and keeps their values to itself.
///
/// A flag that takes no value is set by `true`, `1`, `yes` or `on`, and is not set by
/// `false`, `0`, `no`, `off` or nothing; one that counts also takes the number.
/// A value on the command line wins over the variable, and a variable that is empty is one
/// that is not set: [`parse`](crate::parse) sees to that.
///
/// So do the flags of its subcommands, whose variables do not name the subcommand: where two
/// commands have a flag of the same name, it is one variable, and means the same.
#[must_use]
pub fn with_env(command: Command, prefix: &str) -> Command {
    let command = command.mut_args(|arg| {
        let Some(variable) = arg.get_long().map(|long| variable(prefix, long)) else { return arg };
        let arg = match arg.get_action() {
            ArgAction::SetTrue => arg.value_parser(switch),
            ArgAction::Count => arg.value_parser(count),
            _ => arg,
        };
        named(arg, variable)
    });
    command.mut_subcommands(|subcommand| with_env(subcommand, prefix))
}

/// `command` as if only the variables were there that `heeded` says.
pub(crate) fn heeding(command: &Command, heeded: &dyn Fn(&OsStr) -> bool) -> Command {
    fn among(command: Command, heeded: &dyn Fn(&OsStr) -> bool) -> Command {
        let command = command.mut_args(|arg| match arg.get_env() {
            Some(name) if !heeded(name) => arg.env(Resettable::Reset),
            _ => arg,
        });
        command.mut_subcommands(|subcommand| among(subcommand, heeded))
    }
    among(command.clone(), heeded)
}

/// Whether the variable is there and not empty.
pub(crate) fn is_set(name: &OsStr) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The names of all variables of `command` and its subcommands, each once.
pub(crate) fn variables(command: &Command) -> BTreeSet<&OsStr> {
    let below = command.get_subcommands().flat_map(variables);
    command.get_arguments().filter_map(Arg::get_env).chain(below).collect()
}

fn named(arg: Arg, variable: String) -> Arg {
    arg.env(variable).hide_env_values(true)
}

fn variable(prefix: &str, long: &str) -> String {
    format!("{prefix}_{}", long.replace('-', "_").to_uppercase())
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err("write true, 1, yes or on, or else false, 0, no or off".into()),
    }
}

fn count(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(count) => Ok(count),
        Err(_) => switch(text)
            .map(u8::from)
            .map_err(|_| "write how many times, from 0 to 255, or true or false".into()),
    }
}

#[cfg(test)]
mod tests;
