//! Lines into cars: what a station's sources say, whatever segments it arrives in.
//!
//! Nothing here opens a file or waits; a frontend feeds [`Lines`] the bytes it read and
//! is handed a [`Line`] for each: a car, or a [`Refusal`] that names the place. No line
//! is dropped in silence but blank ones.
//!
//! | format | a line is |
//! | --- | --- |
//! | [`Format::Record`] | `time:brand:color`; a raw `.` is part of its field, `%2E`, `%3A` and `%25` are undone as on the wire |
//! | [`Format::Csv`] | RFC 4180, after a header with the columns `time`, `brand` and `color` (or `colour`) in any order and case, among others; a record has as many cells as the header, and may hold newlines in quotes |
//! | [`Format::Ndjson`] | a JSON object with `time` or `timestamp`, `brand` or `make`, `color` or `colour`; strings as they are, numbers as their source text, null as an empty field |
//! | [`Format::Auto`] | what the first line that is not blank looks like |
//!
//! What detectors write in formats of their own is read through a [`Map`], from a file or,
//! with [`posted`], from the body of a post; [`Recent`] knows which of it came before.
//!
//! [`simulate`] makes up cars where there is no source.

mod cells;
mod checkpoint;
mod csv;
mod format;
mod lines;
mod map;
mod ndjson;
mod position;
mod posted;
mod quotes;
mod reader;
mod reading;
mod recent;
mod refusal;
pub mod simulate;
mod split;
mod tail;
mod time;

pub use checkpoint::Checkpoint;
pub use format::{Format, UnknownFormat};
pub use lines::{Line, Lines};
pub use map::{Map, MapError};
pub use position::{FileId, HEAD, Position, TAIL};
pub use posted::{Bad, posted};
pub use reading::{Reading, Time};
pub use recent::Recent;
pub use refusal::Refusal;
pub use tail::{CHUNK, Do, News, Stat, Tail};

/// The longest input line, in bytes without its line end: 64 KiB, as much as a record.
/// For CSV it is the longest record, over however many lines.
pub const LINE: usize = 64 * 1024;

/// The longest line of NDJSON: 1 MiB, for detectors that inline pictures.
pub const NDJSON_LINE: usize = 1024 * 1024;
