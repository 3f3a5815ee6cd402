//! What the station knows of itself, for whoever asks: the admin listener and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carwatch::time::{Instant, Unix};
use carwatch_driver::clock;
use carwatch_ingest::Refusal;

use crate::refusals::Refusals;

/// The one status of a station; clones are of the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status(Arc<Mutex<Facts>>);

/// What it holds.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Lines that did not become cars.
    pub(crate) refusals: Refusals,
    /// Lines that are no sightings, by the map.
    pub(crate) ignored: u64,
    /// Cars that were committed since the start.
    pub(crate) accepted: u64,
    /// Cars that were there already, by their id.
    pub(crate) repeated: u64,
    /// When the oldest car came that is not committed yet.
    pub(crate) waiting_since: Option<Instant>,
    /// When something was committed last.
    pub(crate) committed: Option<Unix>,
    /// Up to where a file was read for it, in bytes.
    pub(crate) source_offset: Option<u64>,
    /// What the store holds.
    pub(crate) store: Option<StoreFacts>,
    /// Whether the station accepts; not while it loads, nor while it stops.
    pub(crate) serving: bool,
    /// Whether the source has come to its end.
    pub(crate) source_ended: bool,
}

/// What the store holds, and how it fares.
#[derive(Debug, Default)]
pub(crate) struct StoreFacts {
    /// Its rows.
    pub(crate) cars: u64,
    /// Its files, in bytes; none if the system cannot tell.
    pub(crate) bytes: Option<u64>,
    /// Commits that failed since the start.
    pub(crate) failures: u64,
    /// Why the last commit failed, until one succeeds.
    pub(crate) failing: Option<String>,
}

impl Status {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Facts> {
        // What is behind this lock is whole at every moment, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts and logs a line that is no car.
    pub(crate) fn refuse(&self, line: u64, refusal: &Refusal) {
        let (reason, now) = (refusal.reason(), clock::now());
        if self.lock().refusals.note(reason, now.since(Instant::from_nanos(0))) {
            tracing::warn!(line, reason, "line refused: {refusal}");
        }
    }

    /// Says of how many lines nothing was said.
    pub(crate) fn log_withheld(&self) {
        let withheld = self.lock().refusals.take_withheld();
        for (reason, lines) in withheld {
            tracing::warn!(reason, lines, "more lines refused");
        }
    }

    /// Why the station is not ready, for people.
    pub(crate) fn ready(&self) -> Result<(), String> {
        let facts = self.lock();
        if let Some(StoreFacts { failing: Some(why), .. }) = &facts.store {
            return Err(format!("the store cannot be written: {why}"));
        }
        if facts.serving { Ok(()) } else { Err("the station is loading, or stopping".into()) }
    }
}
