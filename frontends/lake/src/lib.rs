//! A folder of Parquet parts, which any number of gatherers write into and which DuckDB,
//! DataFusion and Spark read as it is: how people go past one machine (`--parquet DIR`).
//!
//! ```text
//! DIR/station=gate/date=2026-11-22/part-1795330000123-9f86d081884c7d65-0000.parquet
//!     │            │               └ when it was gathered (Unix ms), chance, number
//!     │            └ the UTC day of the car's time, or `unknown`
//!     └ the station's name, escaped as Hive does it
//! ```
//!
//! Each part has the columns `station`, `time`, `brand`, `color` (strings), `unix` (int64, null
//! where the time is no number: [`carwatch::Car::unix_seconds`]) and `gathered_at` (int64,
//! Unix milliseconds), its rows sorted by `unix`, nulls last, then as they arrived.
//!
//! What a [`Batch`] takes is seen after its commit and not before, each part whole: parts are
//! written under a name that readers skip, and renamed. Memory is bounded whatever comes: rows
//! are sorted in runs on disk, and no more than one part is open at a time, be it a thousand
//! days.
//!
//! ```
//! # use carwatch::{Car, time::Unix};
//! # use carwatch_lake::Lake;
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path().join("lake");
//! let lake = Lake::open(&folder)?;
//! let mut batch = lake.begin(Unix::from_millis(1_795_330_000_123));
//! batch.add("gate", &Car::new("97264836", "peugeot", "red"))?;
//! batch.add("gate", &Car::new("today", "fiat", "blue"))?;
//! let written = batch.commit()?;
//! assert_eq!((written.cars, written.parts), (2, 2));
//! assert!(folder.join("station=gate/date=1973-01-30").is_dir());
//! assert!(folder.join("station=gate/date=unknown").is_dir());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod durable;
mod error;
mod lake;
mod merge;
mod part;
mod place;
mod publish;
mod recover;
mod rows;
mod run;
mod staging;

pub use batch::{Batch, Written};
pub use error::LakeError;
pub use lake::Lake;
pub use place::{date_folder, station_folder};
