//! What a client owes at the end: a report that says of each station what truly became of it, and
//! cars that are reported once.

use carwatch::follow::Ends;
use carwatch::{Outcome, Report, Verdict};

use crate::once::Merged;
use crate::oracle;
use crate::tries::{failed, matches};
use crate::world::World;

impl World<'_> {
    /// The gather is over: what is complete is merged, and nothing else.
    pub(crate) fn done(&mut self, who: u32, report: &Report) {
        let client = &self.clients[who as usize];
        let is_whole = client.tries.iter().all(|tries| tries.is_settled)
            && report.stations.len() == self.stations.len();
        self.check(is_whole, "done too soon", String::new);
        for (nth, line) in report.stations.iter().enumerate() {
            let outcome = &line.outcome;
            let conn = self.check_best(who, nth, outcome, line.attempts);
            if let Verdict::Complete { verified } = outcome.verdict {
                self.merge(who, nth, outcome, verified, conn);
            } else {
                self.check(!self.is_healthy, "not complete, in good health", || {
                    format!("{nth}: {outcome:?}")
                });
            }
        }
    }

    /// What is said of a station is what came of its best attempt, to the byte. Which connection
    /// that was, if it was one.
    pub(crate) fn check_best(
        &mut self,
        who: u32,
        station: usize,
        outcome: &Outcome,
        attempts: u32,
    ) -> Option<u32> {
        let client = &self.clients[who as usize];
        let past = &client.tries[station].past;
        let never = if client.is_cancelled { "cancelled" } else { "deadline" };
        let best = oracle::best(past.iter().map(|(expected, _)| expected));
        let (expected, conn) = best.map_or((failed(never), None), |best| past[best]);
        let bytes = conn.map_or(&[][..], |conn| self.conns[conn as usize].received());
        let kept = if expected.verdict == "failed" { &[] } else { bytes };
        let is_right = matches(outcome, &expected)
            && outcome.response == kept
            && outcome.bytes == bytes.len() as u64
            && attempts as usize == past.len();
        self.check(is_right, "another outcome at the end", || {
            format!("{station}, after {attempts}: {outcome:?}, and not {expected:?}")
        });
        conn
    }

    pub(crate) fn check_memory(&mut self, who: u32) {
        let client = &self.clients[who as usize];
        let held = client.held;
        let is_kept_to = held as u64 <= client.limits.memory;
        self.check(is_kept_to, "more memory than is allowed", || format!("{held} bytes are held"));
    }

    fn merge(
        &mut self,
        who: u32,
        station: usize,
        outcome: &Outcome,
        verified: bool,
        conn: Option<u32>,
    ) {
        let Some(conn) = conn.map(|conn| &self.conns[conn as usize]) else { return };
        let is_ours = conn.serve.is_some();
        let merged = Merged {
            list: &outcome.response,
            ends: if verified { Ends::Verified } else { Ends::Unverified },
            seen: is_ours.then_some(&self.stations[station].seen),
            is_whole: is_ours && conn.list == outcome.response,
        };
        let merged = self.clients[who as usize].once[station].merge(merged);
        self.check(merged.is_ok(), "cars are not reported as they were", || {
            format!("{station}: {merged:?}")
        });
    }
}
