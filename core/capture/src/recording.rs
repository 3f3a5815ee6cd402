//! A capture as something to serve again: what each station sent, in which chunks, when,
//! and how it ended.

use std::time::Duration;

use carwatch::limits::ClientLimits;

use crate::inspect::{Attempt, Collector, Limits, Owner, What, nanos, owners};
use crate::streams::{Close, Stream};

/// Everything that a capture holds of its stations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The stations, in the order of the capture.
    pub stations: Vec<RecordedStation>,
    /// What is wrong with the capture, for people: that it ends in the middle of something, for
    /// one. What others wrote may be in it: show it as `visible`.
    pub notes: Vec<String>,
}

/// One station of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedStation {
    /// What the capture, or `inspect`, calls it.
    pub name: String,
    /// Its address, as in the report of `inspect`.
    pub address: String,
    /// What it answered each time, in order of time; none where it never had an address.
    pub attempts: Vec<RecordedAttempt>,
}

/// One connection to a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAttempt {
    /// Whether a connection was made; if not, the station refused it or did not answer.
    pub connected: bool,
    /// What was received, and how long after the connection was made.
    pub chunks: Vec<(Duration, Vec<u8>)>,
    /// How it ended.
    pub end: Ending,
    /// When it ended, since it was connected (since it began where it never was).
    pub at: Duration,
}

/// How a recorded connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The station ended its answer with a FIN.
    Fin,
    /// The station reset it, or refused it.
    Reset,
    /// It did not end: the client gave up, nobody answered, or the capture lacks the end.
    Silent,
}

impl Recording {
    /// Reads a capture that lies in memory. `memory` is how many bytes all answers together
    /// may take.
    ///
    /// # Errors
    ///
    /// In words for people: the bytes are no capture, are damaged before the first stream,
    /// hold no TCP stream, or take more memory than that.
    pub fn read(bytes: &[u8], memory: u64) -> Result<Self, String> {
        let mut recorder = Recorder::new("capture", memory);
        recorder.feed(bytes);
        recorder.finish()
    }
}

/// Reads a capture for replay, in whatever pieces it comes.
#[derive(Debug)]
pub struct Recorder {
    name: String,
    memory: u64,
    collector: Collector,
}

impl Recorder {
    /// A capture called `name`, the base name of its file, of which all answers together may
    /// take `memory` bytes.
    #[must_use]
    pub fn new(name: &str, memory: u64) -> Self {
        let limits =
            Limits { response: u64::MAX, memory, ..Limits::from(&ClientLimits::default()) };
        Self { name: name.to_owned(), memory, collector: Collector::new(limits, true) }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.collector.feed(bytes);
    }

    /// Whether more bytes can change anything.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.collector.wants_more()
    }

    /// Ends the capture.
    ///
    /// # Errors
    ///
    /// As [`Recording::read`].
    pub fn finish(self) -> Result<Recording, String> {
        let is_full = self.collector.is_full();
        let collected = self.collector.finish(None);
        if collected.raw.is_some() {
            return Err("it is no capture: neither pcap nor pcapng".into());
        }
        if is_full {
            let memory = self.memory;
            return Err(format!("its answers take more than {memory} bytes"));
        }
        let owners = owners(&self.name, collected.streams, Vec::new());
        let stations: Vec<_> = owners.into_iter().map(station).collect();
        if stations.is_empty() {
            let why = collected.cut.and_then(|cut| cut.detail);
            return Err(why.unwrap_or_else(|| "no TCP stream was captured".into()));
        }
        Ok(Recording { stations, notes: collected.notes })
    }
}

fn station(owner: Owner) -> RecordedStation {
    let attempts = owner.attempts.into_iter().filter_map(|Attempt { what, .. }| match what {
        What::Stream(stream) => Some(attempt(*stream)),
        What::Absent(_) => None,
    });
    RecordedStation { name: owner.name, address: owner.address, attempts: attempts.collect() }
}

fn attempt(stream: Stream) -> RecordedAttempt {
    let connected = stream.is_connected();
    let close = stream.close();
    let begin = stream.connected_at().or(stream.first_at()).unwrap_or_default();
    let since = |at: Option<u64>| nanos(at.unwrap_or(begin).saturating_sub(begin));
    let ended = stream.ended_at().or(stream.last_at());
    let all = stream.assemble();
    let mut rest = all.bytes;
    let mut chunks = Vec::with_capacity(all.chunks.len());
    for chunk in all.chunks {
        let after = rest.split_off(chunk.length.min(rest.len()));
        chunks.push((since(chunk.at), std::mem::replace(&mut rest, after)));
    }
    let end = match close {
        _ if all.gap.is_some() => Ending::Silent,
        Close::Fin => Ending::Fin,
        Close::Reset | Close::Refused => Ending::Reset,
        Close::Silence | Close::ClientGone | Close::Open => Ending::Silent,
    };
    RecordedAttempt { connected, chunks, end, at: since(ended) }
}
