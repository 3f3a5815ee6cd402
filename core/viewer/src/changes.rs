//! What changed between two answers of a station, by the rules of continuity (protocol.md).

use std::ops::Range;

use carwatch::Verdict;
use carwatch::follow::{Ends, Follow, How, TailFate};
use carwatch_index::Index;

use crate::Session;
use crate::say::{Changed, Compared};
use crate::session::Part;
use crate::text::{count, shown_bytes};

/// Longer answers are not compared, in bytes.
const MOST: u64 = 64 * 1024 * 1024;

/// How many records that differ are listed.
const LISTED: usize = 300;

pub(crate) fn needs(index: &Index, old: usize, new: usize) -> Vec<(usize, Range<u64>)> {
    let range =
        |nth: usize| index.answers().get(nth).map(|answer| (nth, 0..answer.bytes.min(MOST)));
    match (range(old), range(new)) {
        (Some(old), Some(new)) => vec![old, new],
        _ => Vec::new(),
    }
}

pub(crate) fn compared(
    session: &Session,
    (old, before): (usize, &Part<'_>),
    (new, after): (usize, &Part<'_>),
) -> Compared {
    let none = |says: &str| Compared {
        old,
        new,
        kind: "not compared".to_owned(),
        says: says.to_owned(),
        ..Compared::default()
    };
    let ends = |nth: usize| session.answers[nth].verdict.as_ref().and_then(ends);
    let (Some(old_ends), Some(new_ends)) = (ends(old), ends(new)) else {
        return none("One of the two failed or is still being read: there is nothing to compare.");
    };
    let length = |nth: usize| session.index.answers()[nth].bytes;
    if length(old).max(length(new)) > MOST {
        return none("One of the two is longer than 64 MiB: too long to be compared here.");
    }
    let mut follow = Follow::new();
    let _ = follow.next(before.bytes, old_ends);
    let what = follow.next(after.bytes, new_ends);
    let sides =
        Sides { old: Pieces::new(before.bytes, old_ends), new: Pieces::new(after.bytes, new_ends) };
    let found = match what.how {
        How::Continued | How::First => sides.continued(what.new as usize, what.tail),
        How::Restarted => sides.restarted(),
        How::Stale => {
            return none("The newer is an older copy that was cut: nothing of it is new.");
        }
    };
    Compared { old, new, ..found.told(&sides, new_ends) }
}

const fn ends(verdict: &Verdict) -> Option<Ends> {
    match verdict {
        Verdict::Complete { verified: true } => Some(Ends::Verified),
        Verdict::Complete { verified: false } => Some(Ends::Unverified),
        Verdict::Partial(_) => Some(Ends::Partial),
        Verdict::Failed(_) => None,
    }
}

struct Sides<'a> {
    old: Pieces<'a>,
    new: Pieces<'a>,
}

/// What is what: pieces of the older one that are gone, of both that are the same, the one that
/// was amended, and those of the newer one that are new.
struct Found {
    restarted: bool,
    gone: usize,
    same: usize,
    amended: bool,
}

impl Sides<'_> {
    fn continued(&self, new: usize, tail: Option<TailFate>) -> Found {
        let overlap = new.min(self.old.count()).min(self.new.count());
        let amended = tail == Some(TailFate::Amended) && overlap > 0;
        let gone = self.old.count() - overlap;
        Found { restarted: false, gone, same: overlap - usize::from(amended), amended }
    }

    fn restarted(&self) -> Found {
        Found { restarted: true, gone: self.old.count(), same: 0, amended: false }
    }
}

impl Found {
    fn told(&self, sides: &Sides<'_>, ends: Ends) -> Compared {
        let (old, new) = (&sides.old, &sides.new);
        let kept = self.same + usize::from(self.amended);
        let cars = new.count() - kept;
        let old_same = old.start(self.gone)..old.start(self.gone + self.same);
        let new_same = 0..new.start(self.same);
        // The separator behind the last of them is of neither.
        let old_bytes = old_same.start..old.end(self.gone + self.same);
        let new_bytes = 0..new.end(self.same);
        let kind = if self.restarted {
            "restarted"
        } else if self.amended {
            "amended tail"
        } else if self.gone > 0 {
            "trimmed front"
        } else if cars > 0 {
            "continued"
        } else {
            "unchanged"
        };
        Compared {
            kind: kind.to_owned(),
            says: self.says(&old_bytes, &new_bytes, cars, ends),
            old_parts: [old_same.start, old_same.end - old_same.start, old.length - old_same.end],
            new_parts: [new_same.end, new.start(kept) - new_same.end, new.length - new.start(kept)],
            new_cars: cars as u64,
            records: self.records(sides),
            more: (self.gone + 2 * usize::from(self.amended) + cars).saturating_sub(LISTED) as u64,
            ..Compared::default()
        }
    }

    fn says(&self, old: &Range<u64>, new: &Range<u64>, cars: usize, ends: Ends) -> String {
        let records = count(cars as u64, "record");
        if self.restarted {
            return format!(
                "Nothing of the older answer is in the newer one: the station restarted, or what \
                 it kept was replaced in between. All {records} of the newer are new."
            );
        }
        let mut says = match self.same {
            0 => "No record is the same.".to_owned(),
            _ if old.start == new.start => {
                format!("Bytes {}..{} are the same in both.", new.start, new.end)
            }
            _ => format!(
                "Bytes {}..{} of the older are {}..{} of the newer.",
                old.start, old.end, new.start, new.end
            ),
        };
        if self.gone > 0 {
            let gone = count(self.gone as u64, "record");
            says += &format!(" The first {gone} are no longer kept by the station.");
        }
        if self.amended {
            says += " The last record of the older had been cut; the newer has all of it.";
        }
        says += &match cars {
            0 => " No record is new.".to_owned(),
            _ => format!(" {records} new."),
        };
        match ends {
            Ends::Verified => says += " All of the newer is verified.",
            Ends::Unverified if cars > 0 => {
                says += " What both have is certain now; the last of the newer is provisional.";
            }
            Ends::Unverified | Ends::Partial => {}
        }
        says
    }

    fn records(&self, sides: &Sides<'_>) -> Vec<Changed> {
        let (old, new) = (&sides.old, &sides.new);
        let gone = (0..self.gone).map(|nth| old.changed(nth, '-', true));
        let at = self.gone + self.same;
        let amended = self.amended.then(|| {
            let from = old.get(at).len();
            let mut now = new.changed(self.same, '+', false);
            now.amended_from =
                Some(shown_bytes(&new.get(self.same)[..from], from as u64).chars().count());
            [old.changed(at, '-', true), now]
        });
        let kept = self.same + usize::from(self.amended);
        let came = (kept..new.count()).map(|nth| new.changed(nth, '+', false));
        gone.chain(amended.into_iter().flatten()).chain(came).take(LISTED).collect()
    }
}

/// The pieces of an answer that count for continuity: what was cut off is none.
struct Pieces<'a> {
    bytes: &'a [u8],
    /// Where each begins; and where one more would.
    starts: Vec<u64>,
    length: u64,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], ends: Ends) -> Self {
        let dots = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        let mut starts: Vec<u64> = vec![0];
        starts.extend(dots.map(|(at, _)| at as u64 + 1));
        if ends != Ends::Partial {
            // As if a separator followed the last.
            starts.push(bytes.len() as u64 + 1);
        }
        if bytes.is_empty() {
            starts.truncate(1);
        }
        Self { bytes, starts, length: bytes.len() as u64 }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where a piece begins, or the bytes end.
    fn start(&self, nth: usize) -> u64 {
        self.starts.get(nth).map_or(self.length, |start| (*start).min(self.length))
    }

    /// Where the piece before the `nth` ends.
    fn end(&self, nth: usize) -> u64 {
        if nth == 0 { 0 } else { self.starts.get(nth).map_or(self.length, |start| start - 1) }
    }

    fn get(&self, nth: usize) -> &'a [u8] {
        let (start, end) = (self.starts[nth] as usize, self.starts[nth + 1] as usize - 1);
        &self.bytes[start..end]
    }

    fn changed(&self, nth: usize, sign: char, is_old: bool) -> Changed {
        let (at, bytes) = (Some(self.start(nth)), self.get(nth));
        Changed {
            old_at: at.filter(|_| is_old),
            new_at: at.filter(|_| !is_old),
            sign,
            text: shown_bytes(bytes, bytes.len() as u64),
            amended_from: None,
        }
    }
}
