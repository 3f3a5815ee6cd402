//! What a capture says beside its packets: which station a stream is, how it ended, and
//! what had no stream at all. Each is a pcapng comment: `carwatch`, a word, and JSON.

use std::fmt;

use carwatch::Reason;
use serde::{Deserialize, Serialize};

mod json;
mod outcome;
mod reason;

/// A comment of a capture that carwatch wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comment {
    /// On the first packet of an attempt: whose it is.
    Station(StationComment),
    /// On the last packet of an attempt: what came of it.
    Outcome(OutcomeComment),
    /// On a section: an attempt that has no packets, or a station that was never tried.
    Absent(AbsentComment),
    /// On a section: a round that is over.
    Gather(GatherComment),
}

/// Which attempt at which station a stream is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationComment {
    /// The station's place among those given, from 0.
    pub index: u64,
    /// What reports call it.
    pub name: String,
    /// `HOST:PORT` as it was given.
    pub address: String,
    /// From 1, in each round.
    pub attempt: u32,
    /// From 1; more than one where the gather was repeated.
    pub round: u64,
    /// When the attempt began, in Unix nanoseconds, where that was before its first packet:
    /// another of its addresses was tried first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_ns: Option<u64>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeComment {
    /// Complete, partial or failed.
    pub outcome: OutcomeName,
    /// Why it is not complete.
    #[serde(with = "reason::optional")]
    pub reason: Option<Reason>,
    /// Whether nothing can be missing.
    pub verified: bool,
    /// How many bytes were read, kept or not.
    pub bytes: u64,
    /// When the first of them came, in nanoseconds since the attempt connected.
    pub first_byte_ns: Option<u64>,
    /// The reason in the system's words.
    pub detail: Option<String>,
    /// When the attempt was over, in Unix nanoseconds, where that was after its last packet:
    /// nobody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ns: Option<u64>,
}

/// An attempt that never had an address to connect to, or a station that was never tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsentComment {
    /// The station's place among those given, from 0.
    pub index: u64,
    /// What reports call it.
    pub name: String,
    /// `HOST:PORT` as it was given.
    pub address: String,
    /// From 1; 0 for a station that was never tried.
    pub attempt: u32,
    /// From 1.
    pub round: u64,
    /// When the attempt began, in Unix nanoseconds.
    pub began_ns: u64,
    /// When it was over, in Unix nanoseconds.
    pub ended_ns: u64,
    /// Failed, as a rule.
    pub outcome: OutcomeName,
    /// Why.
    #[serde(with = "reason::optional")]
    pub reason: Option<Reason>,
    /// The reason in the system's words.
    pub detail: Option<String>,
}

/// A round of a gather.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatherComment {
    /// From 1.
    pub round: u64,
    /// When it began, in Unix nanoseconds.
    pub began_ns: u64,
    /// When its last station was settled, in Unix nanoseconds.
    pub ended_ns: u64,
    /// How many stations it had.
    pub stations: u64,
}

/// The name of a [`Verdict`](carwatch::Verdict).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeName {
    /// The station ended its answer itself.
    Complete,
    /// Some bytes came and are kept, but not all.
    Partial,
    /// Nothing usable came.
    Failed,
}

/// Why a text is no [`Comment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOurs {
    /// Somebody else's comment: it does not begin as ours do.
    Foreign,
    /// It begins as ours do, but the rest cannot be read; with the words of the JSON parser.
    Damaged(String),
}

impl Comment {
    /// The comment as it stands in a capture: one line, every dangerous character escaped.
    /// It fits into a pcapng option: texts that are too long for that are cut, and end in `…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = self.to_whole_text();
        if text.len() <= MAX_TEXT {
            return text;
        }
        let mut cut = self.clone();
        loop {
            let Some(longest) = cut.texts().into_iter().max_by_key(|text| text.len()) else {
                return text;
            };
            halve(longest);
            let text = cut.to_whole_text();
            if text.len() <= MAX_TEXT {
                return text;
            }
        }
    }

    /// Reads a comment of a packet or a section.
    ///
    /// # Errors
    ///
    /// [`NotOurs`] for every other text. Keys that are not known are passed over.
    pub fn parse(text: &str) -> Result<Self, NotOurs> {
        let rest = text.strip_prefix(PREFIX).ok_or(NotOurs::Foreign)?;
        let (word, json) = rest.split_once(' ').ok_or(NotOurs::Foreign)?;
        match word {
            STATION => json::read(json).map(Self::Station),
            OUTCOME => json::read(json).map(Self::Outcome),
            ABSENT => json::read(json).map(Self::Absent),
            GATHER => json::read(json).map(Self::Gather),
            _ => return Err(NotOurs::Foreign),
        }
        .map_err(|error| NotOurs::Damaged(error.to_string()))
    }

    fn to_whole_text(&self) -> String {
        let (word, json) = match self {
            Self::Station(station) => (STATION, json::write(station)),
            Self::Outcome(outcome) => (OUTCOME, json::write(outcome)),
            Self::Absent(absent) => (ABSENT, json::write(absent)),
            Self::Gather(gather) => (GATHER, json::write(gather)),
        };
        format!("{PREFIX}{word} {json}")
    }

    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::Station(station) => vec![&mut station.name, &mut station.address],
            Self::Outcome(outcome) => outcome.detail.iter_mut().collect(),
            Self::Absent(absent) => {
                let mut texts = vec![&mut absent.name, &mut absent.address];
                texts.extend(&mut absent.detail);
                texts
            }
            Self::Gather(_) => Vec::new(),
        }
    }
}

impl fmt::Display for NotOurs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("no comment of carwatch's"),
            Self::Damaged(why) => write!(f, "a damaged comment of carwatch's: {why}"),
        }
    }
}

impl std::error::Error for NotOurs {}

/// Cuts a text in half, at a character, and says so.
fn halve(text: &mut String) {
    let kept = text.trim_end_matches('…');
    let at = (0..=kept.len() / 2).rev().find(|at| kept.is_char_boundary(*at));
    text.truncate(at.unwrap_or_default());
    text.push('…');
}

const PREFIX: &str = "carwatch ";
const STATION: &str = "station";
const OUTCOME: &str = "outcome";
const ABSENT: &str = "absent";
const GATHER: &str = "gather";

/// The length of an option is 16 bits wide, in bytes.
const MAX_TEXT: usize = 65_535;

#[cfg(test)]
mod tests;
