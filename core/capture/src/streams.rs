//! TCP streams, put together from segments in whatever order they were captured.
//!
//! This file decides which stream a segment belongs to; `half` puts together what one side
//! sent, and `stream` says which side is the station and how it ended.

mod half;
mod stream;

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::read::frame::Segment;
pub use half::{Assembled, Chunk, Gap};
pub use stream::{Close, Stream};

/// All streams of one capture, in the order of their first packets.
///
/// A stream is a pair of ends; a SYN with another sequence number begins a new one between
/// the same two, and so does data that is far from all of a stream that is over.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    settings: Settings,
    latest: HashMap<(SocketAddr, SocketAddr), usize>,
    all: Vec<Stream>,
    held: u64,
}

/// What is kept of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The longest answer, in bytes; of a longer one nothing is kept.
    pub response: u64,
    /// Whether it is kept when which byte came.
    pub chunks: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { response: u64::MAX, chunks: false }
    }
}

impl Streams {
    /// No streams yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Takes a segment that was captured at `at`, and says which stream it belongs to.
    /// `begins` is for one that is known to be the first of a stream.
    pub fn take(&mut self, segment: &Segment<'_>, at: Option<u64>, begins: bool) -> usize {
        let (from, to) = (segment.from, segment.to);
        let pair = if from <= to { (from, to) } else { (to, from) };
        let known =
            self.latest.get(&pair).copied().filter(|id| !begins && self.all[*id].takes(segment));
        let id = known.unwrap_or_else(|| {
            let id = self.all.len();
            self.all.push(Stream::new(pair, self.settings));
            self.latest.insert(pair, id);
            self.held += STREAM;
            id
        });
        let stream = &mut self.all[id];
        let before = stream.held();
        stream.take(segment, at);
        let after = stream.held();
        self.held = (self.held + after).saturating_sub(before);
        id
    }

    /// One of the streams.
    pub fn get_mut(&mut self, id: usize) -> &mut Stream {
        &mut self.all[id]
    }

    /// Keeps nothing of what was sent on one of them.
    pub fn discard(&mut self, id: usize) {
        let before = self.all[id].held();
        self.all[id].discard();
        self.held = self.held.saturating_sub(before);
    }

    /// How much memory they take, in bytes, roughly.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in the order of their first packets.
    #[must_use]
    pub fn finish(self) -> Vec<Stream> {
        self.all
    }
}

/// What a stream takes beside its bytes, roughly.
const STREAM: u64 = 1024;

/// How far before the rest of its stream a SYN may be that was captured after it; and how far
/// from what was captured its data may be.
const WINDOW: u32 = 1 << 24;

/// The same, where the stream is over.
const NEAR: u32 = 1 << 16;
