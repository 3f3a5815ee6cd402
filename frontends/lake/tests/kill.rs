//! A writer is killed at random instants: every part that can be seen is whole, and of every
//! batch all is there or nothing, once the lake was opened again.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_lake::Lake;
use libtest_mimic::{Arguments, Trial};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

type Tested<T = ()> = Result<T, Box<dyn Error>>;

const WRITER: &str = "--write-until-killed";
const STATIONS: i64 = 3;
const DAYS: i64 = 4;

fn main() -> Tested<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [WRITER, dir, first] = &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        write(Path::new(dir), first.parse()?)?;
    }
    let trial = Trial::test("killed_at_any_moment", || Ok(killed()?));
    Ok(libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code())
}

/// Batch after batch, each with a part for each station and day, until it is killed.
fn write(dir: &Path, first: i64) -> Tested {
    let lake = Lake::open(dir)?;
    for number in first.. {
        let mut batch = lake.begin(Unix::from_millis(number));
        for place in 0..STATIONS * DAYS {
            let time = (place % DAYS * 86_400).to_string();
            batch.add(&format!("s{}", place / DAYS), &Car::new(time, "fiat", "red"))?;
        }
        batch.commit()?;
        println!("{number}");
    }
    Ok(())
}

fn killed() -> Tested {
    let folder = tempfile::tempdir()?;
    let (mut said, mut resumed) = (0, 0);
    for round in 0..50u64 {
        let mut child = Command::new(std::env::current_exe()?)
            .args([WRITER.as_ref(), folder.path().as_os_str()])
            .arg((round * 1_000_000).to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        // It is at work.
        let first = lines.next().ok_or("nothing was committed")??;
        if round % 2 == 0 {
            // Not to wait for anything, but to strike at another point of what it does.
            thread::sleep(Duration::from_micros(round * 977 % 30_000));
        } else {
            // In the midst of a commit.
            while !is_committing(folder.path())? {
                thread::yield_now();
            }
        }
        child.kill()?;
        child.wait()?;
        let mut acknowledged = vec![first.parse::<i64>()?];
        for line in lines {
            acknowledged.push(line?.parse()?);
        }
        let before = batches(folder.path())?;
        Lake::open(folder.path())?;
        let after = batches(folder.path())?;
        resumed += usize::from(before != after);
        said += acknowledged.len();
        for number in acknowledged {
            assert!(after.contains_key(&number), "batch {number} was acknowledged");
        }
        for (number, cars) in &after {
            assert_eq!(*cars, STATIONS * DAYS, "batch {number} after a kill");
        }
        for entry in fs::read_dir(folder.path())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            assert!(name.starts_with("station="), "{name} was left behind");
        }
        // What was looked at need not be looked at again.
        for station in fs::read_dir(folder.path())? {
            fs::remove_dir_all(station?.path())?;
        }
    }
    println!("{said} batches were acknowledged, {resumed} were finished by the next to come");
    Ok(())
}

/// Whether some batch has its list of parts, by which it is committed.
fn is_committing(dir: &Path) -> Tested<bool> {
    for entry in fs::read_dir(dir)? {
        if entry?.path().join("list").exists() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many cars there are of each batch, by what readers see.
fn batches(dir: &Path) -> Tested<BTreeMap<i64, i64>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "parquet") {
                for number in numbers(path)? {
                    *all.entry(number).or_default() += 1;
                }
            }
        }
    }
    Ok(all)
}

/// `gathered_at` of each row of a part, all columns of which are read.
fn numbers(path: PathBuf) -> Tested<Vec<i64>> {
    let file = SerializedFileReader::new(File::open(path)?)?;
    file.get_row_iter(None)?.map(|row| Ok(row?.get_long(5)?)).collect()
}
