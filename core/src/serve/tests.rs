//! Each duty of a connection, on a clock that the test turns.

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{Car, Roster};

const START: Instant = Instant::from_nanos(0);

fn snapshot(bytes: usize) -> Snapshot {
    let mut roster = Roster::default();
    for nth in 0..bytes / 1000 {
        let car = Car::new(format!("{nth:05}"), "b".repeat(990), "red");
        roster.append(&car, START).unwrap();
    }
    roster.snapshot()
}

fn serving(bytes: usize) -> Serve {
    Serve::new(snapshot(bytes), StationLimits::default(), START)
}

fn at(seconds: f64) -> Instant {
    START + Duration::from_secs_f64(seconds)
}

/// The client takes `n` bytes, in as many writes as that needs.
fn take(serve: &mut Serve, mut n: usize, now: Instant) {
    while n > 0 {
        let Do::Write(bytes) = serve.next() else { return };
        let part = bytes.len().min(n);
        serve.did(Did::Wrote(part), now);
        n -= part;
    }
}

/// Tells it that everything was written and the write side shut down.
fn finish(serve: &mut Serve, now: Instant) {
    take(serve, usize::MAX, now);
    assert_eq!(serve.next(), Do::Finish);
    serve.did(Did::Finished, now);
}

proptest! {
    #[test]
    fn whatever_is_taken_at_a_time_all_of_it_arrives(
        steps in proptest::collection::vec((1usize..200_000, 0usize..3_000), 1..400),
        ends_at in proptest::option::of(0usize..50),
    ) {
        let mut serve = serving(300_000);
        let expected = serve.snapshot().to_vec();
        let mut received = Vec::new();
        let mut steps = steps.iter().cycle().enumerate();
        while let Do::Write(bytes) = serve.next() {
            let (nth, (take, talk)) = steps.next().unwrap();
            // Of this part and those behind it, as much as the driver likes.
            let rest = serve.rest().take(3).collect::<Vec<_>>().concat();
            prop_assert!(rest.starts_with(bytes));
            let n = rest.len().min(*take);
            received.extend_from_slice(&rest[..n]);
            serve.did(Did::Wrote(n), START);
            // A client that talks, or has shut down its write side, gets everything too.
            if ends_at.is_some_and(|at| nth >= at) {
                serve.did(Did::ReadEnd, START);
                prop_assert!(!serve.wants_input());
            } else if nth < 300 {
                serve.did(Did::Read(*talk), START);
            }
        }
        prop_assert_eq!(serve.next(), Do::Finish);
        prop_assert!(received == expected);
        serve.did(Did::Finished, START);
        prop_assert_eq!(serve.done(), Served { ended: Ended::Whole, sent: expected.len() as u64 });
    }
}

#[test]
fn a_station_without_cars_finishes_at_once() {
    let mut serve = Serve::new(Roster::default().snapshot(), StationLimits::default(), START);
    assert_eq!(serve.next(), Do::Finish);
    serve.did(Did::Finished, START);
    assert_eq!(serve.next(), Do::Drain);
    serve.did(Did::ReadEnd, START);
    assert_eq!(serve.next(), Do::Close);
}

#[test]
fn who_takes_nothing_for_the_write_time_out_is_reset() {
    let mut serve = serving(100_000);
    serve.did(Did::Wrote(5000), at(29.0));
    serve.fire(at(58.9));
    assert!(matches!(serve.next(), Do::Write(_)), "{:?}", serve.next());
    serve.fire(at(59.0));
    assert_eq!(serve.next(), Do::Reset);
    assert_eq!(serve.done(), Served { ended: Ended::Stalled, sent: 5000 });
}

#[test]
fn who_takes_less_than_the_minimum_rate_is_reset_and_who_takes_it_is_not() {
    for (per_second, lives) in [(1023, false), (1024, true)] {
        let mut serve = serving(300_000);
        for second in 1..=100 {
            take(&mut serve, per_second, at(f64::from(second) - 0.5));
            serve.fire(at(f64::from(second)));
        }
        assert_eq!(matches!(serve.next(), Do::Write(_)), lives, "{per_second} bytes a second");
        if !lives {
            assert_eq!(serve.done().ended, Ended::TooSlow);
        }
    }
}

#[test]
fn the_minimum_rate_is_measured_anew_every_minute() {
    let mut serve = serving(300_000);
    take(&mut serve, 200_000, at(1.0));
    for second in 1..=120 {
        take(&mut serve, 100, at(f64::from(second)));
        serve.fire(at(f64::from(second)));
        assert_eq!(matches!(serve.next(), Do::Write(_)), second < 120, "after {second} s");
    }
    assert_eq!(serve.done().ended, Ended::TooSlow);
}

#[test]
fn the_first_burst_pays_for_no_later_silence_and_what_is_taken_later_does() {
    let mut serve = serving(300_000);
    let paid_ms = |serve: &Serve| (serve.paid_until().as_nanos() + 500_000) / 1_000_000;
    take(&mut serve, 60_000, at(0.9));
    assert_eq!(paid_ms(&serve), 900);
    take(&mut serve, 1024, at(9.0));
    assert_eq!(paid_ms(&serve), 1_900);
    // A window that opens in steps: each pays at the minimum rate, a minute ahead at most.
    take(&mut serve, 20 * 1024, at(10.0));
    assert_eq!(paid_ms(&serve), 21_900);
    take(&mut serve, 200 * 1024, at(20.0));
    assert_eq!(paid_ms(&serve), 80_000);
}

#[test]
fn a_client_may_send_a_mebibyte_and_no_more() {
    let mut serve = serving(100_000);
    serve.did(Did::Read(1 << 20), START);
    assert!(matches!(serve.next(), Do::Write(_)));
    serve.did(Did::Read(1), START);
    assert_eq!(serve.next(), Do::Reset);
    assert_eq!(serve.done().ended, Ended::Talked);
}

#[test]
fn the_drain_ends_with_the_client_the_time_or_the_bytes() {
    for (said_before, may_still_say) in [(0, 1 << 20), (1 << 19, 1 << 19), (1 << 20, 1 << 16)] {
        let drained = || {
            let mut serve = serving(10_000);
            serve.did(Did::Read(said_before), START);
            finish(&mut serve, START);
            assert_eq!(serve.next(), Do::Drain);
            serve
        };
        let mut serve = drained();
        // Closing at the last byte that it may say would be a reset for whoever says goodbye.
        serve.did(Did::Read(may_still_say), START);
        assert_eq!(serve.next(), Do::Drain, "after {said_before}");
        serve.did(Did::Read(1), START);
        assert_eq!(serve.next(), Do::Close, "after {said_before}");

        let mut serve = drained();
        serve.fire(at(1.9));
        assert_eq!(serve.next(), Do::Drain);
        assert_eq!(serve.deadline(), at(2.0));
        serve.fire(at(2.0));
        assert_eq!(serve.next(), Do::Close);

        let mut serve = drained();
        serve.did(Did::ReadEnd, START);
        assert_eq!(serve.next(), Do::Close);
        assert_eq!(serve.done().ended, Ended::Whole);
    }
}

#[test]
fn a_broken_connection_is_reset_and_after_the_last_byte_closed() {
    let mut serve = serving(10_000);
    serve.did(Did::Fault, START);
    assert_eq!((serve.next(), serve.done().ended), (Do::Reset, Ended::Broken));

    let mut serve = serving(10_000);
    finish(&mut serve, START);
    serve.did(Did::Fault, START);
    assert_eq!((serve.next(), serve.done().ended), (Do::Close, Ended::Whole));
}

#[test]
fn dropped_before_the_end_it_says_so() {
    assert_eq!(serving(10_000).done(), Served { ended: Ended::Dropped, sent: 0 });
}

#[test]
fn firing_moves_the_deadline_or_makes_progress() {
    for nap in [0.0, 20.0, 29.0, 31.0] {
        let (mut serve, mut now) = (serving(300_000), START);
        let mut fired = 0;
        while serve.deadline() < Instant::NEVER {
            if matches!(serve.next(), Do::Write(_)) {
                take(&mut serve, 30_000, now);
            }
            now = serve.deadline().min(now + Duration::from_secs_f64(nap));
            let due = serve.deadline();
            now = if nap == 0.0 { due } else { now };
            serve.fire(now);
            assert!(now < due || serve.deadline() != due, "at {due:?}");
            fired += 1;
            assert!(fired < 100, "it goes on for ever");
            if serve.next() == Do::Finish {
                serve.did(Did::Finished, now);
            }
        }
    }
}

/// A handshake has no part in it.
#[test]
fn what_a_client_may_take_counts_from_when_it_could_take_something() {
    let burst = |begun: f64| {
        let mut serve = serving(8_000_000);
        serve.begun(at(begun));
        // As much as the kernel takes without anybody reading.
        take(&mut serve, 4_000_000, at(begun + 0.1));
        serve.paid_until()
    };
    for begun in [0.0, 1.5, 4.9] {
        assert_eq!(burst(begun), at(begun + 0.1), "it pays for the time so far and no more");
    }
    let mut serve = serving(8_000_000);
    serve.begun(at(4.0));
    assert_eq!(serve.deadline(), at(4.0) + StationLimits::default().write_timeout);
    assert_eq!(serve.paid_until(), START, "its place in the line is that of the accept");
}

/// A client whose window is shut takes nothing, however often it is tried.
#[test]
fn to_take_nothing_is_no_progress() {
    let mut serve = serving(8_000_000);
    let stalled = serve.deadline();
    for second in 1..10 {
        serve.did(Did::Wrote(0), at(f64::from(second)));
        assert_eq!(serve.deadline(), stalled);
    }
}

#[test]
fn it_reads_until_the_client_has_ended() {
    let mut serve = serving(1_000);
    assert!(serve.wants_input());
    serve.did(Did::Read(1), START);
    assert!(serve.wants_input());
    serve.did(Did::ReadEnd, START);
    assert!(!serve.wants_input());
}

/// What is taken from then on pays for the time to come.
#[test]
fn the_first_burst_is_over_after_its_grace() {
    let limits = StationLimits::default();
    let mut serve = serving(8_000_000);
    let over = START + limits.slow_grace;
    take(&mut serve, 1_000_000, over);
    assert!(serve.paid_until() > over);
}
