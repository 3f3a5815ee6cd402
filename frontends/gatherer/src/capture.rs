//! `--capture`: what was received, when, and how it ended, as pcapng, while it happens.
//!
//! This file knows which attempt is whose; what a stream looks like is for
//! `carwatch_capture::write`, and the file on the disk for `sink`.

mod attempts;
mod round;
mod sink;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carwatch::gather::{DialId, StationId};
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Report, Target, Verdict};
use carwatch_capture::comment::OutcomeComment;
use carwatch_capture::write::{Connection, End, NoConnection, Stream, Writer};
use carwatch_driver::client::{Ending, Observer};
use carwatch_driver::clock;

use attempts::{Attempts, Dialled};
use round::Round;
use sink::Sink;

/// A capture that is being written. What cannot be written is said once, at the end; the
/// gather goes on meanwhile.
#[derive(Debug)]
pub(crate) struct Capture {
    writer: Writer,
    sink: Sink,
    epoch: Epoch,
    round: Round,
    /// Attempts that are not connected.
    attempts: Attempts,
    /// Connections that read.
    streams: HashMap<DialId, Stream>,
}

/// One point on both clocks. It is taken once, so times keep their distances even if the
/// wall clock jumps.
#[derive(Clone, Copy, Debug)]
struct Epoch {
    instant: Instant,
    unix_ns: u64,
}

impl Capture {
    /// Begins a capture in the file `path`, which is emptied.
    ///
    /// # Errors
    ///
    /// In words for people, with the path.
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let epoch = Epoch { instant: clock::now(), unix_ns: nanos(since) };
        Self::begin(path, epoch)
    }

    fn begin(path: &Path, epoch: Epoch) -> Result<Self, String> {
        let mut sink = Sink::create(path)?;
        let writer = Writer::new(PROGRAM, sink.blocks());
        sink.flush();
        if let Some(why) = sink.failure() {
            return Err(why.to_owned());
        }
        let (attempts, streams) = (Attempts::default(), HashMap::new());
        Ok(Self { writer, sink, epoch, round: Round::default(), attempts, streams })
    }

    /// A round begins: the `number`th, from 1.
    pub(crate) fn begin_round(&mut self, number: u32, targets: &[Target]) {
        self.begin_round_at(number, targets, clock::now());
    }

    fn begin_round_at(&mut self, number: u32, targets: &[Target], now: Instant) {
        self.round = Round::new(number.into(), targets, self.epoch.unix_ns(now));
        // Connections are numbered anew in each round.
        self.attempts = Attempts::default();
        self.streams.clear();
    }

    /// The round came to this.
    pub(crate) fn end_round(&mut self, report: &Report) {
        self.end_round_at(report, clock::now());
    }

    fn end_round_at(&mut self, report: &Report, now: Instant) {
        let comments = self.round.end(report, self.epoch.unix_ns(now));
        // In parts, so that no block is larger than readers take.
        for comments in comments.chunks(COMMENTS) {
            self.writer.section(comments, self.sink.blocks());
        }
        self.sink.flush();
    }

    /// Writes what is still to be written.
    ///
    /// # Errors
    ///
    /// What could not be written, now or before, in words for people with the path.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.sink.flush();
        self.sink.failure().map_or(Ok(()), |why| Err(why.to_owned()))
    }
}

impl Observer for Capture {
    fn began(&mut self, station: StationId, _attempt: u32, now: Instant) {
        self.round.began(station, self.epoch.unix_ns(now));
    }

    fn dialling(
        &mut self,
        station: StationId,
        attempt: u32,
        dial: DialId,
        peer: SocketAddr,
        now: Instant,
    ) {
        let dialled = Dialled { dial, peer, at_ns: self.epoch.unix_ns(now), reason: None };
        self.attempts.dialled(station, attempt, dialled);
    }

    fn not_connected(&mut self, dial: DialId, fault: &Fault, _now: Instant) {
        self.attempts.not_connected(dial, fault.reason);
    }

    fn connected(&mut self, dial: DialId, local: Option<SocketAddr>, now: Instant) {
        let Some((station, attempt)) = self.attempts.decided(dial) else { return };
        let Some(dialled) = attempt.get(dial) else { return };
        let (peer, dialled_ns) = (dialled.peer, dialled.at_ns);
        let connected_ns = self.epoch.unix_ns(now);
        let comment = self.round.station(station, attempt.number);
        let connection = Connection { peer, local, dialled_ns, connected_ns };
        let stream = self.writer.connected(&comment, &connection, self.sink.blocks());
        self.streams.insert(dial, stream);
        self.sink.tick(now);
    }

    fn received(&mut self, dial: DialId, bytes: &[u8], now: Instant) {
        let Some(stream) = self.streams.get_mut(&dial) else { return };
        stream.received(bytes, self.epoch.unix_ns(now), self.sink.blocks());
        self.sink.tick(now);
    }

    fn ended(&mut self, dial: DialId, ending: Ending, outcome: &Outcome, now: Instant) {
        let Some(stream) = self.streams.remove(&dial) else { return };
        let end = match ending {
            Ending::Fin | Ending::CloseNotify => End::Fin,
            // In plain text the FIN of one that was cut inside TLS would be the end of a whole
            // answer, for whoever does not see the comment.
            Ending::Truncated | Ending::Broken => End::Reset,
            Ending::GivenUp => End::GivenUp,
        };
        let ended_ns = self.epoch.unix_ns(now);
        stream.ended(end, OutcomeComment::from(outcome), ended_ns, self.sink.blocks());
        self.sink.flush();
    }

    fn failed(&mut self, station: StationId, attempt: u32, fault: &Fault, now: Instant) {
        let ended_ns = self.epoch.unix_ns(now);
        let dials = self.attempts.failed(station, attempt);
        let Some(dialled) = dials.as_ref().and_then(|dials| dials.like(fault.reason)) else {
            return self.round.ended_without_address(station, attempt, ended_ns, fault.clone());
        };
        let connection = NoConnection { peer: dialled.peer, dialled_ns: dialled.at_ns, ended_ns };
        let comment = self.round.station(station, attempt);
        let outcome = OutcomeComment::from(&Verdict::Failed(fault.clone()));
        self.writer.not_connected(&comment, &connection, outcome, self.sink.blocks());
        self.sink.flush();
    }
}

impl Epoch {
    fn unix_ns(self, now: Instant) -> u64 {
        self.unix_ns.saturating_add(nanos(now.since(self.instant)))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// As the header of the file says it.
const PROGRAM: &str = concat!("carwatch ", env!("CARGO_PKG_VERSION"));

/// Of one section. Wireshark takes blocks of up to 16 MiB, a comment is less than 64 KiB.
const COMMENTS: usize = 200;

#[cfg(test)]
mod tests;
