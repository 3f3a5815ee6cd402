//! Duty 3: overload is shed with RST or left in the backlog, never answered with FIN.

use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::PATIENCE;
use crate::caller::{Answer, call, connect_narrow, hears_within, read_on, read_some};
use crate::fixtures::{EIGHT_MB, Large};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("overload::steady readers keep the third in the backlog", steady),
        Row::heavy("overload::the slowest stalled reader makes room", stalled),
        Row::heavy("overload::full, but nobody waits: nobody is reset", full),
        Row::heavy("overload::a burst of three hundred, ten at a time", |exe| {
            let large = Large::new(500_000);
            let station = large.station(exe, &["--max-connections", "10"]);
            let address = station.address();
            let callers: Vec<_> = (0..300).map(|_| thread::spawn(move || call(address))).collect();
            for caller in callers {
                let bytes = caller.join().expect("no panic").complete();
                assert!(bytes == large.snapshot, "{} bytes", bytes.len());
            }
        }),
    ]
}

const NARROW: usize = 32 * 1024;

/// Two that read a little all the time fill the station; the third hears nothing until
/// they are done, then everything. Nobody is reset.
fn steady(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--max-connections", "2"]);
    let hurry = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut readers = Vec::new();
        for _ in 0..2 {
            let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
            let first = read_some(&mut stream, 1);
            let hurry = &hurry;
            readers.push(scope.spawn(move || {
                let mut bytes = first;
                while !hurry.load(Ordering::SeqCst) {
                    // The pace of a slow network: a few hundred kilobytes a second.
                    thread::sleep(Duration::from_millis(10));
                    bytes.extend(read_some(&mut stream, 4 * 1024));
                }
                let Answer { bytes: rest, ended } = read_on(stream);
                Answer { bytes: [bytes, rest].concat(), ended }
            }));
        }
        let third = TcpStream::connect(station.address()).expect("the backlog has room");
        let heard = hears_within(&third, Duration::from_secs(3));
        hurry.store(true, Ordering::SeqCst);
        assert!(!heard, "the third waits in the backlog");
        for reader in readers {
            let bytes = reader.join().expect("no panic").complete();
            assert!(bytes == large.snapshot, "{} bytes", bytes.len());
        }
        assert!(read_on(third).complete() == large.snapshot);
    });
}

/// Two that read nothing fill the station; one of them is reset for a third.
fn stalled(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--max-connections", "2"]);
    let silent: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
            // It is accepted: it has its first byte.
            stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
            stream.read_exact(&mut [0]).expect("the station serves it");
            stream
        })
        .collect();
    assert!(call(station.address()).complete() == large.snapshot, "the third is served");
    let answers: Vec<Answer> = silent.into_iter().map(read_on).collect();
    let reset = answers.iter().filter(|answer| answer.is_reset()).count();
    assert_eq!(reset, 1, "the slowest, and no more: {:?}", answers.each_ended());
    let whole = answers.iter().find(|answer| answer.ended.is_ok()).expect("the other");
    assert!(whole.bytes == large.snapshot[1..], "the other gets everything");
}

/// A silent reader is slow by the time that another one takes the last place; as nobody
/// waits for a place, neither is reset.
fn full(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--max-connections", "2"]);
    let silent = || {
        let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.read_exact(&mut [0]).expect("the station serves it");
        stream
    };
    let first = silent();
    // Not to wait for something: it is its age that makes it slow.
    thread::sleep(SLOW);
    let second = silent();
    thread::sleep(SLOW);
    for reader in [first, second] {
        assert!(read_on(reader).complete() == large.snapshot[1..], "it gets everything");
    }
}

/// After so long without taking anything a reader may be reset for a newcomer.
const SLOW: Duration = Duration::from_millis(1500);

/// How each ended, without the megabytes.
trait EachEnded {
    fn each_ended(&self) -> Vec<String>;
}

impl EachEnded for Vec<Answer> {
    fn each_ended(&self) -> Vec<String> {
        self.iter().map(|a| format!("{} bytes, {:?}", a.bytes.len(), a.ended)).collect()
    }
}
