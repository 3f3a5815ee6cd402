//! Files that are whole or untouched: written beside the target and renamed into place.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use carwatch_formats::visible::visible;
use tempfile::{Builder, NamedTempFile};

/// A file that is going to be written.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user wrote it, for errors.
    given: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A file there is, or none yet: replaced as a whole.
    Replaced { path: PathBuf, permissions: Permissions },
    /// A device or a pipe, which a rename would destroy: written to.
    Direct,
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
        let (given, place) = (path.to_owned(), place(path).map_err(|e| failure(path, &e))?);
        let target = Self { given, place };
        match &target.place {
            // Gone again at once: a gather takes time, and a killed one leaves nothing behind.
            Place::Replaced { .. } => drop(target.beside().map_err(|e| failure(path, &e))?),
            Place::Direct => {}
        }
        Ok(target)
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
        let written = match &self.place {
            Place::Direct => OpenOptions::new()
                .write(true)
                .open(&self.given)
                .and_then(|file| buffered(&file, write))
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

fn failure(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", visible(&path.to_string_lossy()))
}

fn place(path: &Path) -> io::Result<Place> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if found.is_file() => {
            // Whoever may not write the file may not replace it either.
            OpenOptions::new().write(true).open(path)?;
            // Through a symbolic link: the file is replaced, the link stays.
            Ok(Place::Replaced { path: path.canonicalize()?, permissions: found.permissions() })
        }
        Ok(_) => Ok(Place::Direct),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.file_name().is_some() => {
            Ok(Place::Replaced {
                path: path.to_owned(),
                permissions: Permissions::from_mode(0o666),
            })
        }
        Err(error) => Err(error),
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
