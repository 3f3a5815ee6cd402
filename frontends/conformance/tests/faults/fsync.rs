//! fsync fails under a station that runs.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use conformance::kernel::until;
use conformance::store;

use crate::Case;
use crate::tracer::Tracer;
use crate::watched::{Road, post_one, recovered, stuck};

pub(crate) const CASES: &[Case] = &[
    ("fsync::fails for a while", for_a_while),
    ("fsync::fails, and the station is killed meanwhile", and_killed),
    ("fsync::the nth and the next one fail", the_nth),
    ("fsync::every third one fails while cars are posted", now_and_then),
];

fn for_a_while(exe: &Path) {
    let mut road = Road::new();
    road.write(100);
    let station = road.station(exe, &road.db());
    station.wait_until_it_serves(road.snapshot());
    for _ in 0..3 {
        let before = road.snapshot();
        let tracer = Tracer::failing(&station, "");
        road.write(100);
        assert!(stuck(&station, &road.db()) == before, "nothing of it is served");
        let _ = tracer.detach();
        recovered(&station, &road.db(), &road.snapshot());
    }
    road.write(10);
    station.wait_until_it_serves(road.snapshot());
    assert_eq!(post_one(station.admin(), "now"), 204);
    let expected = [&road.snapshot()[..], b".now:posted:red"].concat();
    station.kill();
    let station = road.station(exe, &road.db());
    recovered(&station, &road.db(), &expected);
}

fn and_killed(exe: &Path) {
    let mut road = Road::new();
    road.write(100);
    for _ in 0..5 {
        let station = road.station(exe, &road.db());
        station.wait_until_it_serves(road.snapshot());
        let before = road.snapshot();
        let tracer = Tracer::failing(&station, "");
        road.write(100);
        assert!(stuck(&station, &road.db()) == before, "nothing of it is served");
        assert!(tracer.injected() > 0, "no fault was injected");
        station.kill();
    }
    let station = road.station(exe, &road.db());
    recovered(&station, &road.db(), &road.snapshot());
}

fn the_nth(exe: &Path) {
    let mut road = Road::new();
    road.write(1);
    let station = road.station(exe, &road.db());
    station.wait_until_it_serves(road.snapshot());
    for nth in 1..8 {
        let tracer = Tracer::failing(&station, &format!(":when={nth}..{}", nth + 1));
        until("two faults were injected", || {
            road.write(2_000);
            // One batch at a time, so that there are many commits.
            until("it goes on", || {
                let served = conformance::caller::call(station.address()).complete();
                assert!(road.snapshot().starts_with(&served));
                (served.len() == road.snapshot().len()).then_some(())
            });
            (tracer.injected() >= 2).then_some(())
        });
        let _ = tracer.detach();
        recovered(&station, &road.db(), &road.snapshot());
    }
}

/// Whatever was acknowledged is there, once; what was not may be posted again.
fn now_and_then(exe: &Path) {
    let road = Road::new();
    let station = road.station(exe, &road.db());
    let admin = station.admin();
    let tracer = Tracer::failing(&station, ":when=2+3");
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let promised = Mutex::new(HashSet::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::SeqCst);
                    if nth >= 400 {
                        break;
                    }
                    until("it is taken in the end", || {
                        let status = post_one(admin, &nth.to_string());
                        assert!(status == 204 || status == 503, "{status}");
                        refused.fetch_add(usize::from(status == 503), Ordering::SeqCst);
                        (status == 204).then_some(())
                    });
                    promised.lock().expect("no panic inside").insert(nth.to_string());
                }
            });
        }
    });
    let injected = tracer.detach();
    station.kill();
    let cars = store::cars(&road.db());
    let stored: HashSet<String> = cars.iter().map(|car| car.fields[0].clone()).collect();
    assert_eq!(stored, promised.into_inner().expect("no panic inside"), "each that was promised");
    assert_eq!(cars.len(), stored.len(), "none is there twice");
    let refused = refused.into_inner();
    println!("fsync: {injected} faults, {refused} posts answered 503, {} cars", cars.len());
}
