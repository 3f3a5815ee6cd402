//! Reads a file by its path, to its end or for ever as it grows.
//!
//! What is read when, and what becomes of it when the file is rotated or the station is
//! started again, is decided in [`Tail`]; here it is done.

use std::collections::VecDeque;
use std::fs::{self, File, Metadata};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::{DirEntryExt, FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use carwatch_formats::visible::visible;
use carwatch_ingest::{CHUNK, Do, FileId, Format, Line, News, Position, Reading, Stat, Tail};

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
        tail: tail(reading, positions),
        open: VecDeque::new(),
        buffer: vec![0; CHUNK],
        position: None,
        caught_up: false,
        begun: false,
        failing: None,
    };
    follower.run(taker)
}

struct Follower<'a> {
    path: &'a Path,
    follow: bool,
    tail: Tail,
    /// In the order in which they are read.
    open: VecDeque<File>,
    buffer: Vec<u8>,
    /// Up to where it was read, when that was last looked at.
    position: Option<Position>,
    caught_up: bool,
    /// Whether the path was looked at, and opened if something was there.
    begun: bool,
    /// What failed last, so that it is not logged ten times a second.
    failing: Option<io::ErrorKind>,
}

impl Follower<'_> {
    fn run(mut self, taker: &mut impl Taker) -> io::Result<Format> {
        loop {
            let instruction = self.tail.instruction();
            match self.obey(instruction, taker) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(self.tail.format()),
                Err(error) if self.follow && self.begun => {
                    self.tell_of_failure(&error);
                    self.tail.failed();
                    if taker.wait().is_break() {
                        return Ok(self.tail.format());
                    }
                }
                // It was there a moment ago.
                Err(error) if self.follow && error.kind() == io::ErrorKind::NotFound => {
                    self.tail.failed();
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn obey(&mut self, instruction: Do, taker: &mut impl Taker) -> io::Result<ControlFlow<()>> {
        match instruction {
            Do::Tell(news) => self.tell(news),
            Do::Look => self.look()?,
            Do::Open => {
                let (file, stat) = open(self.path)?;
                self.begun = true;
                if self.tail.opened(stat) {
                    self.open.push_back(file);
                }
            }
            Do::Search { inode } => {
                let found = self.search(inode);
                let stat = found.map(|(file, stat)| {
                    self.open.push_front(file);
                    stat
                });
                self.tail.found(stat);
            }
            Do::Read { at, len } => {
                let len = read_at(&self.open[0], &mut self.buffer[..len], at)?;
                // Whatever failed works again.
                self.failing = None;
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
        let at_path = match fs::metadata(self.path) {
            Err(error) if self.follow && error.kind() == io::ErrorKind::NotFound => None,
            metadata => Some(stat(&metadata?)?),
        };
        let open = self.open.iter().map(|file| stat(&file.metadata()?));
        let open = open.collect::<io::Result<Vec<_>>>()?;
        self.begun |= at_path.is_none();
        self.tail.looked(at_path, &open);
        Ok(())
    }

    /// Looks for a file beside the path, or beside what the path is a link to.
    fn search(&self, inode: u64) -> Option<(File, Stat)> {
        let real = fs::canonicalize(self.path).ok();
        let mut folders: Vec<_> = [Some(self.path), real.as_deref()]
            .into_iter()
            .flatten()
            .map(|path| match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            })
            .collect();
        folders.dedup();
        folders.into_iter().find_map(|folder| {
            in_folder(folder, inode).unwrap_or_else(|error| {
                let folder = folder.to_string_lossy();
                let folder = visible(&folder);
                tracing::warn!(%folder, %error, "cannot look for what the source was rotated to");
                None
            })
        })
    }

    /// Hands on what came, if anything did. A first position without lines is that of the
    /// store, or of a file that has nothing but a header yet.
    fn end_batch(&mut self, lines: bool, taker: &mut impl Taker) {
        let position = self.tail.position();
        let before = std::mem::replace(&mut self.position, position.clone());
        if lines || (before.is_some() && position.is_some() && position != before) {
            taker.batch(position);
        }
    }

    fn catch_up(&mut self, taker: &mut impl Taker) {
        if !std::mem::replace(&mut self.caught_up, true) {
            taker.caught_up();
        }
    }

    fn tell(&self, news: News) {
        let path = self.path.to_string_lossy();
        let source = visible(&path);
        match news {
            News::Missing => tracing::info!(%source, "waiting for the source"),
            News::Resumed { offset, line } => {
                tracing::info!(%source, offset, line, "reading the source on from where it was left");
            }
            News::Rest { offset, line } => tracing::info!(
                %source, offset, line,
                "the source was rotated meanwhile: reading the rest of what it was before"
            ),
            News::Unmatched => tracing::warn!(
                %source,
                "no position in the store belongs to the source: reading it from its start"
            ),
            News::Gone => tracing::warn!(
                %source, "the source is gone: reading what it was until there is another one"
            ),
            News::Back => tracing::info!(%source, "the source is back"),
            News::Replaced => tracing::info!(
                %source, "the source was replaced: its old file was read to its end"
            ),
            News::Truncated => tracing::warn!(
                %source, "the source was truncated: reading it from its start"
            ),
        }
    }

    fn tell_of_failure(&mut self, error: &io::Error) {
        if self.failing.replace(error.kind()) != Some(error.kind()) {
            let path = self.path.to_string_lossy();
            let source = visible(&path);
            tracing::error!(%source, %error, "cannot read the source: trying again");
        }
    }
}

/// What is known of a regular file.
fn stat(metadata: &Metadata) -> io::Result<Stat> {
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let id = FileId { device: metadata.dev(), inode: metadata.ino() };
    Ok(Stat { id, len: metadata.len(), linked: metadata.nlink() > 0 })
}

fn open(path: &Path) -> io::Result<(File, Stat)> {
    let file = File::open(path)?;
    let stat = stat(&file.metadata()?)?;
    Ok((file, stat))
}

/// Opens the regular file of this inode in a folder, under whatever name.
fn in_folder(folder: &Path, inode: u64) -> io::Result<Option<(File, Stat)>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // By its type first: to open a named pipe is to wait for somebody.
        if entry.ino() != inode || !entry.file_type()?.is_file() {
            continue;
        }
        let path: PathBuf = entry.path();
        return match open(&path) {
            Ok((file, stat)) if stat.id.inode == inode => Ok(Some((file, stat))),
            // It was another one by then.
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
    }
    Ok(None)
}

/// Reads until `buffer` is full or the file at its end; how much.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
