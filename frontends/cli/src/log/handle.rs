//! The log's file, and opening it anew once somebody has renamed it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::queue::Queue;
use crate::printable::one_line;

/// Opens the log's file anew, as after its rotation; see [`LogGuard::handle`](super::LogGuard::handle).
#[derive(Clone, Debug)]
pub struct LogHandle {
    queue: Queue,
    file: Option<PathBuf>,
}

impl LogHandle {
    pub(super) fn new(queue: Queue, file: Option<PathBuf>) -> Self {
        Self { queue, file }
    }

    /// Opens the file of `--log-file` again, or makes it: lines that are logged from now on go
    /// there, and those that are on their way go where they were going. None is lost or cut.
    /// Without a file nothing happens.
    ///
    /// It waits for the system to open the file, and not for the log's lines.
    ///
    /// # Errors
    ///
    /// The file cannot be opened: the log stays in the one that it has. In words for people.
    pub fn reopen(&self) -> Result<(), String> {
        if let Some(path) = &self.file {
            self.queue.exchange(Box::new(append(path)?));
        }
        Ok(())
    }
}

/// Opens the log file at `path` for lines to be appended. The error names it.
pub(super) fn append(path: &Path) -> Result<File, String> {
    open(path, OpenOptions::new().append(true).create(true))
}

/// Whether [`append`] would open it, without making it.
pub(super) fn check(path: &Path) -> Result<(), String> {
    if path.try_exists().unwrap_or(true) {
        return open(path, OpenOptions::new().append(true)).map(drop);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if folder.is_dir() {
        return Ok(());
    }
    Err(format!(
        "cannot open the log file {}: there is no folder {}",
        one_line(&path.to_string_lossy()),
        one_line(&folder.to_string_lossy())
    ))
}

fn open(path: &Path, how: &OpenOptions) -> Result<File, String> {
    how.open(path).map_err(|error| {
        let path = path.to_string_lossy();
        format!("cannot open the log file {}: {error}", one_line(&path))
    })
}

#[cfg(test)]
mod tests;
