//! A day of detections, posted as detectors post them: none is lost, none is there twice.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::process::Signal;

use crate::caller::call;
use crate::http::Http;
use crate::kernel::until;
use crate::store;
use crate::table::Row;

use super::posts::{TOKEN, ndjson, start, with};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy(
            "webhooks::a day in batches and 2,000 one by one, killed after the last 204",
            day,
        ),
        Row::heavy(
            "webhooks::killed while they are posted, what was acknowledged is there",
            killed,
        ),
    ]
}

/// A car a second.
const DAY: usize = 86_400;

const BATCH: usize = 100;

const CONNECTIONS: usize = 8;

const ROUNDS: usize = 30;

/// Cars of a post, so many that a commit takes its time.
const MANY: usize = 200;

fn day(exe: &Path) {
    let (folder, station, admin) = with(exe);
    let mut posts: Vec<std::ops::Range<usize>> =
        (0..DAY / BATCH).map(|nth| nth * BATCH..(nth + 1) * BATCH).collect();
    posts.extend((DAY..DAY + 2_000).map(|nth| nth..nth + 1));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut http = Http::connect(admin);
                // From both ends, so that batches and single ones meet.
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= posts.len() {
                        break;
                    }
                    let nth =
                        if nth.is_multiple_of(2) { nth / 2 } else { posts.len() - 1 - nth / 2 };
                    send(&mut http, &ndjson(posts[nth].clone())).expect("an answer");
                }
            });
        }
    });
    station.kill();
    once(&store::cars(&folder.path("cars.db")), 0..DAY + 2_000);
    let station = start(exe, &folder);
    let bytes = call(station.address()).complete();
    assert_eq!(bytes.split(|byte| *byte == b'.').count(), DAY + 2_000);
}

/// Each connection posts one after another, and knows what it has been promised.
fn killed(exe: &Path) {
    let (folder, mut station, _) = with(exe);
    let next = AtomicUsize::new(0);
    let promised = Mutex::new(Vec::new());
    for round in 1..=ROUNDS {
        let admin = station.admin();
        // All of them before the first posts: who comes after the kill finds nobody.
        let connections: Vec<_> = (0..CONNECTIONS).map(|_| Http::connect(admin)).collect();
        thread::scope(|scope| {
            for mut http in connections {
                let (next, promised) = (&next, &promised);
                scope.spawn(move || {
                    loop {
                        let first = next.fetch_add(MANY, Ordering::SeqCst);
                        if send(&mut http, &ndjson(first..first + MANY)).is_none() {
                            break;
                        }
                        promised.lock().expect("no panic inside").push(first);
                    }
                });
            }
            until("some are acknowledged", || {
                (promised.lock().expect("no panic inside").len() >= round * 20).then_some(())
            });
            station.signal(Signal::KILL);
        });
        assert_eq!(station.finish(), 128 + 9);
        station = start(exe, &folder);
    }
    let cars = store::cars(&folder.path("cars.db"));
    let times = cars.iter().map(|car| car.fields[0].parse().expect("a number"));
    let stored: HashSet<usize> = times.collect();
    assert_eq!(stored.len(), cars.len(), "none is there twice");
    let promised = promised.into_inner().expect("no panic inside");
    let is_there = |first: usize| (first..first + MANY).filter(|car| stored.contains(car)).count();
    let lost = promised.iter().filter(|first| is_there(**first) != MANY).count();
    assert_eq!(lost, 0, "of {} posts that were acknowledged", promised.len());
    let parts = (0..next.into_inner()).step_by(MANY).filter(|first| {
        let count = is_there(*first);
        count != 0 && count != MANY
    });
    assert_eq!(parts.count(), 0, "each is there as a whole or not at all");
    // A kill may fall between the commit and its answer: at most one a connection and kill.
    assert!(stored.len() / MANY - promised.len() <= ROUNDS * CONNECTIONS);
    let bytes = call(station.address()).complete();
    assert_eq!(bytes, store::snapshot(&folder.path("cars.db")));
}

/// Posts once; whether it was acknowledged. None if the connection ended.
fn send(http: &mut Http, body: &str) -> Option<()> {
    let bearer = format!("Bearer {TOKEN}");
    let fields = [("Authorization", bearer.as_str()), ("Content-Type", "application/x-ndjson")];
    let reply = http.request("POST", "/cars", &fields, body.as_bytes()).ok()?;
    assert_eq!(reply.status, 204, "{}", reply.text());
    Some(())
}

/// Each of the numbers is the time of exactly one car.
#[track_caller]
fn once(cars: &[store::Stored], numbers: std::ops::Range<usize>) {
    let mut seen = vec![false; numbers.len()];
    for car in cars {
        let nth: usize = car.fields[0].parse().expect("a number");
        assert!(!seen[nth], "{nth} is there twice");
        seen[nth] = true;
    }
    let lost = seen.iter().filter(|seen| !**seen).count();
    assert_eq!(lost, 0, "of {}", seen.len());
}
