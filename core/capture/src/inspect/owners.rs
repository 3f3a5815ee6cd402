//! Which streams are the attempts at one station.

use std::collections::{HashMap, HashSet};

use super::names::Names;
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
///
/// A capture may be several, merged or one behind the other. What differs in name or address is
/// another station, and an attempt that a station has already is of another gather: its stations
/// stand behind those of the earlier one, as if they were another file's.
pub(crate) fn owners(file: &str, streams: Vec<Stream>, absent: Vec<AbsentComment>) -> Vec<Owner> {
    let mut unnamed = Vec::new();
    let mut named = Vec::new();
    for stream in streams {
        if let Some(label) = &stream.label {
            let station = Station::new(label.round, label.index, &label.name, &label.address);
            // Only a station that was never tried has none.
            let number = label.attempt.max(1);
            named.push((station, Attempt { number, what: What::Stream(Box::new(stream)) }));
        } else {
            unnamed.push(stream);
        }
    }
    named.extend(absent.into_iter().map(|absent| {
        let station = Station::new(absent.round, absent.index, &absent.name, &absent.address);
        (station, Attempt { number: absent.attempt, what: What::Absent(absent) })
    }));
    // Comments of a section stand behind the packets of their gather, or of the next one.
    named.sort_by_key(|(_, attempt)| (attempt.what.began(), attempt.number));
    let mut runs = Runs::default();
    for (station, attempt) in named {
        runs.add(station, attempt);
    }
    let mut owners = runs.owners();
    let several = unnamed.len() + owners.len() > 1;
    owners.extend(unnamed.into_iter().enumerate().map(|(nth, stream)| Owner {
        name: if several { format!("{file}#{}", nth + 1) } else { file.to_owned() },
        address: stream.station().to_string(),
        attempts: vec![Attempt { number: 1, what: What::Stream(Box::new(stream)) }],
    }));
    owners
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Station {
    round: u64,
    index: u64,
    name: String,
    address: String,
}

impl Station {
    fn new(round: u64, index: u64, name: &str, address: &str) -> Self {
        Self { round, index, name: name.to_owned(), address: address.to_owned() }
    }
}

/// Attempts, by station and by gather.
#[derive(Debug, Default)]
struct Runs {
    /// The number of each station, and what each of its gathers has.
    known: HashMap<Station, (usize, Vec<Vec<Attempt>>)>,
    /// Station, gather, attempt.
    seen: HashSet<(usize, usize, u32)>,
    /// Below which gather of a station each has that attempt.
    full: HashMap<(usize, u32), usize>,
}

impl Runs {
    /// Adds an attempt to the latest gather that lacks it; what comes mixed goes to the first
    /// one that lacks it.
    fn add(&mut self, station: Station, attempt: Attempt) {
        let nth = self.known.len();
        let (id, runs) = self.known.entry(station).or_insert_with(|| (nth, Vec::new()));
        let (id, number) = (*id, attempt.number);
        let mut run = runs.len().saturating_sub(1);
        if self.seen.contains(&(id, run, number)) {
            let full = self.full.entry((id, number)).or_default();
            while self.seen.contains(&(id, *full, number)) {
                *full += 1;
            }
            run = *full;
        }
        self.seen.insert((id, run, number));
        if run == runs.len() {
            runs.push(Vec::new());
        }
        runs[run].push(attempt);
    }

    fn owners(self) -> Vec<Owner> {
        let mut all: Vec<_> = (self.known.into_iter())
            .flat_map(|(station, (id, runs))| {
                let station = move |(run, attempts)| (run, id, station.clone(), attempts);
                runs.into_iter().enumerate().map(station)
            })
            .collect();
        all.sort_by_key(|(run, id, station, _)| (*run, station.round, station.index, *id));
        let mut names = Names::default();
        let owner = |(_, _, station, mut attempts): (_, _, Station, Vec<Attempt>)| {
            attempts.sort_by_key(|attempt| attempt.number);
            let Station { round, name, address, .. } = station;
            let wanted = if round > 1 { format!("{name}#{round}") } else { name.clone() };
            Owner { name: names.take(&name, wanted), address, attempts }
        };
        all.into_iter().map(owner).collect()
    }
}

impl What {
    /// What the capture calls its station, if it does.
    pub(super) fn named(&self) -> Option<&str> {
        match self {
            Self::Stream(stream) => stream.label.as_ref().map(|label| label.name.as_str()),
            Self::Absent(absent) => Some(&absent.name),
        }
    }

    /// When it began, in Unix nanoseconds.
    pub(super) fn began(&self) -> Option<u64> {
        match self {
            Self::Stream(stream) => {
                stream.label.as_ref().and_then(|label| label.began_ns).or(stream.first_at())
            }
            Self::Absent(absent) => Some(absent.began_ns),
        }
    }

    /// When it was over, in Unix nanoseconds.
    pub(super) fn ended(&self) -> Option<u64> {
        match self {
            Self::Stream(stream) => {
                stream.outcome.as_ref().and_then(|outcome| outcome.ended_ns).or(stream.last_at())
            }
            Self::Absent(absent) => Some(absent.ended_ns),
        }
    }
}
