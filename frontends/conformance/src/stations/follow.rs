//! `--follow`: a file is read as it grows, whatever is done to it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::caller::call;
use crate::fixtures::{Cars, Folder, lines, snapshot};
use crate::kernel::until;
use crate::rng::Rng;
use crate::station::{Station, command, end_of};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("follow::lines appear as they are written", |exe| {
            let (folder, station) = follows(exe, lines(0..3));
            for nth in 3..13 {
                station.wait_until_it_serves(snapshot(0..nth));
                folder.append("cars", lines(nth..nth + 1));
            }
            station.wait_until_it_serves(snapshot(0..13));
        }),
        Row::new("follow::a last line waits for its newline", last_line),
        Row::new("follow::rename and create", renamed),
        Row::new("follow::copy and truncate", truncated),
        Row::new("follow::delete and recreate", deleted),
        Row::new("follow::a file that is not there yet", missing),
        Row::new("follow::a header begins each csv file", headers),
        Row::heavy("follow::fifty thousand lines in pieces", pieces),
    ];
    for source in ["simulate", "-"] {
        rows.push(Row::new(format!("follow::usage: with --source {source}"), move |exe| {
            let mut command = command(exe);
            command.args(["--follow", "--source", source]);
            let (code, said, _) = end_of(command);
            assert_eq!(code, 2, "{said}");
            assert!(said.contains("--follow") && !said.contains("panicked"), "{said}");
        }));
    }
    rows
}

/// A station that follows the file `cars`, which begins with that.
fn follows(exe: &Path, text: impl AsRef<[u8]>) -> (Folder, Station) {
    let folder = Folder::new();
    folder.write("cars", text);
    let station = start(exe, &folder);
    (folder, station)
}

fn start(exe: &Path, folder: &Folder) -> Station {
    let mut command = command(exe);
    command.args(["--follow", "--source"]).arg(folder.path("cars"));
    Station::launch(command, 1)
}

/// Not a wait for something to happen: the time in which it looks several times, and must
/// find nothing.
fn looks_in_vain() {
    thread::sleep(Duration::from_secs(1));
}

fn last_line(exe: &Path) {
    let (folder, station) = follows(exe, "1:a:b\n2:c");
    for (more, before) in [(":d", "1:a:b"), ("e", "1:a:b"), ("\r", "1:a:b")] {
        station.wait_until_it_serves(before);
        looks_in_vain();
        station.wait_until_it_serves(before);
        folder.append("cars", more);
    }
    looks_in_vain();
    folder.append("cars", "\n3:f:g");
    station.wait_until_it_serves("1:a:b.2:c:de");
    // Nor does the end of the station end the line.
    let _ = station.stop();
    let station = start(exe, &folder);
    station.wait_until_it_serves("1:a:b.2:c:de");
}

fn renamed(exe: &Path) {
    let (folder, station) = follows(exe, lines(0..10));
    for round in 1..4 {
        station.wait_until_it_serves(snapshot(0..round * 100 - 90));
        folder.rename("cars", "cars.1");
        // Whoever wrote it has it open still, and writes on until told otherwise.
        folder.append("cars.1", lines(round * 100 - 90..round * 100));
        folder.write("cars", lines(round * 100..round * 100 + 10));
    }
    station.wait_until_it_serves(snapshot(0..310));
    // Nobody creates it for a while.
    folder.rename("cars", "cars.1");
    looks_in_vain();
    folder.append("cars.1", lines(310..320));
    station.wait_until_it_serves(snapshot(0..320));
    folder.write("cars", lines(320..330));
    station.wait_until_it_serves(snapshot(0..330));
}

fn truncated(exe: &Path) {
    let (folder, station) = follows(exe, lines(0..1000));
    station.wait_until_it_serves(snapshot(0..1000));
    // Shorter than before, empty, and, once that was seen, longer.
    folder.write("cars", lines(1000..1010));
    station.wait_until_it_serves(snapshot(0..1010));
    folder.write("cars", "");
    looks_in_vain();
    folder.append("cars", lines(1010..3010));
    station.wait_until_it_serves(snapshot(0..3010));
}

fn deleted(exe: &Path) {
    let (folder, station) = follows(exe, lines(0..10));
    for round in 1..4 {
        station.wait_until_it_serves(snapshot(0..round * 10));
        fs::remove_file(folder.path("cars")).expect("a file");
        if round == 2 {
            looks_in_vain();
            station.wait_until_it_serves(snapshot(0..round * 10));
        }
        folder.write("cars", lines(round * 10..(round + 1) * 10));
    }
    station.wait_until_it_serves(snapshot(0..40));
}

fn missing(exe: &Path) {
    let folder = Folder::new();
    let station = start(exe, &folder);
    assert_eq!(call(station.address()).complete(), b"", "no car is zero bytes and FIN");
    let path = folder.path("cars");
    let path = path.to_str().expect("text");
    station.wait_for_line(|line| line.contains("WARN") && line.contains(path));
    folder.write("cars", lines(0..10));
    station.wait_until_it_serves(snapshot(0..10));
    folder.append("cars", lines(10..20));
    station.wait_until_it_serves(snapshot(0..20));
}

/// What is renamed away takes its header along, columns and all.
fn headers(exe: &Path) {
    let (folder, station) = follows(exe, "time,brand,color\n1,a,b\n");
    station.wait_until_it_serves("1:a:b");
    folder.append("cars", "2,\"c\nc\",d\n");
    station.wait_until_it_serves("1:a:b.2:c\nc:d");
    folder.rename("cars", "cars.1");
    folder.write("cars", "color,time,brand\nf,3,e\n");
    station.wait_until_it_serves("1:a:b.2:c\nc:d.3:e:f");
    folder.write("cars", "brand,lane,color,time\ng,1,h,4\n");
    station.wait_until_it_serves("1:a:b.2:c\nc:d.3:e:f.4:g:h");
}

/// Whatever the pieces are, each snapshot on the way is whole records.
fn pieces(exe: &Path) {
    let cars = Cars::new(50_000);
    let (text, expected) = (cars.csv().into_bytes(), cars.snapshot().into_bytes());
    let (folder, station) = follows(exe, "");
    let mut rng = Rng::new(11);
    let mut last = 0;
    let mut rest = &text[..];
    until("all of it is served", || {
        let (piece, after) = rest.split_at(rest.len().min(rng.below(50_000)));
        folder.append("cars", piece);
        rest = after;
        let bytes = call(station.address()).complete();
        assert!(expected.starts_with(&bytes) && bytes.len() >= last, "it only grows");
        let is_whole =
            bytes.is_empty() || bytes.len() == expected.len() || expected[bytes.len()] == b'.';
        assert!(is_whole, "whole records");
        last = bytes.len();
        (bytes.len() == expected.len()).then_some(())
    });
}
