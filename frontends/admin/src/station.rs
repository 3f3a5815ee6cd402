//! What the rest of a station program tells this part of it.

use std::future::Future;
use std::pin::Pin;

use carwatch::Snapshot;

use crate::metrics::Metrics;

/// A station, as HTTP sees it. Its methods are called on the runtime's threads: none may
/// block for longer than a lock is held.
pub trait Station: Send + Sync + 'static {
    /// What `/metrics` shows.
    fn metrics(&self) -> Metrics;

    /// Whether the station does all it is there for.
    ///
    /// # Errors
    ///
    /// Why not, for people; `/readyz` shows it to whoever asks.
    fn ready(&self) -> Result<(), String>;

    /// What a client that connects now would get: committed cars only.
    ///
    /// # Errors
    ///
    /// Why there is no such list, or not yet, for people: then `/snapshot` answers 503, and not
    /// with a part.
    fn snapshot(&self) -> Result<Snapshot, &'static str>;

    /// Whether a request with this bearer token may post cars; `None` if it has none.
    /// Implementations compare with [`Token::matches`](crate::Token::matches).
    fn may_post(&self, bearer: Option<&[u8]>) -> Authorization;

    /// Takes a posted body: one JSON object, or NDJSON. The future is ready after the commit
    /// of all its cars, or when none of them will be taken.
    fn post(&self, body: Vec<u8>) -> Posted;
}

/// What comes of a posted body.
pub type Posted = Pin<Box<dyn Future<Output = Result<(), PostError>> + Send>>;

/// The answer to whether somebody may post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// They may.
    Granted,
    /// The token is missing or wrong: 401.
    Denied,
    /// The station has no token, so that nobody may: 403.
    NotConfigured,
}

/// Why no car of a posted body was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostError {
    /// A line of it is bad: 400.
    Bad {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        words: String,
    },
    /// The station cannot take cars now, for this reason: 503, and `Retry-After`.
    Unavailable(String),
}
