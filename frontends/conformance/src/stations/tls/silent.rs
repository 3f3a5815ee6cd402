//! Five hundred that open and say nothing delay nobody.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use super::handshakes::{FAILED, five, good};
use crate::caller::{hears_within, read_on};
use crate::fixtures::snapshot;
use crate::http::metric;
use crate::kernel::{cpu_time, resident, until};
use crate::table::Row;
use crate::tls::call;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("tls::500 that say nothing do not delay a good one", |exe| silent(exe, false)),
        Row::heavy("tls::500 in the middle of a hello do not delay a good one", |exe| {
            silent(exe, true);
        }),
    ]
}

const COUNT: usize = 500;

/// The good one is served while all of them are open and unanswered; then each is reset.
fn silent(exe: &Path, begun: bool) {
    let (_folder, secured) = five(exe, &["--admin", "127.0.0.1:0"]);
    let admin = secured.station.admin();
    good(&secured);
    let (memory, time) = (resident(secured.station.pid()), cpu_time(secured.station.pid()));
    let silent: Vec<TcpStream> = (0..COUNT)
        .map(|_| {
            let mut stream = TcpStream::connect(secured.tls()).expect("it listens");
            if begun {
                // A handshake record of 512 bytes begins.
                let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
                std::io::Write::write_all(&mut stream, hello).expect("it listens");
            }
            stream
        })
        .collect();
    // Accepted is who came before somebody that was served.
    assert_eq!(call(secured.tls(), &secured.caller()).complete(), snapshot(0..5));
    let connections = metric(admin, "carwatch_connections");
    let each = resident(secured.station.pid()).saturating_sub(memory) / COUNT as u64;
    for (nth, stream) in silent.iter().enumerate() {
        assert!(!hears_within(stream, Duration::ZERO), "{nth} is open and unanswered");
    }
    for stream in silent {
        let answer = read_on(stream);
        assert!(answer.is_reset() && answer.bytes.is_empty(), "{answer:?}");
    }
    assert!(connections >= COUNT as f64, "all of them were there: {connections}");
    until("they are counted", || (metric(admin, FAILED) >= COUNT as f64).then_some(()));
    good(&secured);
    let used = cpu_time(secured.station.pid()).saturating_sub(time);
    println!("silent: {each} bytes each, {used:?} of processor time for all");
}
