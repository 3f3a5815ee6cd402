//! How far a file was read, in terms of its content.

use crate::Format;

/// Which file on a machine: what `stat` says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// The device it lies on.
    pub device: u64,
    /// Its inode there.
    pub inode: u64,
}

/// How far a file was read. It belongs to the content, not to the path: a file that has
/// another identity or other bytes there is another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which file it is.
    pub id: FileId,
    /// SHA-256 of the file's first [`HEAD`] bytes, or of all before `offset` where that is less.
    pub head: [u8; 32],
    /// SHA-256 of the [`TAIL`] bytes before `offset`, or of all before it where that is less.
    pub tail: [u8; 32],
    /// Where the first line begins that no car was made of yet, in bytes.
    pub offset: u64,
    /// The number of that line, from 1.
    pub line: u64,
    /// The format the lines are read in; [`Format::Auto`] while that is undecided.
    pub format: Format,
    /// The CSV header in force, as it stands in the file.
    pub header: Option<Vec<u8>>,
}

/// How many bytes of a file's begin tell it from others.
pub const HEAD: u64 = 1024;

/// How many bytes before an offset tell whether they are still the ones that were read.
pub const TAIL: u64 = 64;
