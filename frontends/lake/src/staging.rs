//! A folder inside the lake in which a batch keeps what is not yet to be seen.
//!
//! Its name begins with `_`, which Spark, Hive and PyArrow skip; its files do not end in
//! `.parquet`, which is what DuckDB and DataFusion ask for. A lock says that its batch lives.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, TryLockError};
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::place::fnv;

/// The folder, which is removed with everything in it when this is dropped.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    id: u64,
    files: u32,
    /// Held until the folder is gone.
    _lock: File,
}

impl Staging {
    pub(crate) fn create(dir: &Path) -> Result<Self, LakeError> {
        for _ in 0..TRIES {
            // Its keys are the system's random ones.
            let id = RandomState::new().hash_one(dir);
            let folder = dir.join(format!("{}{id:016x}", prefix()));
            match lock_new(&folder) {
                Ok(Some(_lock)) => return Ok(Self { folder, id, files: 0, _lock }),
                Ok(None) => {}
                Err(error) => {
                    // Nothing stays behind.
                    let _ = fs::remove_dir_all(&folder);
                    return Err(LakeError::io(&folder, "create")(error));
                }
            }
        }
        Err(LakeError::new(dir, "write into", "another program removes what is created there"))
    }

    /// A number that no other batch has, here or elsewhere.
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A name for one more file.
    pub(crate) fn new_file(&mut self, kind: &str) -> PathBuf {
        self.files += 1;
        self.folder.join(format!("{:08}.{kind}", self.files))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed is removed by whoever opens the lake next.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What the names of such folders begin with, of this machine. Those of others are never
/// touched: whether their batches live cannot be seen where locks are not shared.
pub(crate) fn prefix() -> String {
    let machine = rustix::system::uname();
    format!("_carwatch-{:08x}-", fnv(machine.nodename().to_bytes()) >> 32)
}

/// Creates the folder with its lock; none if someone took it for a dead one in that moment.
fn lock_new(folder: &Path) -> io::Result<Option<File>> {
    fs::create_dir(folder)?;
    let path = folder.join(LOCK);
    let mut file = match File::create_new(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    file.write_all(ABOUT)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Where there are no locks nobody can take it for dead either.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    // Locked too late, it may be a file without a name by now.
    Ok(path.exists().then_some(file))
}

pub(crate) const LOCK: &str = "lock";
const ABOUT: &[u8] = b"Parts in the making. If no gatherer runs any more, this folder can go.\n";
const TRIES: usize = 16;
