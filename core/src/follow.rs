//! Continuity: what is new in a snapshot since the last one of the same station
//! (protocol.md, Continuity).
//!
//! This file decides what a snapshot means for what is remembered. It compares pieces as
//! raw bytes and never asks whether one is a car; that is for [`What::news`].

mod fingerprint;
mod news;
mod overlap;
mod pieces;

use alloc::borrow::Cow;
use alloc::vec::Vec;

pub use news::News;
use overlap::Earlier;
use pieces::Pieces;

/// How many pieces of a station are remembered; of earlier ones only how many there were.
pub const REMEMBERED: usize = 65_536;

/// Follows one station from snapshot to snapshot.
///
/// It holds the last [`REMEMBERED`] pieces of the last snapshot, as they stood on the wire;
/// comparing takes time in proportion to the two lists, and besides the snapshot no more
/// memory than those pieces. The loop:
///
/// ```
/// use carwatch::follow::{Ends, Follow, How, News};
///
/// let mut printed = Vec::new();
/// // 1. One for each station: new, or restored from what was kept of an earlier one.
/// let mut follow = Follow::new();
/// for snapshot in [&b"1:vw:red.2:fiat:blu"[..], b"1:vw:red.2:fiat:blue.3:seat:red"] {
///     // 2. Hand it each snapshot that is to be merged, and say how that ended.
///     let what = follow.next(snapshot, Ends::Unverified);
///     assert_ne!(what.how, How::Restarted, "people want to know of a restart");
///     // 3. Take the news: first what became of the tail that was provisional, then new cars.
///     what.news(snapshot, carwatch::limits::RECORD, Ends::Unverified, &mut |news| match news {
///         News::Car { car, provisional: false } => printed.push(car.into_owned()),
///         // The last piece may have been cut. Wait for what becomes of it.
///         News::Car { provisional: true, .. } => {}
///         News::Amended { car: Some(car), provisional: false } => printed.push(car.into_owned()),
///         // Confirmed, Abandoned: the car that waited is printed as it is.
///         _ => {}
///     });
/// }
/// let brands: Vec<&str> = printed.iter().map(|car| &*car.brand).collect();
/// assert_eq!(brands, ["vw", "fiat"], "and seat waits for the next round");
/// // 4. Keep the memory with what was merged, so that the next run goes on from there.
/// let kept = follow.memory();
/// assert_eq!(Follow::restore(kept).next(b"2:fiat:blue.3:seat:red", Ends::Verified).new, 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// What is remembered, each piece followed by `.`.
    window: Vec<u8>,
    forgotten: u64,
    provisional: bool,
    seen: bool,
    /// Which unverified snapshot the last one was, if that was stale.
    stale: Option<u64>,
    limit: usize,
}

/// How a snapshot ended, as far as its last piece is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ends {
    /// Complete, and nothing can be missing: every piece is certain.
    Verified,
    /// Complete by a plain FIN: the last piece is provisional, for it may have been cut.
    Unverified,
    /// Not complete: what follows the last `.` was cut and is no piece; the others are certain.
    Partial,
}

/// What a snapshot is to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct What {
    /// Whether it continues that.
    pub how: How,
    /// What became of the provisional last piece of that; `None` if it had none, or if
    /// nothing is known of it yet.
    pub tail: Option<TailFate>,
    /// Which piece of this snapshot is the first new one, counted from 0; the number of its
    /// pieces if none is new.
    pub new: u64,
    /// Whether the last piece of this snapshot is provisional.
    pub provisional: bool,
}

/// How a snapshot goes with the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// There was none.
    First,
    /// It overlaps it, or that was empty.
    Continued,
    /// It does not: the station restarted, or there is a gap. All of it is new. So is what was
    /// taken for a cut copy, when the same bytes come again.
    Restarted,
    /// It is an older copy of it that was cut. Nothing of it is new, and it is not remembered.
    Stale,
}

/// What became of a provisional piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TailFate {
    /// It came again as it was: it is piece `new - 1` of the later snapshot.
    Confirmed,
    /// It had been cut: it is the begin of piece `new - 1` of the later snapshot.
    Amended,
    /// The later snapshot does not go on from it: nothing more will be known of it.
    Abandoned,
}

/// What a [`Follow`] goes on from: plain data, to be kept with the cars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory<'a> {
    /// The last pieces, at most [`REMEMBERED`], each followed by `.`, as they stood on the wire.
    pub pieces: Cow<'a, [u8]>,
    /// How many pieces came before these.
    pub forgotten: u64,
    /// Whether the last of them is provisional.
    pub provisional: bool,
    /// Whether there was a snapshot at all.
    pub seen: bool,
    /// A fingerprint of the last snapshot, if that was an unverified one and stale.
    pub stale: Option<u64>,
}

impl Follow {
    /// Follows a station of which nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self::remembering(REMEMBERED)
    }

    /// Goes on from what was kept.
    ///
    /// Any memory is taken: bytes after the last `.` are no piece, and of more than
    /// [`REMEMBERED`] pieces the first are forgotten.
    #[must_use]
    pub fn restore(memory: Memory<'_>) -> Self {
        let mut follow = Self::new();
        let pieces = Pieces::of(&memory.pieces, Ends::Partial);
        follow.remember(pieces, memory.forgotten, memory.provisional);
        follow.seen = memory.seen || pieces.count > 0;
        follow.stale = memory.stale;
        follow
    }

    /// What has to be kept to go on from here in another process.
    #[must_use]
    pub fn memory(&self) -> Memory<'_> {
        Memory {
            pieces: Cow::Borrowed(&self.window),
            forgotten: self.forgotten,
            provisional: self.provisional,
            seen: self.seen,
            stale: self.stale,
        }
    }

    /// Takes the next snapshot of the station, and says what it is to the last one.
    ///
    /// A snapshot that is not to be merged (a partial one, mostly) must not come here.
    #[must_use]
    pub fn next(&mut self, snapshot: &[u8], ends: Ends) -> What {
        let later = Pieces::of(snapshot, ends);
        let earlier = Earlier {
            window: Pieces::of(&self.window, Ends::Partial),
            forgotten: self.forgotten,
            provisional: self.provisional,
        };
        let is_again = self.is_again(snapshot, ends);
        let (how, tail, new, is_certain) = match earlier.overlap(&later) {
            Some(overlap) => {
                let is_same = earlier.window.last() == Some(overlap.partner);
                let fate = if is_same { TailFate::Confirmed } else { TailFate::Amended };
                let is_certain = is_same && overlap.len == later.count;
                let new = planted!("a car is reported twice" => overlap.len - 1, else overlap.len);
                (How::Continued, self.provisional.then_some(fate), new, is_certain)
            }
            None if earlier.is_cut_to(&later, ends) && !is_again => {
                // A partial one was cut, wherever that was: the next may well be cut there too.
                self.stale = (ends == Ends::Unverified).then(|| fingerprint::of(snapshot));
                return What { how: How::Stale, tail: None, new: later.count, provisional: false };
            }
            None if earlier.window.count > 0 => {
                (How::Restarted, self.provisional.then_some(TailFate::Abandoned), 0, is_again)
            }
            None if self.seen => (How::Continued, None, 0, false),
            None => (How::First, None, 0, false),
        };
        let is_waiting = ends == Ends::Unverified && later.count > 0 && !is_certain;
        let provisional = planted!("no last record is provisional" => false, else is_waiting);
        // What is cut before its first separator says nothing, not even that the list is empty.
        if ends != Ends::Partial || later.count > 0 {
            self.remember(later, 0, provisional);
        }
        What { how, tail, new, provisional }
    }

    /// Whether a snapshot is the one before over again, which was stale. It is hardly cut at the
    /// same byte twice: so that is what the station has now, its last piece too.
    fn is_again(&self, snapshot: &[u8], ends: Ends) -> bool {
        ends == Ends::Unverified
            && self.stale.is_some_and(|stale| stale == fingerprint::of(snapshot))
    }

    /// Follows a station by its last `limit` pieces, at least one.
    const fn remembering(limit: usize) -> Self {
        let (forgotten, provisional, seen, stale) = (0, false, false, None);
        Self { window: Vec::new(), forgotten, provisional, seen, stale, limit }
    }

    /// Puts `list`, before which `forgotten` pieces came, in the place of what is remembered.
    fn remember(&mut self, list: Pieces<'_>, forgotten: u64, provisional: bool) {
        let kept = list.last_pieces(self.limit);
        // How much memory is kept for it shows in no result: mutants of these lines live.
        self.window.clear();
        self.window.shrink_to(2 * kept.bytes.len());
        if kept.count > 0 {
            self.window.reserve_exact(kept.bytes.len() + 1);
            self.window.extend_from_slice(kept.bytes);
            self.window.push(b'.');
        }
        self.forgotten = forgotten.saturating_add(list.count - kept.count);
        self.provisional = provisional && kept.count > 0;
        self.seen = true;
        self.stale = None;
    }
}

impl Default for Follow {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
