//! The names under which things stand in logs, counters and errors: others search for them.

use carwatch::admit::{NetworkError, Unwelcome};
use carwatch::limits::ClientLimits;
use carwatch::serve::Ended;
use carwatch::time::{Instant, Unix};
use carwatch::wire::RejectReason;
use carwatch::{Car, Outcome, OwnLimits, Reason, Report, StationReport, Verdict};
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
    let (early, late) = (Unix::from_millis(-7), Unix::from_millis(2));
    assert_eq!((late.since(early), early.since(late)), (Duration::from_millis(9), Duration::ZERO));
    assert_eq!(
        Unix::from_millis(i64::MAX).since(Unix::from_millis(-5)).as_millis(),
        i64::MAX as u128
    );
    assert_eq!(early.as_millis(), -7);
}

#[test]
fn a_report_counts_its_verdicts() {
    let failed = || Outcome::failed(Reason::Refused.into());
    let of = |verdict| Outcome { verdict, ..failed() };
    let complete = || of(Verdict::Complete { verified: true });
    let partial = || of(Verdict::Partial(Reason::Reset.into()));
    let station = |outcome| StationReport {
        name: String::new(),
        address: String::new(),
        outcome,
        attempts: 1,
        first_byte: None,
        elapsed: None,
    };
    let counts = |outcomes: Vec<Outcome>| {
        let stations = outcomes.into_iter().map(station).collect();
        Report { stations, elapsed: None }.counts()
    };
    assert_eq!(counts(vec![]), (0, 0, 0));
    let all = vec![complete(), partial(), complete(), failed(), complete(), partial()];
    assert_eq!(counts(all), (3, 2, 1));
}

#[test]
fn a_station_s_own_limits_come_first() {
    let common = ClientLimits::default();
    assert_eq!(OwnLimits::default().within(&common), common);
    let own = OwnLimits {
        connect_timeout: Some(Duration::from_secs(7)),
        idle_timeout: Some(Duration::from_secs(8)),
        response: Some(9),
    };
    let within = own.within(&common);
    assert_eq!(within.connect_timeout, Duration::from_secs(7));
    assert_eq!((within.idle_timeout, within.response), (Duration::from_secs(8), 9));
    assert_eq!(within.memory, common.memory);
}

#[test]
fn a_time_is_unix_seconds_if_it_is_a_whole_number() {
    let seconds = |time: &str| Car::new(time, "vw", "red").unix_seconds();
    assert_eq!(seconds("97264836"), Some(97_264_836));
    assert_eq!(seconds("-1"), Some(-1));
    for time in ["", "today", "12.5", "12:30", " 7", "+5", "9223372036854775808"] {
        assert_eq!(seconds(time), None, "{time:?}");
    }
}
