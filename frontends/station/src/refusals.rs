//! Lines that did not become cars: counted by reason, and logged as much as a log can
//! bear (limits.md: 10 a second per reason, then a count).

use std::collections::BTreeMap;
use std::time::Duration;

use carwatch_ingest::Refusal;

/// Counts refused lines, and decides which of them are logged one by one. The time is
/// passed in, as the time since any fixed point.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    reasons: BTreeMap<&'static str, Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    total: u64,
    /// When the current second of logging began, and how many lines were logged in it.
    since: Duration,
    logged: u32,
    /// Lines that were not logged and not yet told of.
    withheld: u64,
}

impl Refusals {
    /// Counts a line that was refused for `reason` at `now`; whether it is to be logged.
    pub(crate) fn note(&mut self, reason: &'static str, now: Duration) -> bool {
        let tally = self.reasons.entry(reason).or_default();
        tally.total += 1;
        if now.saturating_sub(tally.since) >= SECOND {
            tally.since = now;
            tally.logged = 0;
        }
        if tally.logged < A_SECOND {
            tally.logged += 1;
            return true;
        }
        tally.withheld += 1;
        false
    }

    /// For each reason, how many lines were not logged since this was last asked.
    pub(crate) fn take_withheld(&mut self) -> Vec<(&'static str, u64)> {
        let taken = self
            .reasons
            .iter_mut()
            .map(|(reason, tally)| (*reason, std::mem::take(&mut tally.withheld)));
        taken.filter(|(_, withheld)| *withheld > 0).collect()
    }

    /// Whether there were any.
    pub(crate) fn has_withheld(&self) -> bool {
        self.reasons.values().any(|tally| tally.withheld > 0)
    }

    /// For each reason that there is, how many lines were refused.
    pub(crate) fn totals(&self) -> Vec<(&'static str, u64)> {
        let mut totals: BTreeMap<_, _> = Refusal::REASONS.map(|reason| (reason, 0)).into();
        totals.extend(self.reasons.iter().map(|(reason, tally)| (*reason, tally.total)));
        totals.into_iter().collect()
    }

    /// How many lines were refused for each reason, as `reason=count` with commas between.
    pub(crate) fn by_reason(&self) -> String {
        let counts = self.reasons.iter().map(|(reason, tally)| format!("{reason}={}", tally.total));
        counts.collect::<Vec<_>>().join(",")
    }
}

/// Log lines a second for each reason.
const A_SECOND: u32 = 10;
const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
