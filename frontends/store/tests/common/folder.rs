//! Stores in a folder of their own, and what is there besides.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use carwatch_store::{Problem, Store};

use crate::common::{Tested, commit};

/// What opening a store at `path` complains of, which `check` must complain of as well.
pub(crate) fn refused(path: &Path) -> Problem {
    let opened = Store::open(path).map(drop).expect_err("it should be refused");
    assert_eq!(Store::check(path), Err(opened.clone()), "check says something else");
    let words = opened.to_string();
    assert!(words.contains(&*opened.file.to_string_lossy()), "{words} does not name the file");
    opened.problem
}

/// What lies in a folder: names and contents. Lock files aside, which are empty.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_none_or(|e| e != "lock"))
        .map(|path| (path.clone(), fs::read(&path).unwrap_or_default()))
        .collect()
}

/// A store of so many cars, closed.
pub(crate) fn made(file: &Path, cars: u64) -> Tested {
    commit(&mut Store::open(file)?, 1..=cars)?;
    Ok(())
}
