//! The folder that keys and certificates are in: made for its owner alone, one run at a time,
//! and no file of it is ever overwritten.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use carwatch_formats::visible::visible;

use crate::Error;

/// A folder that is there, and is this run's until it is dropped.
///
/// If it was made here and nothing was written into it, it is gone then.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    made: bool,
    used: bool,
    /// The folder itself, locked.
    itself: File,
}

impl Folder {
    /// Opens the folder, makes it (0700) if it is not there, and waits for whoever else is at
    /// work in it.
    ///
    /// # Errors
    ///
    /// It is something else, cannot be made, or cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |e: io::Error| {
            Error::Writing(format!("cannot write {}: {e}", visible(&path.to_string_lossy())))
        };
        for _ in 0..ATTEMPTS {
            let made = match DirBuilder::new().mode(0o700).create(path) {
                // A umask may have taken even from the owner.
                Ok(()) => {
                    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed)?;
                    true
                }
                Err(e) if e.kind() == ErrorKind::AlreadyExists => false,
                Err(e) => return Err(failed(e)),
            };
            // A FIFO would be waited for.
            match fs::metadata(path) {
                Ok(it) if !it.is_dir() => return Err(failed(ErrorKind::NotADirectory.into())),
                Err(e) if is_link(path) => return Err(failed(e)),
                // Another run made it, failed, and took it away.
                Err(e) if e.kind() == ErrorKind::NotFound && !made => continue,
                _ => {}
            }
            let itself = match File::open(path) {
                Err(e) if e.kind() == ErrorKind::NotFound && !made => continue,
                opened => opened.map_err(failed)?,
            };
            // Where a folder cannot be locked (NFS), two runs can only both fail: each file is
            // made by one of them, and who finds one made takes away what is its own.
            let _ = itself.lock();
            let folder = Self { path: path.to_owned(), made, used: false, itself };
            if folder.is_still_there() {
                return Ok(folder);
            }
        }
        Err(failed(io::Error::other("it comes and goes")))
    }

    /// The path of a file in it, as the folder was given.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The same, in words that are safe to print.
    pub(crate) fn shown(&self, name: &str) -> String {
        visible(&self.path_of(name).to_string_lossy()).to_string()
    }

    /// Whether there is anything of that name, if only a link that leads nowhere.
    ///
    /// # Errors
    ///
    /// If that cannot be known.
    pub(crate) fn holds(&self, name: &str) -> Result<bool, Error> {
        match fs::symlink_metadata(self.path_of(name)) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(self.unread(name, &e)),
        }
    }

    /// The text of a file; none if there is none. What is no text is read as far as it is,
    /// and longer than a megabyte no key is.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>, Error> {
        if !self.holds(name)? {
            return Ok(None);
        }
        let read = || {
            let path = self.path_of(name);
            if !fs::metadata(&path)?.is_file() {
                return Err(io::Error::other("not a file"));
            }
            let mut bytes = Vec::new();
            File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().map(Some).map_err(|e| self.unread(name, &e))
    }

    /// What is wrong with who may do what here, given that the CA's key is in a file of that
    /// `name`.
    pub(crate) fn worries(&self, name: &str) -> Vec<String> {
        let open_to = |mode: u32, path: &Path| {
            fs::metadata(path).is_ok_and(|it| it.permissions().mode() & mode != 0)
        };
        let mut worries = Vec::new();
        if open_to(0o022, &self.path) {
            let folder = self.path.to_string_lossy();
            worries.push(format!(
                "others may write into {}: better a folder of your own",
                visible(&folder)
            ));
        }
        if open_to(0o077, &self.path_of(name)) {
            worries.push(format!("others may read {}: chmod 600", self.shown(name)));
        }
        worries
    }

    /// Writes new files, each for its owner alone (0600) from its first moment, in the order
    /// given and down to the disk.
    ///
    /// # Errors
    ///
    /// If one cannot be written, or is there by now: then none of them is there, or the words
    /// say which could not be taken away again.
    pub(crate) fn write(mut self, files: &[(String, String)]) -> Result<(), Error> {
        let mut begun = Vec::new();
        for (name, text) in files {
            if let Err(e) = self.write_one(name, text, &mut begun) {
                let mut why = match e.kind() {
                    ErrorKind::AlreadyExists => self.is_there(name),
                    _ => format!("cannot write {}: {e}", self.shown(name)),
                };
                for name in begun.into_iter().rev() {
                    if let Err(e) = fs::remove_file(self.path_of(name)) {
                        why += &format!("; {} is left behind: {e}", self.shown(name));
                    }
                }
                return Err(Error::Writing(why));
            }
        }
        self.used = true;
        let parent = self.path.canonicalize().ok().and_then(|path| Some(path.parent()?.into()));
        let made_in: Option<PathBuf> = parent.filter(|_| self.made);
        let made_in = made_in.map(File::open).transpose();
        let synced = made_in.and_then(|parent| parent.as_ref().map_or(Ok(()), on_disk));
        synced.and_then(|()| on_disk(&self.itself)).map_err(|e| {
            let folder = self.path.to_string_lossy();
            Error::Writing(format!("{} may not be on the disk yet: {e}", visible(&folder)))
        })
    }

    /// That a file is there which would have to be new.
    pub(crate) fn is_there(&self, name: &str) -> String {
        format!("{} is there already, and is not overwritten", self.shown(name))
    }

    fn write_one<'a>(&self, name: &'a str, text: &str, begun: &mut Vec<&'a str>) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(self.path_of(name))?;
        begun.push(name);
        // A umask may have taken even from the owner.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    fn unread(&self, name: &str, error: &io::Error) -> Error {
        Error::Asked(format!("cannot read {}: {error}", self.shown(name)))
    }

    /// Whether the path still leads to what was locked.
    fn is_still_there(&self) -> bool {
        match (self.itself.metadata(), fs::metadata(&self.path)) {
            (Ok(locked), Ok(there)) => (locked.dev(), locked.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made && !self.used {
            // It stays if there is something in it.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink())
}

/// Some file systems know nothing of writing folders to the disk.
fn on_disk(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// How often a folder may vanish while it is opened.
const ATTEMPTS: usize = 100;

/// Bytes of a file that are read at most.
const LONGEST: u64 = 1024 * 1024;

#[cfg(test)]
mod tests;
