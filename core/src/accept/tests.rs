//! The accept loop on a clock that the test turns.

use super::*;

const START: Instant = Instant::from_nanos(0);

fn accepting(connections: usize) -> Accept {
    Accept::new(&StationLimits { connections, ..StationLimits::default() }, 1)
}

#[test]
fn at_the_cap_it_accepts_only_after_an_end() {
    let mut accept = accepting(2);
    accept.accepted();
    assert_eq!(accept.next(START), Next::Accept);
    accept.accepted();
    assert_eq!(accept.next(START), Next::Full);
    accept.ended();
    assert_eq!(accept.next(START), Next::Accept);
}

#[test]
fn pauses_grow_from_5_ms_to_1_s_and_start_again_after_an_accept() {
    let mut accept = accepting(10);
    let mut now = START;
    for nth in 0..40u32 {
        accept.failed(AcceptFault::System, now);
        let Next::Pause(until) = accept.next(now) else { panic!("no pause at {now:?}") };
        let (pause, longest) = (until.since(now), 5 * 2u64.pow(nth.min(10)));
        let longest = Duration::from_millis(longest.min(1000));
        assert!(pause >= Duration::from_millis(5).max(longest / 2), "{nth}: {pause:?}");
        assert!(pause <= longest, "{nth}: {pause:?}");
        now = until;
        assert_eq!(accept.next(now), Next::Accept);
    }
    accept.accepted();
    accept.failed(AcceptFault::System, now);
    assert_eq!(accept.next(now), Next::Pause(now + Duration::from_millis(5)));
}

#[test]
fn an_end_frees_a_descriptor_and_so_ends_the_pause() {
    let mut accept = accepting(10);
    accept.accepted();
    accept.failed(AcceptFault::System, START);
    accept.ended();
    assert_eq!(accept.next(START), Next::Accept);
}

#[test]
fn a_connection_that_is_gone_pauses_nothing() {
    let mut accept = accepting(10);
    accept.failed(AcceptFault::Connection, START);
    assert_eq!(accept.next(START), Next::Accept);
}

#[test]
fn one_line_a_second_says_how_many_it_stands_for() {
    let mut accept = accepting(10);
    let said: [Option<u64>; 5] = [0, 10, 999, 1000, 1500]
        .map(|ms| accept.failed(AcceptFault::System, START + Duration::from_millis(ms)));
    assert_eq!(said, [Some(0), None, None, Some(2), None]);
}

#[test]
fn the_one_furthest_behind_goes_once_it_is_slow() {
    let accept = accepting(3);
    let at = |ms| START + Duration::from_millis(ms);
    let open = || [("new", at(900)), ("stalled", at(100)), ("slow", at(300))].into_iter();
    assert_eq!(accept.make_room(at(1099), open()), Room::NotBefore(at(1100)));
    assert_eq!(accept.make_room(at(1100), open()), Room::Reset("stalled"));
    let nobody = core::iter::empty::<((), Instant)>();
    assert_eq!(accept.make_room(at(0), nobody), Room::NotBefore(Instant::NEVER));
}

#[test]
fn a_lower_cap_keeps_who_is_in_and_lets_nobody_in_above_it() {
    let mut accept = accepting(3);
    for _ in 0..3 {
        accept.accepted();
    }
    accept.set_connections(2);
    assert_eq!((accept.open(), accept.next(START)), (3, Next::Full));
    accept.ended();
    assert_eq!((accept.open(), accept.next(START)), (2, Next::Full));
    accept.ended();
    assert_eq!((accept.open(), accept.next(START)), (1, Next::Accept));
    accept.set_connections(1);
    assert_eq!(accept.next(START), Next::Full);
}
