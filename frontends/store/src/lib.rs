//! What a station keeps on disk: its cars, and how far its source was read.
//!
//! A [`Store`] is one SQLite file. Cars and the read position are committed to it together,
//! in one transaction, so what a kill leaves behind agrees with itself: a position never
//! lies ahead of the cars, nor behind them. Other programs read the file while the station
//! writes it; its tables are documented in `frontends/docs/store.md`.
//!
//! ```
//! use carwatch::{Car, time::Unix};
//! use carwatch_store::{Commit, NewCar, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("station.db");
//! let mut store = Store::open(&file)?;
//! let seen = NewCar {
//!     car: Car::new("97264836", "peugeot", "red"),
//!     id: None,
//!     arrived: Unix::from_millis(97_264_836_000),
//! };
//! store.commit(Commit { cars: &mut [seen].into_iter(), drop_oldest: 0, position: None })?;
//!
//! let mut brands = Vec::new();
//! store.load(None, &mut |stored| brands.push(stored.car.brand.into_owned()))?;
//! assert_eq!(brands, ["peugeot"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod commit;
mod error;
mod header;
mod load;
mod open;
mod place;
mod schema;
mod store;
mod wal;

pub use commit::{Commit, NewCar, WriteError};
pub use error::{Problem, StoreError};
pub use load::Stored;
pub use schema::{APPLICATION_ID, POSITIONS, RECENT_IDS, USER_VERSION};
pub use store::Store;
