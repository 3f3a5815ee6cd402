//! Files that are whole or untouched: written beside the target and renamed into place.

mod place;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use carwatch_formats::visible::visible;
use tempfile::{Builder, NamedTempFile};

use place::Place;
pub(crate) use place::is_same_file;

/// A file that is going to be written.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user wrote it, for errors.
    given: PathBuf,
    place: Place,
}

/// A file that is written, but not yet seen by anybody.
#[derive(Debug)]
#[must_use = "it is thrown away unless it is published"]
pub(crate) struct Written<'a> {
    target: &'a Target,
    beside: Option<NamedTempFile>,
}

impl Target {
    /// Makes sure that `path` can be written, as far as that can be known beforehand.
    ///
    /// # Errors
    ///
    /// In words for people, with the path.
    pub(crate) fn at(path: &Path) -> Result<Self, String> {
        let (given, place) = (path.to_owned(), Place::of(path).map_err(|e| failure(path, &e))?);
        let target = Self { given, place };
        match &target.place {
            // Gone again at once: a gather takes time, and a killed one leaves nothing behind.
            Place::Replaced { .. } => drop(target.beside().map_err(|e| failure(path, &e))?),
            Place::Stdout | Place::Stderr | Place::Direct => {}
        }
        Ok(target)
    }

    /// Whether what is written there is seen at once, and cannot be taken back.
    pub(crate) const fn is_direct(&self) -> bool {
        !matches!(self.place, Place::Replaced { .. })
    }

    /// Has `write` fill the file, down to the disk.
    ///
    /// # Errors
    ///
    /// In words for people, with the path; nothing for a pipe that was closed.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Written<'_>, Failure> {
        let written: io::Result<Option<NamedTempFile>> = match &self.place {
            // Whatever has been written there stays, and what is written next comes after it.
            Place::Stdout => {
                duplicate(&io::stdout()).and_then(|out| buffered(out, write)).map(|()| None)
            }
            Place::Stderr => {
                duplicate(&io::stderr()).and_then(|out| buffered(out, write)).map(|()| None)
            }
            Place::Direct => OpenOptions::new()
                .append(true)
                .open(&self.given)
                .and_then(|out| buffered(out, write))
                .map(|()| None),
            Place::Replaced { .. } => self.beside().and_then(|beside| {
                buffered(beside.as_file(), write)?;
                // Some file systems only find out here that the disk is full.
                beside.as_file().sync_all()?;
                Ok(Some(beside))
            }),
        };
        let beside = written.map_err(|error| Failure::new(&error, &self.given))?;
        Ok(Written { target: self, beside })
    }

    fn beside(&self) -> io::Result<NamedTempFile> {
        let Place::Replaced { path, permissions } = &self.place else {
            return Err(io::Error::from(io::ErrorKind::Unsupported));
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(permissions.mode());
        Builder::new().prefix(".carwatch-").make_in(folder(path), |path| options.open(path))
    }
}

impl Written<'_> {
    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// In words for people, with the path.
    pub(crate) fn publish(self) -> Result<(), Failure> {
        let (Some(beside), Place::Replaced { path, permissions }) =
            (self.beside, &self.target.place)
        else {
            return Ok(());
        };
        // What is replaced keeps its mode; what is new got its own under the umask.
        if path.exists() {
            let _ = beside.as_file().set_permissions(permissions.clone());
        }
        match beside.persist(path) {
            Ok(_) => Ok(()),
            Err(failed) => Err(Failure::new(&failed.error, &self.target.given)),
        }
    }
}

/// Why an output could not be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Whoever read it has seen enough: no more words about that.
    Closed,
    /// Anything else, in words for people.
    Said(String),
}

impl Failure {
    /// The failure of writing to `path`.
    pub(crate) fn new(error: &io::Error, path: &Path) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Said(failure(path, error)),
        }
    }
}

/// Has `write` write to `file` in large pieces, to the last byte.
pub(crate) fn buffered(
    mut file: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = BufWriter::with_capacity(64 * 1024, &mut file);
    write(&mut buffer)?;
    buffer.flush()
}

/// A stream of this process, without a buffer that would end at every line.
pub(crate) fn duplicate(stream: &impl AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

fn failure(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", visible(&path.to_string_lossy()))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
