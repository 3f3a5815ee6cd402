//! The row of a station: what is remembered of it, but for the pieces themselves.

use rusqlite::{OptionalExtension, params};

use crate::prepared::Prepared;
use crate::round::Followed;

/// The row of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: i64,
    /// The number of its last piece.
    pub(crate) pieces: i64,
    /// How many pieces up to that one are remembered.
    pub(crate) remembered: i64,
    /// How many came before those in its last snapshot.
    pub(crate) forgotten: i64,
    pub(crate) provisional: bool,
    /// The row in `cars` of the provisional tail, if that is a car.
    pub(crate) tail: Option<i64>,
    /// Whether the provisional tail was printed; true if there is none.
    pub(crate) told: bool,
    /// The fingerprint of its last snapshot, if that was stale.
    pub(crate) stale: Option<i64>,
}

impl Known {
    /// Whether its provisional tail is a car that was printed.
    pub(crate) fn was_told(&self) -> bool {
        self.told && self.tail.is_some()
    }
}

/// The row of a station, if it has one.
pub(crate) fn known(prepared: &mut Prepared<'_>, station: &str) -> rusqlite::Result<Option<Known>> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Known {
            id: row.get(0)?,
            pieces: row.get(1)?,
            remembered: row.get(2)?,
            forgotten: row.get(3)?,
            provisional: row.get(4)?,
            tail: row.get(5)?,
            told: row.get(6)?,
            stale: row.get(7)?,
        })
    };
    prepared.of(STATION)?.query_row([station], row).optional()
}

/// Makes a row of a station; its `id`.
pub(crate) fn insert(prepared: &mut Prepared<'_>, station: &str) -> rusqlite::Result<i64> {
    prepared.of(INSERT_STATION)?.execute([station])?;
    Ok(prepared.last_id())
}

/// Puts a row in the place of the one with its `id`.
pub(crate) fn update(prepared: &mut Prepared<'_>, known: &Known) -> rusqlite::Result<()> {
    let Known { id, pieces, remembered, forgotten, provisional, tail, told, stale } = known;
    prepared.of(UPDATE_STATION)?.execute(params![
        id,
        pieces,
        remembered,
        forgotten,
        provisional,
        tail,
        told,
        stale
    ])?;
    Ok(())
}

/// Keeps which snapshot was stale; that is all there is to keep of it.
pub(crate) fn save_stale(
    prepared: &mut Prepared<'_>,
    before: Option<Known>,
    followed: &Followed<'_>,
) -> rusqlite::Result<()> {
    let stale = followed.follow.memory().stale.map(u64::cast_signed);
    match before {
        Some(before) if before.stale != stale => {
            prepared.of(UPDATE_STALE)?.execute(params![before.id, stale]).map(drop)
        }
        _ => Ok(()),
    }
}

const STATION: &str = "SELECT id, pieces, remembered, forgotten, provisional, tail, told, stale
    FROM stations WHERE station = ?1";

const INSERT_STATION: &str = "INSERT INTO
    stations(station, pieces, remembered, forgotten, provisional, told)
    VALUES(?1, 0, 0, 0, 0, 1)";

const UPDATE_STATION: &str = "UPDATE stations
    SET pieces = ?2, remembered = ?3, forgotten = ?4, provisional = ?5, tail = ?6, told = ?7,
        stale = ?8
    WHERE id = ?1";

const UPDATE_STALE: &str = "UPDATE stations SET stale = ?2 WHERE id = ?1";
