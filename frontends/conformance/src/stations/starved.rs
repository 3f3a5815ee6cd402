//! Duty 6: running out of descriptors pauses accepting and never spins or ends the station.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::caller::{Answer, connect_narrow, read_on, read_some};
use crate::fixtures::Large;
use crate::kernel::cpu_time;
use crate::station::Station;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("starved::two hundred silent callers, descriptors run out", run_out),
        Row::heavy("starved::two hundred silent callers, 64 descriptors", silent),
        Row::heavy("starved::serves again within 1.1 s of release", released),
        Row::heavy("starved::two hundred readers, 64 descriptors", readers),
    ]
}

fn few_descriptors(exe: &Path, large: &Large) -> Station {
    let source = large.file.path().to_str().expect("text");
    let station = Station::after("ulimit -n 64", exe, ["--source", source]);
    large.wait_until_known(&station);
    station
}

/// The system takes descriptors back that the station counts on: accepting pauses, and
/// whoever waits for it gets everything in the end.
fn run_out(exe: &Path) {
    let large = Large::new(3_000_000);
    let station = large.station(exe, &[]);
    let few = Rlimit { current: Some(64), maximum: Some(64) };
    prlimit(Pid::from_raw(station.pid().cast_signed()), Resource::Nofile, few).expect("ours");
    let callers = silent_callers(&station);
    for answer in read_all(callers) {
        let bytes = answer.complete();
        assert!(bytes == large.snapshot, "{} bytes", bytes.len());
    }
}

/// The station knows from the start how few it has.
fn silent(exe: &Path) {
    let large = Large::new(3_000_000);
    let station = few_descriptors(exe, &large);
    let callers = silent_callers(&station);
    for answer in read_all(callers) {
        // Whoever took nothing may have been reset for a newcomer; nobody sees less as whole.
        if answer.ended.is_ok() {
            assert!(answer.bytes == large.snapshot, "{} bytes and FIN", answer.bytes.len());
        } else {
            assert!(answer.is_reset(), "{:?}", answer.ended);
        }
    }
    large.wait_until_known(&station);
}

/// Everybody reads: nobody is turned away, however few have a place at once.
fn readers(exe: &Path) {
    let large = Large::new(3_000_000);
    let station = few_descriptors(exe, &large);
    let callers = (0..CALLERS)
        .map(|_| TcpStream::connect(station.address()).expect("the backlog has room"))
        .collect();
    for answer in read_all(callers) {
        let bytes = answer.complete();
        assert!(bytes == large.snapshot, "{} bytes", bytes.len());
    }
}

/// Callers of whom nobody reads: each has a place or waits in the backlog, and that costs the
/// station nothing.
fn silent_callers(station: &Station) -> Vec<TcpStream> {
    let callers: Vec<TcpStream> = (0..CALLERS)
        .map(|_| connect_narrow(station.address(), 8 * 1024).expect("the backlog has room"))
        .collect();
    // Not a wait for something to happen: the window in which the time used is measured.
    let (before, said) = (cpu_time(station.pid()), station.said().len());
    thread::sleep(WINDOW);
    let used = cpu_time(station.pid()).checked_sub(before).expect("it only grows");
    println!("starved: {used:?} of processor time in {WINDOW:?}");
    assert!(used < WINDOW / 20, "{used:?} of processor time in {WINDOW:?}: more than 5 %");
    let lines = &station.said()[said..];
    let errors = lines.iter().filter(|line| line.contains("accept")).count();
    assert!(errors <= 3, "a line a second about them: {lines:#?}");
    callers
}

/// Whoever calls when the others hang up waits for no longer than the longest pause takes.
fn released(exe: &Path) {
    let large = Large::new(3_000_000);
    let station = large.station(exe, &[]);
    let few = Rlimit { current: Some(64), maximum: Some(64) };
    prlimit(Pid::from_raw(station.pid().cast_signed()), Resource::Nofile, few).expect("ours");
    // A busy machine only ever adds: the best of three tells.
    let times: Vec<Duration> = (0..3)
        .map(|_| {
            let callers = silent_callers(&station);
            let mut newcomer = connect_narrow(station.address(), 8 * 1024).expect("a backlog");
            let release = Instant::now();
            drop(callers);
            let _ = read_some(&mut newcomer, 1);
            release.elapsed()
        })
        .collect();
    println!("starved: served again {times:?} after release");
    assert!(times.iter().min() < Some(&Duration::from_millis(1100)), "a deadline: {times:?}");
    let told = station.said().iter().any(|line| line.contains("accept"));
    assert!(told, "and it says why it paused: {:#?}", station.said());
}

fn read_all(callers: Vec<TcpStream>) -> Vec<Answer> {
    let readers: Vec<_> =
        callers.into_iter().map(|stream| thread::spawn(move || read_on(stream))).collect();
    readers.into_iter().map(|reader| reader.join().expect("no panic")).collect()
}

const CALLERS: usize = 200;

const WINDOW: Duration = Duration::from_secs(2);
