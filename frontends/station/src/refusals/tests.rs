use std::time::Duration;

use super::Refusals;

fn note(refusals: &mut Refusals, reason: &'static str, millis: u64, lines: u64) -> usize {
    let now = Duration::from_millis(millis);
    (0..lines).filter(|_| refusals.note(reason, now)).count()
}

#[test]
fn ten_a_second_are_logged_for_each_reason() {
    let mut refusals = Refusals::default();
    assert_eq!(note(&mut refusals, "a", 5_000, 9), 9);
    assert_eq!(note(&mut refusals, "a", 5_999, 9), 1);
    assert_eq!(note(&mut refusals, "b", 5_999, 3), 3);
    assert_eq!(note(&mut refusals, "a", 6_000, 100), 10);
}

#[test]
fn what_is_not_logged_is_counted_once() {
    let mut refusals = Refusals::default();
    note(&mut refusals, "a", 0, 25);
    note(&mut refusals, "b", 0, 12);
    note(&mut refusals, "c", 0, 10);
    assert_eq!(refusals.take_withheld(), [("a", 15), ("b", 2)]);
    assert_eq!(refusals.take_withheld(), []);
    // A new second does not forget what the one before withheld.
    note(&mut refusals, "a", 500, 3);
    note(&mut refusals, "a", 1_500, 1);
    assert_eq!(refusals.take_withheld(), [("a", 3)]);
}

#[test]
fn every_line_is_counted_by_reason() {
    let mut refusals = Refusals::default();
    note(&mut refusals, "line_too_long", 0, 100);
    note(&mut refusals, "invalid_utf8", 0, 1);
    assert_eq!(refusals.totals().iter().map(|(_, count)| count).sum::<u64>(), 101);
    assert_eq!(refusals.by_reason(), "invalid_utf8=1,line_too_long=100");
    assert_eq!(Refusals::default().by_reason(), "");
}

#[test]
fn a_clock_that_goes_back_withholds_and_does_not_panic() {
    let mut refusals = Refusals::default();
    assert_eq!(note(&mut refusals, "a", 9_000, 10), 10);
    assert_eq!(note(&mut refusals, "a", 1_000, 5), 0);
    assert_eq!(refusals.take_withheld(), [("a", 5)]);
}

/// A counter that is not there yet cannot be told from one that was renamed.
#[test]
fn every_reason_has_a_total_from_the_begin() {
    let totals = Refusals::default().totals();
    assert!(totals.contains(&("too_few_fields", 0)) && totals.contains(&("bad_json", 0)));
    let mut refusals = Refusals::default();
    note(&mut refusals, "too_few_fields", 0, 3);
    note(&mut refusals, "of tomorrow", 0, 1);
    let totals = refusals.totals();
    assert!(totals.contains(&("too_few_fields", 3)) && totals.contains(&("of tomorrow", 1)));
    assert_eq!(totals.len(), carwatch_ingest::Refusal::REASONS.len() + 1);
}
