//! The overlap of two lists, in time linear in both (Knuth, Morris and Pratt), with the
//! one exception that the rule has: a provisional tail may be the begin of its partner.

use alloc::vec::Vec;

use super::Ends;
use super::pieces::Pieces;

/// The earlier list, of which the first pieces are forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier<'a> {
    pub(super) window: Pieces<'a>,
    pub(super) forgotten: u64,
    /// Whether its last piece may have been cut.
    pub(super) provisional: bool,
}

/// What two lists have in common: the end of the earlier one, the begin of the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap<'a> {
    /// How many pieces, at least one.
    pub(super) len: u64,
    /// The piece of the later list that stands where the earlier list's last one stood.
    pub(super) partner: &'a [u8],
}

impl Earlier<'_> {
    /// The longest overlap with `later`. Forgotten pieces are taken to be what stands there:
    /// so it may be longer than with a full memory, and never shorter.
    pub(super) fn overlap<'a>(&self, later: &Pieces<'a>) -> Option<Overlap<'a>> {
        let tail = self.window.last()?;
        // With a full memory the other way finds the same: a mutant that asks both lives.
        if self.forgotten > 0
            && let Some(found) = self.whole_window(later, tail)
        {
            return Some(found);
        }
        self.suffix(later, tail)
    }

    /// The last place of the whole window in `later` that no more pieces come before than
    /// were forgotten.
    fn whole_window<'a>(&self, later: &Pieces<'a>, tail: &[u8]) -> Option<Overlap<'a>> {
        let before_tail = usize::try_from(self.window.count - 1).ok()?;
        let mut search = Search::new(self.window.iter().take(before_tail));
        let mut found = None;
        let most = usize::try_from(self.forgotten.saturating_add(self.window.count));
        for (at, piece) in later.iter().take(most.unwrap_or(usize::MAX)).enumerate() {
            if search.is_found() && self.fits(tail, piece, at) {
                found = Some(Overlap { len: at as u64 + 1, partner: piece });
            }
            search.take(piece);
        }
        found
    }

    /// The longest end of the window that `later` begins with.
    fn suffix<'a>(&self, later: &Pieces<'a>, tail: &[u8]) -> Option<Overlap<'a>> {
        let count = usize::try_from(self.window.count).ok()?;
        let mut search = Search::new(later.iter().take(count));
        for piece in self.window.iter().take(count - 1) {
            search.take(piece);
        }
        // The tail may match where others would not, so each candidate is asked for it.
        loop {
            let at = search.matched;
            if let Some(&partner) = search.wanted.get(at)
                && self.fits(tail, partner, at)
            {
                return Some(Overlap { len: at as u64 + 1, partner });
            }
            if at == 0 {
                return None;
            }
            search.matched = search.shorter[at - 1];
        }
    }

    /// Whether `tail` may be `piece`, which has `before` others before it in the later list.
    fn fits(&self, tail: &[u8], piece: &[u8], before: usize) -> bool {
        if !self.provisional {
            return tail == piece;
        }
        let is_alone = before == 0 && self.window.count + self.forgotten > 1;
        !is_alone && piece.starts_with(tail)
    }

    /// Whether `later` is a copy of a part of what is remembered that was cut: all its certain
    /// pieces stand there in a row, and (unless it is known that what followed them was cut)
    /// after them one that the last piece is a proper begin of. A list that ends early with a
    /// whole piece cannot be told from one that restarted.
    pub(super) fn is_cut_to(&self, later: &Pieces<'_>, ends: Ends) -> bool {
        let certain = match ends {
            Ends::Verified => return false,
            Ends::Partial if later.count == 0 => return self.window.count > 0,
            Ends::Partial => later.count,
            Ends::Unverified if later.count == 0 => return false,
            Ends::Unverified => later.count - 1,
        };
        let (Ok(certain), Some(last)) = (usize::try_from(certain), later.last()) else {
            return false;
        };
        if later.count > self.window.count {
            return false;
        }
        let is_cut = |piece: &[u8]| piece.len() > last.len() && piece.starts_with(last);
        if certain == 0 {
            // One cut piece is little to go by: it counts only at the very begin of the list.
            return self.forgotten == 0 && self.window.iter().next().is_some_and(is_cut);
        }
        let mut search = Search::new(later.iter().take(certain));
        for piece in self.window.iter() {
            if ends == Ends::Unverified && search.is_found() && is_cut(piece) {
                return true;
            }
            search.take(piece);
            if ends == Ends::Partial && search.is_found() {
                return true;
            }
        }
        false
    }
}

/// Looks for some pieces in a list that is handed to it one by one.
struct Search<'a> {
    wanted: Vec<&'a [u8]>,
    /// For each number of them less one: how many, at most, end and begin so many alike.
    shorter: Vec<usize>,
    /// How many of them the pieces end with that were taken so far.
    matched: usize,
}

impl<'a> Search<'a> {
    fn new(wanted: impl Iterator<Item = &'a [u8]>) -> Self {
        let wanted: Vec<&[u8]> = wanted.collect();
        let mut search = Self { shorter: Vec::with_capacity(wanted.len()), wanted, matched: 0 };
        for at in 0..search.wanted.len() {
            // What is wanted is looked for in itself, from its second piece on.
            if at > 0 {
                search.take(search.wanted[at]);
            }
            search.shorter.push(search.matched);
        }
        search.matched = 0;
        search
    }

    fn is_found(&self) -> bool {
        self.matched == self.wanted.len()
    }

    fn take(&mut self, piece: &[u8]) {
        while self.matched > 0 && self.wanted.get(self.matched) != Some(&piece) {
            self.matched = self.shorter[self.matched - 1];
        }
        if self.wanted.get(self.matched) == Some(&piece) {
            self.matched += 1;
        }
    }
}
