//! What the station knows of itself, for whoever asks: the admin listener and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    /// Whether the store is loaded, if there is one.
    pub(crate) restored: bool,
    /// Whether what was there at the start is loaded: then there is a list to show.
    pub(crate) loaded: bool,
    /// Whether the station accepts; not while it loads, nor while it stops.
    pub(crate) serving: bool,
    /// The ledger's thread is gone, so that no car is taken any more.
    pub(crate) ledger_ended: bool,
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

    /// Counts and logs a line that is no car, of the source or of a post.
    pub(crate) fn refuse(&self, of: &'static str, line: u64, refusal: &Refusal) {
        let (reason, now) = (refusal.reason(), clock::now());
        if self.lock().refusals.note(reason, now.since(Instant::from_nanos(0))) {
            tracing::warn!(of, line, reason, "line refused: {refusal}");
        }
    }

    /// Says of how many lines nothing was said.
    pub(crate) fn log_withheld(&self) {
        let withheld = self.lock().refusals.take_withheld();
        for (reason, lines) in withheld {
            tracing::warn!(reason, lines, "more lines refused");
        }
    }

    /// A car that came at `at` waits for its commit.
    pub(crate) fn waits(&self, at: Instant) {
        self.lock().waiting_since.get_or_insert(at);
    }

    /// Why the station is not ready, in words for whoever asks.
    pub(crate) fn ready(&self) -> Result<(), String> {
        let facts = self.lock();
        let waiting = facts.waiting_since.map_or(Duration::ZERO, |at| clock::now().since(at));
        if facts.store.as_ref().is_some_and(|store| store.failing.is_some()) {
            // What is wrong with which file, the log says, and not to strangers.
            Err("the store cannot be written".into())
        } else if !facts.serving {
            Err("the station is loading, or stopping".into())
        } else if facts.ledger_ended {
            Err("no car is taken any more: the log says why".into())
        } else if waiting > LONG {
            Err(format!("cars have waited {} s for their commit", waiting.as_secs()))
        } else {
            Ok(())
        }
    }
}

/// Cars that have waited longer than this show that the disk hangs.
const LONG: Duration = Duration::from_secs(5);
