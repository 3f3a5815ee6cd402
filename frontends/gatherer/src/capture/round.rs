//! What a capture says of a round besides its streams: whose they are, what had none, and
//! when the round began and ended.

use std::collections::HashMap;

use carwatch::gather::StationId;
use carwatch::{Fault, Report, Target, Verdict};
use carwatch_capture::comment::{
    AbsentComment, Comment, GatherComment, OutcomeComment, StationComment,
};

use super::nanos;

/// The round that runs. Times are Unix nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Round {
    number: u64,
    began_ns: u64,
    /// Names and addresses.
    targets: Vec<(String, String)>,
    /// When the last attempt at each station began.
    began: HashMap<StationId, u64>,
    absent: Vec<Absent>,
}

/// An attempt that had no address.
#[derive(Debug)]
struct Absent {
    station: StationId,
    attempt: u32,
    began_ns: u64,
    ended_ns: u64,
    fault: Fault,
}

impl Round {
    pub(crate) fn new(number: u64, targets: &[Target], began_ns: u64) -> Self {
        let named = targets.iter().map(|target| (target.name.clone(), target.address.clone()));
        Self { number, began_ns, targets: named.collect(), ..Self::default() }
    }

    /// Whose an attempt is that has an address.
    pub(crate) fn station(&self, station: StationId, attempt: u32) -> StationComment {
        let (name, address) = self.named(station);
        StationComment {
            index: station as u64,
            name,
            address,
            attempt,
            round: self.number,
            began_ns: Some(self.began_ns(station)),
        }
    }

    /// An attempt at a station begins.
    pub(crate) fn began(&mut self, station: StationId, at_ns: u64) {
        self.began.insert(station, at_ns);
    }

    /// An attempt is over that never had an address.
    pub(crate) fn ended_without_address(
        &mut self,
        station: StationId,
        attempt: u32,
        ended_ns: u64,
        fault: Fault,
    ) {
        let began_ns = self.began_ns(station);
        self.absent.push(Absent { station, attempt, began_ns, ended_ns, fault });
    }

    /// The round is over, at `now` where the report does not say: what is to be told of it.
    pub(crate) fn end(&mut self, report: &Report, now: u64) -> Vec<Comment> {
        let ended_ns = match report.elapsed {
            Some(elapsed) => self.began_ns.saturating_add(nanos(elapsed)),
            None => now,
        };
        let absent = std::mem::take(&mut self.absent);
        let absent =
            absent.into_iter().map(|Absent { station, attempt, began_ns, ended_ns, fault }| {
                self.comment(station, attempt, [began_ns, ended_ns], &Verdict::Failed(fault))
            });
        let untried = report.stations.iter().enumerate().filter(|(_, said)| said.attempts == 0);
        let untried = untried.map(|(station, said)| {
            self.comment(station, 0, [ended_ns, ended_ns], &said.outcome.verdict)
        });
        let mut comments: Vec<Comment> = absent.chain(untried).map(Comment::Absent).collect();
        comments.push(Comment::Gather(GatherComment {
            round: self.number,
            began_ns: self.began_ns,
            ended_ns,
            stations: report.stations.len() as u64,
        }));
        comments
    }

    fn began_ns(&self, station: StationId) -> u64 {
        self.began.get(&station).copied().unwrap_or(self.began_ns)
    }

    fn comment(
        &self,
        station: StationId,
        attempt: u32,
        [began_ns, ended_ns]: [u64; 2],
        verdict: &Verdict,
    ) -> AbsentComment {
        let (name, address) = self.named(station);
        let OutcomeComment { outcome, reason, detail, .. } = OutcomeComment::from(verdict);
        AbsentComment {
            index: station as u64,
            name,
            address,
            attempt,
            round: self.number,
            began_ns,
            ended_ns,
            outcome,
            reason,
            detail,
        }
    }

    fn named(&self, station: StationId) -> (String, String) {
        self.targets.get(station).cloned().unwrap_or_default()
    }
}
