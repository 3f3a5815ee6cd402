//! What the page shows of an answer: plain text that is safe to show, and numbers.

use std::fmt::Write;
use std::ops::Range;

use carwatch::wire::{RejectReason, Rejection};
use carwatch::{Car, Verdict};
use carwatch_formats::visible::visible;
use serde::Serialize;

use crate::Answer;

/// How many rows of a table the page is given. What it holds beyond them is counted.
pub const SHOWN: usize = 1000;

/// What the page knows of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    /// What it is called.
    pub name: String,
    /// `complete`, `partial` or `failed`.
    pub outcome: &'static str,
    /// The chip: the verdict in a word or two.
    pub chip: String,
    /// The verdict in full.
    pub verdict: String,
    /// What the reader should know before believing the rest.
    pub notice: Option<String>,
    /// How many cars there are.
    pub cars: u64,
    /// How many pieces were rejected.
    pub rejected: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// The first cars.
    pub rows: Vec<CarRow>,
    /// The first rejections.
    pub rejections: Vec<RejectedRow>,
}

/// A car as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarRow {
    /// Its place among the pieces, from 0.
    pub index: u64,
    /// Its first byte in the answer.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// Its time, as sent.
    pub time: String,
    /// Its brand.
    pub brand: String,
    /// Its colour.
    pub color: String,
    /// What is odd about it: `escaped`, `provisional`.
    pub note: String,
}

/// A rejection as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    /// Its place among the pieces, from 0.
    pub index: u64,
    /// Its first byte in the answer.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// Why: the name that reports use.
    pub reason: &'static str,
    /// The number that goes with the reason, in words.
    pub detail: String,
    /// Its bytes as text.
    pub text: String,
}

impl View {
    /// What is shown of `answer`.
    #[must_use]
    pub fn new(answer: &Answer) -> Self {
        let outcome = &answer.station.outcome;
        let (chip, verdict) = in_words(&outcome.verdict, outcome.bytes);
        Self {
            name: visible(&answer.station.name).to_string(),
            outcome: outcome.verdict.as_str(),
            chip,
            verdict,
            notice: notice(&outcome.response),
            cars: outcome.cars,
            rejected: outcome.rejected,
            bytes: outcome.bytes,
            rows: answer.cars.clone(),
            rejections: answer
                .rejections
                .iter()
                .map(|rejection| RejectedRow::new(rejection, &outcome.response))
                .collect(),
        }
    }
}

impl CarRow {
    pub(crate) fn new(index: u64, at: Range<u64>, car: &Car<'_>, escaped: bool) -> Self {
        Self {
            index,
            start: at.start,
            end: at.end,
            time: shown(car.time.as_bytes()),
            brand: shown(car.brand.as_bytes()),
            color: shown(car.color.as_bytes()),
            note: if escaped { "escaped".to_owned() } else { String::new() },
        }
    }

    pub(crate) fn note(&mut self, word: &str) {
        if !self.note.is_empty() {
            self.note.push_str(", ");
        }
        self.note.push_str(word);
    }
}

impl RejectedRow {
    fn new(rejection: &Rejection, response: &[u8]) -> Self {
        let Range { start, end } = rejection.at;
        let detail = match rejection.reason {
            RejectReason::Cut | RejectReason::Empty => String::new(),
            RejectReason::TooLong { limit } => format!("limit {limit}"),
            RejectReason::InvalidUtf8 { at } => format!("at {at}"),
            RejectReason::TooFewFields { found } | RejectReason::TooManyFields { found } => {
                format!("found {found}")
            }
        };
        let bytes = usize::try_from(start)
            .ok()
            .zip(usize::try_from(end).ok())
            .and_then(|(start, end)| response.get(start..end))
            .unwrap_or_default();
        Self {
            index: rejection.index,
            start,
            end,
            reason: rejection.reason.as_str(),
            detail,
            text: shown(bytes),
        }
    }
}

/// Bytes as text for a cell: nothing that hides or reorders, bad bytes as `\xff`, and cut
/// where a cell can hold no more, which it then says.
fn shown(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(CELL)];
    let mut text = String::new();
    for chunk in head.utf8_chunks() {
        let _ = write!(text, "{}", visible(chunk.valid()));
        // A character that the cell's end cut in two is not a bad byte.
        let is_cut_here = head.len() < bytes.len()
            && chunk.invalid().as_ptr_range().end == head.as_ptr_range().end;
        if !is_cut_here {
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    if head.len() < bytes.len() {
        let _ = write!(text, "… ({} bytes)", bytes.len());
    }
    text
}

fn in_words(verdict: &Verdict, bytes: u64) -> (String, String) {
    match verdict {
        Verdict::Complete { .. } if bytes == 0 => (
            "unverified".to_owned(),
            "Complete, unverified. Zero bytes, zero cars: the station has seen none.".to_owned(),
        ),
        Verdict::Complete { .. } => (
            "unverified".to_owned(),
            "Complete, unverified. Raw bytes do not say how their connection ended: a station \
             that dies mid-write can look the same, so its last record is provisional."
                .to_owned(),
        ),
        Verdict::Partial(fault) => (
            format!("partial: {}", fault.reason.as_str()),
            format!(
                "Partial. What was read is shown; the file could not be read on after byte \
                 {bytes}: {}",
                words(fault)
            ),
        ),
        Verdict::Failed(fault) => (
            format!("failed: {}", fault.reason.as_str()),
            format!(
                "Failed. The file could not be read: {} This is not an empty list.",
                words(fault)
            ),
        ),
    }
}

fn words(fault: &carwatch::Fault) -> String {
    let words = visible(fault.detail.as_deref().unwrap_or("no reason given")).to_string();
    if words.ends_with('.') { words } else { words + "." }
}

/// A file of another kind is read all the same, but not without a word.
fn notice(response: &[u8]) -> Option<String> {
    let (magic, kind) = MAGICS.iter().find(|(magic, _)| response.starts_with(magic))?;
    let hex: Vec<String> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!(
        "It begins with {}, which is how {kind} begins. It is shown as if it were the bytes of \
         one station, which it hardly is.",
        hex.join(" ")
    ))
}

/// How many bytes of a field or a piece a cell shows.
const CELL: usize = 256;

const MAGICS: &[(&[u8], &str)] = &[
    (b"\x0a\x0d\x0d\x0a", "a pcapng capture"),
    (b"\xd4\xc3\xb2\xa1", "a pcap capture"),
    (b"\xa1\xb2\xc3\xd4", "a pcap capture"),
    (b"\x4d\x3c\xb2\xa1", "a pcap capture"),
    (b"\xa1\xb2\x3c\x4d", "a pcap capture"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
];

#[cfg(test)]
mod tests;
