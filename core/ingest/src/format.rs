//! Which kinds of input lines there are, and what they are called on a command line.

use std::fmt;
use std::str::FromStr;

/// How the lines of a source are to be read (cli.md, `--format`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Decided by the first line that is not blank: `{` begins [`Ndjson`](Self::Ndjson), a
    /// header line with the columns time, brand and color begins [`Csv`](Self::Csv),
    /// everything else is a [`Record`](Self::Record).
    #[default]
    Auto,
    /// `time:brand:color` on each line.
    Record,
    /// RFC 4180, after a header line.
    Csv,
    /// A JSON object on each line.
    Ndjson,
}

impl Format {
    /// Every format, in the order of cli.md.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Record, Self::Csv, Self::Ndjson];

    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Record => "record",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or(UnknownFormat)
    }
}

/// A name that is none of the formats'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of auto, record, csv, ndjson")
    }
}

impl std::error::Error for UnknownFormat {}
