//! The addresses of one station (RFC 8305, and protocol.md for what their faults come to).

use super::*;

const TWO_BY_TWO: [&str; 4] = ["10.0.0.1:80", "10.0.0.2:80", "[::1]:80", "[::2]:80"];

#[test]
fn addresses_start_250_ms_apart_ipv6_first_the_families_in_turn() {
    let mut gather = racing(&TWO_BY_TWO, &ClientLimits::default());
    let mut dials = vec![];
    for (ms, address) in [(0, "[::1]:80"), (250, "10.0.0.1:80"), (500, "[::2]:80")] {
        if ms > 0 {
            assert_eq!(gather.next(at(ms - 1)), Next::Wait(at(ms)));
        }
        dials.push(expect_connect(&mut gather, at(ms), address));
    }
    // The second one wins: the others are abandoned, and late when they report.
    let (winner, _) = gather.connected(dials.remove(1), at(600)).unwrap();
    let ids: Vec<_> = dials.iter().map(|dial| Next::Abandon(dial.id())).collect();
    assert_eq!([gather.next(at(600)), gather.next(at(600))], ids[..]);
    let [six, other] = <[Dial; 2]>::try_from(dials).unwrap();
    assert_eq!(gather.connected(six, at(601)).map(drop), Err(Late));
    assert_eq!(gather.failed(other, Reason::Reset.into(), at(601)), Err(Late));
    assert_eq!(winner.station(), 0);
}

#[test]
fn one_that_fails_starts_the_next_at_once_and_the_furthest_names_the_reason() {
    let mut gather =
        racing(&["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"], &ClientLimits::default());
    for (address, reason) in [
        ("10.0.0.1:80", Reason::Unreachable),
        ("10.0.0.2:80", Reason::Refused),
        ("10.0.0.3:80", Reason::ConnectTimeout),
    ] {
        let dial = expect_connect(&mut gather, at(1), address);
        gather.failed(dial, Fault::new(reason, reason.as_str()), at(1)).unwrap();
    }
    assert!(matches!(gather.next(at(1)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(1)), Next::Settled(0));
    let words = "10.0.0.1:80: unreachable; 10.0.0.2:80: refused; 10.0.0.3:80: connect_timeout";
    assert_eq!(fault_of(gather, at(1)), Fault::new(Reason::Refused, words));
}

#[test]
fn of_several_faults_the_furthest_counts() {
    let furthest_first = [
        Reason::Tls,
        Reason::Reset,
        Reason::Refused,
        Reason::ConnectTimeout,
        Reason::Unreachable,
        Reason::Io,
    ];
    for (nth, further) in furthest_first.iter().enumerate() {
        for nearer in &furthest_first[nth + 1..] {
            for order in [[further, nearer], [nearer, further]] {
                let both = ["10.0.0.1:80", "10.0.0.2:80"];
                let mut gather = racing(&both, &ClientLimits::default());
                for (address, reason) in both.iter().zip(order) {
                    let dial = expect_connect(&mut gather, START, address);
                    gather.failed(dial, Fault::from(*reason), START).unwrap();
                }
                assert!(matches!(gather.next(START), Next::Failed(0, 1, _)));
                assert_eq!(gather.next(START), Next::Settled(0));
                assert_eq!(fault_of(gather, START).reason, *further, "{order:?}");
            }
        }
    }
}

#[test]
fn an_address_that_is_named_twice_is_tried_once() {
    let mut gather = racing(&["10.0.0.1:80", "10.0.0.1:80"], &ClientLimits::default());
    let dial = expect_connect(&mut gather, START, "10.0.0.1:80");
    gather.failed(dial, Fault::new(Reason::Refused, "no"), START).unwrap();
    assert!(matches!(gather.next(START), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(START), Next::Settled(0));
    assert_eq!(fault_of(gather, START), Fault::new(Reason::Refused, "no"));
}

#[test]
fn an_attempt_that_could_not_begin_before_the_deadline_is_not_waited_for() {
    let limits =
        ClientLimits { retries: 9, deadline: Duration::from_millis(50), ..ClientLimits::default() };
    let mut world = World::new(vec![vec![Fate::Refused]], &limits, 1);
    world.run();
    assert_eq!((world.now, world.waits.len()), (START, 0));
    assert_eq!(world.report().stations[0].outcome.verdict, Verdict::Failed(Reason::Refused.into()));
}

#[test]
fn an_attempt_that_could_begin_only_at_the_deadline_is_not_waited_for() {
    let begin = |deadline| {
        let limits = ClientLimits { retries: 1, deadline, ..ClientLimits::default() };
        let mut gather = racing(&["10.0.0.1:80"], &limits);
        let dial = expect_connect(&mut gather, START, "10.0.0.1:80");
        gather.failed(dial, Fault::new(Reason::Refused, "no"), START).unwrap();
        assert!(matches!(gather.next(START), Next::Failed(0, 1, _)));
        gather
    };
    let Next::Wait(at) = begin(Duration::from_mins(1)).next(START) else { panic!("no back-off") };
    // The same seed draws the same back-off.
    let left = at.since(START);
    assert_eq!(begin(left).next(START), Next::Settled(0));
    assert_eq!(begin(left + Duration::from_nanos(1)).next(START), Next::Wait(at));
}

#[test]
fn a_driver_that_is_late_still_gets_the_next_address() {
    let mut gather = racing(&["10.0.0.1:80", "10.0.0.2:80"], &ClientLimits::default());
    let _first = expect_connect(&mut gather, START, "10.0.0.1:80");
    assert_eq!(gather.next(START), Next::Wait(at(250)));
    let _second = expect_connect(&mut gather, at(251), "10.0.0.2:80");
}

#[test]
fn who_ended_the_gather_is_in_the_words() {
    for (by, reason, words) in [
        ("deadline", Reason::Deadline, "the deadline of the gather came first"),
        ("user", Reason::Cancelled, "the gather was stopped"),
    ] {
        let limits =
            ClientLimits { deadline: Duration::from_millis(100), ..ClientLimits::default() };
        let mut gather = racing(&["10.0.0.1:80"], &limits);
        let dial = expect_connect(&mut gather, START, "10.0.0.1:80");
        if by == "user" {
            gather.cancel(at(99));
        }
        assert_eq!(gather.next(at(100)), Next::Abandon(dial.id()), "{by}");
        assert_eq!(fault_of(gather, at(100)), Fault::new(reason, words));
    }
}

#[test]
fn at_the_time_out_the_words_name_each_address() {
    let limits =
        ClientLimits { connect_timeout: Duration::from_millis(300), ..ClientLimits::default() };
    let mut gather = racing(&["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"], &limits);
    let first = expect_connect(&mut gather, START, "10.0.0.1:80");
    let second = expect_connect(&mut gather, at(250), "10.0.0.2:80");
    assert_eq!(gather.next(at(300)), Next::Abandon(first.id()));
    assert_eq!(gather.next(at(300)), Next::Abandon(second.id()));
    assert!(matches!(gather.next(at(300)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(300)), Next::Settled(0));
    let words = "10.0.0.1:80: no answer within 300ms; 10.0.0.2:80: no answer within 300ms; \
                 10.0.0.3:80: not tried";
    assert_eq!(fault_of(gather, at(300)), Fault::new(Reason::ConnectTimeout, words));
}

#[test]
fn the_connect_time_out_counts_from_the_lookup_and_ends_the_race() {
    let mut gather = Gather::new(vec![named("gate")], &ClientLimits::default(), 1, START);
    let Next::Resolve(lookup) = gather.next(START) else { panic!("no lookup") };
    gather.resolved(lookup, Ok(addresses(&["10.0.0.1:80", "10.0.0.2:80"])), at(2000)).unwrap();
    let first = expect_connect(&mut gather, at(2000), "10.0.0.1:80");
    gather.failed(first, Fault::new(Reason::Refused, "no"), at(2000)).unwrap();
    let second = expect_connect(&mut gather, at(2000), "10.0.0.2:80");
    assert_eq!(gather.next(at(2999)), Next::Wait(at(3000)));
    assert_eq!(gather.next(at(3000)), Next::Abandon(second.id()));
    assert!(matches!(gather.next(at(3000)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(3000)), Next::Settled(0));
    assert_eq!(gather.next(at(3000)), Next::Done);
    assert_eq!(gather.connected(second, at(3000)).map(drop), Err(Late));
    // Refused is further than a time-out.
    assert_eq!(fault_of(gather, at(3000)).reason, Reason::Refused);
}
