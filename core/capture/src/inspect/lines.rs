//! Which streams are the attempts at one station, and the line of the report that they make.

use std::collections::BTreeMap;
use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Report, StationReport, Verdict};

use super::verdict;
use super::{Collected, Inspected, Limits, Note, nanos};
use crate::comment::AbsentComment;
use crate::streams::Stream;

/// A station, and all that the file holds of it.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) name: String,
    pub(crate) address: String,
    /// In order.
    pub(crate) attempts: Vec<Attempt>,
}

/// One attempt at a station.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: u32,
    pub(crate) what: What,
}

/// What there is of an attempt.
#[derive(Debug)]
pub(crate) enum What {
    Stream(Box<Stream>),
    Absent(AbsentComment),
}

/// The stations of a capture: first those that its comments name, by round and place, then a
/// station for each stream that nobody named, in the order of their first packets.
pub(crate) fn owners(file: &str, streams: Vec<Stream>, absent: Vec<AbsentComment>) -> Vec<Owner> {
    let mut named: BTreeMap<(u64, u64), Owner> = BTreeMap::new();
    let mut unnamed = Vec::new();
    let mut add = |key: (u64, u64), name: &str, address: &str, attempt: Attempt| {
        let owner = named.entry(key).or_insert_with(|| Owner {
            name: if key.0 > 1 { format!("{name}#{}", key.0) } else { name.to_owned() },
            address: address.to_owned(),
            attempts: Vec::new(),
        });
        owner.attempts.push(attempt);
    };
    for stream in streams {
        let Some(label) = stream.label.clone() else {
            unnamed.push(stream);
            continue;
        };
        let attempt = Attempt { number: label.attempt, what: What::Stream(Box::new(stream)) };
        add((label.round, label.index), &label.name, &label.address, attempt);
    }
    for absent in absent {
        let (key, number) = ((absent.round, absent.index), absent.attempt);
        let (name, address) = (absent.name.clone(), absent.address.clone());
        add(key, &name, &address, Attempt { number, what: What::Absent(absent) });
    }
    let mut owners: Vec<Owner> = named.into_values().collect();
    for owner in &mut owners {
        owner.attempts.sort_by_key(|attempt| attempt.number);
    }
    let several = unnamed.len() + owners.len() > 1;
    owners.extend(unnamed.into_iter().enumerate().map(|(nth, stream)| Owner {
        name: if several { format!("{file}#{}", nth + 1) } else { file.to_owned() },
        address: stream.station().to_string(),
        attempts: vec![Attempt { number: 1, what: What::Stream(Box::new(stream)) }],
    }));
    owners
}

/// The report of a file.
pub(super) fn inspected(file: &str, limits: &Limits, collected: Collected) -> Inspected {
    let Collected { raw, streams, absent, gathers, span, cut, notes } = collected;
    let mut notes: Vec<Note> =
        notes.into_iter().map(|words| Note { file: file.to_owned(), words }).collect();
    let mut stations = Vec::new();
    for owner in owners(file, streams, absent) {
        let (line, said) = line(owner, limits, cut.as_ref());
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
    }
    let began = gathers.iter().map(|gather| gather.began_ns).min();
    let ended = gathers.iter().map(|gather| gather.ended_ns).max();
    let elapsed = began.zip(ended).or(span).map(|(from, to)| nanos(to.saturating_sub(from)));
    Inspected { report: Report { stations, elapsed }, notes }
}

/// The line of a station; the best of its attempts, as live.
fn line(owner: Owner, limits: &Limits, cut: Option<&Fault>) -> (StationReport, Vec<String>) {
    let began = owner.attempts.first().and_then(|attempt| attempt.what.began());
    let ended = owner.attempts.iter().filter_map(|attempt| attempt.what.ended()).max();
    let attempts = owner.attempts.last().map_or(0, |attempt| attempt.number);
    let mut notes = Vec::new();
    let mut best: Option<(Outcome, Option<u64>)> = None;
    for attempt in owner.attempts {
        let (outcome, first_byte_at) = match attempt.what {
            What::Absent(absent) => (Outcome::failed(fault(absent.verdict())), None),
            What::Stream(stream) => {
                let connected = stream.connected_at();
                let (outcome, said) = verdict::outcome(*stream, limits, cut);
                notes.extend(said);
                let after = outcome.first_byte.map(|after| after.as_nanos() as u64);
                (
                    outcome,
                    connected.or(began).zip(after).map(|(at, after)| at.saturating_add(after)),
                )
            }
        };
        match &best {
            Some((kept, _)) if rank(&kept.verdict) > rank(&outcome.verdict) => {}
            _ => best = Some((outcome, first_byte_at)),
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
    (line, notes)
}

impl What {
    fn began(&self) -> Option<u64> {
        match self {
            Self::Stream(stream) => {
                stream.label.as_ref().and_then(|label| label.began_ns).or(stream.first_at())
            }
            Self::Absent(absent) => Some(absent.began_ns),
        }
    }

    fn ended(&self) -> Option<u64> {
        match self {
            Self::Stream(stream) => {
                stream.outcome.as_ref().and_then(|outcome| outcome.ended_ns).or(stream.last_at())
            }
            Self::Absent(absent) => Some(absent.ended_ns),
        }
    }
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
