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
            roster.append(&car, Unix::from_millis(now)).unwrap();
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
        roster.trim(Unix::from_millis(now + 100));
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
        roster.append(&car, Unix::from_millis(nth)).unwrap();
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
    assert_eq!(roster.append(&car, Unix::from_millis(0)), Ok(()));
    let car = Car::new("", "x".repeat(RECORD - 4), ".");
    let refused = Err(RecordTooLong { len: RECORD + 1, limit: RECORD });
    assert_eq!(roster.append(&car, Unix::from_millis(0)), refused);
    assert_eq!(roster.cars(), 1);
}

#[test]
fn a_snapshot_is_shared_until_something_changes() {
    let mut roster = Roster::default();
    roster.append(&Car::new("1", "a", "b"), Unix::from_millis(0)).unwrap();
    let first = roster.snapshot();
    assert!(Arc::ptr_eq(&first.0, &roster.snapshot().0));
    roster.append(&Car::new("2", "a", "b"), Unix::from_millis(0)).unwrap();
    assert!(!Arc::ptr_eq(&first.0, &roster.snapshot().0));
}

#[test]
fn time_stands_still_when_the_wall_clock_is_set_back() {
    let age = Some(Duration::from_millis(10));
    let mut roster = Roster::new(Retention { age, cars: Some(1), ..Retention::default() });
    roster.append(&Car::new("1", "a", "b"), Unix::from_millis(100)).unwrap();
    // The clock was set back by 95 ms: this car did not arrive before the one it replaces.
    roster.append(&Car::new("2", "a", "b"), Unix::from_millis(5)).unwrap();
    roster.trim(Unix::from_millis(15));
    assert_eq!(roster.cars(), 1);
    roster.trim(Unix::from_millis(16));
    assert_eq!(roster.cars(), 0);
}

#[test]
fn a_wall_clock_that_was_ahead_for_a_while_keeps_nothing_until_then() {
    let age = Some(Duration::from_millis(10));
    let mut roster = Roster::new(Retention { age, ..Retention::default() });
    roster.append(&Car::new("1", "a", "b"), Unix::from_millis(1_000_000)).unwrap();
    roster.append(&Car::new("2", "a", "b"), Unix::from_millis(0)).unwrap();
    roster.append(&Car::new("3", "a", "b"), Unix::from_millis(8)).unwrap();
    assert_eq!(roster.cars(), 3);
    roster.trim(Unix::from_millis(11));
    assert_eq!(roster.cars(), 1);
    roster.trim(Unix::from_millis(19));
    assert_eq!(roster.cars(), 0);
}
