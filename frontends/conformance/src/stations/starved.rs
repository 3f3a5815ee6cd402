//! Duty 6: running out of descriptors pauses accepting and never spins or ends the station.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::caller::{connect_narrow, read_on};
use crate::fixtures::Large;
use crate::kernel::cpu_time;
use crate::station::Station;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![Row::heavy("starved::two hundred callers, 64 descriptors", starved)]
}

fn starved(exe: &Path) {
    let large = Large::new(3_000_000);
    let source = large.file.path().to_str().expect("text");
    let station = Station::after("ulimit -n 64", exe, ["--source", source]);
    large.wait_until_known(&station);
    // Nobody reads yet, so nobody's descriptor is given back.
    let callers: Vec<TcpStream> = (0..200)
        .map(|_| connect_narrow(station.address(), 8 * 1024).expect("the backlog has room"))
        .collect();
    // Not a wait for something to happen: the window in which the time used is measured.
    let before = cpu_time(station.pid());
    thread::sleep(WINDOW);
    let used = cpu_time(station.pid()).checked_sub(before).expect("it only grows");
    assert!(used < WINDOW / 4, "{used:?} of processor time in {WINDOW:?}: it spins");
    let lines = station.said();
    assert!(lines.len() < 400, "{} log lines, {:#?}", lines.len(), &lines[lines.len() - 5..]);
    let readers: Vec<_> =
        callers.into_iter().map(|stream| thread::spawn(move || read_on(stream))).collect();
    for reader in readers {
        let bytes = reader.join().expect("no panic").complete();
        assert!(bytes == large.snapshot, "{} bytes", bytes.len());
    }
}

const WINDOW: Duration = Duration::from_secs(2);
