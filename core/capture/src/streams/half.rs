//! What one side of a TCP stream sent: segments in any order, with repeats and overlaps, into
//! bytes. Where two segments differ over the same bytes, the one captured first is believed.

mod assembled;

use std::collections::BTreeMap;

use super::{NEAR, Settings, WINDOW};
pub use assembled::{Assembled, Chunk, Gap};

/// One direction of a stream.
#[derive(Clone, Debug)]
pub(super) struct Half {
    settings: Settings,
    /// The sequence number at offset 0: of the first segment that was seen.
    base: Option<u32>,
    /// The sequence number of its SYN.
    pub(super) syn: Option<u32>,
    /// Where its data begins, if its SYN was captured.
    start: Option<i64>,
    /// What came from offset 0 on without a gap; nothing of it once it is too large.
    bytes: Vec<u8>,
    /// Where that ends.
    end: i64,
    /// What lies beyond a gap, or before offset 0. No two overlap.
    pending: BTreeMap<i64, Vec<u8>>,
    pending_bytes: usize,
    /// The end of what was sent, captured or not.
    highest: i64,
    pub(super) fin: Option<i64>,
    pub(super) rst: Option<i64>,
    /// What it acknowledged first of what the other side sent, unless with a RST.
    pub(super) acked: Option<u32>,
    /// When the first data came.
    pub(super) first_byte: Option<u64>,
    /// Whether it sent data at all.
    pub(super) talks: bool,
    /// More than the limit came.
    is_over: bool,
    /// Its bytes are of no interest.
    discards: bool,
    /// Bytes that came twice, and differently.
    conflicts: u64,
    chunks: Vec<Chunk>,
}

impl Half {
    pub(super) const fn new(settings: Settings) -> Self {
        Self {
            settings,
            base: None,
            syn: None,
            start: None,
            bytes: Vec::new(),
            end: 0,
            pending: BTreeMap::new(),
            pending_bytes: 0,
            highest: 0,
            fin: None,
            rst: None,
            acked: None,
            first_byte: None,
            talks: false,
            is_over: false,
            discards: false,
            conflicts: 0,
            chunks: Vec::new(),
        }
    }

    /// Whether anything of this side was captured.
    pub(super) const fn is_seen(&self) -> bool {
        self.base.is_some()
    }

    /// How far `seq` is ahead of the last sequence number that was seen; negative if behind.
    pub(super) fn ahead(&self, seq: u32) -> Option<i32> {
        let near = self.base?.wrapping_add(self.highest as u32);
        Some(seq.wrapping_sub(near).cast_signed())
    }

    /// Where the lowest byte that was seen stands in sequence numbers.
    pub(super) fn lowest(&self) -> Option<u32> {
        Some(self.base?.wrapping_add(self.low() as u32))
    }

    fn low(&self) -> i64 {
        self.pending.keys().next().copied().unwrap_or(0).min(0)
    }

    pub(super) fn offset(&mut self, seq: u32) -> i64 {
        self.base.get_or_insert(seq);
        self.highest + i64::from(self.ahead(seq).unwrap_or_default())
    }

    pub(super) fn opens(&mut self, seq: u32) {
        self.syn = Some(seq);
        self.start = Some(self.offset(seq.wrapping_add(1)));
    }

    /// Whether data at `seq` can be none of this side's: it is over, with its own FIN or a RST
    /// of either side (`is_reset`: of the other), and that lies far outside of what it sent:
    /// neither sent again nor late.
    pub(super) fn is_foreign(&self, seq: u32, is_reset: bool) -> bool {
        let Some(base) = self.base else { return false };
        let (end, after) = match self.fin {
            Some(fin) => (fin + 1, NEAR),
            // The number of a RST may be anything.
            None if is_reset || self.rst.is_some() => (self.highest, WINDOW),
            None => return false,
        };
        let (begin, before) = match self.start {
            Some(start) => (start, NEAR),
            None => (self.low(), WINDOW),
        };
        let sent = (end - begin).max(0).unsigned_abs();
        let from = base.wrapping_add(begin as u32).wrapping_sub(before);
        u64::from(seq.wrapping_sub(from)) > sent + u64::from(before) + u64::from(after)
    }

    /// Its bytes are not wanted, neither those that came nor those to come.
    pub(super) fn discard(&mut self) {
        self.discards = true;
        self.bytes = Vec::new();
        self.forget_pending();
        self.chunks = Vec::new();
    }

    /// How much memory it takes.
    pub(super) fn held(&self) -> u64 {
        let chunks = self.chunks.len() * size_of::<Chunk>();
        (self.bytes.len() + self.pending_bytes + self.pending.len() * ENTRY + chunks) as u64
    }

    /// Takes data that begins at `offset`, of which `wire_len` bytes were sent.
    pub(super) fn take(&mut self, offset: i64, data: &[u8], wire_len: usize, at: Option<u64>) {
        let sent = offset + wire_len as i64;
        // A keep-alive repeats the byte before, or what may pass for it.
        let is_probe = wire_len == 1 && sent == self.end && self.end > 0;
        if wire_len == 0 || is_probe || self.start.is_some_and(|start| sent <= start) {
            return;
        }
        self.talks = true;
        self.highest = self.highest.max(sent);
        self.first_byte = match (self.first_byte, at) {
            (Some(known), Some(at)) => Some(known.min(at)),
            (known, at) => known.or(at),
        };
        if self.discards || self.is_over {
            return;
        }
        let (mut offset, mut data) = (offset, data);
        if let Some(before) = self.start.and_then(|start| usize::try_from(start - offset).ok()) {
            data = data.get(before..).unwrap_or_default();
            offset += before as i64;
        }
        if offset < 0 {
            let (low, rest) = data.split_at(data.len().min(offset.unsigned_abs() as usize));
            self.hold(offset, low);
            (offset, data) = (0, rest);
        }
        if data.is_empty() {
            return;
        }
        if offset > self.end {
            self.hold(offset, data);
            return;
        }
        let known = (self.end - offset) as usize;
        let (old, new) = data.split_at(known.min(data.len()));
        let begin = offset as usize;
        if let Some(kept) = self.bytes.get(begin..begin + old.len()) {
            self.conflicts += differing(kept, old);
        }
        let before = self.end;
        self.append(new);
        self.join();
        if self.settings.chunks && self.end > before {
            self.chunks.push(Chunk { at, length: (self.end - before) as usize });
        }
    }

    /// Adds to the end, but for what came before and was held.
    fn append(&mut self, data: &[u8]) {
        // What is held came first, so it is believed; what comes between two of them is new.
        let mut data = data;
        while !data.is_empty() && !self.is_over {
            let next = self.pending.range(self.end..).next().map(|(at, held)| (*at, held.len()));
            match next {
                Some((at, length)) if at == self.end => {
                    let held = self.pending.remove(&at).unwrap_or_default();
                    self.pending_bytes -= length;
                    let (old, rest) = data.split_at(length.min(data.len()));
                    self.conflicts += differing(&held, old);
                    self.push(&held);
                    data = rest;
                }
                next => {
                    let room = next.map_or(usize::MAX, |(at, _)| (at - self.end) as usize);
                    let (new, rest) = data.split_at(room.min(data.len()));
                    self.push(new);
                    data = rest;
                }
            }
        }
    }

    /// Adds what was held and now has no gap before it.
    fn join(&mut self) {
        while let Some(held) = self.pending.remove(&self.end).filter(|_| !self.is_over) {
            self.pending_bytes -= held.len();
            self.push(&held);
        }
    }

    fn push(&mut self, data: &[u8]) {
        self.end += data.len() as i64;
        if self.end.unsigned_abs() > self.settings.response {
            self.is_over = true;
            self.bytes = Vec::new();
            self.forget_pending();
        } else {
            self.bytes.extend_from_slice(data);
        }
    }

    /// Keeps what does not join the rest yet.
    fn hold(&mut self, mut at: i64, mut data: &[u8]) {
        while !data.is_empty() {
            let before = self.pending.range(..=at).next_back();
            let covered = before.filter(|(from, held)| **from + held.len() as i64 > at);
            let length = if let Some((from, held)) = covered {
                let known = &held[(at - from) as usize..];
                let length = known.len().min(data.len());
                self.conflicts += differing(&known[..length], &data[..length]);
                length
            } else {
                let next = self.pending.range(at..).next().map(|(next, _)| (next - at) as usize);
                let length = next.unwrap_or(usize::MAX).min(data.len());
                self.pending.insert(at, data[..length].to_vec());
                self.pending_bytes += length;
                length
            };
            at += length as i64;
            data = &data[length..];
        }
    }

    fn forget_pending(&mut self) {
        self.pending.clear();
        self.pending_bytes = 0;
    }

    /// Whether all came up to its FIN.
    pub(super) fn is_whole(&self) -> bool {
        self.fin.is_some_and(|fin| fin == self.end && self.highest <= fin)
            && self.pending.range(self.end..).next().is_none()
            && self.early().1 == 0
    }

    /// Where what was sent before offset 0 begins, and up to where it came without a gap.
    fn early(&self) -> (i64, i64) {
        let begin = self.start.unwrap_or_else(|| self.low()).min(0);
        let mut at = begin;
        while let Some(held) = self.pending.get(&at).filter(|_| at < 0) {
            at += held.len() as i64;
        }
        (begin, at)
    }
}

fn differing(kept: &[u8], came: &[u8]) -> u64 {
    if kept[..came.len().min(kept.len())] == came[..came.len().min(kept.len())] {
        return 0;
    }
    kept.iter().zip(came).filter(|(kept, came)| kept != came).count() as u64
}

/// What a piece that is held takes beside its bytes, roughly.
const ENTRY: usize = 64;
