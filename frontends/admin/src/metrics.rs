//! What a station counts and measures.

use std::time::Duration;

use carwatch::Retention;
use carwatch::time::Unix;

/// All that `/metrics` shows, at one moment. Totals count since the program started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// The program.
    pub build: BuildInfo,
    /// When it started.
    pub started: Option<Unix>,

    /// Cars in the snapshot.
    pub cars: u64,
    /// The snapshot's length in bytes.
    pub snapshot_bytes: u64,
    /// Cars accepted: those that were committed, be they kept or not.
    pub cars_accepted: u64,
    /// Cars that were not accepted because a car of their identifier had been.
    pub cars_repeated: u64,
    /// Cars that retention dropped.
    pub cars_dropped: u64,
    /// How much is kept.
    pub retention: Retention,

    /// Lines of the source, and of posted bodies, that could not become a car, by reason.
    pub lines_refused: Vec<(&'static str, u64)>,
    /// Lines that are no cars and do not pretend to be, such as heartbeats.
    pub lines_ignored: u64,
    /// The age of the oldest car that is not committed yet; zero if there is none.
    pub ingest_lag: Duration,
    /// When cars were committed last, if they were.
    pub last_commit: Option<Unix>,
    /// Whether the source has ended, so that no car comes from it any more.
    pub source_ended: bool,
    /// How far the source has been read and committed, in bytes, where it is a file.
    pub source_offset: Option<u64>,

    /// Snapshots that were sent whole.
    pub snapshots_served: u64,
    /// Bytes of snapshots that the kernel took, whole ones or not.
    pub bytes_sent: u64,
    /// Connections that are open.
    pub connections: u64,
    /// Connections accepted.
    pub connections_accepted: u64,
    /// Connections ended, by cause: `whole` for a clean end, `tls_failed` where no TLS handshake
    /// was made; the others are resets.
    pub connections_ended: Vec<(&'static str, u64)>,
    /// Connections that were reset before a byte was sent, by cause.
    pub connections_refused: Vec<(&'static str, u64)>,
    /// Accepts that failed.
    pub accept_errors: u64,

    /// The store, if there is one.
    pub store: Option<StoreMetrics>,
}

/// A program and its version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Its name, as `server-smol`.
    pub program: &'static str,
    /// Its version, as `0.1.0`.
    pub version: &'static str,
}

/// What is known of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreMetrics {
    /// Its size on disk in bytes, with its write-ahead log; none if it cannot be told.
    pub bytes: Option<u64>,
    /// Cars in it; none if it cannot be told.
    pub rows: Option<u64>,
    /// Commits that failed.
    pub write_failures: u64,
    /// Whether the last commit succeeded.
    pub writable: bool,
}
