//! What was recorded of one connection, ready to be played to any number of clients.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

/// How a recorded connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The station ends it: FIN.
    Fin,
    /// It breaks: RST.
    Reset,
    /// It does not: the station says nothing more, for as long as the client stays.
    Silent,
}

/// What is sent on one connection, in which chunks, when, and how it ends. Times count from the
/// moment in which the connection was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    bytes: Vec<u8>,
    /// When each chunk goes out, and where in the bytes it ends.
    chunks: Vec<(Duration, usize)>,
    ending: Ending,
    ends: Duration,
}

impl Script {
    /// One that sends nothing, and ends so after `ends`.
    #[must_use]
    pub const fn new(ending: Ending, ends: Duration) -> Self {
        Self { bytes: Vec::new(), chunks: Vec::new(), ending, ends }
    }

    /// Adds a chunk that goes out `after` the connection was made, and not before the one that
    /// was added last. The ending, too, waits for it. Without bytes it is none.
    pub fn push(&mut self, after: Duration, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let after = self.chunks.last().map_or(after, |(before, _)| after.max(*before));
        self.bytes.extend_from_slice(bytes);
        self.chunks.push((after, self.bytes.len()));
        self.ends = self.ends.max(after);
    }

    /// All that is sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes that is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it sends nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// In how many chunks it is sent.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// How it ends.
    #[must_use]
    pub const fn ending(&self) -> Ending {
        self.ending
    }

    /// Without the room to grow that it will not need any more.
    fn shrunk(mut self) -> Self {
        self.bytes.shrink_to_fit();
        self.chunks.shrink_to_fit();
        self
    }

    /// When the chunk of that number goes out, or the ending where there is none.
    pub(super) fn due(&self, chunk: usize) -> Duration {
        self.chunks.get(chunk).map_or(self.ends, |(after, _)| *after)
    }

    /// Where the chunk of that number ends, or the bytes where there is none.
    pub(super) fn end_of(&self, chunk: usize) -> usize {
        self.chunks.get(chunk).map_or(self.bytes.len(), |(_, end)| *end)
    }

    /// That chunk but for the bytes before `sent`.
    pub(super) fn chunk(&self, chunk: usize, sent: usize) -> &[u8] {
        &self.bytes[sent..self.end_of(chunk)]
    }
}

/// Whose turn it is: each connection of a station is played its next script, and after the last
/// one the first again.
#[derive(Clone, Debug)]
pub struct Turns {
    scripts: Vec<Arc<Script>>,
    next: usize,
}

impl Turns {
    /// The turns of these; `None` if there are none.
    #[must_use]
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Option<Self> {
        let scripts: Vec<_> = scripts.into_iter().map(|script| Arc::new(script.shrunk())).collect();
        (!scripts.is_empty()).then_some(Self { scripts, next: 0 })
    }

    /// The scripts, in order.
    #[must_use]
    pub fn scripts(&self) -> &[Arc<Script>] {
        &self.scripts
    }

    /// Takes the next turn.
    #[must_use]
    pub fn take(&mut self) -> Arc<Script> {
        let script = Arc::clone(&self.scripts[self.next]);
        self.next = (self.next + 1) % self.scripts.len();
        script
    }
}
