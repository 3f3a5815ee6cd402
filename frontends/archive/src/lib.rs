//! What a client keeps on disk with `--into`: the cars of all its gathers, each once.
//!
//! An [`Archive`] is one SQLite file. A round of gathering is committed to it in one
//! transaction: the new cars, what became of provisional ones, a line for each station, and
//! what [`Follow`](carwatch::follow::Follow) remembers of it. So whatever a kill leaves behind
//! agrees with itself, and the next run goes on from there. Other programs read the file
//! meanwhile; its tables are documented in `frontends/docs/archive.md`.
//!
//! ```
//! use carwatch::follow::Ends;
//! use carwatch::{Outcome, Report, StationReport, Verdict, time::Unix};
//! use carwatch_archive::{Archive, Followed, Gathered};
//!
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("cars.db");
//! let mut archive = Archive::open(&file)?;
//! // 1. What was remembered of the station, by an earlier run perhaps.
//! let mut follow = archive.follow("gate")?;
//! for response in ["1:vw:red.2:fiat:blu", "1:vw:red.2:fiat:blue.3:seat:red"] {
//!     // 2. A round of gathering.
//!     # let outcome = Outcome {
//!     #     verdict: Verdict::Complete { verified: false }, response: response.into(),
//!     #     bytes: 0, cars: 0, rejected: 0, bad: 0, rejections: vec![], first_byte: None,
//!     # };
//!     # let station = StationReport {
//!     #     name: "gate".into(), address: "10.0.0.5:8000".into(), outcome,
//!     #     attempts: 1, first_byte: None, elapsed: None,
//!     # };
//!     let report = Report { stations: vec![station], elapsed: None };
//!     // 3. Each station that is to be merged takes its step, ...
//!     let what = follow.next(&report.stations[0].outcome.response, Ends::Unverified);
//!     // 4. ... and all of it is stored together.
//!     let stored = archive.store(&Gathered {
//!         started: Unix::from_millis(97_264_836_000),
//!         report: &report,
//!         followed: &[Some(Followed { what, ends: Ends::Unverified, follow: &follow })],
//!         record_limit: carwatch::limits::RECORD,
//!         // 5. All its cars are printed now, the one that may have been cut among them.
//!         told: true,
//!     })?;
//!     println!("{} new cars", stored.added[0]);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod cars;
mod error;
mod header;
mod known;
mod memory;
mod open;
mod place;
mod prepared;
mod round;
mod schema;

pub use archive::Archive;
pub use error::{ArchiveError, Problem};
pub use round::{Followed, Gathered, Stored};
pub use schema::{APPLICATION_ID, USER_VERSION};
