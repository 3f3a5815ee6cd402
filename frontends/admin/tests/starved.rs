//! A process without descriptors: accepting pauses, and goes on. It has a program of its own,
//! because the limit is the process's.

#[expect(dead_code, reason = "this test needs little of it")]
#[path = "http/client.rs"]
mod client;
#[expect(dead_code, reason = "this test needs little of it")]
#[path = "http/station.rs"]
mod station;

use std::fs::File;
use std::iter::from_fn;
use std::time::Duration;

use client::{Client, request};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use station::Serving;

#[test]
fn without_descriptors_it_waits_and_does_not_spin() {
    let serving = Serving::start();
    // It stays, so that nothing is given back behind the test's back.
    let mut other = Client::connect(serving.address);
    assert_eq!(other.send(request("GET", "/healthz")).reply().status, 200);
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), ..limit }).unwrap();
    let mut held: Vec<_> = from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(!held.is_empty());
    // One for the client's end, none for the station's.
    held.pop();
    let mut client = Client::connect(serving.address);
    client.send(request("GET", "/healthz"));
    let before = processor_time();
    for _ in 0..4 {
        client.silent();
    }
    let spent = processor_time() - before;
    // Spinning would be all of the 600 ms, of one processor or more.
    assert!(spent < Duration::from_millis(200), "it spins: {spent:?}");
    // Who is in is served on.
    assert_eq!(other.send(request("GET", "/healthz")).reply().status, 200);
    drop(held);
    assert_eq!(client.reply().status, 200);
    setrlimit(Resource::Nofile, limit).unwrap();
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
