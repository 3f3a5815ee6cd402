//! The tables of an archive, and how a file says that it is one. `frontends/docs/archive.md`
//! documents them; they are what other people's queries rest on.

use rusqlite::Connection;

/// `PRAGMA application_id` of an archive: `CWar`.
pub const APPLICATION_ID: i32 = i32::from_be_bytes(*b"CWar");

/// `PRAGMA user_version` of an archive: the version of its tables.
pub const USER_VERSION: i32 = 1;

/// Makes the tables of an empty database, in one transaction.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let made = connection.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         {TABLES}
         PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {USER_VERSION};
         COMMIT;"
    ));
    if made.is_err() && !connection.is_autocommit() {
        // What counts is why it failed, not that there was nothing left to undo.
        let _ = connection.execute_batch("ROLLBACK");
    }
    made
}

/// Whether all the tables and columns are there that this crate reads and writes.
pub(crate) fn verify(connection: &Connection) -> rusqlite::Result<()> {
    for query in [
        "SELECT id, station, time, brand, color, gathered_at, gather, partial, provisional FROM cars",
        "SELECT id, started_at, elapsed_ms, complete, partial, failed, new FROM gathers",
        "SELECT id, gather, station, address, outcome, reason, verified, cars, new, rejected,
         bytes, attempts, first_byte_ms, elapsed_ms, detail, continuity FROM outcomes",
        "SELECT id, station, pieces, remembered, forgotten, provisional, tail, told, stale
         FROM stations",
        "SELECT id, station, first, pieces FROM memory",
    ] {
        connection.prepare(query)?;
    }
    Ok(())
}

/// `memory` stands apart from `stations` and in parts of some KiB, so that a round writes the
/// last part alone and not all the 65,536 pieces of each station again.
const TABLES: &str = "
CREATE TABLE cars(
  id INTEGER PRIMARY KEY,
  station TEXT,
  time TEXT,
  brand TEXT,
  color TEXT,
  gathered_at INTEGER,
  gather INTEGER,
  partial INTEGER NOT NULL,
  provisional INTEGER NOT NULL
);
CREATE INDEX cars_by_station ON cars(station);
CREATE TABLE gathers(
  id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  elapsed_ms REAL,
  complete INTEGER NOT NULL,
  partial INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  new INTEGER NOT NULL
);
CREATE TABLE outcomes(
  id INTEGER PRIMARY KEY,
  gather INTEGER NOT NULL,
  station TEXT NOT NULL,
  address TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  verified INTEGER NOT NULL,
  cars INTEGER NOT NULL,
  new INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  first_byte_ms REAL,
  elapsed_ms REAL,
  detail TEXT,
  continuity TEXT
);
CREATE INDEX outcomes_by_gather ON outcomes(gather);
CREATE INDEX outcomes_by_station ON outcomes(station);
CREATE TABLE stations(
  id INTEGER PRIMARY KEY,
  station TEXT NOT NULL UNIQUE,
  pieces INTEGER NOT NULL,
  remembered INTEGER NOT NULL,
  forgotten INTEGER NOT NULL,
  provisional INTEGER NOT NULL,
  tail INTEGER,
  told INTEGER NOT NULL,
  stale INTEGER
);
CREATE TABLE memory(
  id INTEGER PRIMARY KEY,
  station INTEGER NOT NULL,
  first INTEGER NOT NULL,
  pieces BLOB NOT NULL,
  UNIQUE(station, first)
);
";
