//! The folder itself: opened before a gather, so that it is known to be writable.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use carwatch::time::Unix;

use crate::batch::Batch;
use crate::error::LakeError;
use crate::recover::recover;
use crate::staging::Staging;

/// A folder of Parquet parts. Any number of programs, on any number of machines, may have
/// the same one open.
#[derive(Clone, Debug)]
pub struct Lake {
    dir: PathBuf,
    sizes: Sizes,
}

/// What memory and files may grow to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Rows in memory before they go to disk, in bytes.
    pub(crate) rows: usize,
    /// Runs on disk before they become one. Each is an open file while they are merged.
    pub(crate) runs: usize,
    /// Text in a part, in bytes.
    pub(crate) part: usize,
}

impl Default for Sizes {
    /// 16 MiB of rows, some 200,000 cars: what 10 million cars leave are 50 runs. 256 MiB a part:
    /// some tens of MiB once compressed, which object stores and readers like.
    fn default() -> Self {
        Self { rows: 16 << 20, runs: 64, part: 256 << 20 }
    }
}

impl Lake {
    /// Opens the folder, and creates it (and those around it) if it is not there. It can be
    /// written, or else this fails and leaves nothing behind. What killed gatherers of this
    /// machine left is finished if it was committed, and removed if not.
    ///
    /// # Errors
    ///
    /// [`LakeError`] if it cannot be created, read or written.
    pub fn open(dir: &Path) -> Result<Self, LakeError> {
        let created = create(dir)?;
        let tried = recover(dir).and_then(|()| Staging::create(dir).map(drop));
        if let Err(error) = tried {
            undo(&created);
            return Err(error);
        }
        Ok(Self { dir: dir.to_owned(), sizes: Sizes::default() })
    }

    /// A batch of cars that were gathered at that time.
    #[must_use]
    pub fn begin(&self, gathered_at: Unix) -> Batch {
        Batch::new(self.dir.clone(), gathered_at, self.sizes)
    }

    #[cfg(test)]
    pub(crate) fn with_sizes(self, sizes: Sizes) -> Self {
        Self { sizes, ..self }
    }
}

/// Creates the folder and those around it, and says which were not there, outer ones first.
fn create(dir: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let missing = dir.ancestors().take_while(|folder| {
        !folder.as_os_str().is_empty() && fs::symlink_metadata(folder).is_err()
    });
    let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    let mut created = Vec::new();
    for folder in missing.into_iter().rev() {
        match fs::create_dir(&folder) {
            Ok(()) => created.push(folder),
            // Another gatherer was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                undo(&created);
                return Err(LakeError::io(&folder, "create the folder")(error));
            }
        }
    }
    if !dir.is_dir() {
        undo(&created);
        return Err(LakeError::new(dir, "write into", "it is not a folder"));
    }
    Ok(created)
}

fn undo(created: &[PathBuf]) {
    for folder in created.iter().rev() {
        // Not if something came into it meanwhile.
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests;
