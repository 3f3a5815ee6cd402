//! Why an archive cannot be opened or read, in words for the person who named it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use carwatch_formats::visible::visible;
use rusqlite::ErrorCode;

/// An archive that cannot be used, or a round that was not stored. Whatever stands in its place was
/// not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveError {
    /// The archive, as resolved (symbolic links followed) as far as that was possible.
    pub file: PathBuf,
    /// What is the matter with it.
    pub problem: Problem,
}

/// What is the matter with an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Another client has it.
    InUse,
    /// The file has further names (hard links). SQLite keeps what is not in the file yet under
    /// the name it was opened by, so two names of one file damage it.
    HardLinks,
    /// There is something else of that name: a folder, a pipe, a device.
    NotAFile,
    /// The folder it is to lie in does not exist.
    NoFolder(PathBuf),
    /// The system said no.
    System {
        /// What was tried: `create the lock file FILE.lock`.
        doing: String,
        /// The system's words.
        why: String,
    },
    /// A file that SQLite did not write.
    NotADatabase,
    /// An SQLite database, of another program.
    Foreign,
    /// An archive of a later version of this program: the version of its tables.
    Newer(i32),
    /// The file is missing or empty, and yet there is a write-ahead log of it.
    Orphan(PathBuf),
    /// The file is shorter than it says itself.
    Truncated {
        /// How long it should be at least, in bytes.
        expected: u64,
        /// How long it is, in bytes.
        found: u64,
    },
    /// What is in it makes no sense: SQLite's words, or the place.
    Damaged(String),
    /// It can be read and not written.
    ReadOnly,
    /// It was deleted, moved or replaced while it was open.
    Gone,
    /// There is no room left on its disk.
    Full(String),
    /// Another program was writing to it for longer than is waited for: SQLite's words.
    Busy(String),
    /// Anything else that SQLite reports.
    Sqlite(String),
}

impl ArchiveError {
    pub(crate) fn new(file: &Path, problem: Problem) -> Self {
        Self { file: file.to_owned(), problem }
    }

    pub(crate) fn system(file: &Path, doing: impl Into<String>, why: &std::io::Error) -> Self {
        Self::new(file, Problem::System { doing: doing.into(), why: why.to_string() })
    }

    pub(crate) fn sqlite(file: &Path, error: &rusqlite::Error) -> Self {
        let words = words(error);
        let problem = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Problem::NotADatabase,
            Some(ErrorCode::DatabaseCorrupt) => Problem::Damaged(words),
            Some(ErrorCode::DiskFull) => Problem::Full(words),
            Some(ErrorCode::ReadOnly) => Problem::ReadOnly,
            Some(ErrorCode::DatabaseBusy) => Problem::Busy(words),
            None if is_odd(error) => Problem::Damaged(words),
            _ => Problem::Sqlite(words),
        };
        Self::new(file, problem)
    }
}

/// Whether a column holds what this program never puts there.
fn is_odd(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)
    )
}

/// What is found in a file that SQLite takes for whole, and that no client wrote.
pub(crate) fn damaged(words: impl Into<String>) -> rusqlite::Error {
    let code = rusqlite::ffi::Error { code: ErrorCode::DatabaseCorrupt, extended_code: 0 };
    rusqlite::Error::SqliteFailure(code, Some(words.into()))
}

/// What SQLite says, with the name of the extended code: its general words for an I/O error
/// do not tell a failed read from a failed sync.
pub(crate) fn words(error: &rusqlite::Error) -> String {
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return error.to_string();
    };
    let message = message.as_deref().unwrap_or_else(|| code_words(failure.extended_code));
    match extended(failure.extended_code) {
        // Not SQLite's, but about what was found.
        None if failure.extended_code == 0 => message.to_owned(),
        Some(detail) => format!("{message}: {detail} (SQLite code {})", failure.extended_code),
        None => format!("{message} (SQLite code {})", failure.extended_code),
    }
}

fn code_words(code: i32) -> &'static str {
    rusqlite::ffi::code_to_str(code)
}

/// What the extended codes add that a failing disk leads to.
fn extended(code: i32) -> Option<&'static str> {
    use rusqlite::ffi;
    Some(match code {
        ffi::SQLITE_IOERR_READ => "reading failed",
        ffi::SQLITE_IOERR_SHORT_READ => "a read came back short",
        ffi::SQLITE_IOERR_WRITE => "writing failed",
        ffi::SQLITE_IOERR_FSYNC => "the sync to disk failed",
        ffi::SQLITE_IOERR_DIR_FSYNC => "the sync of the folder to disk failed",
        ffi::SQLITE_IOERR_TRUNCATE => "shortening the file failed",
        ffi::SQLITE_IOERR_FSTAT => "fstat failed",
        ffi::SQLITE_IOERR_LOCK | ffi::SQLITE_IOERR_RDLOCK => "locking failed",
        ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMMAP => "opening FILE-shm failed",
        ffi::SQLITE_IOERR_SHMSIZE => "FILE-shm could not grow",
        ffi::SQLITE_IOERR_SHMLOCK => "locking FILE-shm failed",
        ffi::SQLITE_IOERR_CORRUPTFS => "the file system is damaged",
        ffi::SQLITE_READONLY_DIRECTORY => "the folder cannot be written",
        ffi::SQLITE_READONLY_DBMOVED => "the file was moved or deleted",
        _ => return None,
    })
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = shown(&self.file);
        match &self.problem {
            Problem::InUse => {
                write!(
                    f,
                    "the database {file} is in use: another client writes to it (it holds {file}.lock); wait for that, or name another file"
                )
            }
            Problem::HardLinks => {
                write!(
                    f,
                    "the database {file} has another name (a hard link), which SQLite cannot know of; make that a copy, or a symbolic link"
                )
            }
            Problem::NotAFile => write!(
                f,
                "the database {file} is not a file; name a file, or one that does not exist yet"
            ),
            Problem::NoFolder(folder) => {
                write!(
                    f,
                    "the database {file} cannot be created: there is no folder {}; create it first",
                    shown(folder)
                )
            }
            Problem::System { doing, why } => {
                write!(
                    f,
                    "the database {file} cannot be used: cannot {}: {}",
                    visible(doing),
                    visible(why)
                )
            }
            Problem::NotADatabase => {
                write!(
                    f,
                    "the database {file} is not an SQLite database; it was left as it is: name another file, or restore this one from a backup"
                )
            }
            Problem::Foreign => {
                write!(
                    f,
                    "the database {file} is an SQLite database, but not one of gathered cars; it was left as it is: name another file"
                )
            }
            Problem::Newer(version) => {
                write!(
                    f,
                    "the database {file} was written by a newer version of this program (its tables have version {version}, this one knows {}); it was left as it is: use the newer program",
                    crate::USER_VERSION
                )
            }
            Problem::Orphan(log) => {
                write!(
                    f,
                    "the database {file} is missing or empty, but {} has cars of it that only the original file can take up; put that back, or move the log away",
                    shown(log)
                )
            }
            Problem::Truncated { expected, found } => {
                write!(
                    f,
                    "the database {file} is damaged: it has {found} bytes and says that there were {expected}; {SALVAGE}"
                )
            }
            Problem::Damaged(words) => {
                write!(f, "the database {file} is damaged: {}; {SALVAGE}", visible(words))
            }
            Problem::ReadOnly => write!(
                f,
                "the database {file} cannot be written; check who owns it and its folder, and how the disk is mounted"
            ),
            Problem::Gone => write!(
                f,
                "the database {file} (or its log) was deleted, moved or replaced while it was open; nothing of this round was stored"
            ),
            Problem::Full(words) => write!(
                f,
                "cannot write to the database {file}: {}; nothing of this round was stored, and what was there is whole",
                visible(words)
            ),
            Problem::Busy(words) => write!(
                f,
                "the database {file} cannot be used: another program is writing to it, and goes on for longer than is waited for: {}; end that program, or wait for it, and try again",
                visible(words)
            ),
            Problem::Sqlite(words) => {
                write!(f, "the database {file} cannot be used: {}", visible(words))
            }
        }
    }
}

impl Error for ArchiveError {}

pub(crate) fn shown(file: &Path) -> String {
    visible(&file.to_string_lossy()).to_string()
}

const SALVAGE: &str =
    "it was left as it is: restore it from a backup, or save what `sqlite3 FILE .dump` still reads";
