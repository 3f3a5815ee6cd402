//! A child process that writes numbered cars until it is told to end, or killed: this test
//! program, run again.
//!
//! It prints `at N` when it begins with N cars there, `acknowledged N` after each commit up
//! to car N, and `failed WORDS` after one that failed, which it then tries again.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use carwatch_store::Store;

/// The first argument of a child.
pub(crate) const WRITER: &str = "--writer";

/// What a child does after a failed commit.
pub(crate) const AGAIN: &str = "again";
/// What a child does after a failed commit: it kills itself.
pub(crate) const DIE: &str = "die";

/// The child's side: `--writer FILE COMMITS SEED AGAIN-OR-DIE`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [file, commits, seed, after] = arguments else { return Err("--writer needs four".into()) };
    let (commits, mut random): (u64, u64) = (commits.parse()?, seed.parse()?);
    let mut store = Store::open(Path::new(file))?;
    let mut last = store.count();
    say(&format!("at {last}"))?;
    for _ in 0..commits {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let next = last + 1 + (random >> 33) % 1500;
        while let Err(error) = super::commit(&mut store, last + 1..=next) {
            say(&format!("failed {error}"))?;
            if after == DIE {
                // As by SIGKILL: nothing is closed.
                std::process::abort();
            }
        }
        last = next;
        say(&format!("acknowledged {last}"))?;
    }
    Ok(())
}

/// The command that starts a child.
pub(crate) fn command(file: &Path, commits: u64, seed: u64, after: &str) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WRITER).arg(file).arg(commits.to_string()).arg(seed.to_string()).arg(after);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command)
}

/// What a child has said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// The last car of which it said that it was committed or there at its start.
    pub(crate) acknowledged: u64,
    /// Its last failure.
    pub(crate) failed: Option<String>,
}

impl Said {
    /// Reads what `child` says until it has acknowledged `most` commits, or ends.
    pub(crate) fn read(
        &mut self,
        child: &mut Child,
        most: u64,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some(out) = child.stdout.as_mut() else { return Err("the child has no stdout".into()) };
        let mut acknowledged = 0;
        // One line after another as they come, so what remains is left in the pipe's reader.
        let mut lines = io::BufReader::with_capacity(1, out).lines();
        while acknowledged < most {
            let Some(line) = lines.next().transpose()? else { break };
            match line.split_once(' ') {
                Some(("at", n)) => self.acknowledged = n.parse()?,
                Some(("acknowledged", n)) => {
                    self.acknowledged = n.parse()?;
                    acknowledged += 1;
                }
                Some(("failed", words)) => self.failed = Some(words.to_owned()),
                _ => return Err(format!("the child says {line:?}").into()),
            }
        }
        Ok(())
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
