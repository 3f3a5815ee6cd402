//! Duty 4: a slow reader costs little and harms nobody.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::caller::{Answer, call, connect_narrow, read_on, read_some, wait_until_reset};
use crate::fixtures::{EIGHT_MB, Large};
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

fn crowd(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--max-connections", "4096"]);
    let address = station.address();
    let stalled: Vec<TcpStream> = (0..2000)
        .map(|nth| {
            let mut stream = connect_narrow(address, 4096)
                .unwrap_or_else(|e| panic!("stalled reader {nth}: {e}"));
            // It is accepted and being served, and reads no more.
            let _ = read_some(&mut stream, 1);
            stream
        })
        .collect();
    let good: Vec<_> = (0..20).map(|_| thread::spawn(move || call(address))).collect();
    for caller in good {
        let bytes = caller.join().expect("no panic").complete();
        assert!(bytes == large.snapshot, "{} bytes beside stalled readers", bytes.len());
    }
    // Of those who waited, any one still gets the whole of it.
    let bytes = read_on(stalled.into_iter().next_back().expect("2,000")).complete();
    assert!(bytes == large.snapshot[1..]);
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
