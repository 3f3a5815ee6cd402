//! The rules of protocol.md as they read: a full memory, every length and place tried.

use super::*;

/// The earlier list, all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Naive {
    pub(super) list: Vec<Vec<u8>>,
    pub(super) provisional: bool,
    pub(super) seen: bool,
    /// The last snapshot, if that was unverified and stale.
    pub(super) stale: Option<Vec<u8>>,
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
    /// With cut copies, which the rule of the overlap alone does not know.
    pub(super) fn next(&mut self, snapshot: &[u8], ends: Ends) -> What {
        let before = self.clone();
        let what = self.by_overlap(snapshot, ends);
        let later = pieces(snapshot, ends);
        if what.how != Restarted || !before.is_cut_to(&later, ends) {
            if ends == Partial && later.is_empty() {
                // It says nothing, so nothing is learned.
                *self = before;
            }
            return what;
        }
        let now = (ends == Unverified).then(|| snapshot.to_vec());
        if now.is_some() && now == before.stale {
            // They came again, so its tail is no more provisional.
            self.provisional = false;
            return What { provisional: false, ..what };
        }
        *self = Self { stale: now, ..before };
        What { how: Stale, tail: None, new: later.len() as u64, provisional: false }
    }

    /// Whether `later`, which does not overlap, is a part of the list that was cut.
    fn is_cut_to(&self, later: &[Vec<u8>], ends: Ends) -> bool {
        let begins = |at: usize| {
            let part = &self.list[at..at + later.len()];
            match (later, part) {
                ([last], [piece]) => at == 0 && piece != last && piece.starts_with(last),
                ([certain @ .., last], [same @ .., piece]) => {
                    certain == same && piece != last && piece.starts_with(last)
                }
                _ => false,
            }
        };
        let mut places = 0..(self.list.len() + 1).saturating_sub(later.len());
        match ends {
            Verified => false,
            Partial => places.any(|at| self.list[at..].starts_with(later)),
            Unverified => places.any(begins),
        }
    }

    /// By the rule of the overlap alone.
    pub(super) fn by_overlap(&mut self, snapshot: &[u8], ends: Ends) -> What {
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
        *self = Self { list: later, provisional, seen: true, stale: None };
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
