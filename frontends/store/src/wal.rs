//! The write-ahead log: what makes a commit durable, and keeps the log bounded.
//!
//! # What a failed commit leaves
//!
//! A commit appends frames to the log, the last of them marked as the end of a transaction,
//! and syncs. Only after that does it publish the new end of the log in shared memory. If
//! a write or the sync fails, nothing is published: no connection sees the cars, SQLite rolls
//! back, and [`commit`](crate::Store::commit) reports a failure. But the frames stand
//! behind the end of the log, perhaps all of them, valid.
//!
//! - **Tried again**, the next commit writes from the same end on, over them. What is left of
//!   them behind its own last frame does not count: a frame's checksum covers all frames before
//!   it, so the chain goes on only where the new frames equal the old ones, and there it ends
//!   with the same mark. So they never show up in addition to the second try. Writing them
//!   again also makes the kernel sync them again, which after a failed sync it considers done.
//! - **Killed before that** (or half way through it), the next start reads the log from its
//!   begin, as after any kill: it finds the whole transaction, and then that commit has
//!   happened after all, or a broken chain, and then it has not. Cars, their ids and the
//!   position are in one transaction, so a file's lines are each there once in both cases. Who
//!   posted cars and was told of the failure may find them there nevertheless.
//! - What was found so was never synced with success. If new frames were appended to it and the
//!   power then failed, the log could end before them, and they were acknowledged. So the first
//!   commit after opening is preceded by a checkpoint, which writes what the log had to the
//!   file, syncs that, and begins the log anew ([`settle`]).
//! - The connection is never reopened after an error: that would be reading the log from its
//!   begin in the middle of it all.
//!
//! A checkpoint that fails fails no commit: what it would have written to the file still
//! stands in the log, and the next one writes it all again.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::error::{Problem, StoreError, shown, words};
use crate::place::{beside, len};

/// How long a commit waits for another program that writes to the store, at most.
pub(crate) const BUSY: Duration = Duration::from_secs(2);

/// Puts a database that may be written into the mode a store is in.
pub(crate) fn begin(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(file, &error);
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let words = "this file system cannot share memory between programs, \
                     which SQLite's write-ahead log needs; use a local disk";
        return Err(StoreError::new(file, Problem::Sqlite(words.to_owned())));
    }
    // Temporary tables would go to a disk of their own, which may fill up as well.
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = {AUTOCHECKPOINT};
             PRAGMA journal_size_limit = {LIMIT};"
        ))
        .map_err(failed)
}

/// Takes up what a log has that was found when the store was opened.
pub(crate) fn settle(connection: &Connection, file: &Path) {
    if let Err(error) = checkpoint(connection, "TRUNCATE") {
        tracing::warn!(store = shown(file), why = words(&error), "the log cannot be taken up yet");
    }
}

/// Says so if the log grows, for it does where a reader never ends or a checkpoint fails. Call
/// it after a commit; `warned` is the size that was last warned of.
pub(crate) fn watch(connection: &Connection, file: &Path, warned: &mut u64) {
    let Ok(size) = len(&beside(file, "-wal")) else { return };
    if size <= LIMIT {
        *warned = 0;
    }
    if size < WARNING.max(warned.saturating_mul(2)) {
        return;
    }
    *warned = size;
    let why = match checkpoint(connection, "PASSIVE") {
        Ok(_) => "a program that reads the store does not end its transaction".to_owned(),
        Err(error) => words(&error),
    };
    tracing::warn!(store = shown(file), bytes = size, why, "the store's write-ahead log grows");
}

/// Runs a checkpoint; whether it took up all of the log.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<bool> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok(row.get::<_, i64>(0)? == 0 && row.get::<_, i64>(1)? == row.get::<_, i64>(2)?)
    })
}

/// After how many pages of 4 KiB in the log they are written to the file.
const AUTOCHECKPOINT: u32 = 1000;

/// What the log is cut back to, in bytes, after a large commit or a long reader made it longer.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The size of the log, in bytes, that something must be wrong to reach.
const WARNING: u64 = 256 * 1024 * 1024;
