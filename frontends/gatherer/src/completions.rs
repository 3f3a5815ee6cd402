//! `completions SHELL`: what a shell needs to know of the command line.
//!
//! The generator, `clap_complete` 4.6, is mended where a program that takes stations as well
//! as subcommands, or has a hyphen in its name, is more than it knows of.

mod fish;
mod zsh;

use std::io::{self, Write};

use clap::Command;
pub(crate) use clap_complete::Shell;

use crate::args::{Args, ENV_PREFIX};

/// Prints the completions of `program` for a shell.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn print(shell: Shell, program: &'static str, out: &mut dyn Write) -> io::Result<()> {
    let mut command = carwatch_cli::command::<Args>(program, ENV_PREFIX);
    // The generator would panic if it could not write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, program, &mut script);
    out.write_all(&mended(shell, &command, program, script))?;
    out.flush()
}

/// `command` is the one that the script is of, and is built.
fn mended(shell: Shell, command: &Command, program: &str, script: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(script) {
        Ok(text) => match shell {
            Shell::Bash => bash(program, &text),
            Shell::Zsh => zsh::mended(program, &text),
            Shell::Fish => fish::mended(command, program, &text),
            _ => text,
        }
        .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// The states of a program with a hyphen in its name are written in two ways, of which the
/// script knows one: nothing would be completed after a subcommand.
fn bash(program: &str, script: &str) -> String {
    let (wrong, right) = (program.replace('-', "__subcmd__"), program.replace('-', "__"));
    script.replace(&wrong, &right)
}

#[cfg(test)]
mod tests;
