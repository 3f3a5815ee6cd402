//! Whose a store is, where it may lie, and how it comes to be.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use carwatch_store::{APPLICATION_ID, Problem, Store, StoreError, USER_VERSION};
use common::{Tested, commit, numbers, verify};
use folder::{contents, made, refused};
use rusqlite::Connection;

#[test]
fn a_second_station_is_refused_until_the_first_ends() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let first = Store::open(&file)?;
    let error = Store::open(&file).expect_err("the first has it");
    assert_eq!(error.problem, Problem::InUse);
    assert!(error.to_string().contains("another station"), "{error}");
    assert_eq!(Store::check(&file), Ok(()), "it may be checked while it is in use");
    drop(first);
    drop(Store::open(&file)?);
    assert!(folder.path().join("station.db.lock").exists(), "the lock file stays");
    Ok(())
}

#[test]
fn every_spelling_of_a_path_meets_the_same_lock() -> Tested {
    let folder = tempfile::tempdir()?;
    let real = folder.path().join("real");
    fs::create_dir(&real)?;
    symlink(&real, folder.path().join("alias"))?;
    let file = real.join("station.db");
    symlink("real/station.db", folder.path().join("link.db"))?;
    symlink("link.db", folder.path().join("link2.db"))?;
    // Through a link to what does not exist yet.
    let store = Store::open(&folder.path().join("link2.db"))?;
    assert_eq!(store.file(), file.canonicalize()?);
    for spelling in ["real/station.db", "real/../real/./station.db", "alias/station.db", "link.db"]
    {
        let error = Store::open(&folder.path().join(spelling)).expect_err(spelling);
        assert_eq!(error.problem, Problem::InUse, "{spelling}");
    }
    fs::hard_link(&file, folder.path().join("other.db"))?;
    let error = Store::open(&folder.path().join("other.db")).expect_err("a hard link");
    assert_eq!(error.problem, Problem::HardLinks);
    drop(store);
    assert_eq!(refused(&file), Problem::HardLinks);
    symlink("round.db", folder.path().join("round.db"))?;
    assert!(matches!(refused(&folder.path().join("round.db")), Problem::System { .. }));
    Ok(())
}

#[test]
fn an_empty_file_becomes_a_store_and_keeps_its_identity() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station #1%20?.db");
    assert_eq!(Store::check(&file), Ok(()));
    assert!(contents(folder.path()).is_empty(), "check creates nothing");
    fs::write(&file, "")?;
    assert_eq!(Store::check(&file), Ok(()));
    made(&file, 5)?;
    assert_eq!(verify(&file)?, 5);
    assert_eq!(contents(folder.path()).len(), 1, "a closed store is one file, beside its lock");
    Ok(())
}

#[test]
fn a_database_without_tables_becomes_a_store() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    // As a kill leaves it between the two steps of creation.
    Connection::open(&file)?.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    assert!(fs::metadata(&file)?.len() > 0);
    assert_eq!(Store::check(&file), Ok(()));
    made(&file, 3)?;
    assert_eq!(verify(&file)?, 3);
    Ok(())
}

#[test]
fn what_cannot_be_there_is_named() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    assert_eq!(refused(path), Problem::NotAFile);
    assert_eq!(refused(Path::new("/")), Problem::NotAFile);
    assert_eq!(refused(Path::new("/dev/null")), Problem::NotAFile);
    assert!(matches!(refused(&path.join("no/station.db")), Problem::NoFolder(_)));
    fs::write(path.join("file"), "")?;
    assert!(matches!(refused(&path.join("file/station.db")), Problem::System { .. }));
    assert!(contents(path).keys().eq([&path.join("file")]), "nothing was created");
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_named() -> Tested {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555))?;
    // No permission holds root back; there the kernel's own files do.
    let is_root = fs::write(folder.path().join("probe"), "").is_ok();
    let path = if is_root { Path::new("/proc") } else { folder.path() };
    let error = Store::open(&path.join("station.db")).expect_err("it cannot be created");
    assert!(matches!(error.problem, Problem::System { .. }), "{error}");
    assert!(error.to_string().contains("station.db.lock"), "{error}");
    if is_root {
        assert_eq!(Store::check(&folder.path().join("station.db")), Ok(()), "root may");
    } else {
        assert_eq!(Store::check(&path.join("station.db")), Err(error));
        assert!(contents(path).is_empty(), "nothing was created");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[test]
fn a_lock_or_a_store_that_cannot_be_written_is_named_by_check() -> Tested {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    made(&file, 1)?;
    let lock = folder.path().join("station.db.lock");
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let is_root = fs::read_dir("/root").is_ok();
    for (path, denied, allowed) in
        [(&*lock, 0o444, 0o644), (&*file, 0o444, 0o644), (folder.path(), 0o555, 0o755)]
    {
        assert_eq!(Store::check(&file), Ok(()));
        mode(path, denied)?;
        let checked = Store::check(&file);
        mode(path, allowed)?;
        match checked {
            Ok(()) => assert!(is_root, "{}", path.display()),
            Err(StoreError { problem, .. }) if path == lock => {
                assert!(matches!(problem, Problem::System { .. }), "{problem:?}");
            }
            Err(StoreError { problem, .. }) => assert_eq!(problem, Problem::ReadOnly),
        }
    }
    Ok(())
}

#[test]
fn a_backup_taken_while_the_station_runs_is_a_store() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    commit(&mut store, 1..=50)?;
    let backup = folder.path().join("backup.db");
    let reader = Connection::open(&file)?;
    reader.execute("VACUUM INTO ?1", [backup.to_str()])?;
    commit(&mut store, 51..=60)?;
    assert_eq!(verify(&backup)?, 50);
    assert_eq!(numbers(&store)?.len(), 60);
    Ok(())
}

#[test]
fn what_a_name_hides_is_shown() {
    let error = StoreError { file: "a\u{1b}[2J.db".into(), problem: Problem::NotAFile };
    assert!(error.to_string().contains(r"a\u{1b}[2J.db"), "{error}");
}

#[test]
fn a_file_says_that_it_is_a_store() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let _store = Store::open(&file)?;
    let reader = Connection::open(&file)?;
    let ask = |query: &str| reader.query_row(query, [], |row| row.get::<_, i32>(0));
    assert_eq!(ask("PRAGMA application_id")?, APPLICATION_ID);
    assert_eq!(ask("PRAGMA user_version")?, USER_VERSION);
    Ok(())
}
