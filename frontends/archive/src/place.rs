//! Where an archive lies, by one name however it was spelt, and whose it is.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::{ArchiveError, Problem};

/// The one name of the archive `path`, which need not exist yet: absolute, without symbolic
/// links. What stands there is a file without further names, or nothing.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, ArchiveError> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let name = path.file_name().ok_or_else(|| ArchiveError::new(&path, Problem::NotAFile))?;
        let folder = folder.canonicalize().map_err(|error| match error.kind() {
            ErrorKind::NotFound => ArchiveError::new(&path, Problem::NoFolder(folder)),
            _ => ArchiveError::system(&path, "open its folder", &error),
        })?;
        let file = folder.join(name);
        let meta = match fs::symlink_metadata(&file) {
            Ok(meta) => meta,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(file),
            Err(error) => return Err(ArchiveError::system(&file, "look at it", &error)),
        };
        if meta.is_symlink() {
            // By hand, because what it leads to need not exist yet.
            let target = fs::read_link(&file)
                .map_err(|error| ArchiveError::system(&file, "follow the link", &error))?;
            path = folder.join(target);
        } else if !meta.is_file() {
            return Err(ArchiveError::new(&file, Problem::NotAFile));
        } else if meta.nlink() > 1 {
            return Err(ArchiveError::new(&file, Problem::HardLinks));
        } else {
            return Ok(file);
        }
    }
    let why = std::io::Error::other("too many symbolic links");
    Err(ArchiveError::system(&path, "follow the link", &why))
}

/// Makes the archive this process's until the lock is dropped, or the process dies.
///
/// The lock is on a file of its own: SQLite's locks are such that closing any descriptor
/// of the database drops them all, and its exclusive mode would keep readers out. The file
/// stays: were it removed, one could hold the lock of a file that another no longer finds.
pub(crate) fn lock(file: &Path) -> Result<Lock, ArchiveError> {
    let path = beside(file, ".lock");
    let failed = |error: std::io::Error| {
        ArchiveError::system(file, format!("open the lock file {}", path.display()), &error)
    };
    let options = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let lock = options.map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::new(file, Problem::InUse)),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A lock that is held.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing does not do it while a child that was just forked still has the descriptor.
        // Should this fail, closing does it a moment later.
        let _ = self.0.unlock();
    }
}

/// The file whose name is that of `file` and `suffix`.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

/// How long a file is, in bytes; 0 if it does not exist.
pub(crate) fn len(file: &Path) -> std::io::Result<u64> {
    match fs::metadata(file) {
        Ok(meta) => Ok(meta.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Which file stands under a name: device and inode.
pub(crate) fn identity(file: &Path) -> std::io::Result<(u64, u64)> {
    let meta = fs::metadata(file)?;
    Ok((meta.dev(), meta.ino()))
}

/// As many symbolic links as Linux follows.
const LINKS: usize = 40;
