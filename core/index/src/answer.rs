//! What is known of an answer as a whole.

use std::ops::Range;

use carwatch::Verdict;

/// One answer of a station, and where its rows are.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The name of the station.
    pub name: String,
    /// Its rows.
    pub rows: Range<usize>,
    /// How many bytes were read of it.
    pub bytes: u64,
    /// How many of its rows are rejected.
    pub rejected: u64,
    /// Whether it is partial.
    pub is_partial: bool,
    /// The last car of an unverified answer, which may have been cut (protocol.md, Continuity).
    pub provisional: Option<usize>,
    /// When which of its bytes came, in order; none where nothing says so.
    pub chunks: Vec<Chunk>,
    /// Whether more of it may come.
    pub is_open: bool,
    /// Where its last row ends.
    pub(crate) end: u64,
}

/// Bytes that came at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The first of them.
    pub start: u64,
    /// When, in nanoseconds since the connection was made; if that is known.
    pub at: Option<u64>,
}

impl Answer {
    /// How many of its rows are cars.
    #[must_use]
    pub const fn cars(&self) -> u64 {
        (self.rows.end - self.rows.start) as u64 - self.rejected
    }

    /// The number of the chunk that has the byte at `offset`, from 1; 0 where there are no
    /// chunks.
    #[must_use]
    pub fn chunk_at(&self, offset: u64) -> usize {
        self.chunks.partition_point(|chunk| chunk.start <= offset)
    }

    /// The bytes of a chunk, by its number from 1.
    #[must_use]
    pub fn chunk(&self, number: usize) -> Option<(Range<u64>, Option<u64>)> {
        let nth = number.checked_sub(1)?;
        let chunk = self.chunks.get(nth)?;
        let end = self.chunks.get(nth + 1).map_or(self.bytes, |next| next.start);
        Some((chunk.start..end, chunk.at))
    }

    pub(crate) fn settle(&mut self, verdict: &Verdict, last_car: Option<usize>) {
        self.is_open = false;
        self.is_partial = matches!(verdict, Verdict::Partial(_));
        self.provisional =
            last_car.filter(|_| matches!(verdict, Verdict::Complete { verified: false }));
    }
}
