//! A station's store, read from outside as anyone may while the station runs.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};

use crate::PATIENCE;
use crate::fixtures::record;

/// A row of the table `cars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id; ids grow in the order of arrival.
    pub id: i64,
    /// Time, brand and color, as the detector wrote them.
    pub fields: [String; 3],
    /// When it arrived.
    pub arrived_at: i64,
}

/// Every car of the store, in the order of arrival.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
#[track_caller]
pub fn cars(store: &Path) -> Vec<Stored> {
    let connection = open(store);
    let sql = "SELECT id, time, brand, color, arrived_at FROM cars ORDER BY id";
    let mut statement = connection.prepare(sql).expect("the documented schema");
    let car = |row: &Row<'_>| {
        let fields = [row.get(1)?, row.get(2)?, row.get(3)?];
        Ok(Stored { id: row.get(0)?, fields, arrived_at: row.get(4)? })
    };
    let rows = statement.query_map([], car).expect("no parameter");
    rows.map(|row| row.expect("the documented types")).collect()
}

/// Those cars as a station sends them.
///
/// # Panics
///
/// If the store cannot be read.
#[must_use]
#[track_caller]
pub fn snapshot(store: &Path) -> Vec<u8> {
    let records: Vec<String> = cars(store).iter().map(|car| record(&car.fields)).collect();
    records.join(".").into_bytes()
}

/// How many cars there are.
///
/// # Panics
///
/// If the store cannot be read.
#[must_use]
#[track_caller]
pub fn count(store: &Path) -> u64 {
    let sql = "SELECT count(*) FROM cars";
    let count: i64 = open(store).query_row(sql, [], |row| row.get(0)).expect("a count");
    count.unsigned_abs()
}

/// Nothing in the file contradicts anything else in it.
///
/// # Panics
///
/// If it cannot be read.
#[track_caller]
pub fn assert_sound(store: &Path) {
    let check = open(store).query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(check.expect("a word"), "ok");
}

#[track_caller]
fn open(store: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(store, flags)
        .unwrap_or_else(|e| panic!("{}: {e}", store.display()));
    connection.busy_timeout(PATIENCE).expect("SQLite");
    connection
}
