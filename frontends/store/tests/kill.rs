//! A writer is killed at random instants: what it acknowledged is there, and what is there
//! agrees with itself. The same with kills in the middle of creating the store.

mod common;
#[path = "common/writer.rs"]
mod writer;

use std::error::Error;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Tested, commit, verify};
use libtest_mimic::{Arguments, Trial};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((writer::WRITER, rest)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        writer::run(rest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let trials = vec![
        Trial::test("killed_between_and_within_commits", || Ok(killed()?)),
        Trial::test("killed_while_the_store_is_created", || Ok(killed_at_birth()?)),
    ];
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

/// Fifty kills of the writers of one store, one after another.
fn killed() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    for round in 0..50 {
        let mut child = writer::command(&file, 1_000_000, round, writer::AGAIN)?.spawn()?;
        let mut said = writer::Said::default();
        said.read(&mut child, 1 + round % 7)?;
        // Not to wait for anything, but to strike at another point of what it does.
        thread::sleep(Duration::from_micros(round * 977 % 12_000));
        child.kill()?;
        child.wait()?;
        // What it said while the blow fell.
        said.read(&mut child, u64::MAX)?;
        if let Some(words) = said.failed {
            return Err(format!("a commit failed: {words}").into());
        }
        let found = verify(&file)?;
        if found < said.acknowledged {
            return Err(
                format!("{} cars were acknowledged, {found} are there", said.acknowledged).into()
            );
        }
    }
    Ok(())
}

/// Kills from the very start of the program on.
fn killed_at_birth() -> Tested {
    for round in 0..40 {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("station.db");
        let mut child = writer::command(&file, 1_000_000, round, writer::AGAIN)?.spawn()?;
        thread::sleep(Duration::from_micros(round * 700));
        child.kill()?;
        child.wait()?;
        let mut said = writer::Said::default();
        said.read(&mut child, u64::MAX)?;
        let found = verify(&file)?;
        if found < said.acknowledged {
            return Err(
                format!("{} cars were acknowledged, {found} are there", said.acknowledged).into()
            );
        }
        let mut store = carwatch_store::Store::open(&file)?;
        commit(&mut store, found + 1..=found + 1)?;
        drop(store);
        assert_eq!(verify(&file)?, found + 1);
    }
    Ok(())
}
