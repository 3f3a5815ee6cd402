//! The script for fish.

use std::fmt::Write;

use clap::{Command, ValueHint};

/// What the generator leaves out: the value of a flag, flags after a station, and what
/// stands after a subcommand and is no flag.
pub(super) fn mended(command: &Command, program: &str, script: &str) -> String {
    let prefix = format!("__fish_{}", program.replace('-', "_"));
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    // Without its value, the last flag is an error, and nothing would be offered.
    let parse = format!("    argparse -s ({prefix}_global_optspecs) -- $cmd");
    let mut script = script.replace(
        &format!("{parse} 2>/dev/null\n"),
        &format!(
            "{parse} 2>/dev/null\n    \
             # The last word may be a flag whose value is yet to come.\n    \
             or {} value 2>/dev/null\n",
            parse.trim_start(),
        ),
    );
    script = script.replace(
        "    if set -q argv[1]\n",
        &format!(
            "    # Any other word is a station, and flags may follow it.\n    \
             if set -q argv[1]; and contains -- $argv[1] {}\n",
            names.join(" "),
        ),
    );
    // A subcommand is the first word or none.
    script = script.replace(
        &format!("-n \"{prefix}_needs_command\" -a "),
        "-n \"test (count (commandline -opc)) -eq 1\" -a ",
    );
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        let begin = format!("complete -c {program} -n \"{prefix}_using_subcommand {name}");
        let values = values(subcommand);
        let free = values.as_ref().is_some_and(Vec::is_empty);
        if free && !takes_no_files(subcommand) {
            // Files, which fish offers of itself.
            continue;
        }
        let _ = writeln!(script, "{begin}\" -f");
        if let Some(values) = values.filter(|_| !free) {
            let values = values.join(" ");
            let not_yet = format!("; and not __fish_seen_subcommand_from {values}");
            let _ = writeln!(script, "{begin}{not_yet}\" -f -a \"{values}\"");
        }
    }
    script
}

/// Whether what a subcommand takes, whatever it is, is no file.
fn takes_no_files(subcommand: &Command) -> bool {
    subcommand.get_positionals().any(|arg| arg.get_value_hint() == ValueHint::Other)
}

/// The first words that a subcommand takes, no words for any; `None` if it takes none.
fn values(subcommand: &Command) -> Option<Vec<String>> {
    if subcommand.has_subcommands() {
        // The generator takes `help` itself for the one that was asked for already.
        let below = subcommand.get_subcommands().map(Command::get_name);
        return Some(below.filter(|name| *name != "help").map(ToOwned::to_owned).collect());
    }
    let first = subcommand.get_positionals().next()?;
    Some(first.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect())
}
