//! Opening: what stands there is judged first, and changed only if it is a store or nothing.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::commit::next_id;
use crate::error::{Problem, StoreError};
use crate::header::{self, Found};
use crate::load;
use crate::place::{beside, len, may_create, may_write};
use crate::schema::{self, APPLICATION_ID, USER_VERSION};
use crate::wal;

/// Opens the store `file`, which is resolved and locked, and makes it if there is none. Says
/// how many cars it has.
pub(crate) fn open(file: &Path) -> Result<(Connection, u64), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(file, &error);
    let found = header::look(file)?;
    let has = |suffix| len(&beside(file, suffix)).is_ok_and(|len| len > 0);
    let has_log = has("-wal") || has("-journal");
    let mut counted = None;
    // Before SQLite opens it for writing, which for a while puts files beside it.
    if len(file).is_ok_and(|len| len > 0) && !has_log {
        let connection = immutable(file).map_err(failed)?;
        counted = Some(count(file, &connection)?);
    }
    let flags =
        if found == Found::Empty { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let connection = connect(file, flags | OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        return Err(StoreError::new(file, Problem::ReadOnly));
    }
    if has_log {
        // Closing the last connection takes up the log; not before this is known to be a store.
        keep_log(&connection, true);
    }
    let found = judge(file, &connection)?;
    let cars = match counted {
        Some(cars) => cars,
        None => count(file, &connection)?,
    };
    wal::begin(&connection, file)?;
    if found == Found::Empty {
        schema::create(&connection).map_err(failed)?;
    }
    if has_log {
        keep_log(&connection, false);
    }
    Ok((connection, cars))
}

/// Whether `file` could be opened, without a lock and without changing it.
pub(crate) fn check(file: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(file, &error);
    header::look(file)?;
    let has = |suffix| beside(file, suffix).exists();
    // SQLite puts its log there, unless a running station did.
    if may_write(file).is_err() || !has("-wal") && may_create(file).is_err() {
        return Err(StoreError::new(file, Problem::ReadOnly));
    }
    if !len(file).is_ok_and(|len| len > 0) {
        return Ok(());
    }
    if !has("-wal") {
        let read = immutable(file).map_err(failed).and_then(|found| read(file, &found));
        // A station may have opened it meanwhile: then what was read at once is no snapshot.
        if read.is_ok() || !has("-wal") {
            return read;
        }
    }
    if !has("-shm") {
        let read = alone(file).map_err(failed).and_then(|found| read(file, &found));
        if read.is_ok() || !has("-shm") {
            return read;
        }
    }
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    read(file, &connection)
}

/// Reads all there is but the cars.
fn read(file: &Path, connection: &Connection) -> Result<(), StoreError> {
    count(file, connection)?;
    if judge(file, connection)? == Found::Store {
        let failed = |error: rusqlite::Error| StoreError::sqlite(file, &error);
        next_id(connection, 1).map_err(failed)?;
        load::positions(file, connection).map_err(|failure| failure.of(file))?;
        load::each_id(file, connection, i64::MAX, &mut |_| {})
            .map_err(|failure| failure.of(file))?;
    }
    Ok(())
}

/// Whether closing `connection` leaves the write-ahead log as it is, and the file with it.
pub(crate) fn keep_log(connection: &Connection, keep: bool) {
    // It cannot fail: the library knows the setting, and the connection is open.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep);
}

/// How many cars a database has that is a store, or has no tables yet.
///
/// This reads all their pages, though not the cars: a page that is missing, or that is none, is
/// found now.
fn count(file: &Path, connection: &Connection) -> Result<u64, StoreError> {
    match judge(file, connection)? {
        Found::Empty => Ok(0),
        Found::Store => connection
            .query_row("SELECT count(*) FROM cars", [], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .map_err(|error| StoreError::sqlite(file, &error)),
    }
}

/// Says whether the database is a store of ours or has no tables at all.
fn judge(file: &Path, connection: &Connection) -> Result<Found, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(file, &error);
    let ask = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    let application = ask("PRAGMA application_id").map_err(failed)?;
    let version = ask("PRAGMA user_version").map_err(failed)?;
    let tables = ask("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(Found::Empty);
    }
    if application != i64::from(APPLICATION_ID) {
        return Err(StoreError::new(file, Problem::Foreign));
    }
    if version > i64::from(USER_VERSION) {
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        return Err(StoreError::new(file, Problem::Newer(version)));
    }
    if version < 1 {
        let words = format!("the version of its tables is {version}");
        return Err(StoreError::new(file, Problem::Damaged(words)));
    }
    schema::verify(connection).map_err(|error| match StoreError::sqlite(file, &error) {
        // A table or a column that is not there.
        StoreError { problem: Problem::Sqlite(words), .. } => {
            StoreError::new(file, Problem::Damaged(words))
        }
        other => other,
    })?;
    Ok(Found::Store)
}

fn connect(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    // Absolute, so it is never taken for a URI or for `:memory:`.
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(wal::BUSY)?;
    Ok(connection)
}

/// Opens a database whose log nobody shares: SQLite then locks the file, and keeps to itself
/// what it otherwise creates `-shm` for.
fn alone(file: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    keep_log(&connection, true);
    connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    Ok(connection)
}

/// Opens a database that nobody writes: SQLite then neither locks nor creates anything.
fn immutable(file: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in file.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                uri.push(char::from(*byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    Connection::open_with_flags(
        uri,
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI,
    )
}
