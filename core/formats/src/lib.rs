//! Cars and reports for people and programs: what a gather came to, as text.
//!
//! [`write_cars`] writes the cars in one of five [`Format`]s, [`report_json`] and
//! [`report_text`] say how each station did, [`carets`] shows what was rejected. Whatever a station sent, what comes out is
//! safe where it arrives (limits.md): a terminal, a spreadsheet and a JSON viewer are
//! shown every character, and made to obey none.
//!
//! Nothing here opens a file, and no format holds all cars in memory: each is one pass over
//! the responses through a buffer of 64 KiB (the table takes two passes, the first for its
//! widths), so time grows with the cars and memory does not.

mod caret;
mod cars;
mod csv;
mod format;
mod grid;
mod json;
mod look;
mod rolling;
mod table;
mod text;
pub mod visible;

pub use caret::{caret, carets};
pub use cars::{Cars, Merged, Options, is_merged, merged, write_cars};
pub use format::{Format, UnknownFormat};
pub use json::report_json;
pub use look::Look;
pub use rolling::Rolling;
pub use text::report_text;
