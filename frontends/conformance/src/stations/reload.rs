//! SIGHUP: the log file is opened again, and `--config` read again; what runs, runs on.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use rustix::process::Signal;

use crate::caller::{call, call_from, connect_narrow, read_on, read_some};
use crate::fixtures::{EIGHT_MB, Folder, Large, lines, snapshot};
use crate::kernel::until;
use crate::station::{Station, command};
use crate::store;
use crate::table::Row;

use super::allow::local;
use super::config::with_source;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("reload::without a config it changes nothing", |exe| {
            let folder = Folder::new();
            folder.write("cars", lines(0..5));
            let mut command = command(exe);
            command.arg("--source").arg(folder.path("cars"));
            let station = Station::launch(command, 1);
            for _ in 0..5 {
                station.signal(Signal::HUP);
                station.wait_until_it_serves(snapshot(0..5));
            }
            let _ = station.stop();
        }),
        Row::new("reload::--allow", allow),
        Row::heavy("reload::--max-per-source", per_source),
        Row::new("reload::--keep, of list and store", keep),
        Row::new("reload::a flag still wins", flag),
        Row::new("reload::a broken file is logged, and changes nothing", broken),
        Row::new("reload::a log that was renamed goes on in a new file", log),
        Row::heavy("reload::who is being served gets everything", |exe| {
            let large = Large::new(EIGHT_MB);
            let folder = Folder::new();
            let config = folder.write("station.toml", "max-connections = 100\n");
            let station = large.station(exe, &["--config", config.to_str().expect("text")]);
            let mut stream = connect_narrow(station.address(), 16 * 1024).expect("it listens");
            let taken = read_some(&mut stream, 1000);
            folder.write("station.toml", "max-connections = 50\nallow = \"127.0.0.2/32\"\n");
            station.signal(Signal::HUP);
            until("the others are reset", || call(station.address()).is_reset().then_some(()));
            assert!([taken, read_on(stream).complete()].concat() == large.snapshot);
        }),
    ]
}

/// A station on a config of that text, which follows a file of so many lines.
fn with(exe: &Path, cars: usize, text: &str, flags: &[&str]) -> (Folder, Station) {
    let folder = Folder::new();
    folder.write("cars", lines(0..cars));
    let config = with_source(&folder, text);
    let mut command = command(exe);
    command.arg("--follow").arg("--config").arg(config).args(flags);
    command.arg("--store").arg(folder.path("cars.db"));
    let station = Station::launch(command, 1);
    (folder, station)
}

fn reload(folder: &Folder, station: &Station, text: &str) {
    let _ = with_source(folder, text);
    station.signal(Signal::HUP);
}

fn allow(exe: &Path) {
    let (folder, station) = with(exe, 5, "allow = \"127.0.0.1/32\"\n", &[]);
    let served = |n| call_from(local(n), station.address()).ended.is_ok();
    assert!(served(1) && !served(2));
    reload(&folder, &station, "allow = [\"127.0.0.2/32\", \"127.0.0.3/32\"]\n");
    until("they are in force", || (served(2) && !served(1)).then_some(()));
    assert!(served(3) && !served(4));
    reload(&folder, &station, "");
    until("everyone may connect", || (served(1) && served(4)).then_some(()));
    station.wait_until_it_serves(snapshot(0..5));
}

fn per_source(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let folder = Folder::new();
    let config = folder.write("station.toml", "max-per-source = 1\n");
    let station = large.station(exe, &["--config", config.to_str().expect("text")]);
    let first = until("there is a place", || begun(&station));
    assert!(call(station.address()).is_reset(), "the second is too many");
    folder.write("station.toml", "max-per-source = 2\n");
    station.signal(Signal::HUP);
    let second = until("two may be served", || begun(&station));
    assert!(call(station.address()).is_reset(), "the third is too many");
    folder.write("station.toml", "max-per-source = 1\n");
    station.signal(Signal::HUP);
    for stream in [first, second] {
        assert!(read_on(stream).complete() == large.snapshot[1..], "who is in stays in");
    }
}

/// A connection that has got its first byte.
fn begun(station: &Station) -> Option<TcpStream> {
    let mut stream = connect_narrow(station.address(), 16 * 1024).ok()?;
    stream.set_read_timeout(Some(crate::PATIENCE)).expect("a socket");
    std::io::Read::read_exact(&mut stream, &mut [0]).ok()?;
    Some(stream)
}

fn keep(exe: &Path) {
    let (folder, station) = with(exe, 20, "keep = \"10\"\n", &[]);
    let db = folder.path("cars.db");
    let _ = station.snapshot_when(|bytes| bytes == snapshot(10..20));
    reload(&folder, &station, "keep = \"3\"\n");
    let _ = station.snapshot_when(|bytes| bytes == snapshot(17..20));
    until("the store is trimmed, too", || (store::count(&db) == 3).then_some(()));
    reload(&folder, &station, "keep = [\"6\", \"7d\"]\n");
    // What is gone is gone; what comes is kept.
    for nth in 20..30_usize {
        folder.append("cars", lines(nth..nth + 1));
        let expected = if nth < 23 { None } else { Some(snapshot(nth - 5..nth + 1)) };
        let _ = station.snapshot_when(|bytes| {
            expected.as_ref().map_or(bytes.ends_with(&snapshot(nth..nth + 1)), |e| bytes == e)
        });
    }
    assert_eq!(store::snapshot(&db), snapshot(24..30));
}

fn flag(exe: &Path) {
    let (folder, station) = with(exe, 20, "keep = \"10\"\n", &["--keep", "5"]);
    let _ = station.snapshot_when(|bytes| bytes == snapshot(15..20));
    // What else is in the file tells when it was read.
    reload(&folder, &station, "keep = \"2\"\nallow = \"127.0.0.2/32\"\n");
    until("it was read", || call(station.address()).is_reset().then_some(()));
    assert_eq!(call_from(local(2), station.address()).complete(), snapshot(15..20));
}

fn broken(exe: &Path) {
    let (folder, station) = with(exe, 20, "keep = \"10\"\nallow = \"127.0.0.0/8\"\n", &[]);
    let path = folder.path("station.toml");
    let path = path.to_str().expect("text");
    for (text, word) in [
        ("keep = \"3\"\nkep = \"3\"\n", "kep"),
        ("keep = \"3\"\nallow = \"nobody\"\n", "allow"),
        ("keep = \"3\"\nallow = \n", "3"),
    ] {
        let before = station.said().len();
        reload(&folder, &station, text);
        until("it is logged", || {
            let said = station.said();
            let about = |line: &String| {
                let (_, words) = line.split_once(path)?;
                words.contains(word).then_some(())
            };
            said[before..].iter().find_map(about)
        });
        station.wait_until_it_serves(snapshot(10..20));
    }
    fs::remove_file(path).expect("a file");
    let before = station.said().len();
    station.signal(Signal::HUP);
    until("it is logged", || {
        station.said()[before..].iter().any(|line| line.contains(path)).then_some(())
    });
    station.wait_until_it_serves(snapshot(10..20));
    // And a good one is taken again.
    reload(&folder, &station, "keep = \"3\"\n");
    let _ = station.snapshot_when(|bytes| bytes == snapshot(17..20));
}

fn log(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..5));
    let (log, aside) = (folder.path("log"), folder.path("log.1"));
    let mut command = command(exe);
    command.args(["-v", "--source"]).arg(folder.path("cars")).arg("--log-file").arg(&log);
    let station = Station::launch(command, 1);
    let talk = || drop(call(station.address()));
    until("it logs", || fs::metadata(&log).is_ok_and(|log| log.len() > 0).then_some(()));
    for _ in 0..3 {
        fs::rename(&log, &aside).expect("a temporary folder");
        station.signal(Signal::HUP);
        until("it logs to the new file", || {
            talk();
            fs::metadata(&log).is_ok_and(|log| log.len() > 0).then_some(())
        });
        let old = fs::read(&aside).expect("a file");
        assert!(old.ends_with(b"\n"), "whole lines");
        let size = fs::metadata(&log).expect("a file").len();
        until("more comes to the new file", || {
            talk();
            (fs::metadata(&log).expect("a file").len() > size).then_some(())
        });
        assert_eq!(fs::read(&aside).expect("a file"), old, "and none to the old one");
    }
    station.wait_until_it_serves(snapshot(0..5));
}
