//! An open file, and what is known of it.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use carwatch_ingest::{FileId, Stat};

/// A regular file that is open for reading.
#[derive(Debug)]
pub(super) struct Open {
    file: File,
    /// Where it was found.
    pub(super) path: PathBuf,
}

impl Open {
    /// Opens the regular file at `path`.
    pub(super) fn new(path: &Path) -> io::Result<(Self, Metadata)> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        stat(&metadata)?;
        Ok((Self { file, path: path.to_owned() }, metadata))
    }

    pub(super) fn stat(&self) -> io::Result<Stat> {
        stat(&self.file.metadata()?)
    }

    /// Reads until `buffer` is full or the file at its end; how much.
    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            match self.file.read_at(&mut buffer[read..], at + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }
}

/// What is known of a regular file.
pub(super) fn stat(metadata: &Metadata) -> io::Result<Stat> {
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let id = FileId { device: metadata.dev(), inode: metadata.ino() };
    Ok(Stat { id, len: metadata.len(), linked: metadata.nlink() > 0 })
}
