//! How a growing file is followed: through rotation, truncation, deletion and restarts.
//!
//! This file decides what is read when. It knows no path and opens nothing; what it is
//! told of files is what `stat` says of them, and the bytes that were read.

mod answers;
mod content;
mod course;
mod judge;
mod step;

use std::collections::VecDeque;

pub use step::{CHUNK, Do, News, Stat};

use self::content::Content;
use self::judge::{Judge, Match};
use crate::{FileId, Format, Position, Reading};

/// Reads a file as it grows, and hands on its lines: each once, and in order.
///
/// The rules:
///
/// - A last line without its newline waits for it, until its file is over.
/// - A file that is renamed or deleted is read on until another one has begun at the path,
///   and then once more to its end: a single writer has switched by then. An empty new
///   file says nothing yet.
/// - A file that is shorter than what was read of it, or that holds other bytes at its
///   begin or before the place where it is read on, was truncated (copy-truncate): it is
///   read from its start. What was overwritten between two looks is lost, and so is a file
///   that came to the path and left it between two looks.
/// - [`Position`]s tell after a restart how far a file was read. If the one that was read
///   last is not at the path any more but beside it, its rest is read first, and then
///   whatever was at the path after it.
/// - Once a truncation was seen, the position is the file's begin, so that a position in
///   what it held before is never gone on from.
///
/// The loop, for a driver whose disk is a `Vec`:
///
/// ```
/// use carwatch_ingest::{Do, FileId, Line, Reading, Stat, Tail};
///
/// let disk = b"today:peugeot:red\ntoday:bmw:bl".to_vec();
/// let stat = Stat { id: FileId { device: 1, inode: 2 }, len: disk.len() as u64, linked: true };
/// let mut cars = Vec::new();
/// let mut sink = |line: Line<'_>| if let Line::Car { car, .. } = line {
///     cars.push(car.into_owned());
/// };
/// // 1. One machine for each path, with the positions that were stored, the newest first.
/// let mut tail = Tail::follow(Reading::default(), Vec::new());
/// loop {
///     // 2. Ask it what to do, do that, and tell what came of it.
///     match tail.instruction() {
///         Do::Tell(news) => println!("{news:?}"),
///         Do::Look => tail.looked(Some(stat), &[stat][..usize::from(tail.has_open())]),
///         Do::Open => assert!(tail.opened(stat), "keep the file open"),
///         Do::Search { .. } => tail.found(&[]),
///         // 3. After bytes and ends, store the cars with the position: a car is before it
///         //    or after it, whatever happens to the station.
///         Do::Read { at, len } => {
///             let rest = &disk[disk.len().min(at as usize)..];
///             tail.read(&rest[..rest.len().min(len)], &mut sink);
///         }
///         Do::Finish => tail.finish(&mut sink),
///         Do::Close => tail.closed(),
///         // 4. Wait, then look again: call `waited`. What cannot be done at all is `failed`,
///         //    and tried again.
///         Do::Wait | Do::Done => break,
///     }
/// }
/// assert_eq!(cars.len(), 1);
/// let position = tail.position().expect("a line was read");
/// assert_eq!((position.offset, position.line), (18, 2));
/// ```
#[derive(Debug)]
pub struct Tail {
    reading: Reading,
    follow: bool,
    /// Of files that may come to the path, the newest first.
    positions: Vec<Position>,
    /// Whether the file of the newest position was looked for.
    searched: bool,
    /// Whether any file was read from.
    begun: bool,
    /// The open files, in the order they are read in.
    files: VecDeque<Held>,
    /// What was read of the first of them.
    content: Option<Content>,
    /// Whether something was at the path at the last look.
    there: bool,
    /// How often was read since the last look.
    reads: u32,
    step: Step,
    news: VecDeque<News>,
}

/// An open file.
#[derive(Debug)]
struct Held {
    stat: Stat,
    place: Place,
    start: Start,
    /// Whether there is a position that was its own, or may have been.
    had: bool,
}

/// Where an open file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    /// Beside the path. Only the rest of it is of interest.
    Rest,
    /// Beside the path, and younger than that.
    Between,
}

/// Where an open file is read from.
#[derive(Debug)]
enum Start {
    /// That is being found out.
    Judge(Judge),
    /// After what was read of it before.
    At(Match),
    Begin,
}

#[derive(Debug)]
enum Step {
    Look,
    Open,
    Search {
        inode: u64,
        any_name: bool,
    },
    /// Is the first file one of those that were read before?
    Judge,
    /// Is its begin the one that was read?
    Head,
    /// Are its bytes before the end those that were read, and what comes after them?
    Data,
    /// Its lines are at their end.
    Finish(Over),
    Close,
    Wait,
    Done,
}

/// Why a file's lines are at their end.
#[derive(Clone, Copy, Debug)]
enum Over {
    Replaced,
    Truncated,
    /// Nothing is followed.
    End,
}

impl Tail {
    /// A machine that follows a path for ever. Of `positions` the newest come first.
    #[must_use]
    pub fn follow(reading: Reading, positions: Vec<Position>) -> Self {
        Self::new(reading, positions, true)
    }

    /// A machine that reads the file at a path to its end, including a last line without a
    /// newline.
    #[must_use]
    pub fn once(reading: Reading, positions: Vec<Position>) -> Self {
        Self::new(reading, positions, false)
    }

    fn new(reading: Reading, positions: Vec<Position>, follow: bool) -> Self {
        Self {
            reading,
            follow,
            positions,
            searched: !follow,
            begun: false,
            files: VecDeque::new(),
            content: None,
            there: true,
            reads: 0,
            step: Step::Look,
            news: VecDeque::new(),
        }
    }

    /// What to do next; the same again until that is answered, [`Do::Tell`] apart.
    pub fn instruction(&mut self) -> Do {
        if let Some(news) = self.news.pop_front() {
            return Do::Tell(news);
        }
        match self.step {
            Step::Look => Do::Look,
            Step::Open => Do::Open,
            Step::Search { inode, any_name } => Do::Search { inode, any_name },
            Step::Judge | Step::Head | Step::Data => {
                let (at, len) = self.wants();
                Do::Read { at, len }
            }
            Step::Finish(_) => Do::Finish,
            Step::Close => Do::Close,
            Step::Wait => Do::Wait,
            Step::Done => Do::Done,
        }
    }

    /// Whether a file is open.
    #[must_use]
    pub fn has_open(&self) -> bool {
        !self.files.is_empty()
    }

    /// Up to where the first open file was read: what was handed to the sinks so far is
    /// before it. None as long as no line is finished with.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.content.as_ref()?.position(self.files.front()?.stat.id)
    }

    /// The format that the lines are read in now.
    #[must_use]
    pub fn format(&self) -> Format {
        self.content.as_ref().map_or(self.reading.format, Content::format)
    }

    fn holds(&self, id: FileId) -> bool {
        self.files.iter().any(|file| file.stat.id == id)
    }
}
