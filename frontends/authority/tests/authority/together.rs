//! Many runs in one folder at the same time.

use std::sync::Barrier;

use carwatch_authority::Error;

use crate::judge::names;
use crate::place::{Place, is_whole};

#[test]
fn of_many_at_once_who_ask_for_the_same_one_has_it() {
    for _ in 0..20 {
        let place = Place::new();
        let barrier = Barrier::new(8);
        let results: Vec<_> = std::thread::scope(|scope| {
            let run = || {
                barrier.wait();
                place.make(&["gate=192.0.2.7"], &[])
            };
            let runs: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().expect("no panic")).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for why in results.into_iter().filter_map(Result::err) {
            assert!(matches!(&why, Error::Writing(w) if w.contains("is there already")), "{why}");
        }
        assert_eq!(names(&place.dir).len(), 6);
        is_whole(&place.dir, &[("gate", "192.0.2.7")], &["client"]);
    }
}

#[test]
fn many_at_once_who_ask_for_different_ones_have_one_ca() {
    for _ in 0..10 {
        let place = Place::new();
        let barrier = Barrier::new(6);
        std::thread::scope(|scope| {
            for n in 0..6 {
                let (place, barrier) = (&place, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    place.make(&[&format!("gate{n}=g")], &[]).expect("each has its own");
                });
            }
        });
        assert_eq!(names(&place.dir).len(), 4 + 12);
        let names: Vec<_> = (0..6).map(|n| format!("gate{n}")).collect();
        let stations: Vec<_> = names.iter().map(|name| (name.as_str(), "g")).collect();
        is_whole(&place.dir, &stations, &["client"]);
    }
}
