//! A client's database, read from outside as anyone may.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};

use crate::PATIENCE;

/// A row of the table `cars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gathered {
    pub(super) id: i64,
    pub(super) station: String,
    /// Time, brand and color.
    pub(super) fields: [String; 3],
    pub(super) gathered_at: i64,
}

/// Every car, in the order of the ids.
#[track_caller]
pub(super) fn cars(db: &Path) -> Vec<Gathered> {
    let connection = open(db);
    let sql = "SELECT id, station, time, brand, color, gathered_at FROM cars ORDER BY id";
    let mut statement = connection.prepare(sql).expect("the documented schema");
    let car = |row: &Row<'_>| {
        Ok(Gathered {
            id: row.get(0)?,
            station: row.get(1)?,
            fields: [row.get(2)?, row.get(3)?, row.get(4)?],
            gathered_at: row.get(5)?,
        })
    };
    let rows = statement.query_map([], car).expect("no parameter");
    rows.map(|row| row.expect("the documented types")).collect()
}

/// The cars of a station in the order of the ids, each as it stands on the wire of a list whose
/// fields need no escapes.
#[track_caller]
pub(super) fn records(db: &Path, station: &str) -> Vec<String> {
    let of = |car: Gathered| (car.station == station).then(|| car.fields.join(":"));
    cars(db).into_iter().filter_map(of).collect()
}

/// How many rows a table has.
#[track_caller]
pub(super) fn count(db: &Path, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    open(db).query_row(&sql, [], |row| row.get(0)).expect("the documented schema")
}

/// The declared columns of a table: name, type, and whether it is the primary key.
#[track_caller]
pub(super) fn columns(db: &Path, table: &str) -> Vec<(String, String, bool)> {
    let connection = open(db);
    let sql = format!("SELECT name, type, pk FROM pragma_table_info('{table}')");
    let mut statement = connection.prepare(&sql).expect("SQLite");
    let column = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? != 0));
    let rows = statement.query_map([], column).expect("no parameter");
    rows.map(|row| row.expect("a column")).collect()
}

/// Nothing in the file contradicts anything else in it.
#[track_caller]
pub(super) fn assert_sound(db: &Path) {
    let check = open(db).query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(check.expect("a word"), "ok");
}

#[track_caller]
pub(super) fn open(db: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(db, flags).unwrap_or_else(|e| panic!("{}: {e}", db.display()));
    connection.busy_timeout(PATIENCE).expect("SQLite");
    connection
}
