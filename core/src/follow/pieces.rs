//! A list as its pieces, which are never gathered in memory: a hostile answer can have
//! one for each of its bytes.

use super::Ends;

/// The pieces that count of a snapshot, or of what is remembered of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pieces<'a> {
    /// They, with `.` between them.
    pub(super) bytes: &'a [u8],
    /// How many there are. (No bytes are no piece, or one that is empty.)
    pub(super) count: u64,
}

impl<'a> Pieces<'a> {
    /// The pieces of a snapshot that ended like this.
    pub(super) fn of(snapshot: &'a [u8], ends: Ends) -> Self {
        let bytes = match ends {
            Ends::Verified | Ends::Unverified if snapshot.is_empty() => None,
            Ends::Verified | Ends::Unverified => Some(snapshot),
            Ends::Partial => memchr::memrchr(b'.', snapshot).map(|dot| &snapshot[..dot]),
        };
        bytes.map_or(Self { bytes: &[], count: 0 }, |bytes| Self {
            bytes,
            count: memchr::memchr_iter(b'.', bytes).count() as u64 + 1,
        })
    }

    /// One after another.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        let mut from = 0;
        let ends = memchr::memchr_iter(b'.', bytes).chain((self.count > 0).then_some(bytes.len()));
        ends.map(move |end| {
            let piece = &bytes[from..end];
            from = end + 1;
            piece
        })
    }

    /// The last one.
    pub(super) fn last(&self) -> Option<&'a [u8]> {
        let from = memchr::memrchr(b'.', self.bytes).map_or(0, |dot| dot + 1);
        (self.count > 0).then(|| &self.bytes[from..])
    }

    /// The last `most` of them, or all if there are not so many.
    pub(super) fn last_pieces(&self, most: usize) -> Self {
        if self.count <= most as u64 {
            return *self;
        }
        let before = memchr::memrchr_iter(b'.', self.bytes).nth(most - 1);
        let from = before.expect("there are more pieces, so there is a dot before these") + 1;
        Self { bytes: &self.bytes[from..], count: most as u64 }
    }
}
