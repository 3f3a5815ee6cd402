//! The line of the report that the attempts at a station make.

use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Report, StationReport, Verdict};

use super::owners::{Owner, What, owners};
use super::{Collected, Detail, Inspected, Limits, Note, nanos, verdict};

/// The report of a file.
pub(super) fn inspected(file: &str, limits: &Limits, collected: Collected) -> Inspected {
    let Collected { raw, streams, absent, gathers, span, cut, notes } = collected;
    let mut notes: Vec<Note> =
        notes.into_iter().map(|words| Note { file: file.to_owned(), words }).collect();
    let mut stations = Vec::new();
    let mut details = Vec::new();
    for owner in owners(file, streams, absent) {
        let (line, detail, said) = line(owner, limits, cut.as_ref());
        details.push(detail);
        notes.extend(said.into_iter().map(|words| {
            let is_file = line.name == file;
            let words = if is_file { words } else { format!("{}: {words}", line.name) };
            Note { file: file.to_owned(), words }
        }));
        stations.push(line);
    }
    if stations.is_empty() {
        let outcome = raw.unwrap_or_else(|| {
            Outcome::failed(
                cut.unwrap_or_else(|| Fault::new(Reason::Capture, "no TCP stream was captured")),
            )
        });
        stations.push(StationReport {
            name: file.to_owned(),
            address: file.to_owned(),
            outcome,
            attempts: 1,
            first_byte: None,
            elapsed: None,
        });
        details.push(Detail { station: file.to_owned(), ..Detail::default() });
    }
    let began = gathers.iter().map(|gather| gather.began_ns).min();
    let ended = gathers.iter().map(|gather| gather.ended_ns).max();
    let elapsed = began.zip(ended).or(span).map(|(from, to)| nanos(to.saturating_sub(from)));
    Inspected { report: Report { stations, elapsed }, notes, details }
}

/// The line of a station; the best of its attempts, as live.
fn line(
    owner: Owner,
    limits: &Limits,
    cut: Option<&Fault>,
) -> (StationReport, Detail, Vec<String>) {
    let began = owner.attempts.first().and_then(|attempt| attempt.what.began());
    let ended = owner.attempts.iter().filter_map(|attempt| attempt.what.ended()).max();
    let attempts = owner.attempts.last().map_or(0, |attempt| attempt.number);
    let mut notes = Vec::new();
    let mut best: Option<(Outcome, Option<u64>)> = None;
    let mut detail = Detail::default();
    let station = owner.attempts.first().and_then(|attempt| attempt.what.named());
    let station = station.unwrap_or(&owner.name).to_owned();
    for attempt in owner.attempts {
        let (outcome, first_byte_at, came) = match attempt.what {
            What::Absent(absent) => {
                (Outcome::failed(fault(absent.verdict())), None, Detail::default())
            }
            What::Stream(stream) => {
                let connected = stream.connected_at();
                let connected_at = connected.or(stream.first_at());
                let (outcome, chunks, said) = verdict::outcome(*stream, limits, cut);
                let came = Detail { connected_at, chunks, ..Detail::default() };
                notes.extend(said);
                let after = outcome.first_byte.map(|after| after.as_nanos() as u64);
                (
                    outcome,
                    connected.or(began).zip(after).map(|(at, after)| at.saturating_add(after)),
                    came,
                )
            }
        };
        match &best {
            Some((kept, _)) if rank(&kept.verdict) > rank(&outcome.verdict) => {}
            _ => (best, detail) = (Some((outcome, first_byte_at)), came),
        }
    }
    let (outcome, first_byte_at) =
        best.unwrap_or_else(|| (Outcome::failed(Reason::Capture.into()), None));
    let since = |at: u64| began.map(|began| nanos(at.saturating_sub(began)));
    let line = StationReport {
        name: owner.name,
        address: owner.address,
        outcome,
        attempts,
        first_byte: first_byte_at.and_then(since),
        // One that was never tried took no time.
        elapsed: if attempts == 0 { Some(Duration::ZERO) } else { ended.and_then(since) },
    };
    (line, Detail { station, ..detail }, notes)
}

/// A comment about a station that has no stream cannot make it complete.
fn fault(verdict: Verdict) -> Fault {
    verdict.fault().cloned().unwrap_or_else(|| Fault::from(Reason::Capture))
}

/// Complete before partial before failed.
const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Complete { .. } => 2,
        Verdict::Partial(_) => 1,
        Verdict::Failed(_) => 0,
    }
}
