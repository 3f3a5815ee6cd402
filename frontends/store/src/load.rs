//! Reading back what was committed.

use std::path::Path;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_ingest::{FileId, Format, Position};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::error::{Problem, StoreError};
use crate::schema::IDS;
use crate::{Store, open};

/// A car as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<'a> {
    /// What was seen, in borrowed text.
    pub car: Car<'a>,
    /// When it came in, by the wall clock.
    pub arrived: Unix,
}

impl Store {
    /// Hands the newest `newest` cars, or all, to `each` in the order they arrived in. Older
    /// ones are not read.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be read, or is damaged. What `each` was given by then
    /// is not all there was.
    pub fn load(
        &self,
        newest: Option<u64>,
        each: &mut dyn FnMut(Stored<'_>),
    ) -> Result<(), StoreError> {
        let newest = newest.map_or(-1, |n| i64::try_from(n).unwrap_or(-1));
        self.read(|| {
            let first = match newest {
                -1 => i64::MIN,
                0 => return Ok(()),
                n => self.connection.query_row(OLDEST_OF, [n - 1], |row| row.get(0))?,
            };
            let mut statement = self.connection.prepare(LOAD)?;
            let mut rows = statement.query([first])?;
            while let Some(row) = rows.next()? {
                each(stored(row).map_err(|column| unreadable(&self.file, "cars", row, column))?);
            }
            Ok(())
        })
    }

    /// How far files were read, the most recently read one first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be read, or is damaged.
    pub fn positions(&self) -> Result<Vec<Position>, StoreError> {
        self.read(|| positions(&self.file, &self.connection))
    }

    /// The last `most` ids that cars were committed with, the oldest first; whether those cars
    /// are still kept plays no part. At most [`RECENT_IDS`](crate::RECENT_IDS) are known.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be read, or is damaged.
    pub fn recent_ids(&self, most: usize) -> Result<Vec<String>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(|| {
            let mut ids = Vec::new();
            each_id(&self.file, &self.connection, most, &mut |id| ids.push(id.to_owned()))?;
            ids.reverse();
            Ok(ids)
        })
    }

    /// Runs a query; a file that it finds damaged is left as it is from then on.
    fn read<T>(&self, query: impl FnOnce() -> Result<T, Failure>) -> Result<T, StoreError> {
        query().map_err(|failure| {
            let error = failure.of(&self.file);
            if matches!(error.problem, Problem::Damaged(_) | Problem::NotADatabase) {
                open::keep_log(&self.connection, true);
            }
            error
        })
    }
}

/// How far files were read, the most recently read one first.
pub(crate) fn positions(file: &Path, connection: &Connection) -> Result<Vec<Position>, Failure> {
    let mut statement = connection.prepare(LOAD_POSITIONS)?;
    let mut rows = statement.query([])?;
    let mut positions = Vec::new();
    while let Some(row) = rows.next()? {
        let position = id(row)
            .and_then(|()| position(row))
            .map_err(|column| unreadable(file, "positions", row, column));
        positions.push(position?);
    }
    Ok(positions)
}

/// Hands on the last `most` ids, the newest first.
pub(crate) fn each_id(
    file: &Path,
    connection: &Connection,
    most: i64,
    each: &mut dyn FnMut(&str),
) -> Result<(), Failure> {
    let mut statement = connection.prepare(LOAD_IDS)?;
    let mut rows = statement.query([most])?;
    while let Some(row) = rows.next()? {
        let id = id(row).and_then(|()| text(row, 0, "source_id"));
        each(id.map_err(|column| unreadable(file, "recent_ids", row, column))?);
    }
    Ok(())
}

/// Why a query has no result.
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Row(StoreError),
}

impl Failure {
    /// The same as an error about `file`.
    pub(crate) fn of(self, file: &Path) -> StoreError {
        match self {
            Self::Sqlite(error) => StoreError::sqlite(file, &error),
            Self::Row(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The error about a value that no station wrote. Each query ends in the row's id.
fn unreadable(file: &Path, table: &str, row: &Row<'_>, column: &str) -> Failure {
    let id = row.as_ref().column_count() - 1;
    let id = row.get::<_, i64>(id).map_or_else(|_| "?".to_owned(), |id| id.to_string());
    let words =
        format!("in the table {table}, {column} of the row with id {id} is not what it should be");
    Failure::Row(StoreError::new(file, Problem::Damaged(words)))
}

/// The car of a row, or the name of the column that makes no sense.
fn stored<'a>(row: &'a Row<'_>) -> Result<Stored<'a>, &'static str> {
    Ok(Stored {
        car: Car::new(text(row, 0, "time")?, text(row, 1, "brand")?, text(row, 2, "color")?),
        arrived: Unix::from_millis(integer(row, 3, "arrived_at")?),
    })
}

/// Whether the row's own id is one that a station gives.
fn id(row: &Row<'_>) -> Result<(), &'static str> {
    let id = integer(row, row.as_ref().column_count() - 1, "id")?;
    if id < IDS { Ok(()) } else { Err("id") }
}

fn position(row: &Row<'_>) -> Result<Position, &'static str> {
    let number = |at, column| integer(row, at, column).map(i64::cast_unsigned);
    let hash = |at, column| match row.get_ref(at) {
        Ok(ValueRef::Blob(bytes)) => <[u8; 32]>::try_from(bytes).map_err(|_| column),
        _ => Err(column),
    };
    Ok(Position {
        id: FileId { device: number(0, "device")?, inode: number(1, "inode")? },
        offset: number(2, "offset")?,
        line: number(3, "line")?,
        format: text(row, 4, "format")?.parse::<Format>().map_err(|_| "format")?,
        header: match row.get_ref(5) {
            Ok(ValueRef::Blob(bytes)) => Some(bytes.to_vec()),
            Ok(ValueRef::Null) => None,
            _ => return Err("header"),
        },
        head: hash(6, "head")?,
        tail: hash(7, "tail")?,
    })
}

fn text<'a>(row: &'a Row<'_>, at: usize, column: &'static str) -> Result<&'a str, &'static str> {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).map_err(|_| column),
        _ => Err(column),
    }
}

fn integer(row: &Row<'_>, at: usize, column: &'static str) -> Result<i64, &'static str> {
    match row.get_ref(at) {
        Ok(ValueRef::Integer(number)) => Ok(number),
        _ => Err(column),
    }
}

const LOAD: &str = "SELECT time, brand, color, arrived_at, id FROM cars WHERE id >= ?1 ORDER BY id";

/// The id of the oldest of the newest ?1 + 1 cars.
const OLDEST_OF: &str = "SELECT coalesce(
    (SELECT id FROM cars ORDER BY id DESC LIMIT 1 OFFSET ?1), -9223372036854775808)";

const LOAD_POSITIONS: &str =
    "SELECT device, inode, \"offset\", line, format, header, head, tail, id
    FROM positions ORDER BY id DESC";

const LOAD_IDS: &str = "SELECT source_id, id FROM recent_ids ORDER BY id DESC LIMIT ?1";
