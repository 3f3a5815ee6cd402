//! Against the rule as it reads, over lists of few letters, where everything is ambiguous.

use proptest::prelude::*;

use super::naive::{Naive, pieces};
use super::*;

/// A snapshot that has something to do with the one before.
#[derive(Clone, Debug)]
enum Step {
    /// Trim so many, add these, and cut so many bytes off the end.
    Goes(usize, Vec<&'static str>, usize),
    /// Another list.
    Anew(Vec<&'static str>),
    /// The same bytes once more.
    Again,
}

fn steps() -> impl Strategy<Value = Vec<(Step, Ends)>> {
    let records = || proptest::collection::vec(proptest::sample::select(RECORDS.to_vec()), 0..7);
    let step = prop_oneof![
        6 => (0usize..4, records(), 0usize..5).prop_map(|(trim, add, cut)| Step::Goes(trim, add, cut)),
        1 => records().prop_map(Step::Anew),
        2 => Just(Step::Again),
    ];
    proptest::collection::vec((step, ends()), 1..9)
}

fn ends() -> impl Strategy<Value = Ends> {
    prop_oneof![2 => Just(Unverified), 1 => Just(Verified), 1 => Just(Partial)]
}

/// The snapshots that some steps lead to.
fn snapshots(steps: &[(Step, Ends)]) -> Vec<(Vec<u8>, Ends)> {
    let mut list: Vec<&str> = Vec::new();
    let mut bytes = Vec::new();
    let snapshot = |(step, ends): &(Step, Ends)| {
        let cut = match step {
            Step::Again => return (bytes.clone(), *ends),
            Step::Goes(trim, add, cut) => {
                list.drain(..list.len().min(*trim));
                list.extend(add);
                *cut
            }
            Step::Anew(records) => {
                list = records.clone();
                0
            }
        };
        bytes = list.join(".").into_bytes();
        bytes.truncate(bytes.len().saturating_sub(cut));
        (bytes.clone(), *ends)
    };
    steps.iter().map(snapshot).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn it_is_the_rule(steps in steps()) {
        let (mut follow, mut naive) = (Follow::new(), Naive::default());
        for (snapshot, ends) in snapshots(&steps) {
            let before = follow.clone();
            let (what, rule) = (follow.next(&snapshot, ends), naive.next(&snapshot, ends));
            prop_assert_eq!(what, rule);
            prop_assert_eq!(follow.stale.is_some(), naive.stale.is_some());
            if what.how == Stale {
                follow.stale = before.stale;
                prop_assert_eq!(&follow, &before, "nothing else is learned");
                follow.stale = naive.stale.as_deref().map(fingerprint::of);
            }
        }
    }

    #[test]
    fn a_short_memory_makes_no_more_new(steps in steps(), limit in 1usize..5) {
        let (mut follow, mut naive) = (Follow::remembering(limit), Naive::default());
        for (snapshot, ends) in snapshots(&steps) {
            let before = naive.clone();
            let (what, rule) = (follow.next(&snapshot, ends), naive.by_overlap(&snapshot, ends));
            prop_assert!(what.new >= rule.new, "{:?} where the rule says {:?}", what, rule);
            if what.how == Stale || ends == Partial && naive.list.is_empty() {
                naive = before;
                continue;
            }
            // What it is to the list before may differ; the list it leaves may not.
            naive.provisional = what.provisional;
            let kept = naive.list.len().min(limit);
            let window = &naive.list[naive.list.len() - kept..];
            let joined: Vec<u8> = window.iter().flat_map(|piece| [piece, &b"."[..]].concat()).collect();
            prop_assert_eq!(&*follow.memory().pieces, &joined);
            prop_assert_eq!(follow.memory().forgotten, (naive.list.len() - kept) as u64);
        }
    }

    /// However little is remembered, as long as something is left of it.
    #[test]
    fn of_distinct_records_a_short_memory_takes_none_for_another(
        steps in proptest::collection::vec((0usize..4, 0usize..7, ends(), any::<bool>()), 1..9),
        limit in 1usize..5,
    ) {
        let (mut follow, mut naive) = (Follow::remembering(limit), Naive::default());
        let (mut from, mut to) = (0, 0);
        for (trim, add, ends, restarts) in steps {
            if restarts && trim == 0 {
                from = to;
            }
            (from, to) = (to.min(from + trim), to + add);
            let list: Vec<_> = (from..to).map(|n| format!("{n}::")).collect();
            let snapshot = list.join(".").into_bytes();
            let ends = if ends == Partial { Verified } else { ends };
            let (what, rule) = (follow.next(&snapshot, ends), naive.by_overlap(&snapshot, ends));
            prop_assert_eq!(what, rule, "{:?}", list);
        }
    }

    /// With a full memory, and if the rule learns nothing from a cut copy either. (Of lists of few
    /// letters, a cut copy that is forgotten can later have been the one to go by.)
    #[test]
    fn over_all_rounds_there_are_no_more_new(steps in steps()) {
        let (mut follow, mut naive) = (Follow::new(), Naive::default());
        let (mut new, mut by_rule) = (0, 0);
        for (snapshot, ends) in snapshots(&steps) {
            let (count, before) = (pieces(&snapshot, ends).len() as u64, naive.clone());
            let what = follow.next(&snapshot, ends);
            new += count - what.new;
            by_rule += count - naive.by_overlap(&snapshot, ends).new;
            if what.how == Stale {
                naive = before;
            }
            prop_assert!(new <= by_rule, "{new} where the rule says {by_rule}");
        }
    }

    #[test]
    fn a_restored_memory_goes_on_the_same(steps in steps()) {
        let mut follow = Follow::new();
        for (snapshot, ends) in snapshots(&steps) {
            let mut restored = Follow::restore(follow.memory());
            prop_assert_eq!(&restored, &follow);
            prop_assert_eq!(restored.next(&snapshot, ends), follow.next(&snapshot, ends));
            prop_assert_eq!(&restored, &follow);
        }
    }

    #[test]
    fn news_are_the_cars_from_the_first_new_piece_on(steps in steps()) {
        let mut follow = Follow::new();
        for (snapshot, ends) in snapshots(&steps) {
            let what = follow.next(&snapshot, ends);
            let pieces = pieces(&snapshot, ends);
            let cars: Vec<Option<Car<'_>>> = pieces.iter().map(|piece| car(piece)).collect();
            let is_last = |at: usize| what.provisional && at + 1 == pieces.len();
            let mut expected = Vec::new();
            match what.tail {
                Some(Confirmed) => expected.push(News::Confirmed),
                Some(Abandoned) => expected.push(News::Abandoned),
                Some(Amended) => {
                    let at = what.new as usize - 1;
                    expected.push(News::Amended { car: cars[at].clone(), provisional: is_last(at) });
                }
                None => {}
            }
            for (at, car) in cars.iter().enumerate().skip(what.new as usize) {
                if let Some(car) = car.clone() {
                    expected.push(News::Car { car, provisional: is_last(at) });
                }
            }
            let mut news = Vec::new();
            what.news(&snapshot, LIMIT, ends, &mut |each| news.push(owned(each)));
            prop_assert_eq!(news, expected);
        }
    }
}

fn car(piece: &[u8]) -> Option<Car<'_>> {
    (piece.len() <= LIMIT).then(|| Car::from_record(core::str::from_utf8(piece).ok()?).ok())?
}

fn owned(news: News<'_>) -> News<'static> {
    match news {
        News::Confirmed => News::Confirmed,
        News::Abandoned => News::Abandoned,
        News::Amended { car, provisional } => {
            News::Amended { car: car.map(Car::into_owned), provisional }
        }
        News::Car { car, provisional } => News::Car { car: car.into_owned(), provisional },
    }
}

/// Cars and no cars, begins of each other among them; the last is too long.
const RECORDS: [&str; 8] = ["a::", "a::", "a::b", "", "a", "a:", "b::", "a::bbbb"];

const LIMIT: usize = 5;
