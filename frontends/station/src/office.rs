//! The station as its admin listener sees it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use carwatch::Snapshot;
use carwatch::serve::Ended;
use carwatch::time::Unix;
use carwatch_admin::{
    Authorization, BuildInfo, Metrics, PostError, Posted, Station, StoreMetrics, Token,
};
use carwatch_driver::clock;
use carwatch_driver::server::{Control, SharedRoster, current};
use carwatch_ingest::{Reading, posted};

use crate::batch::Batch;
use crate::desk::Desk;
use crate::status::Status;

/// Who answers for the station.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) program: &'static str,
    pub(crate) started: Unix,
    pub(crate) control: Control,
    pub(crate) roster: SharedRoster,
    pub(crate) desk: Desk,
    pub(crate) status: Status,
    pub(crate) reading: Reading,
    pub(crate) token: Mutex<Option<Token>>,
    /// Not while a recording is replayed: what the next client gets is no list of cars.
    pub(crate) has_a_list: bool,
}

impl Office {
    /// From now on `token` is asked for, or nobody may post.
    pub(crate) fn set_token(&self, token: Option<Token>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

impl Station for Office {
    fn metrics(&self) -> Metrics {
        let now = clock::now();
        let mut metrics = Metrics {
            build: BuildInfo { program: self.program, version: env!("CARGO_PKG_VERSION") },
            started: Some(self.started),
            ..Metrics::default()
        };
        self.list(&mut metrics);
        self.connections(&mut metrics);
        let facts = self.status.lock();
        metrics.cars_accepted = facts.accepted;
        metrics.cars_repeated = facts.repeated;
        metrics.lines_refused = facts.refusals.totals();
        metrics.lines_ignored = facts.ignored;
        metrics.ingest_lag = facts.waiting_since.map_or(Duration::ZERO, |since| now.since(since));
        metrics.last_commit = facts.committed;
        metrics.source_ended = facts.source_ended;
        metrics.source_offset = facts.source_offset;
        metrics.store = facts.store.as_ref().map(|store| StoreMetrics {
            bytes: store.bytes,
            rows: Some(store.cars),
            write_failures: store.failures,
            writable: store.failing.is_none(),
        });
        metrics
    }

    fn ready(&self) -> Result<(), String> {
        self.status.ready()
    }

    fn snapshot(&self) -> Result<Snapshot, &'static str> {
        if !self.has_a_list {
            return Err("a capture is replayed: there is no list");
        }
        if !self.status.lock().loaded {
            return Err("the cars are still being loaded");
        }
        Ok(current(&self.roster).snapshot())
    }

    fn may_post(&self, bearer: Option<&[u8]>) -> Authorization {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*token, bearer) {
            (None, _) => Authorization::NotConfigured,
            (Some(token), Some(bearer)) if token.matches(bearer) => Authorization::Granted,
            (Some(_), _) => Authorization::Denied,
        }
    }

    fn post(&self, body: Vec<u8>) -> Posted {
        let (desk, reading, status) =
            (self.desk.clone(), self.reading.clone(), self.status.clone());
        Box::pin(async move {
            if !status.lock().loaded {
                return Err(PostError::Unavailable("the station is loading".into()));
            }
            // Millions of bytes: not on a thread that serves others.
            let batch = blocking::unblock(move || read(&body, &reading, &status)).await?;
            desk.post(batch).await.map_err(|why| {
                tracing::debug!(why, "posted cars were not taken");
                // What is wrong with which file, the log says, and not to who posts.
                PostError::Unavailable("the station cannot commit cars now".into())
            })
        })
    }
}

impl Office {
    fn list(&self, metrics: &mut Metrics) {
        let roster = current(&self.roster);
        metrics.cars = roster.cars();
        metrics.snapshot_bytes = roster.snapshot_len();
        metrics.cars_dropped = roster.dropped();
        metrics.retention = roster.retention().clone();
    }

    fn connections(&self, metrics: &mut Metrics) {
        let counts = self.control.counts();
        let whole = counts.ended.iter().find(|(how, _)| *how == Ended::Whole.as_str());
        metrics.snapshots_served = whole.map_or(0, |(_, count)| *count);
        metrics.bytes_sent = counts.sent;
        metrics.connections = counts.open;
        metrics.connections_accepted = counts.accepted;
        metrics.connections_ended = counts.ended;
        metrics.connections_refused = counts.unwelcome;
        metrics.accept_errors = counts.accept_errors;
    }
}

/// The cars of a posted body: all of them, or none.
fn read(body: &[u8], reading: &Reading, status: &Status) -> Result<Batch, PostError> {
    let mut batch = Batch::default();
    match posted(body, reading, &mut |car, id| batch.push(&car, id)) {
        Ok(ignored) => {
            status.lock().ignored += ignored;
            batch.stamp();
            Ok(batch)
        }
        Err(bad) => {
            status.refuse("post", bad.line, &bad.refusal);
            Err(PostError::Bad { line: bad.line, words: bad.refusal.to_string() })
        }
    }
}
