//! Continuity by its rule (protocol.md) and what was added to it, tried at every length and every
//! place, over any snapshots.

use carwatch::follow::{Ends, Follow, How, News, TailFate, What};
use carwatch::limits::RECORD;
use carwatch::wire::Tail;

use crate::bytes::Bytes;
use crate::reference::{Got, reference};

/// Panics if a row of snapshots that `input` says is not followed by the rule, or if what is new
/// in one is not handed out once and as it was.
///
/// Each is a byte for how it ended, one for its length, and that many, of which each stands for a
/// separator or for a piece of a record; there are few, so that lists overlap.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let (mut follow, mut model) = (Follow::new(), Model::default());
    while !bytes.is_empty() {
        let ends = [Ends::Verified, Ends::Unverified, Ends::Partial][usize::from(bytes.below(3))];
        let letters = bytes.below(40);
        let letters = bytes.take(usize::from(letters)).iter();
        let snapshot: String =
            letters.map(|&byte| LETTERS[usize::from(byte) % LETTERS.len()]).collect();
        let what = follow.next(snapshot.as_bytes(), ends);
        assert_eq!(what, model.next(snapshot.as_bytes(), ends), "{snapshot:?} {ends:?}");
        news_are_told(&what, snapshot.as_bytes(), ends);
        let kept = follow.memory();
        assert_eq!(Follow::restore(kept.clone()).memory(), kept, "what is kept is all there is");
    }
}

const LETTERS: [&str; 8] = [".", "a::", "a::b", ".", "b::", "a", ".a::", ":"];

/// The tail's fate, then each new car, in order.
fn news_are_told(what: &What, snapshot: &[u8], ends: Ends) {
    let tail = if ends == Ends::Partial { Tail::Cut } else { Tail::Whole };
    let pieces = reference(snapshot, RECORD, tail);
    let count = pieces.iter().filter(|got| !is_cut(got)).count() as u64;
    let told = |nth: u64| match &pieces[usize::try_from(nth).expect("it is short")] {
        Got::Car { fields, .. } => Some((fields.clone(), what.provisional && nth + 1 == count)),
        Got::Rejected { .. } => None,
    };
    let mut expected = Vec::new();
    match what.tail {
        Some(TailFate::Confirmed) => expected.push("confirmed".to_owned()),
        Some(TailFate::Amended) => {
            let provisional = what.provisional && what.new == count;
            let car = told(what.new - 1).map(|(fields, _)| fields);
            expected.push(format!("amended {car:?} {provisional}"));
        }
        Some(TailFate::Abandoned) => expected.push("abandoned".to_owned()),
        None => {}
    }
    expected.extend((what.new..count).filter_map(told).map(|car| format!("{car:?}")));
    let mut news = Vec::new();
    let fields = |car: carwatch::Car<'_>| [car.time, car.brand, car.color].map(String::from);
    what.news(snapshot, RECORD, ends, &mut |one| {
        news.push(match one {
            News::Confirmed => "confirmed".to_owned(),
            News::Abandoned => "abandoned".to_owned(),
            News::Amended { car, provisional } => {
                format!("amended {:?} {provisional}", car.map(fields))
            }
            News::Car { car, provisional } => format!("{:?}", (fields(car), provisional)),
        });
    });
    assert_eq!(news, expected, "{what:?}");
}

fn is_cut(got: &Got) -> bool {
    matches!(got, Got::Rejected { reason: carwatch::wire::RejectReason::Cut, .. })
}

/// The earlier list, all of it.
#[derive(Clone, Debug, Default)]
struct Model {
    list: Vec<Vec<u8>>,
    provisional: bool,
    seen: bool,
    /// The last snapshot, if that was unverified and taken for a cut copy.
    stale: Option<Vec<u8>>,
}

impl Model {
    fn next(&mut self, snapshot: &[u8], ends: Ends) -> What {
        let later = pieces(snapshot, ends);
        let count = later.len() as u64;
        let says_nothing = ends == Ends::Partial && later.is_empty();
        let overlap = self.overlap(&later);
        let is_same = overlap > 0 && self.list.last() == later.get(overlap - 1);
        let has_tail = self.provisional && !self.list.is_empty();
        let is_copy = overlap == 0 && self.is_cut_to(&later, ends);
        let is_again = is_copy
            && ends == Ends::Unverified
            && self.stale.as_deref().is_some_and(|stale| stale == snapshot);
        if is_copy && !is_again {
            self.stale = (ends == Ends::Unverified).then(|| snapshot.to_vec());
            return What { how: How::Stale, tail: None, new: count, provisional: false };
        }
        let (how, fate) = match overlap {
            0 if self.list.is_empty() && self.seen => (How::Continued, TailFate::Confirmed),
            0 if self.list.is_empty() => (How::First, TailFate::Confirmed),
            0 => (How::Restarted, TailFate::Abandoned),
            _ if is_same => (How::Continued, TailFate::Confirmed),
            _ => (How::Continued, TailFate::Amended),
        };
        let is_certain = is_again || (is_same && overlap == later.len());
        let provisional = ends == Ends::Unverified && count > 0 && !is_certain;
        let tail = has_tail.then_some(fate);
        if !says_nothing {
            *self = Self { list: later, provisional, seen: true, stale: None };
        }
        What { how, tail, new: overlap as u64, provisional }
    }

    /// How long the longest end of this list is that the other one begins with.
    fn overlap(&self, later: &[Vec<u8>]) -> usize {
        let most = self.list.len().min(later.len());
        let fits = |len: &usize| {
            let end = &self.list[self.list.len() - len..];
            let (tail, end) = end.split_last().expect("it is not empty");
            let (partner, begin) = later[..*len].split_last().expect("it is as long");
            end == begin
                && if self.provisional {
                    partner.starts_with(tail) && (!end.is_empty() || self.list.len() == 1)
                } else {
                    partner == tail
                }
        };
        (1..=most).rev().find(fits).unwrap_or(0)
    }

    /// Whether the other list, which does not overlap, is a part of this one that was cut.
    fn is_cut_to(&self, later: &[Vec<u8>], ends: Ends) -> bool {
        if self.list.is_empty() {
            return false;
        }
        let mut places = 0..(self.list.len() + 1).saturating_sub(later.len());
        places.any(|at| match (ends, later, &self.list[at..at + later.len()]) {
            (Ends::Verified, ..) => false,
            (Ends::Partial, later, part) => later == part,
            // One cut piece is little to go by.
            (_, [last], [piece]) => at == 0 && piece != last && piece.starts_with(last),
            (_, [certain @ .., last], [same @ .., piece]) => {
                certain == same && piece != last && piece.starts_with(last)
            }
            _ => false,
        })
    }
}

/// The pieces that count.
fn pieces(snapshot: &[u8], ends: Ends) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> =
        snapshot.split(|&byte| byte == b'.').map(<[u8]>::to_vec).collect();
    if ends == Ends::Partial || snapshot.is_empty() {
        pieces.pop();
    }
    pieces
}
