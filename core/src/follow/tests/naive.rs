//! The rule of protocol.md as it reads: a full memory, every length tried.

use super::*;

/// The earlier list, all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Naive {
    pub(super) list: Vec<Vec<u8>>,
    pub(super) provisional: bool,
    pub(super) seen: bool,
}

/// The pieces of a snapshot.
pub(super) fn pieces(snapshot: &[u8], ends: Ends) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> =
        snapshot.split(|&byte| byte == b'.').map(<[u8]>::to_vec).collect();
    if ends == Partial || snapshot.is_empty() {
        pieces.pop();
    }
    pieces
}

impl Naive {
    pub(super) fn next(&mut self, snapshot: &[u8], ends: Ends) -> What {
        let later = pieces(snapshot, ends);
        let most = self.list.len().min(later.len());
        let overlap = (1..=most).rev().find(|&len| self.overlaps(&later[..len])).unwrap_or(0);
        let is_same = overlap > 0 && self.list.last() == later.get(overlap - 1);
        let (how, tail) = match (overlap, is_same) {
            (0, _) if self.list.is_empty() && self.seen => (Continued, Confirmed),
            (0, _) if self.list.is_empty() => (First, Confirmed),
            (0, _) => (Restarted, Abandoned),
            (_, true) => (Continued, Confirmed),
            (_, false) => (Continued, Amended),
        };
        let tail = (self.provisional && !self.list.is_empty()).then_some(tail);
        let is_certain = is_same && overlap == later.len();
        let provisional = ends == Unverified && !later.is_empty() && !is_certain;
        *self = Self { list: later, provisional, seen: true };
        What { how, tail, new: overlap as u64, provisional }
    }

    fn overlaps(&self, begin: &[Vec<u8>]) -> bool {
        let end = &self.list[self.list.len() - begin.len()..];
        let (Some((tail, end)), Some((partner, begin))) = (end.split_last(), begin.split_last())
        else {
            return false;
        };
        end == begin
            && if self.provisional {
                partner.starts_with(tail) && (!end.is_empty() || self.list.len() == 1)
            } else {
                partner == tail
            }
    }
}
