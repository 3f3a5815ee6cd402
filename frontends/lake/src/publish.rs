//! The moment at which a batch is seen: its parts get their names, all or none.
//!
//! A list of the renames is put beside the parts first. Once that is on the disk the batch
//! is committed: after a crash, whoever opens the lake next carries the list out to its end.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::durable;
use crate::error::LakeError;
use crate::place::{DATE, STATION};
use crate::staging::Staging;

/// A finished part: a file of the staging folder, and the name it is to get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) file: PathBuf,
    /// Relative to the lake: `station=…/date=…/part-….parquet`.
    pub(crate) name: String,
}

/// Makes all parts visible, on the disk and for good; on an error, none.
pub(crate) fn publish(dir: &Path, staging: &Staging, parts: &[Part]) -> Result<(), LakeError> {
    let files: Vec<PathBuf> = parts.iter().map(|part| part.file.clone()).collect();
    durable::sync(dir, &files)?;
    let mut created = Vec::new();
    let published = create_folders(dir, parts, &mut created).and_then(|()| {
        write_list(staging, parts)?;
        durable::sync(dir, &[staging.folder().to_owned(), dir.to_owned()])?;
        carry_out(dir, parts, false)
    });
    if published.is_err() {
        // First of all nobody is to carry it out any more.
        let _ = fs::remove_file(staging.folder().join(LIST));
        for part in parts {
            let _ = fs::remove_file(dir.join(&part.name));
        }
        for folder in created.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    published
}

/// Carries out the list of a batch that did not live to do so. True if there was one.
pub(crate) fn resume(dir: &Path, folder: &Path) -> Result<bool, LakeError> {
    let path = folder.join(LIST);
    let list = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        other => other.map_err(LakeError::io(&path, "read"))?,
    };
    let parse = |line| {
        parse(folder, line).ok_or_else(|| {
            LakeError::new(
                &path,
                "carry out",
                "it is no list of parts; look what it is, and remove it",
            )
        })
    };
    let parts: Vec<Part> = list.lines().map(parse).collect::<Result<_, _>>()?;
    carry_out(dir, &parts, true)?;
    Ok(true)
}

/// Gives the parts their names. Again: after a crash, so that some may have theirs already.
fn carry_out(dir: &Path, parts: &[Part], again: bool) -> Result<(), LakeError> {
    for part in parts {
        let target = dir.join(&part.name);
        if again && !part.file.exists() {
            continue;
        }
        rename(&part.file, &target).map_err(LakeError::io(&target, "create"))?;
    }
    durable::sync(dir, &folders(dir, parts))
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        // Another batch that failed took the empty folder for its own.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(to.parent().unwrap_or(to))?;
            fs::rename(from, to)
        }
        other => other,
    }
}

/// Creates the folders of all parts, and says which were not there.
fn create_folders(dir: &Path, parts: &[Part], created: &mut Vec<PathBuf>) -> Result<(), LakeError> {
    for folder in folders(dir, parts) {
        match fs::create_dir(&folder) {
            Ok(()) => created.push(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LakeError::io(&folder, "create the folder")(error)),
        }
    }
    Ok(())
}

/// The lake, the folders of the stations, and of their days: outer ones first.
fn folders(dir: &Path, parts: &[Part]) -> Vec<PathBuf> {
    let mut folders = BTreeSet::from([dir.to_owned()]);
    for part in parts {
        let path = dir.join(&part.name);
        folders.extend(path.ancestors().skip(1).take(2).map(Path::to_owned));
    }
    folders.into_iter().collect()
}

fn write_list(staging: &Staging, parts: &[Part]) -> Result<(), LakeError> {
    let path = staging.folder().join("list.writing");
    let write = || {
        let mut file = File::create_new(&path)?;
        let mut text = String::new();
        for part in parts {
            let name = part.file.file_name().unwrap_or_default().to_string_lossy();
            text.push_str(&format!("{name}\t{}\n", part.name));
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&path, staging.folder().join(LIST))
    };
    write().map_err(LakeError::io(&path, "write"))
}

/// A line of the list. It names files here and nowhere else, whoever wrote it.
fn parse(folder: &Path, line: &str) -> Option<Part> {
    let (file, name) = line.split_once('\t')?;
    let parts: Vec<&str> = name.split('/').collect();
    let [station, date, part] = parts[..] else { return None };
    let is_ours = station.starts_with(STATION)
        && date.starts_with(DATE)
        && part.starts_with(PART)
        && file.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        && !file.starts_with('.');
    is_ours.then(|| Part { file: folder.join(file), name: name.to_owned() })
}

/// What the names of parts begin with.
pub(crate) const PART: &str = "part-";
const LIST: &str = "list";
