//! `completions SHELL`: what a shell needs to know of the command line.

use std::io::{self, Write};

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
    out.write_all(&mended(shell, program, script))?;
    out.flush()
}

/// The bash script of `clap_complete` 4.6 writes the states of a program with a hyphen in its
/// name in two ways, of which it knows one: nothing would be completed after a subcommand.
fn mended(shell: Shell, program: &str, script: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(script) {
        Ok(text) if shell == Shell::Bash => {
            let (wrong, right) = (program.replace('-', "__subcmd__"), program.replace('-', "__"));
            text.replace(&wrong, &right).into_bytes()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

#[cfg(test)]
mod tests;
