//! Bytes that come in pieces of any size, cut into units that say how long they are.

use super::{Damage, Layer};

/// Bytes that came in pieces, and where in the file they stand.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes of the file before [`bytes`](Self::bytes).
    offset: u64,
    /// How many of the next bytes are of no interest.
    skip: u64,
    pub(super) damage: Option<Damage>,
}

impl Buffer {
    /// Adds bytes, and has `take` take units off the front: it returns how many bytes one
    /// takes, or `None` where it needs more (or said what is damaged).
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&[u8], u64) -> Result<Step, String>,
    ) {
        if self.damage.is_some() {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        let mut at = 0;
        loop {
            let skipped = self.skip.min((self.bytes.len() - at) as u64);
            self.skip -= skipped;
            at += skipped as usize;
            match take(&self.bytes[at..], self.offset + at as u64) {
                Ok(Step::Took(length)) => at += length,
                Ok(Step::Skip(length)) => self.skip = length,
                Ok(Step::More) => break,
                Err(words) => {
                    let offset = self.offset + at as u64;
                    self.damage = Some(Damage { offset, of: Layer::File, words });
                    break;
                }
            }
        }
        self.offset += at as u64;
        self.bytes.drain(..at);
        if self.damage.is_some() {
            self.bytes = Vec::new();
        }
    }

    /// Ends the file: what is left over is a unit that was cut.
    pub(super) fn finish(&mut self, what: &str) -> Option<Damage> {
        if self.damage.is_none() && (!self.bytes.is_empty() || self.skip > 0) {
            let words = format!("the file ends in the middle of {what}");
            self.damage = Some(Damage { offset: self.offset, of: Layer::File, words });
        }
        self.damage.take()
    }
}

/// What became of the bytes at the front of a [`Buffer`].
pub(super) enum Step {
    /// So many were a unit.
    Took(usize),
    /// So many are to be passed over.
    Skip(u64),
    /// They are too few.
    More,
}
