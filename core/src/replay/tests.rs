//! Scripts of every shape against clients of every kind, on a clock that the test turns.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fetch::{End, Fetch, Fired, Want};
use crate::limits::ClientLimits;
use crate::{Outcome, Reason};

const START: Instant = Instant::from_nanos(7_000_000_000);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn script(chunks: &[(u64, &[u8])], ending: Ending, ends: u64) -> Script {
    let mut script = Script::new(ending, millis(ends));
    for (after, bytes) in chunks {
        script.push(millis(*after), bytes);
    }
    script
}

fn replaying(chunks: &[(u64, &[u8])], ending: Ending, ends: u64) -> Replay {
    Replay::new(script(chunks, ending, ends), StationLimits::default(), START)
}

/// What a client that reads all the time sees: chunks with their times, then the end with its.
#[derive(Debug, PartialEq)]
struct Seen {
    chunks: Vec<(Duration, Vec<u8>)>,
    ended: Option<(Duration, Ending)>,
}

/// Plays to the end, or to silence; the kernel takes `takes` bytes at once, over and over.
fn play(script: Script, takes: &[usize]) -> Seen {
    let mut replay = Replay::new(script, StationLimits::default(), START);
    let (mut now, mut takes) = (START, takes.iter().cycle());
    let mut seen = Seen { chunks: vec![], ended: None };
    // What was written since the last look at whether it has left is one segment.
    let mut segment: Option<(Duration, Vec<u8>)> = None;
    loop {
        match replay.next() {
            Do::Wait if replay.is_silent() => {
                seen.chunks.extend(segment);
                assert_eq!(replay.deadline(), Instant::NEVER);
                return seen;
            }
            Do::Wait => {
                now = replay.deadline();
                replay.fire(now);
            }
            Do::Leave => {
                seen.chunks.extend(segment.take());
                replay.left(now);
            }
            Do::Write(bytes) => {
                let n = bytes.len().min(*takes.next().unwrap());
                let new = || (now.since(START), vec![]);
                segment.get_or_insert_with(new).1.extend_from_slice(&bytes[..n]);
                replay.did(Did::Wrote(n), now);
            }
            Do::Finish => {
                seen.ended = Some((now.since(START), Ending::Fin));
                replay.did(Did::Finished, now);
            }
            Do::Drain => replay.did(Did::ReadEnd, now),
            Do::Reset => {
                assert_eq!(replay.done().ended, Ended::Whole);
                seen.ended = Some((now.since(START), Ending::Reset));
                seen.chunks.extend(segment);
                return seen;
            }
            Do::Close => {
                seen.chunks.extend(segment);
                return seen;
            }
        }
    }
}

/// What a client makes of what it sees; the machine of the real one.
fn fetched(chunks: &[(Duration, Vec<u8>)], ended: Option<(Duration, Ending)>) -> Outcome {
    let mut fetch = Fetch::new(&ClientLimits::default(), Instant::NEVER, START);
    for (after, bytes) in chunks {
        let now = START + *after;
        match fetch.fire(now) {
            Fired::Again(again) => fetch = again,
            Fired::Done(outcome) => return outcome,
        }
        assert_eq!(fetch.receive(bytes, now), Want::More);
    }
    let at = ended.filter(|(_, ending)| *ending != Ending::Silent);
    let fired = fetch.fire(at.map_or(Instant::NEVER, |(at, _)| START + at));
    match (fired, at) {
        (Fired::Done(outcome), _) => outcome,
        (Fired::Again(fetch), Some((_, Ending::Fin))) => fetch.finish(End::Fin),
        (Fired::Again(fetch), _) => fetch.finish(End::Fault(Reason::Reset.into())),
    }
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![Just(Ending::Fin), Just(Ending::Reset), Just(Ending::Silent)]
}

proptest! {
    /// The law of a replay: a client that comes to it sees what the one saw that was recorded,
    /// chunk by chunk, at the same times, however little the kernel takes at once.
    #[test]
    fn what_comes_of_a_replay_is_what_came_of_the_original(
        chunks in proptest::collection::vec((0u64..4_000, "[a-z:.%é]{1,40}"), 0..20),
        pause in 0u64..12_000,
        ending in ending(),
        takes in proptest::collection::vec(1usize..50, 1..10),
    ) {
        let mut after = 0;
        let mut recorded = Vec::new();
        for (pause, text) in chunks {
            after += pause;
            recorded.push((millis(after), text.into_bytes()));
        }
        let ends = millis(after + pause);
        let mut script = Script::new(ending, ends);
        for (after, bytes) in &recorded {
            script.push(*after, bytes);
        }
        let seen = play(script, &takes);
        let ended = (ending != Ending::Silent).then_some((ends, ending));
        prop_assert_eq!(&seen, &Seen { chunks: recorded.clone(), ended });
        prop_assert_eq!(fetched(&seen.chunks, seen.ended), fetched(&recorded, ended));
    }

    /// Whatever drivers and clients do in whatever order, nothing goes out early or twice, and
    /// a machine that is over stays over.
    #[test]
    fn no_order_of_events_breaks_it(
        ending in ending(),
        events in proptest::collection::vec((0u8..9, 0u64..5_000), 0..200),
    ) {
        let mut replay = replaying(&[(0, b"1:a"), (900, b":b."), (900, b"2:c:d")], ending, 2_000);
        let (mut now, mut sent) = (START, 0);
        for (event, n) in events {
            let over = matches!(replay.next(), Do::Close | Do::Reset);
            let before = (replay.done(), replay.deadline());
            match event {
                0 => now = now + millis(n),
                1 | 2 => {
                    if let Do::Write(bytes) = replay.next() {
                        let n = bytes.len().min(n as usize);
                        sent += n as u64;
                        let due = if sent > 3 { 900 } else { 0 };
                        prop_assert!(now.since(START) >= millis(due));
                        replay.did(Did::Wrote(n), now);
                    }
                }
                3 => replay.left(now),
                4 => replay.did(Did::Read(n as usize * 100), now),
                5 => replay.did(Did::ReadEnd, now),
                6 => replay.did(Did::Finished, now),
                7 => {
                    let deadline = replay.deadline();
                    now = now.max(if deadline == Instant::NEVER { now } else { deadline });
                    replay.fire(now);
                    let moved = replay.deadline() != deadline || deadline == Instant::NEVER;
                    prop_assert!(moved || !matches!(replay.next(), Do::Wait));
                }
                _ => if n < 50 { replay.did(Did::Fault, now) },
            }
            prop_assert_eq!(replay.done().sent, sent);
            if over {
                prop_assert_eq!((replay.done(), replay.deadline()), before);
            }
        }
    }
}

#[test]
fn each_ending_has_its_time() {
    for (ending, last) in [(Ending::Fin, Do::Finish), (Ending::Reset, Do::Leave)] {
        let mut replay = replaying(&[(0, b"1:a:b")], ending, 1_500);
        replay.did(Did::Wrote(5), START);
        assert_eq!((replay.next(), replay.deadline()), (Do::Wait, START + millis(1_500)));
        replay.fire(START + millis(1_499));
        assert_eq!(replay.next(), Do::Wait);
        replay.fire(START + millis(1_500));
        assert_eq!(replay.next(), last);
    }
}

#[test]
fn a_station_that_was_never_reached_resets_before_the_first_byte_or_is_silent() {
    let replay = replaying(&[], Ending::Reset, 0);
    assert_eq!((replay.next(), replay.done().sent), (Do::Reset, 0));
    let replay = replaying(&[], Ending::Silent, 0);
    assert_eq!((replay.next(), replay.is_silent()), (Do::Wait, true));
    let replay = replaying(&[], Ending::Fin, 0);
    assert_eq!(replay.next(), Do::Finish);
}

#[test]
fn a_client_that_takes_nothing_is_reset_but_pauses_of_the_script_are_not_its_fault() {
    let mut replay = replaying(&[(0, b"1:a"), (600_000, b":b")], Ending::Reset, 1_200_000);
    replay.did(Did::Wrote(3), START);
    let mut now = START + millis(600_000);
    assert_eq!(replay.deadline(), now);
    replay.fire(now);
    assert_eq!(replay.next(), Do::Leave);
    now = now + millis(29_999);
    replay.fire(now);
    assert_eq!(replay.next(), Do::Leave);
    replay.left(now);
    assert_eq!(replay.next(), Do::Write(b":b"));
    now = now + millis(30_000);
    replay.fire(now);
    assert_eq!((replay.next(), replay.done().ended), (Do::Reset, Ended::Stalled));
}

#[test]
fn a_client_that_takes_too_little_is_reset() {
    let mut replay = replaying(&[(0, &[b'x'; 200_000])], Ending::Fin, 0);
    for second in 0..60 {
        replay.did(Did::Wrote(1_000), START + Duration::from_secs(second));
    }
    replay.fire(START + Duration::from_secs(60));
    assert_eq!(replay.done().ended, Ended::TooSlow);
    // Many small chunks are no way around it.
    let mut script = Script::new(Ending::Fin, Duration::ZERO);
    (0..1_000).for_each(|_| script.push(Duration::ZERO, b"x"));
    let mut replay = Replay::new(script, StationLimits::default(), START);
    let mut now = START;
    for _ in 0..100 {
        now = now + millis(700);
        replay.left(now);
        replay.did(Did::Wrote(1), now);
        replay.fire(now);
    }
    assert_eq!(replay.done().ended, Ended::TooSlow);
}

#[test]
fn a_client_that_talks_or_shuts_down_first_gets_everything() {
    let mut replay = replaying(&[(0, b"1:a"), (10, b":b")], Ending::Fin, 20);
    replay.did(Did::Read(1 << 20), START);
    replay.did(Did::ReadEnd, START);
    assert!(!replay.wants_input());
    replay.did(Did::Wrote(3), START);
    replay.fire(START + millis(10));
    replay.left(START + millis(10));
    replay.did(Did::Wrote(2), START + millis(10));
    replay.fire(START + millis(20));
    assert_eq!(replay.next(), Do::Finish);
    replay.did(Did::Finished, START + millis(20));
    assert_eq!((replay.next(), replay.done().ended), (Do::Close, Ended::Whole));

    let mut replay = replaying(&[], Ending::Fin, 0);
    assert_eq!(replay.next(), Do::Finish);
    replay.did(Did::Finished, START);
    replay.did(Did::Read(1 << 20), START);
    assert_eq!(replay.next(), Do::Drain);
    replay.did(Did::Read(1), START);
    assert_eq!(replay.next(), Do::Close);

    let mut replay = replaying(&[], Ending::Silent, 0);
    replay.did(Did::Read((1 << 20) + 1), START);
    assert_eq!((replay.next(), replay.done().ended), (Do::Reset, Ended::Talked));
}

#[test]
fn silence_lasts_until_the_client_has_left() {
    let mut replay = replaying(&[(0, b"1:a:b")], Ending::Silent, 0);
    replay.did(Did::Wrote(5), START);
    assert!(replay.is_silent());
    // It may still read.
    replay.did(Did::ReadEnd, START);
    assert!(replay.is_silent());
    replay.did(Did::Fault, START);
    assert_eq!((replay.next(), replay.done().ended), (Do::Close, Ended::Whole));
}

#[test]
fn who_is_held_in_silence_goes_before_who_waits_for_a_chunk() {
    let mut silent = replaying(&[(0, b"1:a:b")], Ending::Silent, 0);
    let mut waiting = replaying(&[(0, b"1:a:b"), (60_000, b".")], Ending::Fin, 60_000);
    silent.did(Did::Wrote(5), START);
    waiting.did(Did::Wrote(5), START);
    assert!(silent.paid_until() < waiting.paid_until());
    assert_eq!(waiting.paid_until(), START + millis(60_000));
}

#[test]
fn a_connection_that_breaks_is_broken_until_all_was_sent() {
    let mut replay = replaying(&[(0, b"1:a:b")], Ending::Fin, 10);
    replay.did(Did::Wrote(5), START);
    replay.did(Did::Fault, START);
    assert_eq!(replay.done(), Served { ended: Ended::Broken, sent: 5 });
}

#[test]
fn chunks_keep_their_order_and_the_ending_comes_last() {
    let script = script(&[(50, b"a"), (20, b"b"), (60, b"")], Ending::Fin, 10);
    assert_eq!((script.bytes(), script.chunks()), (&b"ab"[..], 2));
    assert_eq!((script.due(0), script.due(1), script.due(2)), (millis(50), millis(50), millis(50)));
}

#[test]
fn turns_go_round() {
    let of = |ending| Script::new(ending, Duration::ZERO);
    let mut turns = Turns::new([of(Ending::Reset), of(Ending::Fin)]).unwrap();
    let taken: Vec<Ending> = (0..5).map(|_| turns.take().ending()).collect();
    assert_eq!(taken, [0, 1, 0, 1, 0].map(|nth| turns.scripts()[nth].ending()));
    assert!(Turns::new([]).is_none());
}

#[test]
fn a_script_is_played_from_when_the_client_can_hear_it() {
    for chunk in [0, 10] {
        let mut replay = replaying(&[(chunk, b"1:a:b")], Ending::Fin, 20);
        let (begun, stalled) = (START + millis(1500), StationLimits::default().write_timeout);
        replay.begun(begun);
        assert_eq!(replay.deadline().since(begun), if chunk == 0 { stalled } else { millis(10) });
        // Nothing of it was due before.
        replay.fire(begun + millis(9));
        assert_eq!(replay.next() == Do::Write(b"1:a:b"), chunk == 0);
        replay.fire(begun + millis(10));
        assert_eq!(replay.next(), Do::Write(b"1:a:b"));
    }
}

#[test]
fn it_reads_until_the_client_has_ended() {
    let mut replay = replaying(&[(0, b"1:a:b")], Ending::Fin, 0);
    assert!(replay.wants_input());
    replay.did(Did::ReadEnd, START);
    assert!(!replay.wants_input());
}

/// A client whose window is shut takes nothing, however often it is tried.
#[test]
fn to_take_nothing_is_no_progress() {
    let mut replay = replaying(&[(0, &[b'x'; 200_000])], Ending::Fin, 0);
    let stalled = START + StationLimits::default().write_timeout;
    replay.did(Did::Wrote(0), START + millis(10_000));
    replay.fire(stalled);
    assert_eq!(replay.done().ended, Ended::Stalled);
}

#[test]
fn who_takes_enough_in_every_window_may_go_on() {
    let limits = StationLimits::default();
    let mut replay = replaying(&[(0, &[b'x'; 2_000_000])], Ending::Fin, 0);
    // 1 KiB a second for a minute.
    let each = 61_440;
    let mut now = START;
    for _ in 0..3 {
        // In two halves, which add up.
        now = now + limits.rate_window / 2;
        replay.did(Did::Wrote(each / 2), now);
        now = now + limits.rate_window / 2;
        replay.did(Did::Wrote(each - each / 2), now);
        replay.fire(now);
        assert_eq!(replay.done().ended, Ended::Dropped, "it goes on");
    }
}

#[test]
fn what_is_taken_pays_at_the_minimum_rate() {
    let limits = StationLimits::default();
    let mut replay = replaying(&[(0, &[b'x'; 200_000])], Ending::Fin, 0);
    let two_seconds = usize::try_from(2 * limits.min_rate).unwrap();
    replay.did(Did::Wrote(two_seconds), START);
    assert_eq!(replay.paid_until(), START + millis(2_000));
    replay.did(Did::Wrote(two_seconds), START);
    assert_eq!(replay.paid_until(), START + millis(4_000));
}

/// What may be said after the end is at least the rest of what may be said at all.
#[test]
fn after_the_end_the_rest_may_be_said() {
    let limits = StationLimits { talk: 1_000, drain_bytes: 10, ..StationLimits::default() };
    for (before, after) in [(0, 1_000), (400, 600), (995, 10)] {
        let mut replay = Replay::new(script(&[], Ending::Fin, 0), limits.clone(), START);
        replay.did(Did::Read(before), START);
        replay.did(Did::Finished, START);
        replay.did(Did::Read(after), START);
        assert_eq!(replay.next(), Do::Drain, "{before} before the end");
        replay.did(Did::Read(1), START);
        assert_eq!(replay.next(), Do::Close, "{before} before the end");
    }
}

#[test]
fn what_sends_nothing_is_empty() {
    assert!(script(&[], Ending::Fin, 0).is_empty());
    assert!(!script(&[(0, b"1")], Ending::Fin, 0).is_empty());
}
