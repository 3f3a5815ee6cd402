//! The store itself: whose it is, how much it holds.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::commit::next_id;
use crate::error::StoreError;
use crate::open;
use crate::place::{Lock, beside, identity, len, lock, may_lock, resolve};

/// A station's store, which no other station has until this is dropped.
///
/// Its file stays open to readers: any program may query it while it is written.
#[derive(Debug)]
pub struct Store {
    pub(crate) file: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) count: u64,
    /// Greater than every id that was ever given, as far as this process knows.
    pub(crate) next_id: i64,
    /// Which files the database and its log are; the names may come to mean others.
    pub(crate) identity: [(u64, u64); 2],
    /// Whether what an earlier process left in the log was taken up.
    pub(crate) is_settled: bool,
    /// At which size of the log, in bytes, a warning was last given.
    pub(crate) warned: u64,
    // The last field: it is let go after the database was closed.
    _lock: Lock,
}

impl Store {
    /// Opens the store `path`, or creates it where there is no file or an empty one.
    ///
    /// This takes `path.lock` (beside the file that `path` resolves to) for as long as the store
    /// lives, and reads a file once over, without its cars' content: some tenths of a second for
    /// ten million cars.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if another station has it, if there is something else or a damaged file
    /// in its place, which is never changed, and if the system refuses.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = resolve(path)?;
        let lock = lock(&file)?;
        let (connection, count) = open::open(&file)?;
        let failed = |error: rusqlite::Error| StoreError::sqlite(&file, &error);
        let next_id = next_id(&connection, 1).map_err(failed)?;
        let identity = Self::identities(&file)
            .map_err(|error| StoreError::system(&file, "look at it", &error))?;
        Ok(Self {
            file,
            connection,
            count,
            next_id,
            identity,
            is_settled: false,
            warned: 0,
            _lock: lock,
        })
    }

    /// Whether [`open`](Self::open) could open `path`, for all that can be known without doing
    /// so: nothing is created or changed, and a running station may have it. All but the cars
    /// themselves is read: [`positions`](Self::positions) and
    /// [`recent_ids`](Self::recent_ids), too.
    ///
    /// A log that no program shares is read under SQLite's own lock, so that a station that
    /// starts at this moment waits a moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] as for `open`, though never because it is in use; and if this user may not
    /// write what `open` would have to.
    pub fn check(path: &Path) -> Result<(), StoreError> {
        let file = resolve(path)?;
        may_lock(&file)?;
        open::check(&file)
    }

    /// Where it is: absolute, symbolic links followed.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// How many cars it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How large it is on disk, in bytes: the file and its write-ahead log.
    ///
    /// # Errors
    ///
    /// The system's, where it cannot tell.
    pub fn size(&self) -> io::Result<u64> {
        Ok(len(&self.file)? + len(&beside(&self.file, "-wal"))?)
    }

    /// Which files the database and its log are now.
    pub(crate) fn identities(file: &Path) -> io::Result<[(u64, u64); 2]> {
        Ok([identity(file)?, identity(&beside(file, "-wal"))?])
    }
}
