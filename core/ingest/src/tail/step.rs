//! What the follower of a file is told, and tells.

use crate::{FileId, TAIL};

/// What the driver of a [`Tail`](crate::Tail) does next, and how it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Do {
    /// Tell people. Nothing to answer.
    Tell(News),
    /// Look at the path and at every open file: [`looked`](crate::Tail::looked).
    Look,
    /// Open the path, and if it is to be kept, behind the other open files:
    /// [`opened`](crate::Tail::opened), or [`not_opened`](crate::Tail::not_opened).
    Open,
    /// Look for a file of this inode in the folder of the path, and if it is there, for those
    /// that were at the path after it. Open them, before the other open files:
    /// [`found`](crate::Tail::found).
    Search {
        /// Its inode.
        inode: u64,
        /// Whether it may have any name, because its bytes will tell. If not, it is looked for
        /// under such names only as rotation gives.
        any_name: bool,
    },
    /// Read the first open file, until as many bytes came or its end:
    /// [`read`](crate::Tail::read).
    Read {
        /// From this offset, in bytes.
        at: u64,
        /// So many bytes: [`CHUNK`] at most, 1 at least.
        len: usize,
    },
    /// The lines of what the first open file held are at their end:
    /// [`finish`](crate::Tail::finish).
    Finish,
    /// Close the first open file: [`closed`](crate::Tail::closed).
    Close,
    /// All is read that is there: wait a moment (cli.md: a quarter of a second at most),
    /// then [`waited`](crate::Tail::waited).
    Wait,
    /// All is read, and nothing is followed.
    Done,
}

/// What happened to the file, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// There is none at the path yet.
    Missing,
    /// It is read on from here, as the positions say.
    Resumed {
        /// In bytes.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
    },
    /// The file that was read last lies beside the path by now: the rest of it comes first.
    Rest {
        /// From here on, in bytes.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
    },
    /// This file was at the path after the one that was read last, and before the one that is
    /// there now: it comes in its turn.
    Between {
        /// From here on, in bytes: 0 unless it was read before.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
    },
    /// None of the positions belongs to the file: it is read from its start.
    Unmatched,
    /// There is none at the path any more; what is written to it is still read.
    Gone,
    /// It is at the path again.
    Back,
    /// Another one has begun at the path; this one was read to its end.
    Replaced,
    /// It is shorter than what was read of it, or other bytes are there now: it is read
    /// from its start. What was overwritten before it was read is lost.
    Truncated,
}

/// What `stat` says of a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Which file it is.
    pub id: FileId,
    /// How long it is, in bytes.
    pub len: u64,
    /// Whether it has a name yet (`st_nlink`). One without is gone when it is closed, and
    /// its inode may become another file's.
    pub linked: bool,
}

/// The most bytes that one [`Do::Read`] asks for: 48 KiB, which is 16,384 of the shortest
/// records there are, as many as a station commits at once.
pub const CHUNK: usize = 48 * 1024;

const _: () = assert!(CHUNK > TAIL as usize && CHUNK > crate::HEAD as usize);
