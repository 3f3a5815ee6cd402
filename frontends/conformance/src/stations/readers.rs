//! Duty 4: a slow reader costs little and harms nobody.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::caller::{Answer, call, connect_narrow, read_on, read_some, wait_until_reset};
use crate::fixtures::{EIGHT_MB, Large};
use crate::kernel::{resident, send_queues};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("readers::two thousand stalled, and good ones beside them", crowd),
        Row::heavy("readers::a stalled one is reset after --write-timeout", |exe| {
            let large = Large::new(EIGHT_MB);
            let station = large.station(exe, &["--write-timeout", "500ms"]);
            let mut stream = connect_narrow(station.address(), 16 * 1024).expect("it listens");
            let first = read_some(&mut stream, 1);
            wait_until_reset(&stream);
            let answer = read_on(stream);
            assert!(answer.is_reset(), "{:?}", answer.ended);
            assert!(first.len() + answer.bytes.len() < large.snapshot.len());
            assert!(call(station.address()).complete() == large.snapshot, "and the others live");
        }),
        Row::heavy("readers::one that reads on outlives --write-timeout", steady),
    ]
}

/// Two thousand that read nothing of 64 MiB: each costs the station little, and good ones are
/// served whole beside them.
fn crowd(exe: &Path) {
    let large = Large::new(64 * 1024 * 1024);
    let station = large.station(exe, &["--max-connections", "4096"]);
    let address = station.address();
    // What the first connections cost the program is no reader's cost.
    let alone = good(address, &large);
    let before = resident(station.pid());
    let stalled: Vec<TcpStream> = (0..STALLED)
        .map(|nth| {
            let mut stream = connect_narrow(address, 4096)
                .unwrap_or_else(|e| panic!("stalled reader {nth}: {e}"));
            // It is accepted and being served, and reads no more.
            let _ = read_some(&mut stream, 1);
            stream
        })
        .collect();
    let queues = send_queues(address);
    let each = resident(station.pid()).saturating_sub(before) / STALLED as u64;
    let most = queues.iter().max().expect("two thousand");
    let beside = good(address, &large);
    println!(
        "readers: {each} bytes of user memory each; at most {most} bytes in a send queue; \
         good ones took {beside:?} beside them and {alone:?} without"
    );
    assert!(queues.len() >= STALLED, "they are all there: {}", queues.len());
    assert!(*most <= 96 * 1024, "{most} bytes in a send queue");
    assert!(each <= 1024, "{each} bytes of user memory each");
    // Of those who waited, any one still gets the whole of it.
    let bytes = read_on(stalled.into_iter().next_back().expect("2,000")).complete();
    assert!(bytes == large.snapshot[1..]);
}

const STALLED: usize = 2000;

/// A few who read at once, all of it; and how long that took.
fn good(address: SocketAddr, large: &Large) -> Duration {
    let begin = Instant::now();
    let callers: Vec<_> = (0..4).map(|_| thread::spawn(move || call(address))).collect();
    for caller in callers {
        let bytes = caller.join().expect("no panic").complete();
        assert!(bytes == large.snapshot, "{} bytes", bytes.len());
    }
    begin.elapsed()
}

/// Reads a little four times in each time-out, for five of them.
fn steady(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--write-timeout", "1s"]);
    let mut stream = connect_narrow(station.address(), 16 * 1024).expect("it listens");
    let mut taken = Vec::new();
    for _ in 0..20 {
        // The pace of a slow network.
        thread::sleep(Duration::from_millis(250));
        taken.extend(read_some(&mut stream, 100 * 1024));
    }
    let Answer { bytes, ended } = read_on(stream);
    ended.expect("it made progress all along");
    assert!([taken, bytes].concat() == large.snapshot);
}
