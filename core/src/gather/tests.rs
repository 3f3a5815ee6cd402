//! The gather as its driver sees it, on a clock that the test turns.

mod late;
mod race;
mod world;

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::fetch::{End, Want};
use crate::{Host, OwnLimits, Verdict};
use world::{Fate, World};

const START: Instant = Instant::from_nanos(0);

fn at(ms: u64) -> Instant {
    START + Duration::from_millis(ms)
}

fn named(name: &str) -> Target {
    Target {
        name: name.into(),
        address: name.into(),
        host: Host::Name(name.into()),
        port: 80,
        own: OwnLimits::default(),
    }
}

fn addresses(of: &[&str]) -> Vec<SocketAddr> {
    of.iter().map(|address| address.parse().unwrap()).collect()
}

/// A gather from one station that resolved to `of`.
fn racing(of: &[&str], limits: &ClientLimits) -> Gather {
    let mut gather = Gather::new(vec![named("gate")], limits, 1, START);
    let Next::Resolve(lookup) = gather.next(START) else { panic!("no lookup") };
    gather.resolved(lookup, Ok(addresses(of)), START).unwrap();
    gather
}

fn expect_connect(gather: &mut Gather, now: Instant, address: &str) -> Dial {
    match gather.next(now) {
        Next::Connect(dial, to) if to == address.parse().unwrap() => dial,
        other => panic!("not a connect to {address}: {other:?}"),
    }
}

fn fault_of(gather: Gather, now: Instant) -> Fault {
    let report = gather.finish(now);
    report.stations[0].outcome.verdict.fault().expect("a fault").clone()
}

#[test]
fn a_lookup_that_comes_back_after_its_attempt_is_late() {
    let limits = ClientLimits { retries: 1, ..ClientLimits::default() };
    let mut gather = Gather::new(vec![named("gate")], &limits, 1, START);
    let Next::Resolve(slow) = gather.next(START) else { panic!("no lookup") };
    assert!(matches!(gather.next(at(3000)), Next::Failed(0, 1, _)));
    let Next::Wait(retry) = gather.next(at(3000)) else { panic!("no back-off") };
    let Next::Resolve(second) = gather.next(retry) else { panic!("no second lookup") };
    assert_eq!(gather.resolved(slow, Ok(addresses(&["10.0.0.1:80"])), retry), Err(Late));
    assert_eq!(gather.resolved(second, Ok(vec![]), retry), Ok(()));
    assert!(matches!(gather.next(retry), Next::Failed(0, 2, _)));
    assert_eq!(gather.next(retry), Next::Settled(0));
    assert_eq!(fault_of(gather, retry).reason, Reason::NameNotFound);
}

#[test]
fn a_station_may_have_limits_of_its_own() {
    let own = OwnLimits {
        connect_timeout: Some(Duration::from_millis(7)),
        idle_timeout: Some(Duration::from_millis(20)),
        response: Some(10),
    };
    let targets = vec![Target { own, ..named("quick") }, named("slow")];
    let mut gather = Gather::new(targets, &ClientLimits::default(), 1, START);
    let Next::Resolve(first) = gather.next(START) else { panic!("no lookup") };
    let Next::Resolve(second) = gather.next(START) else { panic!("no lookup") };
    assert_eq!(gather.next(START), Next::Wait(at(7)), "the connect time-out of its own");
    for lookup in [first, second] {
        gather.resolved(lookup, Ok(addresses(&["10.0.0.1:80"])), START).unwrap();
    }
    for (idle, room) in [(20, 10), (10_000, 256 << 20)] {
        let dial = expect_connect(&mut gather, START, "10.0.0.1:80");
        let (_, mut fetch) = gather.connected(dial, START).unwrap();
        assert_eq!(fetch.deadline(), at(idle));
        assert_eq!(fetch.receive(&[b'.'; 10], START), Want::More);
        let want = if room == 10 { Want::Enough } else { Want::More };
        assert_eq!(fetch.receive(b".", START), want);
    }
}

#[test]
fn back_offs_double_up_to_their_limit_within_their_jitter() {
    let limits =
        ClientLimits { retries: 8, deadline: Duration::from_hours(1), ..ClientLimits::default() };
    let mut world = World::new(vec![vec![Fate::Refused; 9]], &limits, 3);
    world.run();
    let waits: Vec<u64> = world.waits.iter().map(|wait| wait.as_millis() as u64).collect();
    for (wait, longest) in waits.iter().zip([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
        assert!((longest / 2..=longest).contains(wait), "{waits:?}");
    }
    assert_eq!(waits.len(), 8);
    assert_eq!(world.report().stations[0].attempts, 9);
}

#[test]
fn of_several_attempts_the_best_counts_and_of_equals_the_later() {
    let partial = |bytes| Fate::Sends { bytes, end: Some(Reason::Reset) };
    let limits = ClientLimits { retries: 2, ..ClientLimits::default() };
    for (fates, verdict, bytes) in [
        (vec![partial(30), Fate::Refused, Fate::Refused], "partial", 30),
        (vec![partial(30), partial(20), Fate::Refused], "partial", 20),
        (vec![partial(30), Fate::Sends { bytes: 10, end: None }], "complete", 10),
        (vec![Fate::Refused, Fate::Refused, Fate::Black], "failed", 0),
    ] {
        let mut world = World::new(vec![fates.clone()], &limits, 1);
        world.run();
        let station = &world.report().stations[0];
        assert_eq!(station.outcome.verdict.as_str(), verdict, "{fates:?}");
        assert_eq!(station.outcome.bytes, bytes, "{fates:?}");
        assert_eq!(station.attempts as usize, fates.len());
    }
}

#[test]
fn what_no_retry_can_mend_is_not_tried_again() {
    let limits = ClientLimits { retries: 5, ..ClientLimits::default() };
    for reason in [Reason::Tls, Reason::Io, Reason::TooLarge, Reason::Truncated] {
        let mut world =
            World::new(vec![vec![Fate::Sends { bytes: 3, end: Some(reason) }]], &limits, 1);
        world.run();
        assert_eq!(world.report().stations[0].attempts, 1, "{reason:?}");
    }
}

#[test]
fn at_the_deadline_each_station_has_its_line() {
    let limits = ClientLimits { connections: 2, retries: 9, ..ClientLimits::default() };
    let stall = Fate::Stalls { bytes: 5 };
    let limits = ClientLimits { idle_timeout: Duration::from_hours(1), ..limits };
    let mut world =
        World::new(vec![vec![stall], vec![Fate::Stalls { bytes: 0 }], vec![]], &limits, 1);
    world.run();
    assert_eq!(world.now, at(60_000));
    let report = world.report();
    let lines: Vec<_> =
        report.stations.iter().map(|s| (s.outcome.verdict.as_str(), s.attempts)).collect();
    assert_eq!(lines, [("partial", 1), ("failed", 1), ("failed", 0)]);
    for station in &report.stations {
        assert_eq!(station.outcome.verdict.fault().unwrap().reason, Reason::Deadline);
    }
}

#[test]
fn cancelling_keeps_what_came() {
    let limits = ClientLimits { connections: 2, ..ClientLimits::default() };
    let fates = vec![vec![Fate::Stalls { bytes: 20 }], vec![Fate::Black], vec![]];
    let mut world = World::new(fates, &limits, 1);
    world.run_until(at(1000));
    world.gather.as_mut().unwrap().cancel(at(1000));
    world.run();
    assert_eq!(world.now, at(1000));
    let report = world.report();
    let kinds: Vec<_> = report.stations.iter().map(|s| s.outcome.verdict.as_str()).collect();
    assert_eq!(kinds, ["partial", "failed", "failed"]);
    for station in &report.stations {
        assert_eq!(station.outcome.verdict.fault().unwrap().reason, Reason::Cancelled);
    }
    assert_eq!(report.stations[0].outcome.response.len(), 20);
}

#[test]
fn past_the_memory_limit_the_largest_fails_and_the_others_go_on() {
    let limits = ClientLimits { memory: 100, ..ClientLimits::default() };
    let stations =
        [Fate::Stalls { bytes: 40 }, Fate::Stalls { bytes: 59 }, Fate::Stalls { bytes: 30 }];
    let mut world = World::new(stations.map(|fate| vec![fate]).into(), &limits, 1);
    world.run();
    let reasons: Vec<_> =
        world.report().stations.iter().map(|s| s.outcome.verdict.fault().unwrap().reason).collect();
    assert_eq!(reasons, [Reason::IdleTimeout, Reason::TooLarge, Reason::IdleTimeout]);
}

#[test]
fn at_the_memory_limit_nothing_fails() {
    let limits = ClientLimits { memory: 100, ..ClientLimits::default() };
    let stations = [50, 50].map(|bytes| vec![Fate::Stalls { bytes }]);
    let mut world = World::new(stations.into(), &limits, 1);
    world.run();
    for station in world.report().stations {
        assert_eq!(station.outcome.verdict, {
            let words = "nothing came for 10s";
            Verdict::Partial(Fault::new(Reason::IdleTimeout, words))
        });
    }
}

#[test]
fn while_memory_is_scarce_no_connection_starts() {
    let limits = ClientLimits { memory: 100, ..ClientLimits::default() };
    let mut gather = Gather::new(vec![named("a"), named("b")], &limits, 1, START);
    let (Next::Resolve(a), Next::Resolve(b)) = (gather.next(START), gather.next(START)) else {
        panic!()
    };
    gather.resolved(a, Ok(addresses(&["10.0.0.1:80"])), START).unwrap();
    gather.resolved(b, Err(Reason::NameNotFound.into()), START).unwrap();
    let dial = expect_connect(&mut gather, START, "10.0.0.1:80");
    let (dial, fetch) = gather.connected(dial, START).unwrap();
    assert!(matches!(gather.next(START), Next::Failed(1, 1, _)));
    assert_eq!(gather.next(START), Next::Settled(1));
    gather.received(&dial, 75);
    gather.ready.push_back(1);
    assert!(matches!(gather.next(START), Next::Wait(_)));
    // Three quarters of it are scarce, and one byte less is not.
    gather.memory -= 1;
    assert!(matches!(gather.next(START), Next::Resolve(_)));
    gather.memory += 1;
    gather.settled(dial, fetch.finish(End::Fin), START).unwrap();
    assert_eq!(gather.memory, 0);
}

#[test]
fn an_attempt_that_is_over_makes_room_for_another() {
    let limits = ClientLimits { connections: 1, ..ClientLimits::default() };
    let fates =
        [Fate::Sends { bytes: 5, end: None }, Fate::Refused, Fate::Sends { bytes: 5, end: None }];
    let mut world = World::new(fates.map(|fate| vec![fate]).into(), &limits, 1);
    world.run();
    let report = world.report();
    let kinds: Vec<_> = report.stations.iter().map(|s| s.outcome.verdict.as_str()).collect();
    assert_eq!(kinds, ["complete", "failed", "complete"]);
}

#[test]
fn however_little_memory_there_is_one_connection_starts() {
    let limits = ClientLimits { memory: 1, ..ClientLimits::default() };
    let mut gather = Gather::new(vec![named("a")], &limits, 1, START);
    assert!(matches!(gather.next(START), Next::Resolve(_)));
}

fn fate() -> impl Strategy<Value = Fate> {
    let end = proptest::option::of(prop_oneof![Just(Reason::Reset), Just(Reason::Io)]);
    prop_oneof![
        Just(Fate::Refused),
        Just(Fate::Black),
        Just(Fate::NoName),
        (0u64..60).prop_map(|bytes| Fate::Stalls { bytes }),
        (0u64..60, end).prop_map(|(bytes, end)| Fate::Sends { bytes, end }),
    ]
}

proptest! {
    #[test]
    fn every_station_is_settled_once_with_the_best_of_its_attempts(
        fates in proptest::collection::vec(proptest::collection::vec(fate(), 1..4), 1..30),
        connections in 1usize..8,
        retries in 0u32..4,
        seed in any::<u64>(),
        cancel in proptest::option::of(0u64..20_000),
    ) {
        let limits = ClientLimits { connections, retries, ..ClientLimits::default() };
        let mut world = World::new(fates.clone(), &limits, seed);
        if let Some(ms) = cancel {
            world.run_until(at(ms));
            let now = world.now;
            world.gather.as_mut().unwrap().cancel(now);
        }
        world.run();
        prop_assert!(world.now <= at(60_000));
        prop_assert!(world.most_running <= connections);
        prop_assert_eq!(&world.settled, &vec![1; fates.len()]);
        let report = world.report();
        prop_assert_eq!(report.stations.len(), fates.len());
        for (station, fates) in report.stations.iter().zip(&fates) {
            prop_assert!(station.attempts <= retries + 1);
            let tried = fates.iter().cycle().take(station.attempts as usize);
            let complete = tried.clone().any(|f| matches!(f, Fate::Sends { end: None, .. }));
            let partial = tried.clone().any(|f| {
                matches!(f, Fate::Sends { bytes: 1.., .. } | Fate::Stalls { bytes: 1.. })
            });
            let ranks = if complete { 2 } else { u8::from(partial) };
            // A cancelled attempt may not have come to what it would have.
            if cancel.is_none() && world.now < at(60_000) {
                prop_assert_eq!(station.outcome.verdict.rank(), ranks);
            }
            prop_assert!(station.outcome.verdict.rank() <= ranks);
            let failed = matches!(station.outcome.verdict, Verdict::Failed(_));
            prop_assert!(!failed || station.outcome.cars == 0);
        }
    }

    #[test]
    fn equal_seeds_give_equal_runs(
        fates in proptest::collection::vec(proptest::collection::vec(fate(), 1..4), 1..10),
        seed in any::<u64>(),
    ) {
        let limits = ClientLimits { retries: 3, ..ClientLimits::default() };
        let run = || {
            let mut world = World::new(fates.clone(), &limits, seed);
            world.run();
            (world.waits.clone(), world.report())
        };
        prop_assert_eq!(run(), run());
    }
}
