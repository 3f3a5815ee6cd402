//! A capture as something to serve again: what each station sent, in which chunks, when,
//! and how it ended.

use std::time::Duration;

use carwatch::Reason;
use carwatch::limits::ClientLimits;

use crate::comment::AbsentComment;
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
    /// What it answered each time, in order of time; none where it was never tried.
    pub attempts: Vec<RecordedAttempt>,
}

/// One attempt at a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAttempt {
    /// Whether a connection was made; if not, the station refused it, did not answer, or had no
    /// address.
    pub connected: bool,
    /// All that was received. In one piece, since a chunk may be as small as a byte, and then
    /// there are as many as bytes.
    pub bytes: Vec<u8>,
    /// In which chunks it came: how long after the connection was made, and how many bytes. The
    /// lengths add up to all of them.
    pub chunks: Vec<(Duration, usize)>,
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
    /// The station reset it, or refused it; or TLS was cut off without its goodbye.
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
    /// hold neither a TCP stream nor a station without one, or take more memory than that. What
    /// others wrote may be in them: show them as `visible`.
    pub fn read(bytes: &[u8], memory: u64) -> Result<Self, String> {
        let mut recorder = Recorder::new("capture", memory);
        recorder.feed(bytes);
        recorder.finish()
    }
}

impl RecordedAttempt {
    /// What came after which time since the connection was made, in order.
    pub fn pieces(&self) -> impl Iterator<Item = (Duration, &[u8])> {
        let mut rest = &self.bytes[..];
        self.chunks.iter().map(move |&(after, length)| {
            let (chunk, behind) = rest.split_at(length.min(rest.len()));
            rest = behind;
            (after, chunk)
        })
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
        Self { name: name.to_owned(), memory, collector: Collector::new(limits, true, true) }
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
        let mut notes = collected.notes;
        if collected.streams.is_empty() {
            // Where there are streams, the notes begin with it.
            let cut = collected.cut.and_then(|cut| cut.detail);
            notes.splice(..0, cut);
        }
        let owners = owners(&self.name, collected.streams, collected.absent);
        let stations: Vec<_> = owners.into_iter().map(station).collect();
        if stations.is_empty() {
            let nothing = "no TCP stream was captured";
            return Err(match &notes[..] {
                [] => nothing.into(),
                notes => format!("{nothing}: {}", notes.join("; ")),
            });
        }
        Ok(Recording { stations, notes })
    }
}

fn station(owner: Owner) -> RecordedStation {
    let attempts = owner.attempts.into_iter().filter_map(|Attempt { number, what }| match what {
        What::Stream(stream) => Some(attempt(*stream)),
        // The station was never tried.
        What::Absent(_) if number == 0 => None,
        What::Absent(absent) => Some(without_address(&absent)),
    });
    RecordedStation { name: owner.name, address: owner.address, attempts: attempts.collect() }
}

fn attempt(stream: Stream) -> RecordedAttempt {
    let connected = stream.is_connected();
    let close = stream.close();
    let begin = stream.connected_at().or(stream.first_at()).unwrap_or_default();
    let since = |at: Option<u64>| nanos(at.unwrap_or(begin).saturating_sub(begin));
    let truncated =
        stream.outcome.as_ref().is_some_and(|said| said.reason == Some(Reason::Truncated));
    let ended = stream.ended_at().or(stream.last_at());
    let all = stream.assemble();
    let chunks = all.chunks.iter().map(|chunk| (since(chunk.at), chunk.length)).collect();
    let end = match close {
        _ if all.gap.is_some() => Ending::Silent,
        // The FIN came inside TLS without its goodbye: in plain text it would be a whole answer.
        Close::Fin if truncated => Ending::Reset,
        Close::Fin => Ending::Fin,
        Close::Reset | Close::Refused => Ending::Reset,
        Close::Silence | Close::ClientGone | Close::Open => Ending::Silent,
    };
    RecordedAttempt { connected, bytes: all.bytes, chunks, end, at: since(ended) }
}

/// An attempt that failed before there was an address to connect to.
fn without_address(absent: &AbsentComment) -> RecordedAttempt {
    use Reason::{Cancelled, ConnectTimeout, Deadline, IdleTimeout};
    let end = match absent.reason {
        // The client gave up, as it does where nobody answers.
        Some(ConnectTimeout | IdleTimeout | Deadline | Cancelled) => Ending::Silent,
        _ => Ending::Reset,
    };
    let at = nanos(absent.ended_ns.saturating_sub(absent.began_ns));
    RecordedAttempt { connected: false, bytes: Vec::new(), chunks: Vec::new(), end, at }
}
