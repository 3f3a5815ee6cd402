//! Writing: one transaction, all of it or nothing.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_formats::visible::visible;
use carwatch_ingest::Position;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};

use crate::error::{damaged, shown, words};
use crate::schema::{IDS, POSITIONS, RECENT_IDS};
use crate::{Store, open, wal};

/// What is to be committed together.
pub struct Commit<'a, 'c> {
    /// Cars, in the order they arrived in.
    pub cars: &'a mut dyn Iterator<Item = NewCar<'c>>,
    /// How many of the oldest cars go, once the new ones are in.
    pub drop_oldest: u64,
    /// How far the source was read for these cars. It takes the place of an earlier position of
    /// the same device and inode.
    pub position: Option<&'a Position>,
}

/// A car to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCar<'a> {
    /// What was seen.
    pub car: Car<'a>,
    /// The source's own name of it, by which a second report of it is known.
    pub id: Option<&'a str>,
    /// When it came in, by the wall clock.
    pub arrived: Unix,
}

/// A commit that did not happen. The store is as before, and the same may be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// The store.
    pub file: PathBuf,
    /// Why, in the system's words where it has some.
    pub why: String,
}

impl Store {
    /// Commits cars, and how far their source was read, in one transaction; a commit of nothing
    /// writes all the same, and so tells whether the store can be written. Once this returns
    /// they are on the disk (`synchronous = FULL`), and every reader sees them.
    ///
    /// It waits up to 2 seconds for another program that writes to the store; readers
    /// it never waits for.
    ///
    /// # Errors
    ///
    /// [`WriteError`] if nothing was committed, whatever the cause. Try the same cars again,
    /// alone or with more after them: if this process is killed before that succeeds, the next
    /// one finds either none of the failed commit or all of it, its position included.
    pub fn commit(&mut self, commit: Commit<'_, '_>) -> Result<(), WriteError> {
        self.still_there()?;
        if !self.is_settled {
            wal::settle(&self.connection, &self.file);
            self.is_settled = true;
        }
        match write(&mut self.connection, self.next_id, commit) {
            Ok(Written { inserted, deleted, wanted, next_id }) => {
                self.count = (self.count + inserted).saturating_sub(deleted);
                self.next_id = next_id;
                if deleted < wanted {
                    tracing::warn!(
                        store = shown(&self.file),
                        wanted,
                        deleted,
                        "the store had fewer cars to drop than it should: \
                         did another program delete some?"
                    );
                }
                wal::watch(&self.connection, &self.file, &mut self.warned);
                Ok(())
            }
            Err(error) => {
                if let Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) =
                    error.sqlite_error_code()
                {
                    open::keep_log(&self.connection, true);
                }
                Err(self.write_error(words(&error)))
            }
        }
    }

    /// Whether the names still mean the files that are open: SQLite would go on writing to a
    /// file that was deleted, and the cars would be gone with the process.
    fn still_there(&self) -> Result<(), WriteError> {
        match Self::identities(&self.file) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) => Err(self.write_error(format!("it or its log {GONE}"))),
            Err(error) => Err(self.write_error(format!("it or its log {GONE} ({error})"))),
        }
    }

    fn write_error(&self, why: String) -> WriteError {
        WriteError { file: self.file.clone(), why }
    }
}

struct Written {
    inserted: u64,
    deleted: u64,
    wanted: u64,
    next_id: i64,
}

fn write(
    connection: &mut Connection,
    next_id: i64,
    commit: Commit<'_, '_>,
) -> rusqlite::Result<Written> {
    if !connection.is_autocommit() {
        // A rollback failed. Without this no transaction could ever begin again.
        connection.execute_batch("ROLLBACK")?;
    }
    // Immediate: it waits for another writer here, before anything has been read.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    // Asked again each time, for other programs may have added cars.
    let first = self::next_id(&transaction, next_id)?;
    let next_id = insert(&transaction, first, commit.cars)?;
    let wanted = commit.drop_oldest;
    let deleted = if wanted > 0 { delete(&transaction, wanted, next_id)? } else { 0 };
    if let Some(position) = commit.position {
        replace(&transaction, position)?;
    } else if next_id == first && deleted == 0 {
        // Whoever commits nothing asks whether the store can be written.
        transaction.execute(SAVE_NEXT_ID, [next_id])?;
    }
    transaction.commit()?;
    Ok(Written { inserted: (next_id - first).cast_unsigned(), deleted, wanted, next_id })
}

/// Adds cars with the ids from `id` on; the id that would come next.
fn insert(
    transaction: &Connection,
    mut id: i64,
    cars: &mut dyn Iterator<Item = NewCar<'_>>,
) -> rusqlite::Result<i64> {
    let mut statement = transaction.prepare(INSERT)?;
    let mut remember = transaction.prepare(INSERT_ID)?;
    let mut has_ids = false;
    for NewCar { car, id: source_id, arrived } in cars {
        let (time, brand, color) = (&*car.time, &*car.brand, &*car.color);
        statement.execute(params![id, time, brand, color, arrived.as_millis(), source_id])?;
        if let Some(source_id) = source_id {
            remember.execute([source_id])?;
            has_ids = true;
        }
        id += 1;
    }
    if has_ids {
        transaction.execute(FORGET_IDS, [RECENT_IDS.cast_signed()])?;
    }
    Ok(id)
}

/// Deletes the oldest `wanted` cars; how many that were.
fn delete(transaction: &Connection, wanted: u64, next_id: i64) -> rusqlite::Result<u64> {
    let others = i64::try_from(wanted - 1).unwrap_or(i64::MAX);
    let last: i64 = transaction.query_row(LAST_TO_GO, [others], |row| row.get(0))?;
    let deleted = transaction.execute("DELETE FROM cars WHERE id <= ?1", [last])?;
    let is_empty: bool =
        transaction.query_row("SELECT NOT EXISTS(SELECT 1 FROM cars)", [], |row| row.get(0))?;
    if is_empty {
        // No car is left that tells which ids were used.
        transaction.execute(SAVE_NEXT_ID, [next_id])?;
    }
    Ok(deleted as u64)
}

/// Puts a position in the place of the last one of the same file.
fn replace(transaction: &Connection, position: &Position) -> rusqlite::Result<()> {
    let values = params![
        position.id.device.cast_signed(),
        position.id.inode.cast_signed(),
        position.offset.cast_signed(),
        position.line.cast_signed(),
        position.format.as_str(),
        position.header.as_deref(),
        &position.head[..],
        &position.tail[..],
    ];
    if transaction.execute(UPDATE_POSITION, values)? > 0 {
        return Ok(());
    }
    let file = [position.id.device.cast_signed(), position.id.inode.cast_signed()];
    transaction.execute("DELETE FROM positions WHERE device = ?1 AND inode = ?2", file)?;
    transaction.execute(INSERT_POSITION, values)?;
    transaction.execute(FORGET_POSITIONS, [POSITIONS.cast_signed()])?;
    Ok(())
}

impl fmt::Debug for Commit<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commit")
            .field("drop_oldest", &self.drop_oldest)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write to the store {}: {}", shown(&self.file), visible(&self.why))
    }
}

impl Error for WriteError {}

/// The least id that is greater than all that were ever given: `least`, or what the file says.
///
/// # Errors
///
/// SQLite's, or that the file says nonsense.
pub(crate) fn next_id(connection: &Connection, least: i64) -> rusqlite::Result<i64> {
    let (counter, newest): (Value, i64) =
        connection.query_row(LAST_IDS, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Value::Integer(counter @ ..=IDS) = counter else {
        return Err(damaged("in the table counters, the value of next_id is no id"));
    };
    if newest >= IDS {
        return Err(damaged(format!("in the table cars, no station gave the id {newest}")));
    }
    Ok(least.max(counter).max(newest + 1))
}

/// Which id comes next, by the counter; the greatest there is.
const LAST_IDS: &str = "SELECT
    coalesce((SELECT value FROM counters WHERE name = 'next_id'), 1),
    coalesce((SELECT max(id) FROM cars), 0)";

const SAVE_NEXT_ID: &str = "INSERT INTO counters(name, value) VALUES('next_id', ?1)
    ON CONFLICT(name) DO UPDATE SET value = excluded.value";

const INSERT: &str = "INSERT INTO cars(id, time, brand, color, arrived_at, source_id)
    VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

const INSERT_ID: &str = "INSERT INTO recent_ids(source_id) VALUES(?1)";

const FORGET_IDS: &str = "DELETE FROM recent_ids WHERE id <= (SELECT max(id) FROM recent_ids) - ?1";

/// The car that ?1 others come before; where there is none, all go. This is asked first because
/// a query within the DELETE would make SQLite list all the rows before it deletes one.
const LAST_TO_GO: &str = "SELECT coalesce(
    (SELECT id FROM cars ORDER BY id LIMIT 1 OFFSET ?1), 9223372036854775807)";

/// In place, where the same file was read last: that is what nearly every commit finds.
const UPDATE_POSITION: &str = "UPDATE positions SET
    \"offset\" = ?3, line = ?4, format = ?5, header = ?6, head = ?7, tail = ?8
    WHERE id = (SELECT max(id) FROM positions) AND device = ?1 AND inode = ?2";

const INSERT_POSITION: &str = "INSERT INTO positions
    (id, device, inode, \"offset\", line, format, header, head, tail)
    VALUES((SELECT coalesce(max(id), 0) + 1 FROM positions), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// All but the newest ?1.
const FORGET_POSITIONS: &str = "DELETE FROM positions WHERE id NOT IN
    (SELECT id FROM positions ORDER BY id DESC LIMIT ?1)";

const GONE: &str = "was deleted, moved or replaced while the station had it open; put the file \
     that was there back in its place, or stop the station and start it on the one you want";
