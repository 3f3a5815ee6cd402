//! What stands in a store's place and is none, or a damaged one, is named and left as it is.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::fs;
use std::path::Path;

use carwatch_store::{Commit, Problem, Store};
use common::{Tested, commit, verify};
use folder::{contents, made, refused};
use rusqlite::Connection;

#[test]
fn every_kind_of_damage_is_named_and_left_as_it_is() -> Tested {
    type Damage = (&'static str, fn(&Path) -> Tested, fn(&Problem) -> bool);
    let kinds: &[Damage] = &[
        (
            "text",
            |file| Ok(fs::write(file, "time:brand:color\n")?),
            |p| *p == Problem::NotADatabase,
        ),
        (
            "long text",
            |file| Ok(fs::write(file, "car ".repeat(9000))?),
            |p| *p == Problem::NotADatabase,
        ),
        ("zeros", |file| Ok(fs::write(file, [0; 40_960])?), |p| *p == Problem::NotADatabase),
        (
            "cut short",
            |file| cut(file, |len| len / 2 + 100),
            |p| matches!(p, Problem::Truncated { .. }),
        ),
        (
            "a page short",
            |file| cut(file, |len| len - 4096),
            |p| matches!(p, Problem::Truncated { .. }),
        ),
        ("one page left", |file| cut(file, |_| 4096), |p| matches!(p, Problem::Truncated { .. })),
        ("header alone", |file| cut(file, |_| 100), |p| matches!(p, Problem::Truncated { .. })),
        ("less than a header", |file| cut(file, |_| 99), |p| *p == Problem::NotADatabase),
        ("first page", |file| garbage(file, 100, 3996), |p| matches!(p, Problem::Damaged(_))),
        (
            "page of cars",
            |file| garbage(file, 4096 * 20, 4096),
            |p| matches!(p, Problem::Damaged(_)),
        ),
        (
            "page size",
            |file| garbage(file, 16, 2),
            |p| matches!(p, Problem::NotADatabase | Problem::Truncated { .. }),
        ),
        ("newer", |file| edit(file, "PRAGMA user_version = 99"), |p| *p == Problem::Newer(99)),
        (
            "no version",
            |file| edit(file, "PRAGMA user_version = 0"),
            |p| matches!(p, Problem::Damaged(_)),
        ),
        ("another's", |file| edit(file, "PRAGMA application_id = 7"), |p| *p == Problem::Foreign),
        ("no id", |file| edit(file, "PRAGMA application_id = 0"), |p| *p == Problem::Foreign),
        ("no cars", |file| edit(file, "DROP TABLE cars"), |p| matches!(p, Problem::Damaged(_))),
        (
            "no column",
            |file| edit(file, "ALTER TABLE cars DROP COLUMN color"),
            |p| matches!(p, Problem::Damaged(_)),
        ),
        ("counter of text", |file| edit(file, "UPDATE counters SET value = 'x'"), is_counter),
        ("counter of half an id", |file| edit(file, "UPDATE counters SET value = 1.5"), is_counter),
        (
            "last counter",
            |file| edit(file, "UPDATE counters SET value = 9223372036854775807"),
            is_counter,
        ),
        (
            "last id",
            |file| edit(file, "UPDATE cars SET id = 9223372036854775807 WHERE id = 20000"),
            |p| matches!(p, Problem::Damaged(words) if words == "in the table cars, no station gave the id 9223372036854775807"),
        ),
        ("another program's", foreign, |p| *p == Problem::Foreign),
        (
            "another's view",
            |file| {
                fs::remove_file(file)?;
                Ok(Connection::open(file)?.execute_batch("CREATE VIEW v AS SELECT 1")?)
            },
            |p| *p == Problem::Foreign,
        ),
        (
            "its log alone",
            |file| {
                fs::remove_file(file)?;
                Ok(fs::write(file.with_extension("db-wal"), "cars")?)
            },
            |p| matches!(p, Problem::Orphan(_)),
        ),
    ];
    for (name, damage, is_expected) in kinds {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("station.db");
        made(&file, 20_000)?;
        damage(&file)?;
        let before = contents(folder.path());
        let problem = refused(&file);
        assert!(is_expected(&problem), "{name}: {problem:?}");
        assert!(contents(folder.path()) == before, "{name}: something was changed or created");
    }
    Ok(())
}

fn is_counter(problem: &Problem) -> bool {
    let expected = "in the table counters, the value of next_id is no id";
    matches!(problem, Problem::Damaged(words) if words == expected)
}

#[test]
fn check_finds_what_a_start_would_find_beside_the_cars() -> Tested {
    for (damage, expected) in [
        ("UPDATE positions SET \"offset\" = 'x'", "positions, offset of the row with id 1"),
        ("UPDATE positions SET head = X'00'", "positions, head of the row with id 1"),
        ("UPDATE positions SET format = 'xml'", "positions, format of the row with id 1"),
        (
            "UPDATE positions SET id = 9223372036854775807",
            "positions, id of the row with id 9223372036854775807",
        ),
        ("UPDATE recent_ids SET source_id = NULL WHERE id = 3", "recent_ids, source_id of"),
        (
            "UPDATE recent_ids SET id = 9223372036854775807 WHERE id = 3",
            "recent_ids, id of the row with id 9223372036854775807",
        ),
    ] {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("station.db");
        made(&file, 5)?;
        edit(&file, "INSERT INTO recent_ids(source_id) VALUES('a'), ('b'), ('c')")?;
        assert_eq!(Store::check(&file), Ok(()), "{damage}");
        edit(&file, damage)?;
        let before = contents(folder.path());
        let error = Store::check(&file).expect_err(damage);
        assert!(matches!(error.problem, Problem::Damaged(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(contents(folder.path()) == before, "{damage}: something was changed");
        let store = Store::open(&file)?;
        let loaded = store.positions().map(drop).and_then(|()| store.recent_ids(9).map(drop));
        assert_eq!(loaded, Err(error));
    }
    Ok(())
}

#[test]
fn checking_a_log_that_nobody_shares_creates_nothing() -> Tested {
    let folder = tempfile::tempdir()?;
    let live = folder.path().join("live.db");
    made(&live, 5)?;
    let mut store = Store::open(&live)?;
    commit(&mut store, 6..=10)?;
    // As a kill and a copy of the two leave them.
    let other = tempfile::tempdir()?;
    let file = other.path().join("station.db");
    fs::copy(&live, &file)?;
    fs::copy(folder.path().join("live.db-wal"), other.path().join("station.db-wal"))?;
    let before = contents(other.path());
    assert_eq!(before.len(), 2);
    assert_eq!(Store::check(&file), Ok(()));
    assert!(contents(other.path()) == before, "something was changed or created");
    // The log is read, and not passed over.
    store.commit(Commit { cars: &mut [].into_iter(), drop_oldest: 0, position: None })?;
    Connection::open(&live)?.execute_batch("UPDATE counters SET value = 'x'")?;
    fs::copy(folder.path().join("live.db-wal"), other.path().join("station.db-wal"))?;
    let before = contents(other.path());
    assert!(is_counter(&Store::check(&file).expect_err("it is in the log").problem));
    assert!(contents(other.path()) == before, "something was changed or created");
    Ok(())
}

#[test]
fn damage_with_a_log_is_left_as_it_is_too() -> Tested {
    let folder = tempfile::tempdir()?;
    let live = folder.path().join("live.db");
    made(&live, 20_000)?;
    let mut store = Store::open(&live)?;
    commit(&mut store, 20_001..=20_010)?;
    // As a kill leaves them, on a disk that then loses a page.
    let file = folder.path().join("station.db");
    fs::copy(&live, &file)?;
    fs::copy(folder.path().join("live.db-wal"), folder.path().join("station.db-wal"))?;
    drop(store);
    let copy = folder.path().join("copy.db");
    fs::copy(&file, &copy)?;
    fs::copy(folder.path().join("station.db-wal"), folder.path().join("copy.db-wal"))?;
    assert_eq!(verify(&copy)?, 20_010, "without the damage the log counts");

    garbage(&file, 4096 * 20, 4096)?;
    let read = || -> std::io::Result<_> {
        Ok((fs::read(&file)?, fs::read(folder.path().join("station.db-wal"))?))
    };
    let before = read()?;
    assert!(matches!(refused(&file), Problem::Damaged(_)));
    assert!(read()? == before, "the file or its log was changed");
    Ok(())
}

#[test]
fn damage_within_a_page_is_met_by_loading_and_left_as_it_is() -> Tested {
    for damage in [
        "UPDATE cars SET brand = CAST(X'ff' AS TEXT) WHERE id = 17",
        "UPDATE cars SET brand = NULL WHERE id = 17",
    ] {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("station.db");
        made(&file, 100)?;
        edit(&file, damage)?;
        let before = contents(folder.path());
        let store = Store::open(&file)?;
        let mut cars = 0;
        let error = store.load(None, &mut |_| cars += 1).expect_err("there is no such brand");
        assert_eq!(cars, 16);
        let words = error.to_string();
        assert!(words.contains("cars, brand of the row with id 17"), "{words}");
        drop(store);
        assert!(contents(folder.path()).get(&file) == before.get(&file), "the file was changed");
    }
    Ok(())
}

fn cut(file: &Path, to: fn(u64) -> u64) -> Tested {
    let file = fs::File::options().write(true).open(file)?;
    Ok(file.set_len(to(file.metadata()?.len()))?)
}

fn garbage(file: &Path, at: usize, len: usize) -> Tested {
    let mut bytes = fs::read(file)?;
    bytes[at..at + len].fill(0xa5);
    Ok(fs::write(file, bytes)?)
}

/// Changes a store behind its back, so that it is one closed file afterwards.
fn edit(file: &Path, sql: &str) -> Tested {
    Ok(Connection::open(file)?.execute_batch(sql)?)
}

fn foreign(file: &Path) -> Tested {
    fs::remove_file(file)?;
    edit(
        file,
        "CREATE TABLE cars(id INTEGER PRIMARY KEY, plate TEXT); INSERT INTO cars VALUES(1, 'A');",
    )
}
