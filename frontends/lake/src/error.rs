//! Why a folder of Parquet parts cannot be used, in words for the person who named it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use carwatch_formats::visible::visible;
use parquet::errors::ParquetError;

/// Something that could not be done with the folder. No part of it that was there before has
/// changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeError {
    /// The file or folder it was about.
    pub path: PathBuf,
    /// What was tried, as a verb: `create the folder`.
    pub doing: &'static str,
    /// The system's words, or the library's.
    pub why: String,
}

impl LakeError {
    pub(crate) fn new(path: &Path, doing: &'static str, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), doing, why: why.into() }
    }

    /// For `map_err`: what the system says about `path`.
    pub(crate) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::new(path, doing, error.to_string())
    }

    /// For `map_err`: what the Parquet library says about `path`.
    pub(crate) fn parquet(path: &Path) -> impl FnOnce(ParquetError) -> Self {
        move |error| {
            // What it wraps of the system's own (`No space left on device`) says all.
            let why = match error {
                ParquetError::External(error) => error.to_string(),
                other => other.to_string(),
            };
            Self::new(path, "write", why)
        }
    }
}

impl fmt::Display for LakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        write!(f, "Parquet: cannot {} {}: {}", self.doing, visible(&path), visible(&self.why))
    }
}

impl Error for LakeError {}
