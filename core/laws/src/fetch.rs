//! One response, in any segments at any times: what it comes to is what the reference model of
//! the simulator says.

use std::time::Duration;

use carwatch::fetch::{End as Told, Fetch, Fired, Want};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Outcome, Reason, Verdict};

use crate::bytes::Bytes;
use crate::oracle::{self, End, Facts};

/// Panics if `input`, which says limits, segments and pauses, comes to anything else.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let limits = ClientLimits {
        response: [0, 5, 40, 1 << 20][usize::from(bytes.below(4))],
        idle_timeout: Duration::from_millis(10),
        ..ClientLimits::default()
    };
    let deadline = MILLI * 20 * u64::from(bytes.below(4));
    let mut now = MILLI * u64::from(bytes.below(3));
    let mut fetch = Fetch::new(&limits, Instant::from_nanos(deadline), Instant::from_nanos(now));
    let (mut last, mut response) = (now, Vec::new());
    let facts = |bytes, last, end, now| Facts {
        bytes,
        last,
        end,
        now,
        limit: limits.response,
        idle: 10 * MILLI,
        deadline,
    };
    loop {
        // When nothing more is said, it is waited until that is too long.
        let is_silent = bytes.is_empty();
        let action = if is_silent { 4 } else { bytes.byte() };
        if is_silent {
            now = now.max(deadline.min(last + 10 * MILLI));
        }
        now += MILLI * u64::from(action >> 4);
        let at = Instant::from_nanos(now);
        let end = match action % 8 {
            0..=3 => {
                let segment = bytes.some();
                if !segment.is_empty() {
                    response.extend_from_slice(segment);
                    last = now;
                }
                let is_enough = response.len() as u64 > limits.response;
                let wanted = if is_enough { Want::Enough } else { Want::More };
                assert_eq!(
                    (fetch.receive(segment, at), fetch.bytes()),
                    (wanted, response.len() as u64)
                );
                if !is_enough {
                    continue;
                }
                End::Fin
            }
            4 => {
                let due = deadline.min(last + 10 * MILLI);
                assert_eq!(fetch.deadline(), Instant::from_nanos(due));
                match fetch.fire(at) {
                    Fired::Again(again) => {
                        assert!(now < due, "it has come");
                        fetch = again;
                        continue;
                    }
                    Fired::Done(outcome) => {
                        return same(&outcome, &facts(&response, last, End::Timer, now));
                    }
                }
            }
            5 => End::Reset,
            6 => End::BareFin,
            _ if action & 8 == 0 => End::Fin,
            _ => End::CloseNotify,
        };
        let told = match end {
            End::CloseNotify => Told::CloseNotify,
            End::BareFin => Told::Fault(Reason::Truncated.into()),
            End::Reset => Told::Fault(Reason::Reset.into()),
            _ => Told::Fin,
        };
        return same(&fetch.finish(told), &facts(&response, last, end, now));
    }
}

fn same(outcome: &Outcome, facts: &Facts<'_>) {
    let expected = oracle::outcome(facts);
    let reason = outcome.verdict.fault().map_or("", |fault| fault.reason.as_str());
    let verified = outcome.verdict == Verdict::Complete { verified: true };
    let got = (outcome.verdict.as_str(), verified, reason, outcome.cars, outcome.rejected);
    let wanted =
        (expected.verdict, expected.verified, expected.reason, expected.cars, expected.rejected);
    assert_eq!(got, wanted);
    let kept: &[u8] = if expected.verdict == "failed" { &[] } else { facts.bytes };
    assert_eq!((&*outcome.response, outcome.bytes), (kept, facts.bytes.len() as u64));
}

const MILLI: u64 = 1_000_000;
