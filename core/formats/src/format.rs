//! Which forms cars come out in, and what they are called on a command line.

use std::fmt;
use std::str::FromStr;

/// How cars are written (cli.md, Formats, to the letter).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Aligned columns, for people.
    Table,
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object on each line.
    Ndjson,
    /// One JSON document with the cars and the report.
    Json,
    /// The merged snapshot, as a station would send it.
    Wire,
}

impl Format {
    /// Every format, in the order of cli.md.
    pub const ALL: [Self; 5] = [Self::Table, Self::Csv, Self::Ndjson, Self::Json, Self::Wire];

    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Wire => "wire",
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
        f.write_str("expected one of table, csv, ndjson, json, wire")
    }
}

impl std::error::Error for UnknownFormat {}
