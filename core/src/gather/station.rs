//! What a gather knows of one station.

use core::time::Duration;

use super::race::Race;
use super::{DialId, StationId};
use crate::time::Instant;
use crate::{Fault, Outcome, StationReport, Target};

#[derive(Debug)]
pub(super) struct Station {
    pub(super) state: State,
    /// How many attempts began.
    pub(super) attempts: u32,
    /// When the first attempt began.
    pub(super) started: Option<Instant>,
    /// By when the current attempt must be connected.
    pub(super) connect_by: Instant,
    /// When the current attempt was connected.
    pub(super) connected: Instant,
    pub(super) settled: Option<Instant>,
    /// The one entry among the gather's timers that counts.
    pub(super) wake: Option<Instant>,
    pub(super) best: Option<Best>,
}

#[derive(Debug)]
pub(super) enum State {
    /// For a free place, or for the end of a back-off.
    Waiting,
    Resolving,
    Racing(Race),
    Reading {
        dial: DialId,
        received: u64,
        /// The driver was told to end it; its bytes no longer count.
        stopped: bool,
    },
    Settled,
}

#[derive(Debug)]
pub(super) struct Best {
    pub(super) outcome: Outcome,
    /// When its first byte came.
    first_byte: Option<Instant>,
}

impl Default for Station {
    fn default() -> Self {
        Self {
            state: State::Waiting,
            attempts: 0,
            started: None,
            connect_by: Instant::NEVER,
            connected: Instant::NEVER,
            settled: None,
            wake: None,
            best: None,
        }
    }
}

impl Station {
    /// Of several attempts the best counts, of equals the later.
    pub(super) fn keep_best(&mut self, outcome: Outcome) {
        let first_byte = outcome.first_byte.map(|after| self.connected + after);
        match &self.best {
            Some(best) if best.outcome.verdict.rank() > outcome.verdict.rank() => {
                planted!("the last attempt counts, and not the best" =>
                    self.best = Some(Best { outcome, first_byte }));
            }
            _ => self.best = Some(Best { outcome, first_byte }),
        }
    }

    /// The outcome of a station that was never tried.
    pub(super) fn keep_if_none(&mut self, fault: Fault) {
        self.best.get_or_insert_with(|| Best { outcome: Outcome::failed(fault), first_byte: None });
    }

    /// How much it has received, if it is reading and was not told to stop.
    pub(super) const fn reading(&self, id: StationId) -> Option<(u64, StationId)> {
        match self.state {
            State::Reading { received, stopped: false, .. } => Some((received, id)),
            _ => None,
        }
    }

    pub(super) fn report(mut self, target: Target) -> StationReport {
        // A driver that stops before `Done` still gets a line for each station.
        self.keep_if_none(Fault::from(crate::Reason::Cancelled));
        let best = self.best.expect("kept just now");
        let since = |at: Instant| self.started.map(|started| at.since(started));
        StationReport {
            name: target.name,
            address: target.address,
            outcome: best.outcome,
            attempts: self.attempts,
            first_byte: best.first_byte.and_then(since),
            elapsed: Some(self.settled.and_then(since).unwrap_or(Duration::ZERO)),
        }
    }
}
