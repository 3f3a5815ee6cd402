//! What one side sent, once nothing more is to come: the bytes up to the first gap, and what
//! the gap is.

use super::Half;

/// Bytes of an answer that became known at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// When, in nanoseconds since the Unix epoch.
    pub at: Option<u64>,
    /// How many.
    pub length: usize,
}

/// One direction of a stream, put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    /// The bytes up to the first gap; none if there were more than the limit.
    pub bytes: Vec<u8>,
    /// How they came, if that was asked for.
    pub chunks: Vec<Chunk>,
    /// How many bytes those are, kept or not.
    pub length: u64,
    /// Whether there were more than the limit.
    pub is_too_large: bool,
    /// Whether the begin was captured.
    pub has_begin: bool,
    /// The first gap.
    pub gap: Option<Gap>,
    /// How many bytes came twice, and differently.
    pub conflicts: u64,
}

/// Bytes that were sent and not captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub from: u64,
    /// Where capturing went on.
    pub to: u64,
    /// How many bytes were captured behind it.
    pub beyond: u64,
}

impl Half {
    /// Puts it together.
    pub(in crate::streams) fn finish(mut self) -> Assembled {
        let (begin, reached) = self.early();
        let mut all = Assembled {
            is_too_large: self.is_over,
            has_begin: self.start.is_some(),
            conflicts: self.conflicts,
            ..Assembled::default()
        };
        let mut at = begin;
        while at < reached {
            let held = self.pending.remove(&at).unwrap_or_default();
            at += held.len() as i64;
            all.bytes.extend_from_slice(&held);
        }
        let early = all.bytes.len();
        let mut beyond: usize = self.pending.values().map(Vec::len).sum();
        if at == 0 {
            if early == 0 {
                all.bytes = self.bytes;
            } else {
                all.bytes.extend_from_slice(&self.bytes);
            }
            at = self.end;
        } else {
            beyond += self.bytes.len();
        }
        if self.settings.chunks {
            if early > 0 {
                all.chunks.push(Chunk { at: self.first_byte, length: early });
            }
            if at == self.end {
                all.chunks.append(&mut self.chunks);
            }
        }
        all.length = (at - begin).unsigned_abs();
        if all.length > self.settings.response {
            (all.is_too_large, all.bytes) = (true, Vec::new());
        }
        // The number of a RST may be anything; only one that is near tells of bytes before it,
        // and none where the FIN says where the data ends: behind a FIN, which takes a number
        // itself, a RST stands one further.
        let rst = self
            .rst
            .filter(|rst| self.fin.is_none() && (0..1 << 30).contains(&(rst - self.highest)));
        let sent = [Some(self.highest), self.fin, rst].into_iter().flatten().max();
        let sent = sent.filter(|_| !self.is_over).unwrap_or(at);
        if sent > at {
            let next = self.pending.range(at..).next().map(|(at, _)| *at);
            let next = if at < 0 { next.unwrap_or(0).min(0) } else { next.unwrap_or(sent) };
            all.gap = Some(Gap {
                from: all.length,
                to: (next - begin).unsigned_abs(),
                beyond: beyond as u64,
            });
        }
        all
    }
}
