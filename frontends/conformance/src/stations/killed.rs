//! Duty 1: dying must not look like finishing.

use std::net::TcpStream;
use std::path::Path;
use std::thread;

use rustix::process::Signal;

use crate::caller::{Answer, connect_narrow, read_on, read_some};
use crate::fixtures::{EIGHT_MB, Large};
use crate::rng::Rng;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("killed::a hundred times, a slow reader sees a reset", |exe| {
            let large = Large::new(EIGHT_MB);
            for round in 0..100 {
                slow_reader(exe, &large, round);
            }
        }),
        Row::heavy("killed::a fast reader never sees a shorter end", |exe| {
            let large = Large::new(EIGHT_MB);
            for round in 0..20 {
                fast_reader(exe, &large, round);
            }
        }),
        Row::heavy("killed::as soon as it is connected to, an empty list is no answer", |exe| {
            let large = Large::new(EIGHT_MB);
            for _ in 0..20 {
                let station = large.station(exe, &[]);
                let streams: Vec<_> =
                    (0..20).map(|_| connect_narrow(station.address(), NARROW)).collect();
                station.signal(Signal::KILL);
                for stream in streams {
                    let answer = read_on(stream.expect("it listened"));
                    assert!(answer.is_reset(), "{} bytes, {:?}", answer.bytes.len(), answer.ended);
                }
            }
        }),
    ]
}

/// A receive buffer that keeps nearly all of the snapshot on the station's side.
const NARROW: usize = 16 * 1024;

/// Has read any number of bytes, from none to nearly all, when the station is killed.
fn slow_reader(exe: &Path, large: &Large, round: u64) {
    let station = large.station(exe, &[]);
    let mut stream = connect_narrow(station.address(), NARROW).expect("it listens");
    // The kernel may hold up to some hundred kilobytes of the rest.
    let most = large.snapshot.len() - 1_000_000;
    let count = match round {
        0 => 0,
        1 => 1,
        _ => Rng::new(round).below(most),
    };
    let taken = read_some(&mut stream, count);
    station.signal(Signal::KILL);
    let Answer { bytes, ended } = read_on(stream);
    let all = [taken, bytes].concat();
    assert!(large.snapshot.starts_with(&all), "what came is the snapshot's");
    let answer = Answer { bytes: all, ended };
    assert!(
        answer.is_reset(),
        "round {round}: {} of {} bytes, then {:?}",
        answer.bytes.len(),
        large.snapshot.len(),
        answer.ended
    );
}

/// Reads as fast as it can; the station dies after some of it.
fn fast_reader(exe: &Path, large: &Large, round: u64) {
    let station = large.station(exe, &[]);
    let mut stream = TcpStream::connect(station.address()).expect("it listens");
    let begin = Rng::new(round).below(large.snapshot.len() / 2);
    let (answer, taken) = thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let reader = scope.spawn(move || {
            let taken = read_some(&mut stream, begin);
            sender.send(()).expect("somebody waits");
            (read_on(stream), taken)
        });
        receiver.recv().expect("the reader reads");
        station.signal(Signal::KILL);
        reader.join().expect("no panic")
    });
    let came = taken.len() + answer.bytes.len();
    if came == large.snapshot.len() && answer.ended.is_ok() {
        // It was quicker than the signal: then it has everything.
        return;
    }
    assert!(answer.is_reset(), "round {round}: {came} bytes, then {:?}", answer.ended);
}
