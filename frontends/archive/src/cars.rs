//! The table `cars`: what becomes of it by the news of one station.

use carwatch::Car;
use carwatch::follow::News;
use rusqlite::params;

use crate::prepared::Prepared;

/// The table `cars`, as one station's news change it.
pub(crate) struct Cars<'a, 'c> {
    pub(crate) prepared: &'a mut Prepared<'c>,
    pub(crate) gather: i64,
    pub(crate) gathered_at: i64,
    pub(crate) station: &'a str,
    pub(crate) partial: bool,
    /// The row of the provisional tail, if that is a car.
    pub(crate) tail: Option<i64>,
    pub(crate) added: u64,
}

impl Cars<'_, '_> {
    /// Adds, amends or deletes a row.
    pub(crate) fn take(&mut self, news: News<'_>) -> rusqlite::Result<()> {
        match news {
            News::Confirmed => {
                if let Some(tail) = self.tail.take() {
                    self.prepared.of(CONFIRM_CAR)?.execute(params![tail, self.station])?;
                }
            }
            // It stays what it is: a car that may have been cut.
            News::Abandoned => self.tail = None,
            News::Amended { car: None, .. } => {
                if let Some(tail) = self.tail.take() {
                    self.prepared.of(DELETE_CAR)?.execute(params![tail, self.station])?;
                }
            }
            News::Amended { car: Some(car), provisional } => match self.tail {
                Some(tail) => {
                    let (time, brand, color) = (&*car.time, &*car.brand, &*car.color);
                    self.prepared.of(AMEND_CAR)?.execute(params![
                        tail,
                        self.station,
                        time,
                        brand,
                        color,
                        self.partial,
                        provisional
                    ])?;
                    self.tail = provisional.then_some(tail);
                }
                None => self.insert(&car, provisional)?,
            },
            News::Car { car, provisional } => self.insert(&car, provisional)?,
        }
        Ok(())
    }

    fn insert(&mut self, car: &Car<'_>, provisional: bool) -> rusqlite::Result<()> {
        self.prepared.of(INSERT_CAR)?.execute(params![
            self.station,
            &*car.time,
            &*car.brand,
            &*car.color,
            self.gathered_at,
            self.gather,
            self.partial,
            provisional
        ])?;
        self.added += 1;
        self.tail = provisional.then(|| self.prepared.last_id());
        Ok(())
    }
}

const INSERT_CAR: &str = "INSERT INTO
    cars(station, time, brand, color, gathered_at, gather, partial, provisional)
    VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

// The tail's row, unless somebody deleted it by hand; another car may have its id by now.
const CONFIRM_CAR: &str =
    "UPDATE cars SET provisional = 0 WHERE id = ?1 AND station = ?2 AND provisional = 1";

const DELETE_CAR: &str = "DELETE FROM cars WHERE id = ?1 AND station = ?2 AND provisional = 1";

const AMEND_CAR: &str = "UPDATE cars
    SET time = ?3, brand = ?4, color = ?5, partial = ?6, provisional = ?7
    WHERE id = ?1 AND station = ?2 AND provisional = 1";
