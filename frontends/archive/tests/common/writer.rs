//! A child process that stores rounds of one growing list until it is told to end, or killed:
//! this test program, run again.
//!
//! It prints `acknowledged N` after each round, N being how many records that had whole, and
//! `failed WORDS` after one that failed, upon which it kills itself.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use carwatch::follow::{Ends, How};
use carwatch_archive::Archive;

use super::common::{round, rows};

/// The first argument of a child.
pub(crate) const WRITER: &str = "--writer";

/// A record that says its number, and can be cut after its second `:` alone.
pub(crate) fn record(number: u64) -> String {
    format!("{number}:vw:blue")
}

/// The child's side: `--writer FILE SEED`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [file, seed] = arguments else { return Err("--writer needs two".into()) };
    let mut random: u64 = seed.parse()?;
    let file = Path::new(file);
    let mut archive = Archive::open(file)?;
    let mut follow = archive.follow("gate")?;
    let mut last = count(file)?;
    loop {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let ends = [Ends::Unverified, Ends::Verified, Ends::Partial][(random >> 33) as usize % 3];
        let grown = last + 2 + (random >> 36) % 400;
        // The front is trimmed, and what was the end of the list is still there.
        let list: Vec<String> = (1.max(last.saturating_sub(300))..=grown).map(record).collect();
        let mut bytes = list.join(".");
        match ends {
            Ends::Verified => {}
            Ends::Unverified => bytes.truncate(bytes.len() - (random >> 50) as usize % 5),
            Ends::Partial => bytes.push_str(".cut"),
        }
        match round(&mut archive, &mut follow, bytes.as_bytes(), ends) {
            Ok((How::Continued | How::First, _)) => {}
            Ok((how, _)) => return Err(format!("{how:?} after {last}").into()),
            Err(error) => {
                say(&format!("failed {error}"))?;
                // As by SIGKILL: nothing is closed.
                std::process::abort();
            }
        }
        last = grown;
        say(&format!("acknowledged {last}"))?;
    }
}

/// Checks that a database has the cars from 1 on, each once and in order, and that its last
/// one alone may be cut; how many there are.
pub(crate) fn verify(file: &Path) -> Result<u64, Box<dyn Error + Send + Sync>> {
    // As the next client finds it.
    drop(Archive::open(file)?);
    let cars = rows(
        file,
        "SELECT time || ':' || brand || ':' || color, provisional FROM cars ORDER BY id",
    )?;
    for (at, car) in (1..).zip(&cars) {
        let (found, provisional) = car.split_once('|').ok_or("two columns")?;
        let expected = record(at);
        let may_be_cut = at as usize == cars.len() && provisional == "1";
        if found != expected && !(may_be_cut && expected.starts_with(found)) {
            return Err(format!("car {at} is {car}").into());
        }
    }
    let whole = rows(file, "PRAGMA integrity_check")?;
    let sums = "SELECT (SELECT sum(new) FROM outcomes), (SELECT sum(new) FROM gathers),
        (SELECT count(*) FROM gathers) - (SELECT count(*) FROM outcomes)";
    let expected =
        if cars.is_empty() { "||0".to_owned() } else { format!("{0}|{0}|0", cars.len()) };
    if whole != ["ok"] || rows(file, sums)? != [expected] {
        return Err(format!("{whole:?}, and {:?} of {} cars", rows(file, sums)?, cars.len()).into());
    }
    Ok(cars.len() as u64)
}

fn count(file: &Path) -> Result<u64, Box<dyn Error>> {
    Ok(rows(file, "SELECT count(*) FROM cars")?[0].parse()?)
}

/// The command that starts a child.
pub(crate) fn command(file: &Path, seed: u64) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WRITER).arg(file).arg(seed.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command)
}

/// What a child has said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// How many records its last stored round had.
    pub(crate) acknowledged: u64,
    /// Its last failure.
    pub(crate) failed: Option<String>,
}

impl Said {
    /// Reads what `child` says until it has acknowledged `most` rounds, or ends.
    pub(crate) fn read(
        &mut self,
        child: &mut Child,
        most: u64,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some(out) = child.stdout.as_mut() else { return Err("the child has no stdout".into()) };
        let mut acknowledged = 0;
        // One line after another as they come, so what remains is left in the pipe.
        let mut lines = io::BufReader::with_capacity(1, out).lines();
        while acknowledged < most {
            let Some(line) = lines.next().transpose()? else { break };
            match line.split_once(' ') {
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
