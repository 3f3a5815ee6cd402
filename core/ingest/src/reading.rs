//! How the lines of a source are to be read.

use std::sync::Arc;

use carwatch::limits::RECORD;

use crate::{Format, Map};

/// How the lines of a source are to be read (cli.md, `--format`, `--map`, `--time`).
#[derive(Clone, Debug)]
pub struct Reading {
    /// Of a line.
    pub format: Format,
    /// Where the fields stand in what a detector writes; none for our own keys.
    pub map: Option<Arc<Map>>,
    /// What becomes of a car's time.
    pub time: Time,
    /// A car whose record would be longer on the wire, in bytes, is refused.
    pub record_limit: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Self { format: Format::Auto, map: None, time: Time::Text, record_limit: RECORD }
    }
}

/// What becomes of a car's time (cli.md, `--time`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// It is left as it is.
    #[default]
    Text,
    /// It becomes whole Unix seconds.
    Unix,
}
