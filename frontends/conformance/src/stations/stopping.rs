//! Duty 5: stopping closes the listeners and lets running snapshots finish.

use std::net::TcpStream;
use std::path::Path;

use rustix::process::Signal;

use crate::caller::{Answer, call, connect_narrow, read_on, read_some, wait_until_reset};
use crate::fixtures::{EIGHT_MB, Large};
use crate::kernel::until;
use crate::station::Station;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("stopping::SIGTERM lets a snapshot finish", |exe| drained(exe, Signal::TERM)),
        Row::heavy("stopping::SIGINT lets a snapshot finish", |exe| drained(exe, Signal::INT)),
        Row::heavy("stopping::what --drain does not suffice for is reset", |exe| {
            let large = Large::new(EIGHT_MB);
            let mut station = large.station(exe, &["--drain", "300ms"]);
            let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
            let _ = read_some(&mut stream, 1);
            station.signal(Signal::TERM);
            wait_until_reset(&stream);
            assert!(read_on(stream).is_reset());
            assert_eq!(station.finish(), 0, "{:#?}", station.said());
        }),
        Row::new("stopping::an idle station ends at once", |exe| {
            for signal in [Signal::TERM, Signal::INT] {
                // It would wait longer than the case does.
                let mut station = Station::spawn(exe, ["--drain", "1h"]);
                station.signal(signal);
                assert_eq!(station.finish(), 0, "{:#?}", station.said());
            }
        }),
        Row::heavy("stopping::the backlog is reset", backlog),
        Row::heavy("stopping::a second signal ends the wait", |exe| {
            let large = Large::new(EIGHT_MB);
            let mut station = large.station(exe, &["--drain", "1h"]);
            let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
            let _ = read_some(&mut stream, 1);
            station.signal(Signal::TERM);
            wait_until_closed(&station);
            station.signal(Signal::TERM);
            assert!(read_on(stream).is_reset());
            let _ = station.finish();
        }),
    ]
}

const NARROW: usize = 32 * 1024;

fn wait_until_closed(station: &Station) {
    until("the listener is closed", || {
        TcpStream::connect(station.address()).is_err().then_some(())
    });
}

fn drained(exe: &Path, signal: Signal) {
    let large = Large::new(EIGHT_MB);
    let mut station = large.station(exe, &[]);
    let mut streams: Vec<TcpStream> =
        (0..3).map(|_| connect_narrow(station.address(), NARROW).expect("it listens")).collect();
    let taken: Vec<Vec<u8>> = streams.iter_mut().map(|stream| read_some(stream, 10_000)).collect();
    station.signal(signal);
    until("newcomers are refused or reset", || {
        let answer = call(station.address());
        // Until the signal is heard they are served.
        answer.ended.is_err().then_some(())
    });
    for (stream, taken) in streams.into_iter().zip(taken) {
        let Answer { bytes, ended } = read_on(stream);
        ended.expect("a running snapshot finishes");
        assert!([taken, bytes].concat() == large.snapshot);
    }
    assert_eq!(station.finish(), 0, "{:#?}", station.said());
}

/// Whoever waits to be accepted when the station stops sees a reset, not an empty list.
fn backlog(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let mut station = large.station(exe, &["--max-connections", "1", "--drain", "300ms"]);
    let mut first = connect_narrow(station.address(), NARROW).expect("it listens");
    let _ = read_some(&mut first, 1);
    let waiting: Vec<TcpStream> = (0..5)
        .map(|_| connect_narrow(station.address(), NARROW).expect("the backlog has room"))
        .collect();
    station.signal(Signal::TERM);
    for stream in waiting {
        let answer = read_on(stream);
        assert!(answer.is_reset(), "{} bytes, {:?}", answer.bytes.len(), answer.ended);
    }
    drop(first);
    assert_eq!(station.finish(), 0, "{:#?}", station.said());
}
