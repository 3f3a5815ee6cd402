//! What can go wrong, as far as whoever asked has to tell it apart.

use std::fmt;

/// Why there are no certificates. The words are safe to print, and one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// What was asked for cannot be: a name, a host, or a CA that is there and is of no use.
    Asked(String),
    /// Files cannot be written, because some are there already or for the system's reasons.
    Writing(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(words) | Self::Writing(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for Error {}

/// What the machine could not do for want of random numbers or the like.
pub(crate) fn machine(what: &str, error: impl fmt::Display) -> Error {
    Error::Writing(format!("cannot make {what}: {error}"))
}
