//! `--keep`: retention, exact to the car, in the list and in the store.

use std::path::Path;

use crate::caller::call;
use crate::fixtures::{Folder, snapshot};
use crate::kernel::until;
use crate::station::{Station, command, end_of};
use crate::store;
use crate::table::Row;

use super::store::stored;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("keep::100 cars, of list and store", |exe| {
            kept(exe, &["100"], &numbered(0..250), &numbered(150..250));
        }),
        Row::new("keep::1KiB of snapshot, of list and store", |exe| {
            // 25 records of 40 bytes and 24 dots are 1,024 bytes.
            kept(exe, &["1KiB"], &numbered(0..250), &numbered(225..250));
        }),
        Row::new("keep::one byte less than a record needs", |exe| {
            kept(exe, &["1023B"], &numbered(0..250), &numbered(226..250));
        }),
        Row::new("keep::the tightest of several wins", |exe| {
            kept(exe, &["100", "1KiB", "7d"], &numbered(0..250), &numbered(225..250));
            kept(exe, &["10", "1KiB", "7d"], &numbered(0..250), &numbered(240..250));
        }),
        Row::new("keep::one after another, each is exact", one_by_one),
        Row::new("keep::2s since arrival, of list and store", aged),
        Row::new("keep::a tighter one trims what a restart finds", tightened),
    ];
    for limit in ["many", "", "-1", "1.5", "10x", "KiB", "7 d"] {
        rows.push(Row::new(format!("keep::usage: --keep {limit:?}"), move |exe| {
            let (code, said, _) = end_of({
                let mut command = command(exe);
                command.arg(format!("--keep={limit}"));
                command
            });
            assert_eq!(code, 2, "{said}");
            assert!(said.contains("--keep") && !said.contains("panicked"), "{said}");
        }));
    }
    rows
}

/// Records of exactly forty bytes.
fn numbered(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|nth| format!("{nth:010}:{}:{}", "b".repeat(14), "c".repeat(14))).collect()
}

#[track_caller]
fn kept(exe: &Path, limits: &[&str], cars: &[String], left: &[String]) {
    assert_eq!(cars[0].len(), 40);
    let folder = Folder::new();
    folder.write("cars", cars.join("\n") + "\n");
    for restart in [false, true] {
        let mut command = stored(exe, &folder);
        for limit in limits {
            command.args(["--keep", limit]);
        }
        let station = Station::launch(command, 1);
        let snapshot = left.join(".");
        let _ = station.snapshot_when(|bytes| bytes == snapshot.as_bytes());
        until("the store is trimmed, too", || {
            (store::snapshot(&folder.path("cars.db")) == snapshot.as_bytes()).then_some(())
        });
        if restart {
            let _ = station.stop();
        } else {
            station.kill();
        }
    }
}

fn one_by_one(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", "");
    let mut command = stored(exe, &folder);
    command.args(["--follow", "--keep", "3"]);
    let station = Station::launch(command, 1);
    for nth in 1..10_usize {
        folder.append("cars", crate::fixtures::lines(nth - 1..nth));
        let expected = snapshot(nth.saturating_sub(3)..nth);
        let _ = station.snapshot_when(|bytes| bytes == expected);
        assert_eq!(store::snapshot(&folder.path("cars.db")), expected);
    }
}

fn aged(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", "1:a:b\n2:c:d\n");
    let mut command = stored(exe, &folder);
    command.args(["--follow", "--keep", "2s"]);
    let station = Station::launch(command, 1);
    let _ = station.snapshot_when(|bytes| bytes == b"1:a:b.2:c:d" || bytes.is_empty());
    let _ = station.snapshot_when(<[u8]>::is_empty);
    until("the store is trimmed, too", || {
        (store::count(&folder.path("cars.db")) == 0).then_some(())
    });
    folder.append("cars", "3:e:f\n");
    let _ = station.snapshot_when(|bytes| bytes == b"3:e:f");
    let _ = station.snapshot_when(<[u8]>::is_empty);
    let _ = station.stop();
    // Nor does a restart bring it back.
    let mut command = stored(exe, &folder);
    command.args(["--follow", "--keep", "2s"]);
    let station = Station::launch(command, 1);
    assert_eq!(call(station.address()).complete(), b"");
}

fn tightened(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", crate::fixtures::lines(0..100));
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..100));
    let _ = station.stop();
    let mut command = stored(exe, &folder);
    command.args(["--keep", "7"]);
    let station = Station::launch(command, 1);
    assert_eq!(call(station.address()).complete(), snapshot(93..100), "from the first answer on");
    until("the store is trimmed, too", || {
        (store::count(&folder.path("cars.db")) == 7).then_some(())
    });
    let _ = station.stop();
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(93..100));
}
