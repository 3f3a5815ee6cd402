//! What is said: plain values, which a worker sends its page.

use carwatch_index::PARTS;
use serde::{Deserialize, Serialize};

pub use crate::moves::{Moved, Moves};

/// Everything that is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The files, in the order in which they were opened.
    pub files: Vec<FileLine>,
    /// The stations, in the order of the report.
    pub stations: Vec<StationLine>,
    /// How many rows there are: cars and rejected records.
    pub rows: usize,
    /// How many of them are cars.
    pub cars: u64,
    /// How many are rejected.
    pub rejected: u64,
    /// How many are in partial answers.
    pub partial: u64,
    /// How many are provisional.
    pub provisional: u64,
    /// How many bytes all answers have.
    pub bytes: u64,
    /// The least and the greatest time of a car, in Unix seconds.
    pub span: Option<(i64, i64)>,
    /// Whether a file is still being read.
    pub is_reading: bool,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileLine {
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// How many of them were read.
    pub read: u64,
    /// What it is, in a few words.
    pub kind: String,
    /// What has to be known of it: sentences that stay.
    pub notices: Vec<String>,
    /// It is none of ours, and this is how it begins.
    pub foreign: Option<Foreign>,
    /// Whether it is still being read.
    pub is_open: bool,
}

/// A file that is no capture, by its first bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The bytes that give it away, in hexadecimal.
    pub magic: String,
    /// What begins so: `a JPEG image`.
    pub kind: String,
    /// The first bytes, and carets under those that give it away.
    pub carets: String,
}

/// A station.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StationLine {
    /// What it is called, as shown.
    pub name: String,
    /// What it is called, for queries.
    pub value: String,
    /// What it is called in the capture: the same for every poll of it.
    pub base: String,
    /// Its address.
    pub address: String,
    /// The number of its file.
    pub file: usize,
    /// `verified`, `unverified`, `partial`, `failed` or `reading`.
    pub mark: String,
    /// The verdict in a word or two.
    pub chip: String,
    /// The verdict in full.
    pub verdict: String,
    /// How many cars it has.
    pub cars: u64,
    /// How many rejected records.
    pub rejected: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub took: Option<f64>,
    /// When it was connected, in milliseconds since the Unix epoch.
    pub connected_at: Option<f64>,
    /// Chunks to draw: when, in milliseconds since the connection was made, and how many bytes.
    /// Those that would be drawn on one another are one.
    pub chunks: Vec<(f64, u64)>,
    /// How many chunks there are.
    pub chunk_count: usize,
    /// How the end is drawn: `notify`, `fin`, `reset`, `truncated`, `clock` or `none`.
    pub end: String,
    /// The system's own words about a failure.
    pub why: Option<String>,
}

/// What passes the filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// How many rows were looked at.
    pub seen: usize,
    /// Whether that is all of them.
    pub is_done: bool,
    /// How many rows pass.
    pub rows: usize,
    /// How many of them are cars.
    pub cars: u64,
    /// How many are rejected.
    pub rejected: u64,
    /// By brand.
    pub brands: Bars,
    /// By colour.
    pub colors: Bars,
    /// By station, in their order: how many cars pass.
    pub stations: Vec<u32>,
    /// By time.
    pub timeline: TimelineBars,
}

/// Bars, the longest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// The longest of them.
    pub bars: Vec<Bar>,
    /// How many there are.
    pub count: usize,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// What it counts, as shown.
    pub text: String,
    /// What it counts, for queries.
    pub value: String,
    /// How many cars pass.
    pub kept: u32,
    /// How many there are.
    pub all: u32,
}

/// Cars by time and colour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineBars {
    /// Where the first bar begins, in Unix seconds.
    pub start: i64,
    /// How many seconds each has; 0 where no car has a time.
    pub width: u64,
    /// How many cars each has, by part.
    pub bars: Vec<[u32; PARTS]>,
    /// The cars without a clock time, by part.
    pub without_clock: [u32; PARTS],
}

/// Rows of the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// The place of the first.
    pub from: usize,
    /// How many the list has.
    pub of: usize,
    /// The rows.
    pub rows: Vec<RowLine>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowLine {
    /// Its number.
    pub row: usize,
    /// The number of its answer.
    pub answer: usize,
    /// Its place among the pieces of the answer, from 0.
    pub piece: u64,
    /// The time as it was sent.
    pub time: String,
    /// The time in Unix seconds.
    pub unix: Option<i64>,
    /// The brand.
    pub brand: String,
    /// The colour.
    pub color: String,
    /// Its first byte in the answer.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// The number of its chunk, from 1; 0 where no chunks are known.
    pub chunk: usize,
    /// What is odd about it; why it was rejected.
    pub note: String,
    /// Whether it was rejected; then its text is in `raw`.
    pub is_rejected: bool,
    /// What was rejected.
    pub raw: String,
}

/// All that is known of a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// What the table says of it.
    pub row: RowLine,
    /// Why it was rejected, in words.
    pub reason: String,
    /// What probably happened, and what to do.
    pub remedy: String,
    /// The command line's lines: the bytes, and carets under the bad ones.
    pub carets: String,
    /// Whether the record is whole, and why that is known.
    pub whole: String,
    /// When its chunk came, in milliseconds since the connection was made.
    pub chunk_at: Option<f64>,
    /// The bytes of its chunk.
    pub chunk_bytes: Option<(u64, u64)>,
}

/// Lines of bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// The number of the answer.
    pub answer: usize,
    /// How many bytes a line has.
    pub width: usize,
    /// The number of the first line.
    pub from: usize,
    /// How many lines there are.
    pub of: usize,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of bytes, or what is said of those above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Line {
    /// Bytes.
    Bytes {
        /// Where they begin.
        start: u64,
        /// The bytes.
        bytes: Vec<u8>,
        /// Runs of one kind: how many bytes, and of which kind.
        runs: Vec<(usize, Byte)>,
        /// The chunks that begin in it: where, and their numbers.
        chunks: Vec<(u64, usize)>,
    },
    /// A rejected record that begins in the line above.
    Note {
        /// The number of its row.
        row: usize,
        /// The columns of the bad bytes; they end with the line.
        columns: (usize, usize),
        /// Why.
        reason: String,
        /// Its bytes.
        start: u64,
        /// The byte after its last.
        end: u64,
    },
}

/// What a byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Byte {
    /// Of a time.
    Time,
    /// Of a brand.
    Brand,
    /// Of a colour.
    Color,
    /// Between them.
    Separator,
    /// Of an escape in a time.
    TimeEscape,
    /// Of an escape in a brand.
    BrandEscape,
    /// Of an escape in a colour.
    ColorEscape,
    /// Rejected.
    Rejected,
}

/// A rejected record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectionLine {
    /// The number of its row.
    pub row: usize,
    /// Why.
    pub reason: String,
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// Its text.
    pub raw: String,
}

/// What changed from one answer to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The number of the older answer.
    pub old: usize,
    /// The number of the newer answer.
    pub new: usize,
    /// `continued`, `amended tail`, `trimmed front`, `restarted`, `unchanged` or `not compared`.
    pub kind: String,
    /// What is the same, what is new, and what is now verified.
    pub says: String,
    /// Bytes of the older answer: gone, same, amended.
    pub old_parts: [u64; 3],
    /// Bytes of the newer answer: same, amended, new.
    pub new_parts: [u64; 3],
    /// How many cars are new.
    pub new_cars: u64,
    /// The records that differ, the first of them.
    pub records: Vec<Changed>,
    /// How many more differ.
    pub more: u64,
}

/// A record that differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Where it was in the older answer.
    pub old_at: Option<u64>,
    /// Where it is in the newer one.
    pub new_at: Option<u64>,
    /// `-`, `+` or `=`.
    pub sign: char,
    /// Its text.
    pub text: String,
    /// Which letters of it were amended: from this one on.
    pub amended_from: Option<usize>,
}
