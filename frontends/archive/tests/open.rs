//! What opening makes of whatever stands there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use carwatch::follow::Ends;
use carwatch_archive::{Archive, Problem};
use common::{Tested, round};
use rusqlite::Connection;

mod common;

/// What lies in a folder: names and contents. Lock files aside, which are empty.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_none_or(|e| e != "lock" && e != "db-shm"))
        .map(|path| (path.clone(), fs::read(&path).unwrap_or_default()))
        .filter(|(path, bytes)| !path.to_string_lossy().ends_with("-wal") || !bytes.is_empty())
        .collect()
}

/// What opening `file` complains of; nothing may have changed.
fn refused(file: &Path) -> Problem {
    let folder = file.parent().expect("it has a folder");
    let before = contents(folder);
    let error = Archive::open(file).map(drop).expect_err("it should be refused");
    assert_eq!(contents(folder), before, "{error}");
    let words = error.to_string();
    assert!(words.contains(&*error.file.to_string_lossy()), "{words} does not name the file");
    error.problem
}

/// An archive with a car in it, closed.
fn made(file: &Path) -> Tested {
    let mut archive = Archive::open(file)?;
    let mut follow = archive.follow("gate")?;
    round(&mut archive, &mut follow, b"1:vw:red", Ends::Verified)?;
    Ok(())
}

#[test]
fn nothing_and_an_empty_file_become_an_archive() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("a?b#c%20.db");
    made(&file)?;
    assert_eq!(common::rows(&file, "SELECT count(*) FROM cars")?, ["1"]);
    assert_eq!(common::rows(&file, "PRAGMA application_id")?, ["1129800050"]);
    assert_eq!(common::rows(&file, "PRAGMA journal_mode")?, ["wal"]);
    let empty = folder.path().join("empty.db");
    fs::write(&empty, b"")?;
    made(&empty)?;
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink("target.db", &link)?;
    made(&link)?;
    assert!(folder.path().join("target.db").exists());
    Ok(())
}

#[test]
fn a_second_client_is_refused() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let first = Archive::open(&file)?;
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&file, &link)?;
    assert_eq!(Archive::open(&link).map(drop).expect_err("in use").problem, Problem::InUse);
    drop(first);
    Archive::open(&link)?;
    Ok(())
}

#[test]
fn what_is_not_an_archive_is_left_as_it_is() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text.db"), "not a database, and long enough to have a header".repeat(9))?;
    assert_eq!(refused(&path("text.db")), Problem::NotADatabase);
    fs::write(path("short.db"), "SQLite format 3\0")?;
    assert_eq!(refused(&path("short.db")), Problem::NotADatabase);
    for (name, setup, problem) in [
        ("other.db", "CREATE TABLE cars(id INTEGER PRIMARY KEY)", Problem::Foreign),
        ("store.db", "CREATE TABLE t(x); PRAGMA application_id = 1129804660", Problem::Foreign),
        (
            "newer.db",
            "CREATE TABLE t(x); PRAGMA application_id = 1129800050; PRAGMA user_version = 2",
            Problem::Newer(2),
        ),
    ] {
        let other = Connection::open(path(name))?;
        other.execute_batch(setup)?;
        drop(other);
        assert_eq!(refused(&path(name)), problem, "{name}");
    }
    // One whose commits are in its log, where its program died.
    let wal = path("wal.db");
    let other = Connection::open(&wal)?;
    other.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    other.execute_batch("CREATE TABLE cars(id INTEGER PRIMARY KEY)")?;
    assert_eq!(refused(&wal), Problem::Foreign);
    fs::create_dir(path("folder.db"))?;
    assert_eq!(refused(&path("folder.db")), Problem::NotAFile);
    let nowhere = Archive::open(&path("no/cars.db")).map(drop).expect_err("there is no folder");
    assert!(matches!(nowhere.problem, Problem::NoFolder(_)), "{nowhere}");
    Ok(())
}

#[test]
fn a_damaged_archive_is_refused() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    made(&file)?;
    let whole = fs::read(&file)?;
    fs::write(&file, &whole[..whole.len() - 1])?;
    assert!(matches!(refused(&file), Problem::Truncated { .. }));
    fs::write(&file, &whole)?;
    let connection = Connection::open(&file)?;
    connection.execute_batch("ALTER TABLE outcomes DROP COLUMN continuity")?;
    drop(connection);
    assert!(matches!(refused(&file), Problem::Damaged(_)));
    fs::write(&file, &whole)?;
    fs::hard_link(&file, folder.path().join("second.db"))?;
    assert_eq!(refused(&file), Problem::HardLinks);
    fs::remove_file(folder.path().join("second.db"))?;
    // What is remembered is wrong in a way that only shows when it is read.
    for change in [
        "UPDATE stations SET pieces = 7",
        "UPDATE stations SET remembered = -1",
        "UPDATE memory SET pieces = 'cut'",
        "DELETE FROM memory",
        "UPDATE memory SET first = 2",
    ] {
        fs::write(&file, &whole)?;
        let connection = Connection::open(&file)?;
        connection.execute_batch(change)?;
        drop(connection);
        let error = Archive::open(&file)?.follow("gate").expect_err(change);
        assert!(matches!(error.problem, Problem::Damaged(_)), "{change}: {error}");
    }
    fs::write(&file, &whole)?;
    made(&file)?;
    fs::write(folder.path().join("lost.db-wal"), b"frames")?;
    assert!(matches!(refused(&folder.path().join("lost.db")), Problem::Orphan(_)));
    Ok(())
}

#[test]
fn a_file_that_was_replaced_is_noticed() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut follow = archive.follow("gate")?;
    round(&mut archive, &mut follow, b"1:vw:red", Ends::Verified)?;
    fs::rename(&file, folder.path().join("moved.db"))?;
    let error = round(&mut archive, &mut follow, b"1:vw:red.2:vw:red", Ends::Verified)
        .expect_err("it is gone");
    assert_eq!(error.problem, Problem::Gone);
    fs::write(&file, b"")?;
    let error = round(&mut archive, &mut follow, b"1:vw:red.2:vw:red", Ends::Verified)
        .expect_err("it is another");
    assert_eq!(error.problem, Problem::Gone);
    Ok(())
}
