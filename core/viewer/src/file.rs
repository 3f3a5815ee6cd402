//! One file on its way in: a raw answer goes straight into the index, a capture is put together
//! first.

use carwatch::{Fault, Outcome, Reason, StationReport, Verdict};
use carwatch_capture::inspect::{Detail, Inspected, Inspection};
use carwatch_capture::read::{Kind, Reader};
use carwatch_index::{Chunk, Index, Reading};

use crate::Limits;
use crate::say::Foreign;
use crate::words;

/// A file that is open.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) read: u64,
    pub(crate) kind: &'static str,
    pub(crate) notices: Vec<String>,
    pub(crate) foreign: Option<Foreign>,
    pub(crate) is_open: bool,
    /// Its answers.
    pub(crate) answers: std::ops::Range<usize>,
    pub(crate) elapsed: Option<std::time::Duration>,
}

/// What is known of an answer beside its rows.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) file: usize,
    /// What the report says; without the bytes.
    pub(crate) report: StationReport,
    /// Nothing while it is being read.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) detail: Detail,
    pub(crate) bytes: Source,
}

/// Where the bytes of an answer are.
#[derive(Debug)]
pub(crate) enum Source {
    /// They are the file.
    File,
    Held(Vec<u8>),
}

/// A file that is being read.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Too few bytes to tell what it is.
    Begun(Vec<u8>),
    Raw(Reading),
    Capture(Box<Inspection>),
    /// Nothing more of it is wanted.
    Enough,
}

/// What became of a piece of a file.
pub(crate) enum Begins {
    NotYet,
    Raw,
    Capture,
    Foreign(Foreign),
}

/// How many bytes tell what a file is.
const HEAD: usize = 16;

/// What a file is, by its first bytes; `is_all` where there are no more.
pub(crate) fn begins(head: &[u8], is_all: bool) -> Begins {
    if head.len() < HEAD && !is_all {
        return Begins::NotYet;
    }
    let mut reader = Reader::new();
    reader.feed(head, &mut |_| {});
    if reader.is_packed() || matches!(reader.kind(), Some(Kind::Pcap | Kind::PcapNg)) {
        return Begins::Capture;
    }
    words::foreign(head).map_or(Begins::Raw, Begins::Foreign)
}

/// An answer that has begun to come.
pub(crate) fn raw(name: String, file: usize) -> Answer {
    let report = StationReport {
        address: name.clone(),
        name,
        outcome: Outcome::failed(Fault::from(Reason::Io)),
        attempts: 1,
        first_byte: None,
        elapsed: None,
    };
    Answer {
        file,
        detail: Detail { station: report.name.clone(), ..Detail::default() },
        report,
        verdict: None,
        bytes: Source::File,
    }
}

/// The answers of a capture, put into the index. Unless it is over, what lacks its end is still
/// being read.
pub(crate) fn captured(
    inspected: Inspected,
    file: usize,
    limits: &Limits,
    index: &mut Index,
    name: &mut dyn FnMut(String) -> String,
    is_over: bool,
) -> Vec<Answer> {
    let Inspected { report, details, .. } = inspected;
    let mut answers = Vec::new();
    for (mut report, detail) in report.stations.into_iter().zip(details) {
        report.name = name(report.name);
        let bytes = std::mem::take(&mut report.outcome.response);
        let verdict = Some(report.outcome.verdict.clone()).filter(|verdict| {
            is_over || verdict.fault().is_none_or(|fault| fault.reason != Reason::Capture)
        });
        let mut reading = Reading::new(index, &report.name, limits.inspect.record);
        reading.feed(index, &bytes);
        if let Some(verdict) = &verdict {
            reading.finish(index, verdict);
        }
        let nth = index.answers().len() - 1;
        index.set_chunks(nth, chunks(&detail));
        answers.push(Answer { file, report, verdict, detail, bytes: Source::Held(bytes) });
    }
    answers
}

fn chunks(detail: &Detail) -> Vec<Chunk> {
    let mut start = 0;
    let connected = detail.connected_at;
    let chunk = |chunk: &carwatch_capture::streams::Chunk| {
        let at = chunk.at.map(|at| at.saturating_sub(connected.unwrap_or(at)));
        let this = Chunk { start, at };
        start += chunk.length as u64;
        this
    };
    detail.chunks.iter().map(chunk).collect()
}
