//! The tables of a store, and how a file says that it is one. `frontends/docs/store.md`
//! documents them; they are what other people's queries rest on.

use rusqlite::Connection;

/// `PRAGMA application_id` of a store: `CWst`.
pub const APPLICATION_ID: i32 = i32::from_be_bytes(*b"CWst");

/// `PRAGMA user_version` of a store: the version of its tables.
pub const USER_VERSION: i32 = 1;

/// How many positions a store keeps; the oldest go first.
pub const POSITIONS: u64 = 64;

/// How many of the sources' ids a store keeps to tell duplicates by; the oldest go first.
pub const RECENT_IDS: u64 = 65_536;

/// As many ids as no station ever gives: a thousand million a second would take 146 years. A
/// greater one is damage, and would leave none for what comes next.
pub(crate) const IDS: i64 = i64::MAX / 2;

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
        "SELECT id, time, brand, color, arrived_at, source_id FROM cars",
        "SELECT id, source_id FROM recent_ids",
        "SELECT id, device, inode, \"offset\", line, format, header, head, tail FROM positions",
        "SELECT name, value FROM counters",
    ] {
        connection.prepare(query)?;
    }
    Ok(())
}

/// An id is never used again: the greatest is in `cars`, or, where retention emptied that, its
/// successor is in `counters`. (`AUTOINCREMENT` would promise the same at the price of
/// a second table that is written for every car.) `recent_ids` stands apart from `cars`
/// because a source may repeat an id whose car is no longer kept.
const TABLES: &str = "
CREATE TABLE cars(
  id INTEGER PRIMARY KEY,
  time TEXT,
  brand TEXT,
  color TEXT,
  arrived_at INTEGER,
  source_id TEXT
);
CREATE TABLE recent_ids(
  id INTEGER PRIMARY KEY,
  source_id TEXT
);
CREATE TABLE positions(
  id INTEGER PRIMARY KEY,
  device INTEGER,
  inode INTEGER,
  \"offset\" INTEGER,
  line INTEGER,
  format TEXT,
  header BLOB,
  head BLOB,
  tail BLOB
);
CREATE TABLE counters(
  name TEXT PRIMARY KEY,
  value INTEGER
) WITHOUT ROWID;
INSERT INTO counters(name, value) VALUES('next_id', 1);
";
