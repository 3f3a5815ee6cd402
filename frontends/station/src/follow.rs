//! Reads a file by its path, to its end or for ever as it grows.
//!
//! What is read when, and what becomes of it when the file is rotated or the station is
//! started again, is decided in [`Tail`]; here it is done.

mod beside;
mod file;
mod news;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::Duration;

use carwatch_ingest::{CHUNK, Do, Format, Line, Position, Reading, Stat, Tail};

use self::file::{Open, stat};
use self::news::Failing;

/// Whoever takes what is read.
pub(crate) trait Taker {
    /// A line.
    fn line(&mut self, line: Line<'_>);

    /// A batch ends: the lines since the last one are those before `position`. Without one,
    /// there is nothing yet to know the file by, and the position that is stored stays.
    fn batch(&mut self, position: Option<Position>);

    /// Once: all that was there has been handed on.
    fn caught_up(&mut self);

    /// Lets a moment pass, a quarter of a second at most; a break ends the reading.
    fn wait(&mut self) -> ControlFlow<()> {
        thread::sleep(PAUSE);
        ControlFlow::Continue(())
    }
}

/// Reads the file at `path`: to its end, or if it is to be followed, until the taker ends it.
/// Of `positions`, which are those of the store, the newest come first. Returns the format
/// that its lines were in at last.
///
/// # Errors
///
/// The file cannot be opened. If it is to be followed, it need not be there, and what fails
/// once it was there is logged and tried again.
pub(crate) fn follow(
    path: &Path,
    follow: bool,
    reading: Reading,
    positions: Vec<Position>,
    taker: &mut impl Taker,
) -> io::Result<Format> {
    let tail = if follow { Tail::follow } else { Tail::once };
    let follower = Follower {
        path,
        follow,
        position: positions.first().cloned(),
        tail: tail(reading, positions),
        open: VecDeque::new(),
        buffer: vec![0; CHUNK],
        caught_up: false,
        begun: false,
        path_failing: Failing::default(),
        read_failing: Failing::default(),
    };
    follower.run(taker)
}

struct Follower<'a> {
    path: &'a Path,
    follow: bool,
    tail: Tail,
    /// In the order in which they are read.
    open: VecDeque<Open>,
    buffer: Vec<u8>,
    /// The newest one in the store, or on its way there.
    position: Option<Position>,
    caught_up: bool,
    /// Whether the path was looked at, and opened if something was there.
    begun: bool,
    path_failing: Failing,
    read_failing: Failing,
}

impl Follower<'_> {
    fn run(mut self, taker: &mut impl Taker) -> io::Result<Format> {
        loop {
            let instruction = self.tail.instruction();
            match self.obey(instruction, taker) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(self.tail.format()),
                Err(error) if self.follow && self.begun => {
                    self.read_failing.read(self.path, &error);
                    self.tail.failed();
                    if taker.wait().is_break() {
                        return Ok(self.tail.format());
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn obey(&mut self, instruction: Do, taker: &mut impl Taker) -> io::Result<ControlFlow<()>> {
        match instruction {
            Do::Tell(news) => {
                let file = self.open.front().map_or(self.path, |open| &open.path);
                news::tell(self.path, file, news);
            }
            Do::Look => self.look()?,
            Do::Open => self.open()?,
            Do::Search { inode, any_name } => {
                let found = beside::search(self.path, inode, any_name, &self.stats()?);
                let stats: Vec<_> = found.iter().map(|(_, stat)| *stat).collect();
                for (open, _) in found.into_iter().rev() {
                    self.open.push_front(open);
                }
                self.tail.found(&stats);
            }
            Do::Read { at, len } => {
                let len = self.open[0].read_at(&mut self.buffer[..len], at)?;
                self.read_failing.read_works(self.path);
                let mut lines = false;
                self.tail.read(&self.buffer[..len], &mut |line: Line<'_>| {
                    lines = true;
                    taker.line(line);
                });
                self.end_batch(lines, taker);
            }
            Do::Finish => {
                let mut lines = false;
                self.tail.finish(&mut |line: Line<'_>| {
                    lines = true;
                    taker.line(line);
                });
                self.end_batch(lines, taker);
            }
            Do::Close => {
                self.open.pop_front();
                self.tail.closed();
            }
            Do::Wait => {
                self.catch_up(taker);
                if taker.wait().is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.tail.waited();
            }
            Do::Done => {
                self.catch_up(taker);
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn look(&mut self) -> io::Result<()> {
        let at_path = fs::metadata(self.path).and_then(|metadata| stat(&metadata));
        let at_path = match at_path {
            Err(error) if self.follow && error.kind() == io::ErrorKind::NotFound => None,
            // What is open may be written to all the same.
            Err(error) if self.follow && self.begun => {
                self.path_failing.path(self.path, &error);
                None
            }
            at_path => Some(at_path?),
        };
        let open = self.stats()?;
        if at_path.is_some_and(|stat| open.iter().any(|open| open.id == stat.id)) {
            self.path_failing.path_works(self.path);
        }
        self.begun |= at_path.is_none();
        self.tail.looked(at_path, &open);
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        let opened = Open::new(self.path).and_then(|(open, metadata)| Ok((open, stat(&metadata)?)));
        match opened {
            Ok((open, stat)) => {
                self.begun = true;
                self.path_failing.path_works(self.path);
                if self.tail.opened(stat) {
                    self.open.push_back(open);
                }
            }
            // It was there a moment ago.
            Err(error) if self.follow && error.kind() == io::ErrorKind::NotFound => {
                self.tail.failed();
            }
            Err(error) if self.follow && self.begun => {
                self.path_failing.path(self.path, &error);
                self.tail.not_opened();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn stats(&self) -> io::Result<Vec<Stat>> {
        self.open.iter().map(Open::stat).collect()
    }

    /// Hands on what came, if anything did, or another position: that of a file that was
    /// truncated keeps an older one from being gone on from.
    fn end_batch(&mut self, lines: bool, taker: &mut impl Taker) {
        let position = self.tail.position();
        if lines || (position.is_some() && position != self.position) {
            if position.is_some() {
                self.position.clone_from(&position);
            }
            taker.batch(position);
        }
    }

    fn catch_up(&mut self, taker: &mut impl Taker) {
        if !std::mem::replace(&mut self.caught_up, true) {
            taker.caught_up();
        }
    }
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
