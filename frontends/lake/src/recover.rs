//! What batches left behind that were killed: finished if it was committed, else removed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::LakeError;
use crate::publish;
use crate::staging::{self, LOCK};

/// Looks after the dead batches of this machine. What belongs to living ones stays.
pub(crate) fn recover(dir: &Path) -> Result<(), LakeError> {
    let prefix = staging::prefix();
    let is_ours = |name: &OsStr| name.as_encoded_bytes().starts_with(prefix.as_bytes());
    for entry in fs::read_dir(dir).map_err(LakeError::io(dir, "read the folder"))? {
        let entry = entry.map_err(LakeError::io(dir, "read the folder"))?;
        if is_ours(&entry.file_name()) {
            recover_one(dir, &entry.path())?;
        }
    }
    Ok(())
}

fn recover_one(dir: &Path, folder: &Path) -> Result<(), LakeError> {
    let path = folder.join(LOCK);
    // For writing: some file systems lock nothing else.
    let lock = match File::options().write(true).open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // It was created just now, or all but removed. Only an empty one goes.
            let _ = fs::remove_dir(folder);
            return Ok(());
        }
        Err(error) => return Err(LakeError::io(&path, "open")(error)),
    };
    if lock.try_lock().is_err() || !path.exists() {
        return Ok(());
    }
    publish::resume(dir, folder)?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(LakeError::io(folder, "remove the folder")(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
