//! Writing: a round of gathering in one transaction, all of it or nothing.

use std::time::Duration;

use carwatch::follow::{Ends, Follow, How, What};
use carwatch::time::Unix;
use carwatch::{Report, StationReport, Verdict};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::cars::Cars;
use crate::error::ArchiveError;
use crate::prepared::Prepared;
use crate::{Archive, known, memory};

/// A round of gathering.
#[derive(Clone, Copy, Debug)]
pub struct Gathered<'a> {
    /// When it began, by the wall clock: the `gathered_at` of its cars.
    pub started: Unix,
    /// What came of it.
    pub report: &'a Report,
    /// For each station of the report what its snapshot was to the last one; `None`, or the
    /// end of the slice, where nothing of it is merged.
    pub followed: &'a [Option<Followed<'a>>],
    /// The longest record that is a car, in bytes as it stands on the wire.
    pub record_limit: usize,
    /// Whether the cars of this round are printed with it, provisional tails among them. Else a
    /// later run is told by [`Archive::told`] that the tail of a station was not, until
    /// [`Archive::tell`] says that it was.
    pub told: bool,
}

/// What the snapshot of a station was to the last one.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'a> {
    /// What [`Follow::next`] said of it.
    pub what: What,
    /// How it ended.
    pub ends: Ends,
    /// The state after that: that of [`Archive::follow`], with each step since stored.
    pub follow: &'a Follow,
}

/// A round that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its `id` in the table `gathers`.
    pub gather: i64,
    /// How many cars were added, for each station of the report.
    pub added: Vec<u64>,
}

impl Archive {
    /// Stores a round in one transaction. Once this returns it is on the disk (`synchronous =
    /// FULL`), and every reader sees it.
    ///
    /// It waits up to 2 seconds for another program that is writing to the file; readers it
    /// never waits for.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] if nothing was stored, whatever the cause. The same round may be
    /// tried again. Any other must start from [`follow`](Self::follow) again, for the states
    /// of this one have gone ahead of the file.
    pub fn store(&mut self, gathered: &Gathered<'_>) -> Result<Stored, ArchiveError> {
        self.begin()?;
        write(&mut self.connection, gathered)
            .map_err(|error| ArchiveError::sqlite(&self.file, &error))
    }
}

fn write(connection: &mut Connection, gathered: &Gathered<'_>) -> rusqlite::Result<Stored> {
    // Immediate: it waits for another writer here, before anything has been read.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let (complete, partial, failed) = gathered.report.counts();
    transaction.execute(
        INSERT_GATHER,
        params![
            gathered.started.as_millis(),
            gathered.report.elapsed.map(millis),
            complete as i64,
            partial as i64,
            failed as i64,
        ],
    )?;
    let gather = transaction.last_insert_rowid();
    let added = stations(&mut Prepared::new(&transaction), gathered, gather)?;
    let new = added.iter().sum::<u64>().cast_signed();
    transaction.execute("UPDATE gathers SET new = ?2 WHERE id = ?1", [gather, new])?;
    transaction.commit()?;
    Ok(Stored { gather, added })
}

/// Writes what came of each station; how many cars were added.
fn stations(
    prepared: &mut Prepared<'_>,
    gathered: &Gathered<'_>,
    gather: i64,
) -> rusqlite::Result<Vec<u64>> {
    let mut added = Vec::with_capacity(gathered.report.stations.len());
    for (nth, station) in gathered.report.stations.iter().enumerate() {
        let followed = gathered.followed.get(nth).and_then(Option::as_ref);
        let new = match followed {
            Some(followed) => merge(prepared, gathered, gather, station, followed)?,
            None => 0,
        };
        insert_outcome(prepared, gather, station, followed, new)?;
        added.push(new);
    }
    Ok(added)
}

/// Adds and amends the cars of a station, and keeps what is remembered of it; how many cars
/// were added.
fn merge(
    prepared: &mut Prepared<'_>,
    gathered: &Gathered<'_>,
    gather: i64,
    station: &StationReport,
    followed: &Followed<'_>,
) -> rusqlite::Result<u64> {
    let known = known::known(prepared, &station.name)?;
    let mut cars = Cars {
        prepared,
        gather,
        gathered_at: gathered.started.as_millis(),
        station: &station.name,
        partial: followed.ends == Ends::Partial,
        tail: known.as_ref().and_then(|known| known.tail),
        added: 0,
    };
    let response = &station.outcome.response;
    let mut result = Ok(());
    followed.what.news(response, gathered.record_limit, followed.ends, &mut |news| {
        if result.is_ok() {
            result = cars.take(news);
        }
    });
    result?;
    let (tail, added) = (cars.tail, cars.added);
    if followed.what.how == How::Stale {
        known::save_stale(prepared, known, followed)?;
    } else {
        // A row stands for the tail only as long as that may change.
        let tail = tail.filter(|_| followed.what.provisional);
        let told = gathered.told;
        memory::save(prepared, &station.name, known, followed, tail, told)?;
    }
    Ok(added)
}

fn insert_outcome(
    prepared: &mut Prepared<'_>,
    gather: i64,
    station: &StationReport,
    followed: Option<&Followed<'_>>,
    new: u64,
) -> rusqlite::Result<()> {
    let outcome = &station.outcome;
    let fault = outcome.verdict.fault();
    prepared.of(INSERT_OUTCOME)?.execute(params![
        gather,
        station.name,
        station.address,
        outcome.verdict.as_str(),
        fault.map(|fault| fault.reason.as_str()),
        matches!(outcome.verdict, Verdict::Complete { verified: true }),
        outcome.cars.cast_signed(),
        new.cast_signed(),
        outcome.rejected.cast_signed(),
        outcome.bytes.cast_signed(),
        station.attempts,
        station.first_byte.map(millis),
        station.elapsed.map(millis),
        fault.and_then(|fault| fault.detail.as_deref()),
        followed.map(|followed| continuity(followed.what.how)),
    ])?;
    Ok(())
}

fn continuity(how: How) -> &'static str {
    match how {
        How::First => "first",
        How::Continued => "continued",
        How::Restarted => "restarted",
        How::Stale => "stale",
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

const INSERT_GATHER: &str = "INSERT INTO
    gathers(started_at, elapsed_ms, complete, partial, failed, new) VALUES(?1, ?2, ?3, ?4, ?5, 0)";

const INSERT_OUTCOME: &str = "INSERT INTO outcomes(gather, station, address, outcome, reason,
    verified, cars, new, rejected, bytes, attempts, first_byte_ms, elapsed_ms, detail, continuity)
    VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
