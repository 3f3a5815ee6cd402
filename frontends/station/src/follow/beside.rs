//! The files beside the path: what was at it before.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirEntryExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use carwatch_formats::visible::visible;
use carwatch_ingest::Stat;

use super::file::{Open, stat};

/// Looks for the file of this inode beside the path, or beside what the path is a link to,
/// and for those that were at the path after it, the oldest first: regular files with names
/// that rotation gives, which are neither at the path now nor among `open`.
///
/// The file itself may have any other name too, if `any_name`.
pub(super) fn search(path: &Path, inode: u64, any_name: bool, open: &[Stat]) -> Vec<(Open, Stat)> {
    let real = fs::canonicalize(path).ok();
    let at_path = fs::metadata(path).and_then(|metadata| stat(&metadata)).ok();
    let known: Vec<_> = open.iter().chain(&at_path).map(|stat| stat.id).collect();
    let mut searched = None;
    for path in [Some(path), real.as_deref()].into_iter().flatten() {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let Some(name) = path.file_name() else { continue };
        if searched.replace((folder, name)) == Some((folder, name)) {
            continue;
        }
        match in_folder(folder, name, inode, any_name) {
            Ok(mut found) if !found.is_empty() => {
                let mut nth = 0;
                found.retain(|(_, stat)| {
                    nth += 1;
                    nth == 1 || !known.contains(&stat.id)
                });
                return found;
            }
            Ok(_) => {}
            Err(error) => {
                let folder = folder.to_string_lossy();
                let folder = visible(&folder);
                tracing::error!(
                    %folder, %error, "cannot look for what the source was before"
                );
            }
        }
    }
    Vec::new()
}

/// The file of this inode in a folder, and those that are younger and have names that
/// rotation gives to what was called `name`.
fn in_folder(
    folder: &Path,
    name: &OsStr,
    inode: u64,
    any_name: bool,
) -> io::Result<Vec<(Open, Stat)>> {
    let mut first = None;
    let mut others = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let rotated = is_rotated(name, &entry.file_name());
        // By its type first: to open a named pipe is to wait for somebody.
        if !(rotated || (any_name && entry.ino() == inode)) || !entry.file_type()?.is_file() {
            continue;
        }
        if entry.ino() == inode {
            first = Some(entry.path());
        } else {
            others.push(entry.path());
        }
    }
    let Some((first, metadata)) = first.and_then(|path| open(&path)) else {
        return Ok(Vec::new());
    };
    // Or it was another one by then.
    let mut found = Vec::new();
    if stat(&metadata)?.id.inode == inode {
        let seen =
            |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|it| is_younger(&it, &metadata));
        others.retain(seen);
        found.extend(others.iter().filter_map(|path| open(path)));
        found.sort_by_key(|(_, metadata)| (born(metadata), modified(metadata)));
        found.insert(0, (first, metadata));
    }
    found.into_iter().map(|(file, metadata)| Ok((file, stat(&metadata)?))).collect()
}

fn open(path: &Path) -> Option<(Open, Metadata)> {
    let opened = Open::new(path);
    if let Err(error) = &opened {
        let path = path.to_string_lossy();
        let path = visible(&path);
        tracing::error!(
            file = %path, %error,
            "cannot read what the source was before: what is left of it is not taken"
        );
    }
    opened.ok()
}

/// Whether `name` is what rotation makes of `of`: `log.1`, `log-20261122`,
/// `log.2026-11-22T06:31`. What was compressed, by `log.2.gz`, is nothing to read.
fn is_rotated(of: &OsStr, name: &OsStr) -> bool {
    match name.as_bytes().strip_prefix(of.as_bytes()) {
        Some([b'.' | b'-', end @ ..]) if !end.is_empty() => {
            end.iter().all(|byte| byte.is_ascii_digit() || b"-._:TZ".contains(byte))
        }
        _ => false,
    }
}

/// Where both are made in one tick of the system's clock, what is written last is younger.
fn is_younger(one: &Metadata, other: &Metadata) -> bool {
    (born(one), modified(one)) >= (born(other), modified(other))
}

/// A file system has it for all of its files, or for none.
fn born(metadata: &Metadata) -> Option<SystemTime> {
    metadata.created().or_else(|_| metadata.modified()).ok()
}

fn modified(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

#[cfg(test)]
mod tests;
