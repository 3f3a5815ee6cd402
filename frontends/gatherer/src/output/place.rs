//! What a path given for an output leads to: a file that may be replaced, or something that
//! a rename would destroy.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where an output goes.
#[derive(Debug)]
pub(super) enum Place {
    /// A file there is, or none yet: replaced as a whole.
    Replaced { path: PathBuf, permissions: Permissions },
    /// Our own stdout, under one of its names.
    Stdout,
    /// Our own stderr.
    Stderr,
    /// A device, a pipe or another open file: appended to.
    Direct,
}

/// Whether two paths are one file that would be replaced; a device takes one output after the
/// other.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    let replaced = |path: &Path| match Place::of(path) {
        Ok(Place::Replaced { path, .. }) => Some(path),
        _ => None,
    };
    replaced(a).is_some_and(|a| replaced(b) == Some(a))
}

impl Place {
    /// Where `path` leads, through symbolic links, whether or not there is a file yet.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let path = match follow(path)? {
            Followed::Stream(place) => return Ok(place),
            Followed::Path(path) => path,
        };
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() && !is_systems(&path) => {
                // Whoever may not write the file may not replace it either.
                OpenOptions::new().write(true).open(&path)?;
                Ok(Self::Replaced { path, permissions: found.permissions() })
            }
            Ok(_) => Ok(Self::Direct),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_systems(&path) => {
                Ok(Self::Replaced { path, permissions: Permissions::from_mode(0o666) })
            }
            Err(error) => Err(error),
        }
    }
}

enum Followed {
    /// The links lead to one of our own streams.
    Stream(Place),
    /// They lead to what this names, which is no link itself, if it is there at all.
    Path(PathBuf),
}

/// Follows `path` link by link: the last one of a descriptor does not lead to a file to be
/// replaced, although the system says that it does, and one may lead to no file yet.
fn follow(path: &Path) -> io::Result<Followed> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let ends_in = |end: &[u8]| path.as_os_str().as_encoded_bytes().ends_with(end);
        let Some(name) = path.file_name().filter(|_| !ends_in(b"/") && !ends_in(b"/.")) else {
            // A folder, then, whether it is there or not.
            return match fs::metadata(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound || path == Path::new("") => {
                    Err(error)
                }
                _ => Err(io::ErrorKind::IsADirectory.into()),
            };
        };
        let whole = super::folder(&path).canonicalize()?.join(name);
        if let Some(place) = stream(&whole) {
            return Ok(Followed::Stream(place));
        }
        match fs::read_link(&whole) {
            // Others' descriptors are links, too; where they lead is no name to be used.
            Ok(link) if !is_systems(&whole) || whole.starts_with("/dev") => {
                path = super::folder(&whole).join(link);
            }
            _ => return Ok(Followed::Path(whole)),
        }
    }
    // What the system says of so many links, or of links in a circle.
    fs::metadata(&path).map(|_| Followed::Path(path))
}

/// The one of our own streams that the descriptor at `path` is.
fn stream(path: &Path) -> Option<Place> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let own = Path::new("/proc/self/fd").canonicalize().ok();
    let of_thread = Path::new("/proc/thread-self/fd").canonicalize().ok();
    let descriptors = folder == Path::new("/dev/fd")
        || [own, of_thread].iter().flatten().any(|own| own == folder);
    match name {
        "1" if descriptors => Some(Place::Stdout),
        "2" if descriptors => Some(Place::Stderr),
        "stdout" if folder == Path::new("/dev") => Some(Place::Stdout),
        "stderr" if folder == Path::new("/dev") => Some(Place::Stderr),
        _ => None,
    }
}

/// Whether nothing at `path` is ours to replace; `/dev/shm` is a folder for files.
fn is_systems(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/dev") && !path.starts_with("/dev/shm")
}

/// How many links to follow, as the system does.
const LINKS: usize = 40;

#[cfg(test)]
mod tests;
