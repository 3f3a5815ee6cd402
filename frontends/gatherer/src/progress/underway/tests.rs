use std::time::Duration;

use carwatch::gather::{DialId, Gather, Next};
use carwatch::limits::ClientLimits;
use carwatch::{Host, OwnLimits, Reason};

use super::*;

fn target(name: &str, host: u8) -> Target {
    let host = Host::Ip([10, 0, 0, host].into());
    Target { name: name.into(), address: "h:1".into(), host, port: 1, own: OwnLimits::default() }
}

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(0) + Duration::from_secs(seconds)
}

/// The connections that a gather of these begins, one a station: only a gather names any.
fn dials(targets: &[Target]) -> Vec<(DialId, SocketAddr)> {
    let mut gather = Gather::new(targets.to_vec(), &ClientLimits::default(), 1, at(0));
    let mut dials = Vec::new();
    while let Next::Connect(dial, address) = gather.next(at(0)) {
        dials.push((dial.id(), address));
    }
    assert_eq!(dials.len(), targets.len());
    dials
}

fn words(underway: &Underway, now: u64, columns: usize) -> String {
    underway.slowest(at(now)).and_then(|slowest| slowest.within(columns)).unwrap_or_default()
}

#[test]
fn the_slowest_is_the_one_that_is_under_way_for_longest() {
    let targets = [target("gate", 1), target("bri\u{1b}dge", 2), target("yard", 3)];
    let underway = Arc::new(Underway::new(3));
    let tally = Arc::new(Tally::new(3));
    let mut watcher = Watcher::new(&targets, Arc::clone(&tally), Some(Arc::clone(&underway)));
    assert_eq!(words(&underway, 100, 80), "");
    let dials = dials(&targets);
    let mut dial = |station: usize, with: usize, now: u64| {
        watcher.began(station, 1, at(now));
        watcher.dialling(station, 1, dials[with].0, dials[with].1, at(now));
    };
    dial(1, 1, 1);
    dial(0, 0, 2);
    // Another attempt of the first, later: it began when it began.
    dial(1, 2, 9);
    // Nobody is slow in its first second.
    assert_eq!(words(&underway, 1, 80), "");
    assert_eq!(words(&underway, 2, 80), r", slowest: bri\u{1b}dge 1 s, 0 B");
    watcher.received(dials[1].0, &[0; 1000], at(2));
    watcher.received(dials[2].0, &[0; 1000], at(2));
    watcher.received(dials[0].0, &[0; 5], at(2));
    assert_eq!(words(&underway, 13, 80), r", slowest: bri\u{1b}dge 12 s, 2.0 KiB");
    let outcome = Outcome::failed(Reason::Refused.into());
    watcher.settled(1, &targets[1], &outcome);
    assert_eq!(words(&underway, 13, 80), ", slowest: gate 11 s, 5 B");
    // What comes late counts for nobody.
    watcher.received(dials[1].0, &[0; 1000], at(14));
    watcher.settled(0, &targets[0], &outcome);
    // It never began.
    watcher.settled(2, &targets[2], &outcome);
    assert_eq!((words(&underway, 99, 80).as_str(), tally.settled()), ("", 3));
    assert!(watcher.began.is_empty() && watcher.dials.is_empty());
}

#[test]
fn a_further_attempt_counts_its_own_bytes() {
    let targets = [target("gate", 1), target("bridge", 2)];
    let underway = Arc::new(Underway::new(2));
    let tally = Arc::new(Tally::new(2));
    let mut watcher = Watcher::new(&targets, tally, Some(Arc::clone(&underway)));
    let dials = dials(&targets);
    watcher.began(0, 1, at(0));
    watcher.dialling(0, 1, dials[0].0, dials[0].1, at(0));
    watcher.received(dials[0].0, &[0; 700], at(1));
    assert_eq!(words(&underway, 2, 80), ", slowest: gate 2 s, 700 B");
    watcher.ended(dials[0].0, Ending::Broken, &Outcome::failed(Reason::Reset.into()), at(2));
    watcher.began(0, 2, at(3));
    assert_eq!(words(&underway, 3, 80), ", slowest: gate 3 s, 0 B");
    watcher.dialling(0, 2, dials[1].0, dials[1].1, at(3));
    watcher.received(dials[1].0, &[0; 5], at(3));
    assert_eq!(words(&underway, 4, 80), ", slowest: gate 4 s, 5 B");
}

#[test]
fn a_name_is_cut_to_the_room_there_is() {
    let slowest = |name: &str| Slowest {
        station: 0,
        name: name.into(),
        since: Duration::from_millis(12_900),
        bytes: 3_250_000,
    };
    let within = |name: &str, columns| slowest(name).within(columns);
    let whole = ", slowest: bridge 12 s, 3.1 MiB";
    assert_eq!(within("bridge", whole.len()).as_deref(), Some(whole));
    let cut = Some(", slowest: brid… 12 s, 3.1 MiB");
    assert_eq!(within("bridge", whole.len() - 1).as_deref(), cut);
    // Who is slow is worth more than how much it has sent.
    assert_eq!(within("bridge", whole.len() - 3).as_deref(), Some(", slowest: bridge 12 s"));
    assert_eq!(within("bridge", 19), None);
    assert_eq!(within("bridge", 0), None);
    // Two columns each.
    assert_eq!(within("車車車車", 33).as_deref(), Some(", slowest: 車車車車 12 s, 3.1 MiB"));
    assert_eq!(within("車車車車", 32).as_deref(), Some(", slowest: 車車車… 12 s, 3.1 MiB"));
    let long = within(&"x".repeat(10_000), 80).unwrap();
    assert_eq!(long.chars().count(), 80);
    // A short name is whole or not at all.
    assert_eq!(within("a", 26).as_deref(), Some(", slowest: a 12 s, 3.1 MiB"));
    assert_eq!(within("a", 25).as_deref(), Some(", slowest: a 12 s"));
    assert_eq!(within("a", 16), None);
}

#[test]
fn sizes_are_in_the_unit_that_people_read() {
    for (bytes, words) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1_048_500, "1023.9 KiB"),
        (1_048_570, "1.0 MiB"),
        (1 << 30, "1.0 GiB"),
        (u64::MAX, "16777216.0 TiB"),
    ] {
        assert_eq!(Size(bytes).to_string(), words);
    }
}

#[test]
fn without_anybody_who_draws_only_the_verdicts_are_counted() {
    let targets = [target("gate", 1)];
    let tally = Arc::new(Tally::new(1));
    let mut watcher = Watcher::new(&targets, Arc::clone(&tally), None);
    let dials = dials(&targets);
    watcher.began(0, 1, at(0));
    watcher.dialling(0, 1, dials[0].0, dials[0].1, at(0));
    watcher.received(dials[0].0, &[0; 9], at(0));
    assert!(watcher.began.is_empty() && watcher.dials.is_empty());
    watcher.settled(0, &targets[0], &Outcome::failed(Reason::Refused.into()));
    assert_eq!(tally.settled(), 1);
}
