//! What people see of a store while it is written, and what a commit is.

mod common;

use std::fs;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_store::{Commit, NewCar, Store};
use common::{Tested, car, commit, numbers, position, verify};
use rusqlite::Connection;

#[test]
fn the_table_is_that_of_the_documentation() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let _store = Store::open(&file)?;
    let columns: Vec<(String, String, bool)> = Connection::open(&file)?
        .prepare("SELECT name, type, pk FROM pragma_table_info('cars')")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let columns: Vec<_> = columns.iter().map(|(n, t, pk)| (n.as_str(), t.as_str(), *pk)).collect();
    assert_eq!(
        columns,
        [
            ("id", "INTEGER", true),
            ("time", "TEXT", false),
            ("brand", "TEXT", false),
            ("color", "TEXT", false),
            ("arrived_at", "INTEGER", false),
            ("source_id", "TEXT", false),
        ]
    );
    Ok(())
}

#[test]
fn every_text_is_kept_as_it_is() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let texts = ["", "0012", "1e3", " ", "a.b:c%2E", "\0", "a\0b", "'\"", "\u{202e}\n", "🚗"];
    let long = "x".repeat(65_536);
    let mut store = Store::open(&file)?;
    let all: Vec<&str> = texts.into_iter().chain([&*long]).collect();
    let mut cars = all.iter().map(|text| NewCar {
        car: Car::new(*text, *text, *text),
        id: None,
        arrived: Unix::from_millis(-1),
    });
    store.commit(Commit { cars: &mut cars, drop_oldest: 0, position: None })?;
    drop(store);
    let mut loaded = Vec::new();
    Store::open(&file)?.load(None, &mut |stored| {
        assert_eq!(stored.arrived, Unix::from_millis(-1));
        loaded.push(stored.car.into_owned());
    })?;
    assert_eq!(loaded, all.iter().map(|text| Car::new(*text, *text, *text)).collect::<Vec<_>>());
    let types: String = Connection::open(&file)?.query_row(
        "SELECT group_concat(DISTINCT typeof(time) || typeof(brand) || typeof(color)) FROM cars",
        [],
        |row| row.get(0),
    )?;
    assert_eq!(types, "texttexttext");
    Ok(())
}

#[test]
fn readers_see_each_commit_at_once_and_whole() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    let reader = Connection::open(&file)?;
    let count = || {
        reader.query_row("SELECT count(*), max(CAST(time AS INTEGER)) FROM cars", [], |row| {
            Ok((number(row.get(0)?), number(row.get::<_, Option<i64>>(1)?.unwrap_or(0))))
        })
    };
    for last in (100..=1000).step_by(100) {
        let mut seen = None;
        let cars = last - 99..=last;
        let mut cars = cars.map(|number| {
            // In the middle of the transaction.
            if number == last - 50 {
                seen = Some(count());
            }
            car(number)
        });
        store.commit(Commit { cars: &mut cars, drop_oldest: 0, position: None })?;
        drop(cars);
        assert_eq!(
            seen.transpose()?,
            Some((last - 100, last - 100)),
            "nothing uncommitted is seen"
        );
        assert_eq!(count()?, (last, last));
    }
    Ok(())
}

#[test]
fn a_reader_that_never_ends_stops_nothing_and_the_log_shrinks_after_it() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let wal = folder.path().join("station.db-wal");
    let mut store = Store::open(&file)?;
    commit(&mut store, 1..=10)?;
    let reader = Connection::open(&file)?;
    reader.execute_batch("BEGIN")?;
    let count = || reader.query_row("SELECT count(*) FROM cars", [], |row| row.get(0).map(number));
    assert_eq!(count()?, 10);
    let mut last = 10;
    while fs::metadata(&wal)?.len() < 20 * 1024 * 1024 {
        commit(&mut store, last + 1..=last + 16_384)?;
        last += 16_384;
    }
    assert_eq!(count()?, 10, "it reads what was there when it began");
    assert!(store.size()? > 20 * 1024 * 1024);
    reader.execute_batch("COMMIT")?;
    assert_eq!(count()?, last);
    for _ in 0..3 {
        commit(&mut store, last + 1..=last + 1)?;
        last += 1;
    }
    assert!(fs::metadata(&wal)?.len() <= 16 * 1024 * 1024, "{}", fs::metadata(&wal)?.len());
    drop(store);
    assert_eq!(verify(&file)?, last);
    Ok(())
}

#[test]
fn another_writer_is_waited_for_then_named_and_then_all_goes_on() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    let other = Connection::open(&file)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let error = commit(&mut store, 1..=10).expect_err("the other has it");
    assert!(error.to_string().contains("database is locked"), "{error}");
    assert!(error.to_string().contains("station.db"), "{error}");
    other.execute_batch("ROLLBACK")?;
    commit(&mut store, 1..=10)?;
    drop(store);
    assert_eq!(verify(&file)?, 10);
    Ok(())
}

#[test]
fn a_commit_that_fails_half_way_leaves_nothing() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    commit(&mut store, 1..=10)?;
    let other = Connection::open(&file)?;
    for failing in ["cars WHEN new.time = '15'", "positions"] {
        let event = if failing == "positions" { "UPDATE ON" } else { "INSERT ON" };
        other.execute_batch(&format!(
            "CREATE TRIGGER broken BEFORE {event} {failing} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        ))?;
        let error = commit(&mut store, 11..=20).expect_err("the trigger is there");
        assert!(error.to_string().contains("broken"), "{error}");
        assert_eq!(store.count(), 10);
        assert_eq!(numbers(&store)?, (1..=10).collect::<Vec<_>>());
        assert_eq!(store.positions()?, [position(1, 10)]);
        other.execute_batch("DROP TRIGGER broken")?;
    }
    commit(&mut store, 11..=20)?;
    drop(store);
    assert_eq!(verify(&file)?, 20);
    Ok(())
}

#[test]
fn a_store_that_was_moved_is_not_written_to() -> Tested {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let mut store = Store::open(&at("station.db"))?;
    commit(&mut store, 1..=10)?;
    for name in ["station.db", "station.db-wal"] {
        fs::rename(at(name), at("away"))?;
        let error = commit(&mut store, 11..=20).expect_err("it is gone");
        assert!(error.to_string().contains("deleted, moved or replaced"), "{error}");
        fs::write(at(name), "")?;
        commit(&mut store, 11..=20).expect_err("it is another");
        fs::rename(at("away"), at(name))?;
    }
    commit(&mut store, 11..=20)?;
    drop(store);
    assert_eq!(verify(&at("station.db"))?, 20);
    Ok(())
}

fn number(number: i64) -> u64 {
    number.cast_unsigned()
}
