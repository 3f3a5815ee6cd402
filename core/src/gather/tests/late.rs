//! What comes too late, and what a gather can be asked in the meantime.

use super::*;

#[test]
fn what_comes_after_its_station_is_settled_is_late() {
    let limits = ClientLimits { deadline: Duration::from_secs(1), ..ClientLimits::default() };
    let mut gather = racing(&["10.0.0.1:80", "10.0.0.2:80"], &limits);
    let first = expect_connect(&mut gather, START, "10.0.0.1:80");
    let second = expect_connect(&mut gather, at(250), "10.0.0.2:80");
    assert_eq!(gather.elapsed(0), None);
    for dial in [&first, &second] {
        assert_eq!(gather.next(at(1000)), Next::Abandon(dial.id()));
    }
    assert!(matches!(gather.next(at(1000)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(1000)), Next::Settled(0));
    assert_eq!(gather.elapsed(0), Some(Duration::from_secs(1)));
    assert_eq!(gather.outcome(0).unwrap().verdict.fault().unwrap().reason, Reason::Deadline);
    gather.received(&first, 100);
    assert_eq!(gather.memory, 0, "nobody counts it");
    assert!(matches!(gather.connected(first, at(1001)), Err(Late)));
    assert_eq!(gather.failed(second, Reason::Refused.into(), at(1001)), Err(Late));
    assert_eq!(gather.next(at(1001)), Next::Done);
}

#[test]
fn who_lost_a_race_counts_for_nothing_in_the_answer_of_the_winner() {
    let mut gather = racing(&["10.0.0.1:80", "10.0.0.2:80"], &ClientLimits::default());
    let lost = expect_connect(&mut gather, START, "10.0.0.1:80");
    let won = expect_connect(&mut gather, at(250), "10.0.0.2:80");
    let (won, fetch) = gather.connected(won, at(260)).unwrap();
    assert_eq!(gather.next(at(260)), Next::Abandon(lost.id()));
    gather.received(&won, 5);
    gather.received(&lost, 70);
    assert_eq!(gather.memory, 5);
    assert_eq!(gather.settled(lost, Outcome::failed(Reason::Reset.into()), at(270)), Err(Late));
    gather.settled(won, fetch.finish(End::Fin), at(280)).unwrap();
    assert_eq!(gather.next(at(280)), Next::Settled(0));
    assert!(gather.outcome(0).unwrap().verdict.is_complete());
    assert_eq!((gather.memory, gather.elapsed(0)), (0, Some(Duration::from_millis(280))));
}

#[test]
fn an_address_needs_no_resolving() {
    let six = Target { host: Host::Ip("::1".parse().unwrap()), port: 81, ..named("six") };
    let mut gather = Gather::new(vec![six.clone()], &ClientLimits::default(), 1, START);
    let dial = expect_connect(&mut gather, START, "[::1]:81");
    assert_eq!(gather.target(dial.station()), &six);
    assert_eq!(named("name").known_address(), None);
}

/// Whoever sleeps over the deadline may tell of what came before it asks what to do.
#[test]
fn nothing_begins_after_the_deadline_whatever_is_told_first() {
    let limits = ClientLimits { deadline: Duration::from_secs(2), ..ClientLimits::default() };
    let mut gather = Gather::new(vec![named("gate")], &limits, 1, START);
    let Next::Resolve(lookup) = gather.next(START) else { panic!("no lookup") };
    gather.resolved(lookup, Ok(addresses(&["10.0.0.1:80"])), at(2000)).unwrap();
    assert!(matches!(gather.next(at(2000)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(2000)), Next::Settled(0));
    assert_eq!(fault_of(gather, at(2000)).reason, Reason::Deadline);

    let mut gather = racing(&["10.0.0.1:80", "10.0.0.2:80"], &limits);
    let first = expect_connect(&mut gather, START, "10.0.0.1:80");
    gather.failed(first, Reason::Refused.into(), at(2000)).unwrap();
    assert!(matches!(gather.next(at(2000)), Next::Failed(0, 1, _)));
    assert_eq!(gather.next(at(2000)), Next::Settled(0));
    assert_eq!(fault_of(gather, at(2000)).reason, Reason::Deadline);
}
