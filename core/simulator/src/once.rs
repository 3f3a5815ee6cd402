//! Whether each car of a station is reported once, in order and as it was, over all rounds. Its
//! time is its number, by which it is known.

use carwatch::Car;
use carwatch::follow::{Ends, Follow, How, News};
use carwatch::limits::RECORD;

/// What was reported of one station.
#[derive(Debug, Default)]
pub(crate) struct Once {
    follow: Follow,
    /// Whether the list that is remembered is what was left of one that the station had, ...
    is_forged: bool,
    /// ... or somebody else's.
    is_foreign: bool,
    /// The last list, whatever it was taken for, and the one that is remembered.
    lists: [Vec<u8>; 2],
    /// The number of the last car that stands.
    last: Option<u64>,
    waiting: Option<Waiting>,
    /// The highest number of a car that was reported as it was.
    top: u64,
}

/// A car that may have been cut.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    number: u64,
    is_true: bool,
}

/// A list that is to be merged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merged<'a> {
    pub(crate) list: &'a [u8],
    pub(crate) ends: Ends,
    /// The brands and colours of all cars that the station ever saw, if it is one of ours.
    pub(crate) seen: Option<&'a [[&'static str; 2]]>,
    /// Whether it is all of a list that the station had.
    pub(crate) is_whole: bool,
}

impl Once {
    /// Takes the next list. The error says what is wrong.
    pub(crate) fn merge(&mut self, merged: Merged<'_>) -> Result<(), String> {
        let Merged { list, ends, seen, is_whole } = merged;
        let before = (self.last, self.waiting);
        let what = self.follow.next(list, ends);
        let is_again = self.lists.iter().any(|earlier| earlier == list);
        let is_true = |car: &Car<'_>, number: u64| {
            let known = usize::try_from(number).ok().and_then(|n| seen?.get(n.checked_sub(1)?));
            known.is_some_and(|[brand, color]| *brand == car.brand && *color == car.color)
        };
        // What stands now, and what of it is new with this list.
        let (mut new, mut wrong) = (Vec::new(), None);
        let (mut is_abandoned, mut is_in_order, top) = (false, true, self.top);
        what.news(list, RECORD, ends, &mut |news| {
            let (car, provisional) = match news {
                News::Confirmed => {
                    let car = self.waiting.take();
                    // The same bytes twice are believed (protocol.md, Continuity).
                    if car.is_some_and(|car| !car.is_true) && !is_again {
                        wrong = Some(format!("{car:?} is confirmed"));
                    }
                    self.last = car.map(|car| car.number).or(self.last);
                    return;
                }
                // It stands as it is, and may come again: that it alone is in both lists is
                // nothing to go by (protocol.md, Continuity).
                News::Abandoned => {
                    (self.waiting, is_abandoned) = (None, true);
                    return;
                }
                News::Amended { car, provisional } => {
                    self.waiting = None;
                    is_abandoned |= car.is_none();
                    (car, provisional)
                }
                News::Car { car, provisional } => (Some(car), provisional),
            };
            // What a forger cut may be no car, and what others say is none of ours.
            let Some(car) = car.filter(|_| seen.is_some()) else { return };
            let Ok(number) = car.time.parse() else { return };
            let is_true = is_true(&car, number);
            if provisional {
                self.waiting = Some(Waiting { number, is_true });
            } else if is_true {
                self.last = Some(number);
            } else {
                wrong = Some(format!("{car:?} is reported"));
            }
            is_in_order &= new.last().is_none_or(|&last| last < number);
            if is_true {
                self.top = self.top.max(number);
            }
            new.push(number);
        });
        if seen.is_none() {
            self.waiting = None;
        }
        let numbers = numbers(list);
        let expected: Vec<u64> = if self.is_forged {
            // Of what is remembered something is missing: cars may come again, and none is left out.
            new.retain(|&number| number > top);
            numbers.filter(|&number| number > top).collect()
        } else {
            let waiting = before.1.filter(|_| !is_abandoned).map(|car| car.number);
            numbers.filter(|&number| Some(number) > before.0.max(waiting)).collect()
        };
        // What others said there may look as if it were of the same list.
        if is_whole && !self.is_foreign && new != expected && wrong.is_none() {
            wrong = Some(format!("{new:?} are reported, and not {expected:?}"));
        }
        self.lists[0] = list.to_vec();
        if what.how != How::Stale {
            (self.is_forged, self.is_foreign) = (!is_whole, seen.is_none());
            self.lists[1] = list.to_vec();
        }
        match wrong {
            Some(wrong) => Err(wrong),
            None if is_in_order => Ok(()),
            None => Err(format!("{new:?} are reported, out of order")),
        }
    }
}

/// The numbers of the cars in a list of ours.
fn numbers(list: &[u8]) -> impl Iterator<Item = u64> {
    list.split(|&byte| byte == b'.')
        .filter_map(|record| std::str::from_utf8(record).ok()?.split(':').next()?.parse().ok())
}
