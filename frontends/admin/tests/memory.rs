//! Readers that stall share one snapshot. It has a program of its own, because memory is the
//! process's.
#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "this test needs little of it")]
#[path = "http/client.rs"]
mod client;
#[expect(dead_code, reason = "this test needs little of it")]
#[path = "http/station.rs"]
mod station;

use client::{Client, request};
use station::{Serving, snapshot};

#[test]
fn stalled_readers_share_one_snapshot() {
    let serving = Serving::start();
    let large = snapshot(500_000);
    assert!(large.len() > 15 << 20);
    *serving.station.snapshot.lock().unwrap() = Some(large.clone());
    let before = resident();
    let mut stalled = Vec::new();
    for _ in 0..32 {
        let mut client = Client::connect(serving.address);
        // Once the head has come, the kernel has got what it takes.
        assert_eq!(client.send(request("GET", "/snapshot")).head().status, 200);
        stalled.push(client);
    }
    let each = resident().saturating_sub(before) / 32;
    // The test's own client reads up to 64 KiB with the head.
    assert!(each < 256 << 10, "{each} bytes for each reader of {}", large.len());
}

/// The memory of this process that is in use, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes: u64 = line.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    kilobytes * 1024
}
