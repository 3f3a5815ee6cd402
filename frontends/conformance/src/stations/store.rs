//! `--store`: what a station knew it knows again, and it serves nothing that is not there.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::caller::call;
use crate::fixtures::{Cars, Folder, lines, snapshot};
use crate::kernel::until;
use crate::station::{Station, command};
use crate::store;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("store::a restart keeps the list", restart),
        Row::new("store::a file goes on where it was read to", position),
        Row::new("store::the position belongs to the content, not to the path", moved),
        Row::new("store::a file of other content is read from its start", replaced),
        Row::new("store::line numbers go on, too", line_numbers),
        Row::new("store::simulated cars are kept", simulated),
        Row::heavy("store::what a client got is in the database", committed_first),
        Row::new("store::anyone may read it while the station runs", schema),
        Row::heavy("store::a hundred thousand cars of all sorts come back as they were", bulk),
        Row::heavy("store::with two million cars it serves soon, or says what it does", millions),
    ]
}

/// A station with the source `cars` and the store `cars.db` of that folder.
pub(super) fn stored(exe: &Path, folder: &Folder) -> Command {
    let mut command = command(exe);
    command.arg("--store").arg(folder.path("cars.db"));
    command.arg("--source").arg(folder.path("cars"));
    command
}

fn restart(exe: &Path) {
    let folder = Folder::new();
    for round in 0..3 {
        let mut command = command(exe);
        command.args(["--source", "-", "--store"]).arg(folder.path("cars.db"));
        let mut station = Station::launch(command, 1);
        station.wait_until_it_serves(snapshot(0..round * 10));
        station.feed(lines(round * 10..(round + 1) * 10).as_bytes());
        station.wait_until_it_serves(snapshot(0..(round + 1) * 10));
        if round == 0 {
            station.kill();
        } else {
            let _ = station.stop();
            let log = folder.path("cars.db-wal");
            assert!(!log.exists(), "once it has stopped, its store is one file, to be copied");
        }
        assert_eq!(store::snapshot(&folder.path("cars.db")), snapshot(0..(round + 1) * 10));
    }
}

fn position(exe: &Path) {
    let folder = Folder::new();
    for round in 1..4 {
        folder.append("cars", lines((round - 1) * 10..round * 10));
        for _ in 0..2 {
            let station = Station::launch(stored(exe, &folder), 1);
            station.wait_until_it_serves(snapshot(0..round * 10));
            let _ = station.stop();
            assert_eq!(store::count(&folder.path("cars.db")), round as u64 * 10);
        }
    }
}

fn moved(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..100));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..100));
    let _ = station.stop();
    folder.rename("cars", "elsewhere");
    folder.append("elsewhere", lines(100..110));
    let mut command = command(exe);
    command.arg("--store").arg(folder.path("cars.db"));
    command.arg("--source").arg(folder.path("elsewhere"));
    let station = Station::launch(command, 1);
    station.wait_until_it_serves(snapshot(0..110));
}

fn replaced(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..100));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..100));
    let _ = station.stop();
    // The same file to `stat`, and longer than it was.
    folder.write("cars", lines(100..300));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..300));
    let _ = station.stop();
    // Another file, and shorter.
    std::fs::remove_file(folder.path("cars")).expect("a file");
    folder.write("cars", lines(300..310));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..310));
    let said = station.stop();
    let told = said.iter().any(|line| line.contains("start") && line.contains("WARN"));
    assert!(told, "that it reads from the start is logged: {said:#?}");
}

fn line_numbers(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..30));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..30));
    let _ = station.stop();
    folder.append("cars", "bad\n30:car:red\n");
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..31));
    let said = station.stop();
    let refused: Vec<&String> = said.iter().filter(|line| line.contains("refused")).collect();
    assert!(refused.iter().any(|line| line.contains("31")), "its line is the 31st: {refused:#?}");
}

fn simulated(exe: &Path) {
    let folder = Folder::new();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let mut command = command(exe);
        command.args(["--rate", "200", "--store"]).arg(folder.path("cars.db"));
        let station = Station::launch(command, 1);
        let longer = station.snapshot_when(|bytes| bytes.len() > seen.len() + 1000);
        assert!(longer.starts_with(&seen), "what was served once is served for ever");
        seen = longer;
        station.kill();
    }
}

/// While cars come as fast as they can, every snapshot is a beginning of what the database
/// holds right after it.
fn committed_first(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let mut command = command(exe);
    command.args(["--source", "-", "--store"]).arg(&db);
    let mut station = Station::launch(command, 1);
    let mut stdin = station.take_stdin();
    let feeder = thread::spawn(move || {
        for batch in 0..400 {
            let text = lines(batch * 100..(batch + 1) * 100);
            stdin.write_all(text.as_bytes()).expect("the station reads");
            // The pace of a busy road, so that there are many commits.
            thread::sleep(Duration::from_millis(3));
        }
    });
    let whole = snapshot(0..40_000);
    let mut different = 0;
    let mut last = 0;
    until("all cars are served", || {
        let served = call(station.address()).complete();
        let stored = store::snapshot(&db);
        assert!(stored.starts_with(&served), "{} served, {}", served.len(), stored.len());
        let is_whole = served.is_empty()
            || served.len() == stored.len()
            || stored.get(served.len()) == Some(&b'.');
        assert!(is_whole, "whole records");
        different += usize::from(served.len() != last);
        last = served.len();
        (served == whole).then_some(())
    });
    feeder.join().expect("no panic");
    assert!(different > 2, "it was seen on the way {different} times");
}

/// The table `cars`, as documented: what the detector wrote, and when it arrived.
fn schema(exe: &Path) {
    let folder = Folder::new();
    let cars = Cars::new(50);
    folder.write("cars", cars.csv());
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(cars.snapshot());
    let rows = store::cars(&folder.path("cars.db"));
    assert_eq!(rows.len(), 50);
    for (row, car) in rows.iter().zip(cars.cars()) {
        assert_eq!(&row.fields, car);
    }
    assert!(rows.is_sorted_by(|a, b| a.id < b.id && a.arrived_at <= b.arrived_at));
    store::assert_sound(&folder.path("cars.db"));
    station.wait_until_it_serves(cars.snapshot());
}

/// Within two seconds; then the whole of it, from the first answer on.
fn millions(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    folder.write("cars", "");
    let _ = Station::launch(stored(exe, &folder), 1).stop();
    let sql = "INSERT INTO cars (time, brand, color, arrived_at) \
        WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 1999999) \
        SELECT x, 'car', 'red', 1700000000000 + x FROM n";
    let connection = rusqlite::Connection::open(&db).expect("SQLite");
    connection.execute(sql, []).expect("the documented schema");
    drop(connection);
    let begin = Instant::now();
    let mut station = Station::start(stored(exe, &folder));
    let path = db.to_str().expect("text");
    station.wait_for_line(|line| {
        line.starts_with("listening on ") || line.contains(path) && line.contains("2000000")
    });
    let said = begin.elapsed();
    station.wait_until_it_listens(1);
    println!("store: 2,000,000 cars: a word after {said:?}, serving after {:?}", begin.elapsed());
    assert!(said < Duration::from_secs(2), "a deadline");
    assert!(call(station.address()).complete() == snapshot(0..2_000_000));
}

fn bulk(exe: &Path) {
    let folder = Folder::new();
    let cars = Cars::new(100_000);
    folder.write("cars", cars.ndjson());
    for _ in 0..2 {
        let station = Station::launch(stored(exe, &folder), 1);
        station.wait_until_it_serves(cars.snapshot());
        station.kill();
    }
    assert!(store::snapshot(&folder.path("cars.db")) == cars.snapshot().as_bytes());
}
