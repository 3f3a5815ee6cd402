//! Making sure that what was written is on the disk.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::LakeError;

/// Returns when these files and folders, which lie below `dir`, are on the disk.
pub(crate) fn sync(dir: &Path, paths: &[PathBuf]) -> Result<(), LakeError> {
    if paths.len() > MANY && sync_all_of(dir)? {
        return Ok(());
    }
    for path in paths {
        let synced = File::open(path).and_then(|file| file.sync_all());
        if let Err(error) = synced
            && !cannot(&error)
        {
            return Err(LakeError::io(path, "sync")(error));
        }
    }
    Ok(())
}

/// Syncs the whole file system, in one go. False if there is no such thing.
#[cfg(target_os = "linux")]
fn sync_all_of(dir: &Path) -> Result<bool, LakeError> {
    let folder = File::open(dir).map_err(LakeError::io(dir, "sync"))?;
    rustix::fs::syncfs(&folder).map_err(|error| LakeError::io(dir, "sync")(error.into()))?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn sync_all_of(_: &Path) -> Result<bool, LakeError> {
    Ok(false)
}

/// Whether the file system knows no syncing of this (folders, on some network ones).
fn cannot(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)
}

/// From how many files on one sync of everything costs less than one each.
const MANY: usize = 16;
