//! What is done with each round's report as soon as it is there: continuity, the database,
//! the Parquet folder, and under `--watch` the cars on stdout.
//!
//! A gather without `--watch` is one round, whose cars are printed at the end of the program.

mod following;
mod news;

use std::fs::File;
use std::io;
use std::path::Path;

use carwatch::Report;
use carwatch::time::Unix;
use carwatch_formats::{Cars, Options, Rolling, merged};
use carwatch_lake::{Lake, LakeError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::output::{Failure, duplicate};
use crate::plan::Plan;
use following::Following;

/// What a client keeps from round to round.
#[derive(Debug)]
pub(crate) struct Rounds {
    following: Following,
    sinks: Sinks,
    watches: bool,
    keep_partial: bool,
    record_limit: usize,
}

/// Where cars go as soon as they are known.
#[derive(Debug)]
struct Sinks {
    lake: Option<Lake>,
    stdout: Option<Stdout>,
    /// One of them could not take cars, and is gone: nothing comes after a hole.
    failed: bool,
}

/// Stdout under `--watch`.
#[derive(Debug)]
struct Stdout {
    rolling: Rolling,
    file: File,
}

impl Rounds {
    /// Opens the stores, so that nothing is gathered that could not be kept. `options` are
    /// those of stdout.
    ///
    /// # Errors
    ///
    /// In words for people.
    pub(crate) fn open(plan: &Plan, options: Options) -> Result<Self, String> {
        let watches = plan.watch.is_some();
        let following = Following::open(plan)?;
        let lake = plan.parquet.as_deref().map(Lake::open).transpose();
        let lake = lake.map_err(|error| error.to_string())?;
        let stdout = watches.then(|| {
            let file = duplicate(&io::stdout())?;
            Ok(Stdout { rolling: Rolling::new(options), file })
        });
        let stdout = stdout.transpose().map_err(|e: io::Error| format!("cannot write: {e}"))?;
        Ok(Self {
            following,
            sinks: Sinks { lake, stdout, failed: false },
            watches,
            keep_partial: plan.keep_partial,
            record_limit: plan.limits.record,
        })
    }

    /// Takes the report of a round that began at `started`.
    ///
    /// # Errors
    ///
    /// In words for people. What could be kept is kept, and nothing more should be gathered.
    pub(crate) fn take(&mut self, report: &Report, started: Unix) -> Result<(), Failure> {
        let Self { following, sinks, .. } = self;
        if self.watches {
            let taken = following.round(report, started, &mut |cars| sinks.take(cars, started));
            return taken
                .and_then(|()| if sinks.is_read() { Ok(()) } else { Err(Failure::Closed) });
        }
        // What is new matters to the database alone: everything is printed.
        let stored = following.round(report, started, &mut |_| Ok(()));
        let cars = merged(report, self.keep_partial, self.record_limit);
        stored.and(sinks.keep(&cars, started))
    }

    /// Ends the rounds: the tails of which nothing more will be known are printed as they are.
    ///
    /// # Errors
    ///
    /// In words for people.
    pub(crate) fn end(&mut self, now: Unix) -> Result<(), Failure> {
        let Self { following, sinks, .. } = self;
        if !self.watches {
            return Ok(());
        }
        if following.is_kept() && sinks.failed {
            // The next run prints them, to both.
            return Ok(());
        }
        following.last(&mut |cars| sinks.take(cars, now))?;
        following.tell()
    }

    /// Ends the document on stdout with the report.
    ///
    /// # Errors
    ///
    /// In words for people.
    pub(crate) fn finish(self, report: &Report, exit: u8) -> Result<(), Failure> {
        let Some(Stdout { rolling, mut file }) = self.sinks.stdout else { return Ok(()) };
        rolling.finish(report, exit, &mut file).map_err(|error| to_stdout(&error))
    }
}

impl Sinks {
    /// Whether somebody may still read stdout: a pipe that was closed shows only when something
    /// is written, and a round may bring nothing.
    fn is_read(&self) -> bool {
        let Some(Stdout { file, .. }) = &self.stdout else { return true };
        let mut looked = [PollFd::new(file, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let closed = poll(&mut looked, Some(&now)).is_ok_and(|ready| ready > 0);
        !(closed && looked[0].revents().contains(PollFlags::ERR))
    }

    fn take(&mut self, cars: &dyn Cars, gathered: Unix) -> Result<(), Failure> {
        let printed = match &mut self.stdout {
            Some(Stdout { rolling, file }) => rolling.add(cars, file),
            None => Ok(()),
        };
        if printed.is_err() {
            (self.stdout, self.failed) = (None, true);
        }
        printed.map_err(|error| to_stdout(&error)).and(self.keep(cars, gathered))
    }

    /// Adds cars to the Parquet folder.
    fn keep(&mut self, cars: &dyn Cars, gathered: Unix) -> Result<(), Failure> {
        let kept = self.lake.as_ref().map_or(Ok(()), |lake| add(lake, cars, gathered));
        if kept.is_err() {
            (self.lake, self.failed) = (None, true);
        }
        kept
    }
}

/// Adds cars to the Parquet folder.
fn add(lake: &Lake, cars: &dyn Cars, gathered: Unix) -> Result<(), Failure> {
    let said = |error: LakeError| Failure::Said(error.to_string());
    let mut batch = lake.begin(gathered);
    let mut failure = None;
    let added = cars.for_each(&mut |merged| {
        batch.add(merged.station, merged.car).map_err(|error| {
            failure = Some(said(error));
            io::ErrorKind::Other.into()
        })
    });
    match (added, failure) {
        (Ok(()), _) => batch.commit().map(drop).map_err(said),
        (Err(_), Some(failure)) => Err(failure),
        (Err(error), None) => Err(Failure::Said(error.to_string())),
    }
}

fn to_stdout(error: &io::Error) -> Failure {
    Failure::new(error, Path::new("to stdout"))
}
