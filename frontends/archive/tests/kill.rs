//! A writer is killed at random instants: each car is there once, and what was acknowledged
//! is there. The same with kills while the archive is created.

mod common;
#[path = "common/writer.rs"]
mod writer;

use std::error::Error;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use carwatch::follow::Ends;
use carwatch_archive::Archive;
use common::{Tested, round, rows};
use libtest_mimic::{Arguments, Trial};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((writer::WRITER, rest)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        writer::run(rest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let trials = vec![
        Trial::test("killed_between_and_within_rounds", || Ok(killed()?)),
        Trial::test("killed_while_the_archive_is_created", || Ok(killed_at_birth()?)),
    ];
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

/// Fifty kills of the writers of one archive, one after another.
fn killed() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut last = 0;
    for nth in 0..50 {
        let mut child = writer::command(&file, nth)?.spawn()?;
        let mut said = writer::Said::default();
        said.read(&mut child, 1 + nth % 7)?;
        // Not to wait for anything, but to strike at another point of what it does.
        thread::sleep(Duration::from_micros(nth * 977 % 12_000));
        child.kill()?;
        child.wait()?;
        // What it said while the blow fell.
        said.read(&mut child, u64::MAX)?;
        if let Some(words) = said.failed {
            return Err(format!("a round failed: {words}").into());
        }
        last = writer::verify(&file)?;
        if last < said.acknowledged {
            let acknowledged = said.acknowledged;
            return Err(format!("{acknowledged} were acknowledged, {last} are there").into());
        }
    }
    // The whole list, verified: each car once, and none is cut.
    let list: Vec<String> = (1..=last + 1).map(writer::record).collect();
    let mut archive = Archive::open(&file)?;
    let mut follow = archive.follow("gate")?;
    let list = list.join(".");
    // The first records of it were trimmed by now, which a list that never was would not be.
    let from = list.len() - list.len().min(3_000);
    let from = from + list[from..].find('.').map_or(0, |dot| dot + 1);
    let (_, stored) = round(&mut archive, &mut follow, &list.as_bytes()[from..], Ends::Verified)?;
    assert_eq!(*stored.added, [1]);
    drop(archive);
    assert_eq!(writer::verify(&file)?, last + 1);
    assert_eq!(rows(&file, "SELECT count(*) FROM cars WHERE color != 'blue'")?, ["0"]);
    Ok(())
}

/// Kills from the very start of the program on.
fn killed_at_birth() -> Tested {
    for nth in 0..40 {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("cars.db");
        let mut child = writer::command(&file, nth)?.spawn()?;
        thread::sleep(Duration::from_micros(nth * 700));
        child.kill()?;
        child.wait()?;
        let mut said = writer::Said::default();
        said.read(&mut child, u64::MAX)?;
        let found = writer::verify(&file)?;
        if found < said.acknowledged {
            let acknowledged = said.acknowledged;
            return Err(format!("{acknowledged} were acknowledged, {found} are there").into());
        }
    }
    Ok(())
}
