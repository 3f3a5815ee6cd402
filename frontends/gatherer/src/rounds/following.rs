//! What is known of each station from one round to the next, and kept in the database.

use carwatch::follow::{Ends, Follow, How, What};
use carwatch::time::Unix;
use carwatch::{Report, StationReport, Verdict};
use carwatch_archive::{Archive, Followed, Gathered};
use carwatch_formats::{Cars, is_merged};

use super::news::{New, Waiting};
use crate::output::Failure;
use crate::plan::Plan;

/// The stations by continuity, if anything asks for it.
#[derive(Debug)]
pub(super) struct Following {
    /// In the order of the plan's targets; none if nothing asks for continuity.
    stations: Vec<Station>,
    archive: Option<Archive>,
    watches: bool,
    keep_partial: bool,
    record_limit: usize,
}

#[derive(Debug)]
struct Station {
    name: String,
    follow: Follow,
    /// Its provisional tail, which is printed once more is known.
    waiting: Waiting,
}

impl Following {
    /// # Errors
    ///
    /// The database cannot be opened or read, in words for people.
    pub(super) fn open(plan: &Plan) -> Result<Self, String> {
        let record_limit = plan.limits.record;
        let archive = plan.into.as_deref().map(Archive::open).transpose();
        let archive = archive.map_err(|error| error.to_string())?;
        let station = |name: &String| {
            let (follow, told) = match &archive {
                Some(archive) => {
                    let known = archive.follow(name).and_then(|f| Ok((f, archive.told(name)?)));
                    known.map_err(|error| error.to_string())?
                }
                None => (Follow::new(), true),
            };
            let waiting = Waiting::after(&follow, told, record_limit);
            Ok(Station { name: name.clone(), follow, waiting })
        };
        let followed = if archive.is_some() || plan.watch.is_some() { &*plan.targets } else { &[] };
        let stations = followed.iter().map(|target| station(&target.name));
        let stations = stations.collect::<Result<_, String>>()?;
        let (watches, keep_partial) = (plan.watch.is_some(), plan.keep_partial);
        Ok(Self { stations, archive, watches, keep_partial, record_limit })
    }

    /// Takes the report of a round, and has `print` print what is new in it.
    ///
    /// The database comes first: what is printed is never printed again by a later run.
    ///
    /// # Errors
    ///
    /// Those of the database, in words for people, and those of `print`.
    pub(super) fn round(
        &mut self,
        report: &Report,
        started: Unix,
        print: &mut dyn FnMut(&dyn Cars) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let steps = self.follow(report);
        if let Some(archive) = &mut self.archive {
            let followed = steps.iter().zip(&self.stations).map(|(step, station)| {
                step.map(|(what, ends)| Followed { what, ends, follow: &station.follow })
            });
            let followed: Vec<_> = followed.collect();
            let (record_limit, told) = (self.record_limit, !self.watches);
            archive
                .store(&Gathered { started, report, followed: &followed, record_limit, told })
                .map_err(|error| Failure::Said(error.to_string()))?;
        }
        let waiting = self.stations.iter().map(|station| &station.waiting).collect();
        let printed =
            print(&New { report, steps: &steps, waiting, record_limit: self.record_limit });
        for ((station, step), said) in self.stations.iter_mut().zip(steps).zip(&report.stations) {
            if let Some((what, _)) = step {
                station.waiting.advance(&what, &said.outcome, self.record_limit);
            }
        }
        printed
    }

    /// Has `print` print what still waits, and will not be known better.
    ///
    /// # Errors
    ///
    /// Those of `print`.
    pub(super) fn last(
        &mut self,
        print: &mut dyn FnMut(&dyn Cars) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let waiting = self.stations.iter_mut().filter_map(|Station { name, waiting, .. }| {
            // Only a complete answer has a tail that waits.
            Some((name.as_str(), waiting.take()?, false))
        });
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() { Ok(()) } else { print(&waiting) }
    }

    /// Whether there is a database, from which the next run goes on.
    pub(super) const fn is_kept(&self) -> bool {
        self.archive.is_some()
    }

    /// Keeps in the database that all tails were printed. A run that ends without it leaves
    /// them to the next one.
    ///
    /// # Errors
    ///
    /// Those of the database, in words for people.
    pub(super) fn tell(&mut self) -> Result<(), Failure> {
        let Some(archive) = &mut self.archive else { return Ok(()) };
        let names = self.stations.iter().map(|station| station.name.as_str());
        archive.tell(names).map_err(|error| Failure::Said(error.to_string()))
    }

    /// What each station's snapshot is to the one before it, where it is to be merged.
    fn follow(&mut self, report: &Report) -> Vec<Option<(What, Ends)>> {
        let keep_partial = self.keep_partial;
        let stations = self.stations.iter_mut().zip(&report.stations);
        let steps = stations.map(|(station, said)| {
            let ends = ends(said, keep_partial)?;
            let what = station.follow.next(&said.outcome.response, ends);
            log(&said.name, what.how);
            Some((what, ends))
        });
        steps.collect()
    }
}

/// How a station's list ended; `None` if it is not to be merged.
fn ends(said: &StationReport, keep_partial: bool) -> Option<Ends> {
    is_merged(&said.outcome, keep_partial).then_some(match said.outcome.verdict {
        Verdict::Complete { verified: true } => Ends::Verified,
        Verdict::Complete { verified: false } => Ends::Unverified,
        Verdict::Partial(_) | Verdict::Failed(_) => Ends::Partial,
    })
}

fn log(station: &str, how: How) {
    match how {
        How::Restarted => {
            tracing::warn!(
                station,
                "the station restarted, or there is a gap: all its cars are new"
            );
        }
        How::Stale => {
            tracing::warn!(
                station,
                "less of the last list than before: taken for a cut copy of it"
            );
        }
        How::First | How::Continued => {}
    }
}

#[cfg(test)]
mod tests;
