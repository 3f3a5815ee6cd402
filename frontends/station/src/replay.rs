//! `--replay`: what of a capture is served again, and at which address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use carwatch::replay::{Ending, Script, Turns};
use carwatch_capture::read::{Found, Kind, Reader};
use carwatch_capture::recording::{self, RecordedAttempt, RecordedStation, Recorder, Recording};
use carwatch_formats::visible::visible;

use crate::args::Source;
use crate::source::read;

/// What a capture holds of its stations.
#[derive(Debug)]
pub(crate) struct Recorded {
    source: String,
    /// Names and addresses, for people.
    names: Vec<String>,
    turns: Vec<Turns>,
    /// What is wrong with the capture.
    notes: Vec<String>,
}

/// What is served where.
#[derive(Debug)]
pub(crate) struct Replaying {
    /// The station of each listener.
    pub(crate) places: Vec<usize>,
    pub(crate) turns: Vec<Turns>,
}

impl Recorded {
    /// Reads the capture `source`. The error is for people and names it.
    pub(crate) fn open(source: &Source) -> Result<Self, String> {
        // Anything else is an error in usage, which comes first.
        let Source::File(path) = source else { return Err("a replay needs a file".into()) };
        record(path, MEMORY)
            .and_then(|recording| Self::of(source.to_string(), recording))
            // What others wrote into the capture may be in it.
            .map_err(|error| format!("cannot replay {source}: {}", visible(&error)))
    }

    fn of(source: String, recording: Recording) -> Result<Self, String> {
        let Recording { stations, notes } = recording;
        let stations = by_address(stations);
        let names = stations.iter().map(name).collect();
        // Taken one by one, so that no answer is held twice for long.
        let played = |station: RecordedStation| {
            Turns::new(station.attempts.into_iter().map(script)).unwrap_or_else(never_reached)
        };
        let turns: Vec<_> = stations.into_iter().map(played).collect();
        if turns.is_empty() {
            return Err("it holds no station".into());
        }
        Ok(Self { source, names, turns, notes })
    }

    /// Whether each station has an address: `inherited` sockets were handed over, and come
    /// first, and there are so many `listens`. The error is one in usage.
    pub(crate) fn fits(&self, inherited: usize, listens: usize) -> Result<(), String> {
        let (stations, places) = (self.turns.len(), inherited + listens);
        if stations == places {
            return Ok(());
        }
        let holds = if stations == 1 { "1 station".into() } else { format!("{stations} stations") };
        let mut message = format!(
            "--replay: {} holds {holds}, and there {} to listen on; each station needs one \
             --listen, in this order:",
            self.source,
            match places {
                1 => "is 1 address".into(),
                _ => format!("are {places} addresses"),
            },
        );
        for (nth, (name, turns)) in self.names.iter().zip(&self.turns).enumerate().take(LISTED) {
            let attempts = turns.scripts().len();
            let place = match nth.checked_sub(inherited) {
                None => "a socket that is handed over".into(),
                Some(nth) => format!("--listen 127.0.0.1:{}", 8000 + nth),
            };
            let (s, bytes) = (if attempts == 1 { "" } else { "s" }, bytes(turns));
            let _ =
                write!(message, "\n  {place}  for {name} ({attempts} attempt{s}, {bytes} bytes)");
        }
        if stations > LISTED {
            let _ = write!(message, "\n  and {} more", stations - LISTED);
        }
        Err(message)
    }

    /// Says what is replayed.
    pub(crate) fn log(&self) {
        for note in &self.notes {
            tracing::warn!(source = %self.source, note, "the capture is not whole");
        }
        for (name, turns) in self.names.iter().zip(&self.turns) {
            let (attempts, bytes) = (turns.scripts().len(), bytes(turns));
            tracing::info!(station = name, attempts, bytes, "replaying");
        }
    }

    /// The stations, at the listeners whose places these are.
    pub(crate) fn at(self, places: Vec<usize>) -> Replaying {
        Replaying { places, turns: self.turns }
    }
}

/// Reads a file: a capture, or the bytes of one answer as they stood on the wire.
///
/// No more than `memory` recorded bytes are held. The error is for people.
fn record(path: &Path, memory: u64) -> Result<Recording, String> {
    let cannot = |error: std::io::Error| error.to_string();
    let mut file = File::open(path).map_err(cannot)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut next = || read(&mut file, &mut buffer).map(|n| buffer[..n].to_vec()).map_err(cannot);

    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let (mut reader, mut raw, mut begin) = (Reader::new(), Raw::new(memory), Vec::new());
    // Its first bytes say what it is, packed or not.
    while reader.kind().is_none() {
        let bytes = next()?;
        if bytes.is_empty() {
            break;
        }
        reader.feed(&bytes, &mut |found| raw.take(found));
        begin.extend(bytes);
    }
    if matches!(reader.kind(), Some(Kind::Pcap | Kind::PcapNg)) {
        let mut recorder = Recorder::new(&name, memory);
        recorder.feed(&begin);
        loop {
            match next()? {
                bytes if bytes.is_empty() || !recorder.wants_more() => return recorder.finish(),
                bytes => recorder.feed(&bytes),
            }
        }
    }
    while !raw.is_full {
        match next()? {
            bytes if bytes.is_empty() => break,
            bytes => reader.feed(&bytes, &mut |found| raw.take(found)),
        }
    }
    match reader.finish(&mut |found| raw.take(found)) {
        _ if raw.is_full => Err(format!("its bytes are more than {memory}")),
        Some(damage) => Err(damage.words),
        None => Ok(raw.recording(&name)),
    }
}

/// An answer without a clock beside it.
struct Raw {
    bytes: Vec<u8>,
    memory: u64,
    is_full: bool,
}

impl Raw {
    const fn new(memory: u64) -> Self {
        Self { bytes: Vec::new(), memory, is_full: false }
    }

    fn take(&mut self, found: Found<'_>) {
        let Found::Raw(bytes) = found else { return };
        self.is_full |= (self.bytes.len() + bytes.len()) as u64 > self.memory;
        if !self.is_full {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// All of it at once.
    fn recording(self, name: &str) -> Recording {
        let attempt = RecordedAttempt {
            connected: true,
            chunks: vec![(Duration::ZERO, self.bytes.len())],
            bytes: self.bytes,
            end: recording::Ending::Fin,
            at: Duration::ZERO,
        };
        let name = name.to_owned();
        let station = RecordedStation { address: name.clone(), name, attempts: vec![attempt] };
        Recording { stations: vec![station], notes: Vec::new() }
    }
}

/// A recorded connection as a replay gives it. One that was never made cannot be refused again,
/// since it has been accepted by then: it is reset before the first byte, which no client takes
/// for an empty list either.
fn script(attempt: RecordedAttempt) -> Script {
    let ending = match attempt.end {
        recording::Ending::Fin if attempt.connected => Ending::Fin,
        recording::Ending::Fin | recording::Ending::Reset => Ending::Reset,
        recording::Ending::Silent => Ending::Silent,
    };
    let mut script = Script::new(ending, attempt.at);
    for (after, bytes) in attempt.pieces() {
        script.push(after, bytes);
    }
    script
}

/// A sniffer's capture says nothing of stations: there every connection is one for itself. In a
/// replay those to one address are the attempts of one station.
fn by_address(recorded: Vec<RecordedStation>) -> Vec<RecordedStation> {
    let mut stations: Vec<RecordedStation> = Vec::new();
    let mut known = HashMap::new();
    for mut station in recorded {
        match known.entry(station.address.clone()) {
            Entry::Occupied(nth) => {
                let first: &mut RecordedStation = &mut stations[*nth.get()];
                first.attempts.append(&mut station.attempts);
                first.name.clone_from(&first.address);
            }
            Entry::Vacant(new) => {
                new.insert(stations.len());
                stations.push(station);
            }
        }
    }
    stations
}

/// The turns of a station that was never tried.
fn never_reached() -> Turns {
    Turns::new([Script::new(Ending::Reset, Duration::ZERO)]).expect("one")
}

fn name(station: &RecordedStation) -> String {
    let (name, address) = (visible(&station.name), visible(&station.address));
    if station.name == station.address || station.address.is_empty() {
        name.to_string()
    } else {
        format!("{name} ({address})")
    }
}

fn bytes(turns: &Turns) -> usize {
    turns.scripts().iter().map(|script| script.len()).sum()
}

/// How many recorded bytes are held at most: 1 GiB.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// How many stations an error lists.
const LISTED: usize = 20;

#[cfg(test)]
mod tests;
