//! From files to a report: what gathering would have printed, from what was captured of it.
//!
//! The rules are cli.md's: comments that carwatch wrote decide and win over the wire; FIN and
//! RST read as live; what lacks its end, or a part, is partial with reason `capture`. A raw
//! file is one answer, complete but unverified.

mod collect;
mod lines;
pub mod names;
mod owners;
mod verdict;

use std::fmt;
use std::time::Duration;

use carwatch::limits::ClientLimits;
use carwatch::{Fault, Reason, Report};
pub(crate) use collect::{Collected, Collector};
use names::Names;
pub(crate) use owners::{Attempt, Owner, What, owners};

use crate::read::Kind;
use crate::streams::Chunk;

/// What one inspection puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest record, in bytes.
    pub record: usize,
    /// The longest answer, in bytes: past it the station failed, `too_large`.
    pub response: u64,
    /// What all answers together may take, in bytes. A file that needs more is read so far.
    pub memory: u64,
    /// How many rejections of an answer are kept one by one.
    pub rejections: usize,
}

impl From<&ClientLimits> for Limits {
    fn from(limits: &ClientLimits) -> Self {
        Self {
            record: limits.record,
            response: limits.response,
            memory: limits.memory,
            rejections: limits.rejections,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::from(&ClientLimits::default())
    }
}

/// Something about a file that no line of the report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub file: String,
    /// For people. What others wrote may be in it: show it as `visible`.
    pub words: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.words)
    }
}

/// What files came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// A line for each station, as a gather would have it.
    pub report: Report,
    /// What else there is to know.
    pub notes: Vec<Note>,
    /// For each line of the report when which byte came; only where an
    /// [`Inspection::detailed`] was asked for it.
    pub details: Vec<Detail>,
}

/// What a line of the report leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// What the capture calls the station, without the number that tells its rounds apart.
    pub station: String,
    /// When the attempt that counts was connected, in Unix nanoseconds.
    pub connected_at: Option<u64>,
    /// In which chunks its answer came.
    pub chunks: Vec<Chunk>,
}

impl Inspected {
    /// Several files as one. A name that an earlier file has becomes `NAME#2`, or the next
    /// number that is free; how long they took is the sum of those that say it.
    #[must_use]
    pub fn join(files: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self {
            report: Report { stations: Vec::new(), elapsed: None },
            notes: Vec::new(),
            details: Vec::new(),
        };
        let mut names = Names::default();
        for file in files {
            for mut station in file.report.stations {
                let name = std::mem::take(&mut station.name);
                station.name = names.take(&name.clone(), name);
                all.report.stations.push(station);
            }
            all.report.elapsed = match (all.report.elapsed, file.report.elapsed) {
                (Some(all), Some(file)) => Some(all.saturating_add(file)),
                (all, file) => all.or(file),
            };
            all.notes.extend(file.notes);
            all.details.extend(file.details);
        }
        all
    }

    /// How many bytes of answers it keeps.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.report.stations.iter().map(|station| station.outcome.response.len() as u64).sum()
    }
}

/// Reads one file. The pieces in which it comes make no difference.
///
/// ```
/// use carwatch_capture::inspect::{Inspection, Limits};
///
/// let mut file = Inspection::new("gate.cars", Limits::default());
/// file.feed(b"today:peugeot:red.tod");
/// file.feed(b"ay:fiat");
/// let inspected = file.finish();
/// let gate = &inspected.report.stations[0];
/// assert_eq!((gate.outcome.cars, gate.outcome.rejected), (1, 1));
/// ```
#[derive(Debug)]
pub struct Inspection {
    name: String,
    limits: Limits,
    collector: Collector,
}

impl Inspection {
    /// A file called `name`, without its folders.
    #[must_use]
    pub fn new(name: &str, limits: Limits) -> Self {
        Self { name: name.to_owned(), limits, collector: Collector::new(limits, false, false) }
    }

    /// As [`new`](Self::new), also with when which byte came.
    #[must_use]
    pub fn detailed(name: &str, limits: Limits) -> Self {
        Self { name: name.to_owned(), limits, collector: Collector::new(limits, true, false) }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.collector.feed(bytes);
    }

    /// What kind of file it is, once enough of it is known; the same for what is packed.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        self.collector.kind()
    }

    /// Whether it is packed as gzip, once enough of it is known.
    #[must_use]
    pub const fn is_packed(&self) -> bool {
        self.collector.is_packed()
    }

    /// Whether more bytes can change anything: not once the memory is used up, nor behind
    /// damage.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.collector.wants_more()
    }

    /// Whether all its memory is used up, and nothing more is read.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.collector.is_full()
    }

    /// What it came to so far, as if the file ended here: a look for those who wait, which
    /// copies what it keeps. What may still grow has the reason `capture`.
    #[must_use]
    pub fn so_far(&self) -> Inspected {
        lines::inspected(&self.name, &self.limits, self.collector.so_far())
    }

    /// Ends it where the file ends.
    #[must_use]
    pub fn finish(self) -> Inspected {
        lines::inspected(&self.name, &self.limits, self.collector.finish(None))
    }

    /// Ends it where the file could not be read on, in the words of whoever said so.
    #[must_use]
    pub fn fail(self, words: &str) -> Inspected {
        self.stop(Fault::new(Reason::Io, words))
    }

    /// Ends it where somebody or something stopped it.
    #[must_use]
    pub fn stop(self, fault: Fault) -> Inspected {
        lines::inspected(&self.name, &self.limits, self.collector.finish(Some(fault)))
    }
}

/// Reads files one after the other, within one memory.
#[derive(Debug)]
pub struct Inspector {
    limits: Limits,
    files: Vec<Inspected>,
    open: Option<Inspection>,
}

impl Inspector {
    /// No files yet.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, files: Vec::new(), open: None }
    }

    /// Begins a file, without its folders in `name`; one that was open ends.
    pub fn open(&mut self, name: &str) {
        self.close();
        let held: u64 = self.files.iter().map(Inspected::held).sum();
        let memory = self.limits.memory.saturating_sub(held);
        self.open = Some(Inspection::new(name, Limits { memory, ..self.limits }));
    }

    /// Takes the next bytes of the open file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(file) = &mut self.open {
            file.feed(bytes);
        }
    }

    /// Whether more bytes of the open file can change anything.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.open.as_ref().is_some_and(Inspection::wants_more)
    }

    /// Ends the open file.
    pub fn close(&mut self) {
        self.files.extend(self.open.take().map(Inspection::finish));
    }

    /// Ends the open file where it could not be read on.
    pub fn fail(&mut self, words: &str) {
        self.files.extend(self.open.take().map(|file| file.fail(words)));
    }

    /// Ends the open file where somebody or something stopped it.
    pub fn stop(&mut self, fault: Fault) {
        self.files.extend(self.open.take().map(|file| file.stop(fault)));
    }

    /// What they came to.
    #[must_use]
    pub fn finish(mut self) -> Inspected {
        self.close();
        Inspected::join(self.files)
    }
}

pub(crate) const fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}
