//! The roster against a list of strings that is trimmed the obvious way.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::*;

/// (record, arrival) and the rule of protocol.md, nothing else.
struct Model {
    cars: VecDeque<(String, i64)>,
}

impl Model {
    fn bytes(&self) -> Vec<u8> {
        self.cars.iter().map(|(record, _)| record.as_str()).collect::<Vec<_>>().join(".").into()
    }

    fn trim(&mut self, retention: &Retention, now: i64) {
        while !self.cars.is_empty() {
            let over = retention.cars.is_some_and(|n| self.cars.len() as u64 > n)
                || retention.bytes.is_some_and(|n| self.bytes().len() as u64 > n)
                || retention.age.is_some_and(|age| now - self.cars[0].1 > age.as_millis() as i64);
            if !over {
                return;
            }
            self.cars.pop_front();
        }
    }
}

fn retention() -> impl Strategy<Value = Retention> {
    (
        proptest::option::of(0u64..40),
        proptest::option::of((0u64..200).prop_map(Duration::from_millis)),
        proptest::option::of(0u64..400_000),
    )
        .prop_map(|(cars, age, bytes)| Retention { cars, age, bytes })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn snapshots_are_what_the_rule_keeps(
        retention in retention(),
        cars in proptest::collection::vec((0usize..3, 0i64..30), 1..120),
    ) {
        let mut roster = Roster::new(retention.clone());
        let mut model = Model { cars: VecDeque::new() };
        let mut now = 1_000;
        let mut earlier: Vec<(Snapshot, Vec<u8>)> = Vec::new();
        for (nth, (size, later)) in cars.into_iter().enumerate() {
            now += later;
            // Some records fill a good part of a segment, so that segments are sealed.
            let brand = "x".repeat([3, 9_000, 60_000][size]);
            let car = Car::new(format!("{nth}"), brand, "red");
            roster.append(&car, at(now as u64)).unwrap();
            model.cars.push_back((car.to_record(), now));
            model.trim(&retention, now);
            let snapshot = roster.snapshot();
            prop_assert_eq!(snapshot.cars(), model.cars.len() as u64);
            prop_assert_eq!(snapshot.len(), model.bytes().len() as u64);
            if nth % 7 == 0 {
                prop_assert_eq!(&snapshot.to_vec(), &model.bytes());
                earlier.push((snapshot, model.bytes()));
            }
        }
        prop_assert_eq!(roster.snapshot().to_vec(), model.bytes());
        for (snapshot, bytes) in earlier {
            prop_assert_eq!(snapshot.to_vec(), bytes, "a snapshot changed");
        }
        roster.trim(at(now as u64 + 100));
        model.trim(&retention, now + 100);
        prop_assert_eq!(roster.snapshot().to_vec(), model.bytes());
    }
}

#[test]
fn groups_are_passed_through_from_end_to_end() {
    let mut roster = Roster::new(Retention { cars: Some(1000), ..Retention::default() });
    let mut expected = VecDeque::new();
    for nth in 0..2500 {
        let car = Car::new(format!("{nth}"), "x".repeat(30_000), "red");
        roster.append(&car, at(nth)).unwrap();
        expected.push_back(car.to_record());
        if expected.len() > 1000 {
            expected.pop_front();
        }
    }
    assert!(!roster.groups.is_empty() && !roster.front.is_empty() && !roster.loose.is_empty());
    assert_eq!(roster.snapshot().to_vec(), Vec::from(expected).join(".").into_bytes());
}

#[test]
fn a_record_past_the_limit_is_refused_and_one_at_it_is_not() {
    let mut roster = Roster::default();
    let car = Car::new("", "x".repeat(RECORD - 2), "");
    assert_eq!(roster.append(&car, at(0)), Ok(()));
    let car = Car::new("", "x".repeat(RECORD - 4), ".");
    let refused = Err(RecordTooLong { len: RECORD + 1, limit: RECORD });
    assert_eq!(roster.append(&car, at(0)), refused);
    assert_eq!(roster.cars(), 1);
}

#[test]
fn a_snapshot_is_shared_until_something_changes() {
    let mut roster = Roster::default();
    roster.append(&Car::new("1", "a", "b"), at(0)).unwrap();
    let first = roster.snapshot();
    assert!(Arc::ptr_eq(&first.0, &roster.snapshot().0));
    roster.append(&Car::new("2", "a", "b"), at(0)).unwrap();
    assert!(!Arc::ptr_eq(&first.0, &roster.snapshot().0));
}

#[test]
fn a_change_to_a_clone_shows_in_the_clone_alone() {
    let keep = Retention { cars: Some(300), ..Retention::default() };
    let mut served = Roster::new(keep);
    let mut expected = VecDeque::new();
    for nth in 0..1200 {
        let before = served.snapshot().to_vec();
        let mut next = served.clone();
        let car = Car::new(format!("{nth}"), "x".repeat(30_000), "red");
        next.append(&car, at(nth)).unwrap();
        expected.push_back(car.to_record());
        if nth % 100 == 0 {
            assert_eq!(served.snapshot().to_vec(), before, "the original changed");
        }
        served = next;
    }
    let kept = expected.split_off(900);
    assert_eq!(served.dropped(), 900);
    assert_eq!(served.snapshot().to_vec(), Vec::from(kept).join(".").into_bytes());
}

#[test]
fn a_car_is_dropped_at_its_expiry_and_not_before() {
    let age = Some(Duration::from_millis(10));
    let mut roster = Roster::new(Retention { age, ..Retention::default() });
    assert_eq!(roster.next_expiry(), None);
    roster.append(&Car::new("1", "a", "b"), at(100)).unwrap();
    roster.append(&Car::new("2", "a", "b"), at(105)).unwrap();
    for (expiry, left) in [(at(111), 1), (at(116), 0)] {
        assert_eq!(roster.next_expiry(), Some(expiry));
        roster.trim(Instant::from_nanos(expiry.as_nanos() - 1));
        assert_eq!(roster.cars(), left + 1);
        roster.trim(expiry);
        assert_eq!(roster.cars(), left);
    }
    assert_eq!(roster.next_expiry(), None);
}

/// What came back from a store is as old as the wall clock says, whatever the monotonic
/// clock's epoch is.
#[test]
fn restored_cars_are_as_old_as_they_are() {
    let (age, wall) = (Some(Duration::from_secs(60)), Unix::from_millis(1_000_000));
    let mut roster = Roster::new(Retention { age, ..Retention::default() });
    let restored = [
        ("gone", 939_999, 0),
        ("on the last millisecond", 940_000, 1),
        ("recent", 999_000, 2),
        ("by a clock that was ahead", 5_000_000, 3),
    ];
    for (name, arrived, left) in restored {
        let arrived = Unix::from_millis(arrived);
        roster.restore(&Car::new(name, "a", "b"), arrived, wall, at(7)).unwrap();
        assert_eq!(roster.cars(), left, "{name}");
    }
    for (now, left) in [(8, 2), (59_007, 2), (59_008, 1), (60_007, 1), (60_008, 0)] {
        roster.trim(at(now));
        assert_eq!(roster.cars(), left, "at {now} ms");
    }
}

#[test]
fn a_tighter_retention_drops_at_once() {
    let mut roster = Roster::default();
    for nth in 0..10 {
        roster.append(&Car::new(format!("{nth}"), "a", "b"), at(nth)).unwrap();
    }
    roster.retain(Retention { cars: Some(2), ..Retention::default() }, at(10));
    assert_eq!(roster.snapshot().to_vec(), b"8:a:b.9:a:b");
    assert_eq!((roster.cars(), roster.dropped()), (2, 8));
}

fn at(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}

/// The last part is copied for a snapshot, so it is never longer than a segment, and as long as
/// one may be.
#[test]
fn a_record_that_would_not_fit_begins_another_segment() {
    let push = |roster: &mut Roster, len: usize| {
        let car = Car::new("", "b".repeat(len - 2), "");
        roster.append(&car, at(0)).unwrap();
        roster.open.len()
    };
    let half = SEGMENT / 2;
    let mut roster = Roster::default();
    assert_eq!([push(&mut roster, half - 1), push(&mut roster, half - 1)], [half, SEGMENT]);
    assert_eq!(push(&mut roster, 10), 11);
    let mut roster = Roster::default();
    assert_eq!([push(&mut roster, half - 1), push(&mut roster, half)], [half, half + 1]);
}

#[test]
fn what_is_just_within_the_limits_is_kept() {
    let retention = Retention {
        cars: Some(2),
        bytes: Some(b"1:a:b.2:a:b".len() as u64),
        age: Some(Duration::from_millis(5)),
    };
    let mut roster = Roster::new(retention);
    for nth in 1..=2 {
        roster.append(&Car::new(format!("{nth}"), "a", "b"), at(nth)).unwrap();
    }
    roster.trim(at(6));
    assert_eq!(roster.snapshot().to_vec(), b"1:a:b.2:a:b");
}

/// When a car came is kept for each run of cars, not for each car.
#[test]
fn cars_of_one_millisecond_are_one_run() {
    let mut arrivals = Arrivals::default();
    for (end, millis) in [(4, 1), (8, 1), (12, 2), (16, 1)] {
        arrivals.push(end, Arrival::at(at(millis)));
    }
    assert_eq!([0, 1, 2].map(|run| arrivals.end(run)), [8, 12, 16]);
    assert_eq!(arrivals.at(0), arrivals.at(2));
}

#[test]
fn a_roster_says_what_it_keeps() {
    let retention = Retention { cars: Some(3), ..Retention::default() };
    assert_eq!(Roster::new(retention.clone()).retention(), &retention);
}

#[test]
fn a_cursor_moves_over_any_number_of_chunks_at_once() {
    let mut roster = Roster::default();
    let car = crate::Car::new("97264836", "peugeot", "red");
    while roster.snapshot_len() < 300_000 {
        roster.append(&car, Instant::from_nanos(0)).unwrap();
    }
    let snapshot = roster.snapshot();
    let all = snapshot.to_vec();
    assert!(snapshot.chunks(&snapshot.start()).count() > 3, "or it says nothing");
    for at_once in [1, 65_536, 100_000, 299_999, all.len()] {
        let mut cursor = snapshot.start();
        for _ in 0..all.len().div_ceil(at_once).min(1000) {
            let at = usize::try_from(cursor.position()).unwrap();
            assert_eq!(snapshot.chunks(&cursor).collect::<Vec<_>>().concat(), all[at..]);
            snapshot.advance(&mut cursor, at_once.min(all.len() - at));
        }
        assert_eq!(cursor.position(), all.len().min(1000 * at_once) as u64);
    }
}
