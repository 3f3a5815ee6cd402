//! What the first 100 bytes of a file say, read without SQLite: opening a database may
//! already change it (a log is taken up, a journal rolled back), and what is not an archive of
//! ours must not change.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::error::{ArchiveError, Problem};
use crate::place::{beside, len};
use crate::schema::{APPLICATION_ID, USER_VERSION};

/// What stands where an archive is to be, as its own bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, an empty file, or a database that may turn out to have no tables.
    Empty,
    /// A database that says it is an archive.
    Archive,
}

/// Looks at `file`, and changes nothing.
///
/// # Errors
///
/// [`ArchiveError`] if it is anything but an archive or empty, as far as its header tells.
pub(crate) fn look(file: &Path) -> Result<Found, ArchiveError> {
    let (header, length) = read(file)?;
    let new = |problem| Err(ArchiveError::new(file, problem));
    let wal = beside(file, "-wal");
    let has_wal = length_of(file, &wal)? > 0;
    // What a commit of the database's creation leaves, if it was cut off: to be rolled back.
    let has_journal = length_of(file, &beside(file, "-journal"))? > 0;
    if length == 0 {
        return if has_wal { new(Problem::Orphan(wal)) } else { Ok(Found::Empty) };
    }
    let Some(header) = header else {
        return new(Problem::NotADatabase);
    };
    if has_journal && header.iter().all(|byte| *byte == 0) {
        return Ok(Found::Empty);
    }
    if !header.starts_with(MAGIC) {
        return new(Problem::NotADatabase);
    }
    let application = field(&header, 68).cast_signed();
    let version = field(&header, 60).cast_signed();
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    // The number of pages counts where it was written with the last change (file format, 1.3.8).
    let pages = if field(&header, 24) == field(&header, 92) { field(&header, 28) } else { 1 };
    let expected = page * u64::from(pages.max(1));
    match application {
        // The log may hold the very commit that makes the tables; without it, there are none
        // on a single page.
        0 if has_wal || length <= page => return Ok(Found::Empty),
        APPLICATION_ID if version > USER_VERSION => return new(Problem::Newer(version)),
        APPLICATION_ID => {}
        _ => return new(Problem::Foreign),
    }
    // With a log, the file may lack pages that stand there.
    if !has_wal && length < expected {
        return new(Problem::Truncated { expected, found: length });
    }
    Ok(Found::Archive)
}

/// The header, if the file is long enough to have one, and the file's length.
fn read(file: &Path) -> Result<(Option<[u8; 100]>, u64), ArchiveError> {
    let failed = |error| ArchiveError::system(file, "read it", &error);
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((None, 0)),
        Err(error) => return Err(failed(error)),
    };
    let length = opened.metadata().map_err(failed)?.len();
    let mut header = [0; 100];
    match opened.read_exact(&mut header) {
        Ok(()) => Ok((Some(header), length)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok((None, length)),
        Err(error) => Err(failed(error)),
    }
}

fn length_of(file: &Path, other: &Path) -> Result<u64, ArchiveError> {
    len(other)
        .map_err(|error| ArchiveError::system(file, format!("look at {}", other.display()), &error))
}

fn field(header: &[u8; 100], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

/// How every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
