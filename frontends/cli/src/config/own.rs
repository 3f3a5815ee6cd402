//! What an application keeps in the file of `--config` besides flags.

use std::collections::BTreeSet;

use super::document::{Entry, Place};

/// The entries of the file of `--config` that are the application's own, and what it takes to
/// say where they stand. Empty if there is no such file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    file: String,
    /// The entries, in the order of the file: a key stands there once at most.
    pub entries: Vec<Entry>,
    /// Long names of flags.
    typed: BTreeSet<String>,
}

impl Own {
    pub(super) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    pub(crate) fn with_typed(self, typed: BTreeSet<String>) -> Self {
        Self { typed, ..self }
    }

    /// Whether the flag with this long name stands on the command line itself, and is not one
    /// of a variable or the file alone.
    #[must_use]
    pub fn is_typed(&self, long: &str) -> bool {
        self.typed.contains(long)
    }

    /// The file's path as it was given, without a control character; empty without a file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// A place in it as errors name it: `FILE:LINE:COLUMN`.
    #[must_use]
    pub fn place(&self, at: Place) -> String {
        format!("{}:{at}", self.file)
    }
}
