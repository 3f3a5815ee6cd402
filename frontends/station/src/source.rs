//! What kind of thing the source is, and how it is opened.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, poll};

use crate::args::Source;
use crate::loading::Patience;

/// A source that is there.
#[derive(Debug)]
pub(crate) enum Opened {
    Simulator,
    /// Cars are not seen: a recording is served.
    Nothing,
    /// A file by its path: what it has is read before the station accepts, and with `--follow`
    /// what it gets as well; then it need not be there yet.
    Path(PathBuf),
    /// A regular file on stdin: it has an end, and is read to it before the station accepts.
    File(File),
    /// A pipe or a device: it may go on for ever.
    Stream(File),
    /// A named pipe, which cannot be opened before somebody writes to it.
    Pipe(PathBuf),
}

impl Opened {
    /// Opens `source`; the error is for people and names it.
    pub(crate) fn open(source: &Source, follow: bool) -> Result<Self, String> {
        let opened = match source {
            Source::Simulate => Ok(Self::Simulator),
            Source::Stdin => stdin().and_then(Self::of),
            Source::File(path) => match fs::metadata(path) {
                Ok(metadata) if metadata.file_type().is_fifo() => Ok(Self::Pipe(path.clone())),
                Ok(_) => File::open(path).and_then(Self::of).map(|opened| match opened {
                    Self::File(_) => Self::Path(path.clone()),
                    other => other,
                }),
                // It may have been rotated away, and its writer may not have begun.
                Err(error) if follow && error.kind() == io::ErrorKind::NotFound => {
                    tracing::warn!(%source, "the source is not there yet: it is waited for");
                    Ok(Self::Path(path.clone()))
                }
                Err(error) => Err(error),
            },
        };
        opened.map_err(|error| format!("cannot open the source {source}: {error}"))
    }

    /// What an open file is: stdin, too, may be a regular one.
    fn of(file: File) -> io::Result<Self> {
        let kind = file.metadata()?.file_type();
        if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(if kind.is_file() { Self::File(file) } else { Self::Stream(file) })
    }

    /// How long the station waits for this source before it accepts.
    pub(crate) const fn patience(&self) -> Patience {
        match self {
            Self::Simulator => Patience::First,
            Self::Path(_) | Self::File(_) | Self::Nothing => Patience::End,
            Self::Stream(_) | Self::Pipe(_) => Patience::Quiet,
        }
    }
}

/// Reads some bytes, however often that has to be tried; 0 at the end.
pub(crate) fn read(input: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Whoever shares a pipe with us can make it one that does not block.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut readable = [PollFd::new(&*input, PollFlags::IN)];
                // An interruption is one more try; any other error, the read will meet too.
                let _ = poll(&mut readable, None);
            }
            done => return done,
        }
    }
}

/// Stdin without the buffer and the lock of the standard library's.
fn stdin() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever it was opened through, stdin included.
    #[test]
    fn a_regular_file_has_an_end_and_a_device_may_go_on() {
        let of = |path: &str| Opened::of(File::open(path).unwrap());
        let this = std::env::current_exe().unwrap();
        let regular = Opened::of(File::open(this).unwrap()).unwrap();
        assert_eq!(regular.patience(), Patience::End);
        assert_eq!(of("/dev/null").unwrap().patience(), Patience::Quiet);
        assert_eq!(of("/").unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
