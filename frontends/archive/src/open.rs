//! Opening: what stands there is judged first, and changed only if it is an archive or nothing.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{ArchiveError, Problem};
use crate::header::{self, Found};
use crate::schema::{self, APPLICATION_ID, USER_VERSION};

/// Opens the archive `file`, which is resolved and locked, and makes it if there is none.
pub(crate) fn open(file: &Path) -> Result<Connection, ArchiveError> {
    let failed = |error: rusqlite::Error| ArchiveError::sqlite(file, &error);
    let found = header::look(file)?;
    let flags =
        if found == Found::Empty { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // The name is absolute, so it is never taken for a URI or for `:memory:`.
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    // Closing the last connection takes up the log; not before this is known to be an archive.
    keep_log(&connection, true);
    connection.busy_timeout(BUSY).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        return Err(ArchiveError::new(file, Problem::ReadOnly));
    }
    let found = judge(file, &connection)?;
    begin(&connection, file)?;
    if found == Found::Empty {
        schema::create(&connection).map_err(failed)?;
    }
    keep_log(&connection, false);
    // What a killed process left in the log may never have been synced. Were new rounds appended
    // to it and the power then failed, the log could end before them; so it is taken up first.
    let taken_up = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    // A reader in the way makes it 1 and not fail: then the next checkpoint does it.
    let _busy: i64 = taken_up.map_err(failed)?;
    Ok(connection)
}

/// Whether closing `connection` leaves the write-ahead log as it is, and the file with it.
fn keep_log(connection: &Connection, keep: bool) {
    // It cannot fail: the library knows the setting, and the connection is open.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep);
}

/// Says whether the database is an archive of ours or has no tables at all.
fn judge(file: &Path, connection: &Connection) -> Result<Found, ArchiveError> {
    let failed = |error: rusqlite::Error| ArchiveError::sqlite(file, &error);
    let ask = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    let application = ask("PRAGMA application_id").map_err(failed)?;
    let version = ask("PRAGMA user_version").map_err(failed)?;
    let tables = ask("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(Found::Empty);
    }
    if application != i64::from(APPLICATION_ID) {
        return Err(ArchiveError::new(file, Problem::Foreign));
    }
    if version > i64::from(USER_VERSION) {
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        return Err(ArchiveError::new(file, Problem::Newer(version)));
    }
    if version < 1 {
        let words = format!("the version of its tables is {version}");
        return Err(ArchiveError::new(file, Problem::Damaged(words)));
    }
    schema::verify(connection).map_err(|error| match ArchiveError::sqlite(file, &error) {
        // A table or a column that is not there.
        ArchiveError { problem: Problem::Sqlite(words), .. } => {
            ArchiveError::new(file, Problem::Damaged(words))
        }
        other => other,
    })?;
    // These read all pages of the smaller tables, and of the index of the large one.
    for (query, table) in
        [(COUNT, "cars"), ("SELECT count(pieces) FROM memory", "memory"), (GATHERS, "gathers")]
    {
        let counted = connection.query_row(query, [], |row| row.get::<_, i64>(0));
        counted.map_err(|error| match ArchiveError::sqlite(file, &error) {
            ArchiveError { problem: Problem::Damaged(words), .. } => {
                ArchiveError::new(file, Problem::Damaged(format!("the table {table}: {words}")))
            }
            other => other,
        })?;
    }
    Ok(Found::Archive)
}

/// Puts a database that may be written into the mode an archive is in.
fn begin(connection: &Connection, file: &Path) -> Result<(), ArchiveError> {
    let failed = |error: rusqlite::Error| ArchiveError::sqlite(file, &error);
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let words = "this file system cannot share memory between programs, \
                     which SQLite's write-ahead log needs; use a local disk";
        return Err(ArchiveError::new(file, Problem::Sqlite(words.to_owned())));
    }
    // Temporary tables would go to a disk of their own, which may fill up as well.
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA journal_size_limit = {LIMIT};"
        ))
        .map_err(failed)?;
    Ok(())
}

const COUNT: &str = "SELECT count(*) FROM cars";

const GATHERS: &str = "SELECT count(started_at) FROM gathers";

/// How long opening waits for another program that writes to the archive, at most; and so does
/// each round.
const BUSY: Duration = Duration::from_secs(2);

/// What the log is cut back to, in bytes, after a large round or a long reader made it longer.
const LIMIT: u64 = 16 * 1024 * 1024;
