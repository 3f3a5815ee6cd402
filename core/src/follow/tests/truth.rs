//! Where records are distinct nothing is ambiguous, and what is printed is what was seen.

use proptest::prelude::*;

use super::*;

/// A station whose records say their number, and somebody who prints what is new.
#[derive(Default)]
struct Watched {
    follow: Follow,
    list: Vec<String>,
    numbered: usize,
    /// The records that reached the client whole, in order, each once.
    delivered: Vec<String>,
    printed: Vec<String>,
    /// The provisional tail, as the car it would be.
    waiting: Option<String>,
}

impl Watched {
    fn grow(&mut self, by: usize) {
        for _ in 0..by {
            self.list.push(format!("{}:vw:blue{}", self.numbered, self.numbered % 7));
            self.numbered += 1;
        }
    }

    /// The client takes the first `len` bytes of the list.
    fn take(&mut self, len: usize, ends: Ends) -> What {
        let bytes = self.list.join(".");
        let taken = &bytes.as_bytes()[..len];
        let what = self.follow.next(taken, ends);
        let whole = naive::pieces(taken, ends);
        for record in
            self.list.iter().zip(&whole).filter(|(r, p)| r.as_bytes() == **p).map(|(r, _)| r)
        {
            if !self.delivered.contains(record) {
                self.delivered.push(record.clone());
            }
        }
        what.news(taken, RECORD, ends, &mut |news| {
            let (car, provisional) = match news {
                News::Confirmed | News::Abandoned => {
                    self.printed.extend(self.waiting.take());
                    return;
                }
                News::Amended { car, provisional } => {
                    self.waiting = None;
                    (car, provisional)
                }
                News::Car { car, provisional } => (Some(car), provisional),
            };
            let record = car.map(|car| car.to_record());
            if provisional {
                self.waiting = record;
            } else {
                self.printed.extend(record);
            }
        });
        what
    }

    fn take_all(&mut self) -> What {
        self.take(self.list.join(".").len(), Verified)
    }

    /// How many bytes the first `count` records take, with what separates them.
    fn bytes_of(&self, count: usize) -> usize {
        self.list[..count].join(".").len()
    }
}

#[test]
fn a_list_that_is_cut_at_any_byte_costs_nothing() {
    let mut list = Watched::default();
    list.grow(12);
    for ends in [Unverified, Partial] {
        for cut in 0..=list.bytes_of(12) {
            let mut watched = Watched::default();
            watched.grow(12);
            watched.take(cut, ends);
            // The front is trimmed, where that leaves what is more than a provisional tail.
            watched.list.drain(..usize::from(cut > watched.bytes_of(3)));
            watched.grow(2);
            watched.take_all();
            assert_eq!(watched.printed, watched.delivered, "{ends:?} at {cut}");
        }
    }
}

#[test]
fn a_copy_that_is_cut_at_any_byte_costs_nothing() {
    for ends in [Unverified, Partial] {
        let len = 70;
        for cut in 0..len {
            let mut watched = Watched::default();
            watched.grow(9);
            watched.take_all();
            let is_at_an_end = cut == 0 || (1..9).any(|count| cut == watched.bytes_of(count));
            let what = watched.take(cut, ends);
            if ends == Unverified && is_at_an_end {
                assert_eq!(what.how, Restarted, "by the rule");
                continue;
            }
            assert_eq!(what.how, Stale, "{ends:?} at {cut}");
            watched.grow(1);
            watched.take_all();
            assert_eq!(watched.printed, watched.delivered, "{ends:?} at {cut}");
        }
    }
}

#[test]
fn copies_that_are_cut_one_after_another_cost_nothing() {
    let len = 70;
    for (first, second) in (0..len).flat_map(|first| (0..len).map(move |second| (first, second))) {
        let mut watched = Watched::default();
        watched.grow(9);
        watched.take_all();
        // By the rule no piece, or whole ones alone, are a restart.
        let is_left_out = |cut| cut == 0 || (1..9).any(|count| cut == watched.bytes_of(count));
        if is_left_out(first) || is_left_out(second) {
            continue;
        }
        assert_eq!(watched.take(first, Unverified).how, Stale, "{first}");
        let what = watched.take(second, Unverified);
        // The same bytes twice are what the station has.
        assert_eq!(what.how == Restarted, first == second, "{first}, {second}: {what:?}");
        if first != second {
            assert_eq!(what.how, Stale, "{first}, {second}");
            watched.grow(1);
            watched.take_all();
            assert_eq!(watched.printed, watched.delivered, "{first}, {second}");
        }
    }
}

#[test]
fn a_restart_that_looks_like_a_cut_copy_shows_in_the_second_round() {
    let mut watched = Watched::default();
    watched.grow(2);
    watched.take_all();
    watched.list = vec!["0:vw:".into()];
    assert_eq!(watched.take(5, Unverified).how, Stale);
    assert_eq!(watched.take(5, Unverified).how, Restarted);
    watched.list.push("7:fiat:".into());
    watched.take_all();
    assert_eq!(watched.printed, ["0:vw:blue0", "1:vw:blue1", "0:vw:", "7:fiat:"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Growth, trimming, restarts, and answers that are cut anywhere, at random: every
    /// record once, in order. Left out is what the rule gives up: answers that end among what is
    /// forgotten, or with a whole known piece, within the first, or twice at the same byte without a
    /// word that they were cut, and overlaps of a provisional tail alone.
    #[test]
    fn each_record_is_printed_once(
        steps in proptest::collection::vec((0usize..6, 0usize..4, 0usize..4, any::<usize>()), 1..12),
        limit in prop_oneof![Just(REMEMBERED), Just(4)],
    ) {
        let mut watched = Watched { follow: Follow::remembering(limit), ..Watched::default() };
        let mut known = 0;
        // Where answers ended that may have been cut, in bytes since the first record: the one
        // that is remembered, and a stale one after it.
        let (mut ended, mut trimmed) = ([None; 2], 0);
        for (kind, grow, trim, cut) in steps {
            let (ends, cut) = match kind {
                0 => {
                    watched.take_all();
                    trimmed += watched.list.iter().map(|record| record.len() + 1).sum::<usize>();
                    watched.list.clear();
                    watched.grow(1 + grow);
                    watched.take_all();
                    known = watched.numbered;
                    continue;
                }
                1 => (Verified, cut),
                3 => (Partial, cut),
                _ => (Unverified, cut),
            };
            // A record that was there whole before, and followed by another, stays.
            let first = watched.numbered - watched.list.len();
            let gone = watched.list.drain(..trim.min(known.saturating_sub(2).saturating_sub(first)));
            trimmed += gone.map(|record| record.len() + 1).sum::<usize>();
            watched.grow(grow);
            let len = watched.bytes_of(watched.list.len());
            let cut = if kind < 3 { len } else { cut % (len + 1) };
            let shared = known.saturating_sub(watched.numbered - watched.list.len());
            let is_whole = cut == len && ends != Partial;
            if !is_whole && cut <= watched.bytes_of(shared) {
                let is_one = cut <= watched.bytes_of(shared.min(1))
                    || (1..=shared).any(|count| cut == watched.bytes_of(count))
                    || ended.contains(&Some(trimmed + cut));
                if watched.follow.memory().forgotten > 0 || ends == Unverified && is_one {
                    continue;
                }
            }
            let what = watched.take(cut, ends);
            prop_assert_ne!(what.how, Restarted);
            let end = (ends == Unverified).then_some(trimmed + cut);
            ended = if what.how == Stale { [ended[0], end] } else { [end, None] };
            if what.how != Stale {
                let whole = naive::pieces(&watched.list.join(".").as_bytes()[..cut], ends).len();
                known = watched.numbered - watched.list.len() + whole;
            }
        }
        watched.take_all();
        prop_assert_eq!(watched.printed, watched.delivered);
    }
}
