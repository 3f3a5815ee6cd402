//! The archive itself: whose it is, and what it remembers of a station.

use std::io;
use std::path::{Path, PathBuf};

use carwatch::follow::Follow;
use rusqlite::Connection;

use crate::error::{ArchiveError, Problem};
use crate::place::{Lock, beside, identity, lock, resolve};
use crate::prepared::Prepared;
use crate::{known, memory, open};

/// A client's database, which no other client has until this is dropped.
///
/// Its file stays open to readers: any program may query it while it is written.
#[derive(Debug)]
pub struct Archive {
    pub(crate) file: PathBuf,
    pub(crate) connection: Connection,
    /// Which files the database and its log are; the names may come to mean others.
    identity: [(u64, u64); 2],
    // The last field: it is let go after the database was closed.
    _lock: Lock,
}

impl Archive {
    /// Opens the archive `path`, or creates it where there is no file or an empty one.
    ///
    /// This takes `path.lock` (beside the file that `path` resolves to) for as long as the
    /// archive lives.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] if another client has it, if there is something else or a damaged file
    /// in its place, which is never changed, and if the system refuses.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let file = resolve(path)?;
        let lock = lock(&file)?;
        let connection = open::open(&file)?;
        let identity =
            identities(&file).map_err(|error| ArchiveError::system(&file, "look at it", &error))?;
        Ok(Self { file, connection, identity, _lock: lock })
    }

    /// Where it is: absolute, symbolic links followed.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What was remembered of the station of this name with its last stored snapshot; a new
    /// [`Follow`] if there is none.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] if the file cannot be read, or is damaged.
    pub fn follow(&self, station: &str) -> Result<Follow, ArchiveError> {
        memory::load(&self.connection, station)
            .map(|memory| memory.map_or_else(Follow::new, Follow::restore))
            .map_err(|error| ArchiveError::sqlite(&self.file, &error))
    }

    /// Whether the provisional tail of the station of this name was printed by the run that stored
    /// it; true if it has none, or if the station is not known.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] if the file cannot be read, or is damaged.
    pub fn told(&self, station: &str) -> Result<bool, ArchiveError> {
        known::known(&mut Prepared::new(&self.connection), station)
            .map(|known| known.is_none_or(|known| known.told))
            .map_err(|error| ArchiveError::sqlite(&self.file, &error))
    }

    /// Keeps that the provisional tails of these stations were printed, in one transaction that
    /// is on the disk once this returns.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] if nothing was kept, whatever the cause.
    pub fn tell<'s>(
        &mut self,
        stations: impl IntoIterator<Item = &'s str>,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        let tell = || {
            let transaction = self.connection.transaction()?;
            let mut told = transaction.prepare(TELL)?;
            for station in stations {
                told.execute([station])?;
            }
            drop(told);
            transaction.commit()
        };
        tell().map_err(|error| ArchiveError::sqlite(&self.file, &error))
    }

    /// What is looked at before anything is written.
    pub(crate) fn begin(&self) -> Result<(), ArchiveError> {
        self.still_there()?;
        if self.connection.is_autocommit() {
            return Ok(());
        }
        // A rollback failed. Without this no transaction could ever begin again.
        let undone = self.connection.execute_batch("ROLLBACK");
        undone.map_err(|error| ArchiveError::sqlite(&self.file, &error))
    }

    /// Whether the names still mean the files that are open: SQLite would go on writing to a
    /// file that was deleted, and the cars would be gone with the process.
    fn still_there(&self) -> Result<(), ArchiveError> {
        match identities(&self.file) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) => Err(ArchiveError::new(&self.file, Problem::Gone)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ArchiveError::new(&self.file, Problem::Gone))
            }
            Err(error) => Err(ArchiveError::system(&self.file, "look at it", &error)),
        }
    }
}

/// Which files the database and its log are now.
fn identities(file: &Path) -> io::Result<[(u64, u64); 2]> {
    Ok([identity(file)?, identity(&beside(file, "-wal"))?])
}

const TELL: &str = "UPDATE stations SET told = 1 WHERE told = 0 AND station = ?1";
