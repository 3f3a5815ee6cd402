//! An immutable view of a roster, cheap to take, to share and to send.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Roster;
use super::segment::{GROUP, Group, Segment};

/// The list of a station at one moment, as it goes over the wire. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Snapshot(pub(super) Arc<View>);

#[derive(Debug)]
pub(super) struct View {
    front: Box<[Arc<Segment>]>,
    groups: Box<[Arc<Group>]>,
    loose: Box<[Arc<Segment>]>,
    open: Box<[u8]>,
    skip: usize,
    len: u64,
    cars: u64,
}

/// A place in a [`Snapshot`]; moved by [`Snapshot::advance`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    position: u64,
    segment: usize,
    offset: usize,
}

impl Cursor {
    /// How many bytes of the snapshot lie before it.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }
}

impl Snapshot {
    pub(super) fn of(roster: &Roster) -> Self {
        let oldest_is_open = roster.oldest().is_none();
        let open = if oldest_is_open { &roster.open[roster.skip..] } else { &roster.open[..] };
        Self(Arc::new(View {
            front: roster.front.iter().cloned().collect(),
            groups: roster.groups.iter().cloned().collect(),
            loose: roster.loose.iter().cloned().collect(),
            open: open.into(),
            skip: if oldest_is_open { 0 } else { roster.skip },
            len: roster.snapshot_len(),
            cars: roster.cars,
        }))
    }

    /// Its length in bytes on the wire.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether the station has seen no car: then nothing is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// How many cars it lists.
    #[must_use]
    pub fn cars(&self) -> u64 {
        self.0.cars
    }

    /// Where sending begins.
    #[must_use]
    pub fn start(&self) -> Cursor {
        Cursor { position: 0, segment: 0, offset: self.0.skip }
    }

    /// The bytes at `cursor` that lie together, empty only at the end.
    #[must_use]
    pub fn chunk(&self, cursor: &Cursor) -> &[u8] {
        let rest = self.0.len - cursor.position;
        if rest == 0 {
            return &[];
        }
        let bytes = &self.0.segment(cursor.segment)[cursor.offset..];
        // The separator after the last record is kept, but not sent.
        &bytes[..bytes.len().min(usize::try_from(rest).unwrap_or(usize::MAX))]
    }

    /// All that lies behind `cursor`, a [`chunk`](Self::chunk) at a time.
    pub fn chunks(&self, cursor: &Cursor) -> impl Iterator<Item = &[u8]> {
        let mut cursor = cursor.clone();
        core::iter::from_fn(move || {
            let chunk = self.chunk(&cursor);
            self.advance_in_chunk(&mut cursor, chunk.len());
            (!chunk.is_empty()).then_some(chunk)
        })
    }

    /// Moves `cursor` over the next `n` bytes.
    pub fn advance(&self, cursor: &mut Cursor, n: usize) {
        let mut left = n;
        loop {
            let of_chunk = left.min(self.chunk(cursor).len());
            self.advance_in_chunk(cursor, of_chunk);
            left -= of_chunk;
            if left == 0 || of_chunk == 0 {
                break;
            }
        }
        debug_assert!(left == 0, "more was sent than there is");
    }

    fn advance_in_chunk(&self, cursor: &mut Cursor, n: usize) {
        cursor.position += n as u64;
        cursor.offset += n;
        // At the end the separator is left over, so that a mutant that asks there too lives.
        if cursor.position < self.0.len && cursor.offset == self.0.segment(cursor.segment).len() {
            cursor.segment += 1;
            cursor.offset = 0;
        }
    }

    /// Its bytes, copied together. Servers send [`chunk`](Self::chunk)s instead.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(usize::try_from(self.len()).unwrap_or(0));
        let mut cursor = self.start();
        loop {
            let chunk = self.chunk(&cursor);
            if chunk.is_empty() {
                return out;
            }
            out.extend_from_slice(chunk);
            self.advance(&mut cursor, chunk.len());
        }
    }
}

impl View {
    /// Segments have one number through front, groups, loose and open: groups are full, so
    /// finding one is arithmetic.
    fn segment(&self, nth: usize) -> &[u8] {
        if let Some(segment) = self.front.get(nth) {
            return &segment.bytes;
        }
        let nth = nth - self.front.len();
        if let Some(group) = self.groups.get(nth / GROUP) {
            return &group[nth % GROUP].bytes;
        }
        let nth = nth - self.groups.len() * GROUP;
        self.loose.get(nth).map_or(&self.open, |segment| &segment.bytes)
    }
}
