//! Why a log cannot be started.

use std::fmt;

/// Why a log cannot be started, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogError {
    /// `RUST_LOG` is not a filter.
    Usage(String),
    /// What the log is to be written to cannot be opened, or the system lacks something.
    Output(String),
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(words) | Self::Output(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for LogError {}

impl From<LogError> for String {
    fn from(error: LogError) -> Self {
        let (LogError::Usage(words) | LogError::Output(words)) = error;
        words
    }
}
