//! The names under which things stand in logs, counters and errors: others search for them.

use carwatch::admit::{NetworkError, Unwelcome};
use carwatch::serve::Ended;
use carwatch::time::{Instant, Unix};
use carwatch::wire::RejectReason;
use std::time::Duration;

#[test]
fn each_name_is_as_it_always_was() {
    let ended = [
        (Ended::Whole, "whole"),
        (Ended::Stalled, "stalled"),
        (Ended::TooSlow, "too_slow"),
        (Ended::Talked, "talked"),
        (Ended::Broken, "broken"),
        (Ended::Dropped, "dropped"),
    ];
    for (ended, name) in ended {
        assert_eq!(ended.as_str(), name);
    }
    assert_eq!(Unwelcome::NotAllowed.as_str(), "not_allowed");
    assert_eq!(Unwelcome::PerSource.as_str(), "per_source");
    let rejected = [
        (RejectReason::Cut, "cut"),
        (RejectReason::Empty, "empty"),
        (RejectReason::TooLong { limit: 1 }, "too_long"),
        (RejectReason::InvalidUtf8 { at: 1 }, "invalid_utf8"),
        (RejectReason::TooFewFields { found: 1 }, "too_few_fields"),
        (RejectReason::TooManyFields { found: 4 }, "too_many_fields"),
    ];
    for (reason, name) in rejected {
        assert_eq!(reason.as_str(), name);
    }
}

#[test]
fn what_is_no_network_is_told_how_one_is_written() {
    for (error, words) in [
        (NetworkError::Address, "write a network like 10.0.0.0/8, 2001:db8::/32 or ::1"),
        (NetworkError::Prefix { longest: 32 }, "after the / stands a number of bits, from 0 to 32"),
        (NetworkError::Mapped, "write an IPv4 network as such, like 10.0.0.0/8"),
    ] {
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn times_saturate_and_are_shown_as_what_they_are() {
    let (start, second) = (Instant::from_nanos(0), Duration::from_secs(1));
    assert_eq!(start + Duration::MAX, Instant::NEVER);
    assert_eq!(Instant::NEVER + second, Instant::NEVER);
    assert_eq!((start + second).since(start), second);
    assert_eq!(start.since(start + second), Duration::ZERO);
    assert_eq!(format!("{:?} {:?}", start + second, Instant::NEVER), "1s never");
    let (early, late) = (Unix::from_millis(-1), Unix::from_millis(2));
    assert_eq!((late.since(early), early.since(late)), (Duration::from_millis(3), Duration::ZERO));
    assert_eq!(
        Unix::from_millis(i64::MAX).since(Unix::from_millis(-5)).as_millis(),
        i64::MAX as u128
    );
    assert_eq!(early.as_millis(), -1);
}
