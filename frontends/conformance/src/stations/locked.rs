//! `--store`: one station a store, and a file that is no store is left alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::fixtures::{Folder, lines, snapshot};
use crate::station::{Station, command, end_of};
use crate::store;
use crate::table::Row;

use super::store::stored;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("store::a second station on it is exit 1, before it listens", second),
        Row::new("store::a station that died leaves it free", |exe| {
            let folder = Folder::new();
            folder.write("cars", lines(0..10));
            for _ in 0..3 {
                let station = Station::launch(stored(exe, &folder), 1);
                station.wait_until_it_serves(snapshot(0..10));
                station.kill();
            }
        }),
        Row::new("store::in a folder that is not there is exit 1", |exe| {
            let folder = Folder::new();
            folder.write("cars", "");
            refused(exe, &folder, "no/such/folder.db");
        }),
        Row::new("store::a folder is exit 1", |exe| {
            let folder = Folder::new();
            fs::create_dir(folder.path("folder.db")).expect("a temporary folder");
            refused(exe, &folder, "folder.db");
        }),
        Row::new("store::another program's database is exit 1, and unchanged", |exe| {
            let folder = Folder::new();
            let db = rusqlite::Connection::open(folder.path("other.db")).expect("SQLite");
            db.execute_batch("CREATE TABLE cars (plate TEXT); INSERT INTO cars VALUES ('x')")
                .expect("SQLite");
            drop(db);
            unchanged(exe, &folder, "other.db");
        }),
    ];
    let damages: [(&str, Damage); 5] = [
        ("text", |_| b"time,brand,color\n1,a,b\n".repeat(500)),
        ("its header overwritten", |mut bytes| {
            bytes[..100].fill(0xAA);
            bytes
        }),
        ("all but its first page overwritten", |mut bytes| {
            bytes[4096..].fill(0xAA);
            bytes
        }),
        ("cut in the middle", |bytes| bytes[..bytes.len() / 2 / 4096 * 4096].to_vec()),
        ("cut in a page", |bytes| bytes[..bytes.len() - 1000].to_vec()),
    ];
    rows.extend(damages.map(|(name, damage)| {
        Row::new(format!("store::damaged: {name}: exit 1, named, unchanged"), move |exe| {
            let folder = Folder::new();
            folder.write("cars", lines(0..5_000));
            let station = Station::launch(stored(exe, &folder), 1);
            station.wait_until_it_serves(snapshot(0..5_000));
            let _ = station.stop();
            let db = folder.path("cars.db");
            // So that the file alone holds everything.
            let connection = rusqlite::Connection::open(&db).expect("SQLite");
            let _: i64 = connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
                .expect("SQLite");
            drop(connection);
            let bytes = fs::read(&db).expect("a file");
            assert!(bytes.len() > 50_000, "the cars are in it");
            folder.write("cars.db", damage(bytes));
            unchanged(exe, &folder, "cars.db");
        })
    }));
    rows
}

type Damage = fn(Vec<u8>) -> Vec<u8>;

fn second(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..10));
    let first = Station::launch(stored(exe, &folder), 1);
    first.wait_until_it_serves(snapshot(0..10));
    symlink(folder.path("cars.db"), folder.path("link.db")).expect("a temporary folder");
    // By whatever name: it names the file itself.
    for name in ["cars.db", "link.db"] {
        let mut command = command(exe);
        command.args(["--rate", "0", "--store"]).arg(folder.path(name));
        let (code, said, _) = end_of(command);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(folder.path("cars.db").to_str().expect("text")), "{said}");
        assert!(!said.contains("listening on"), "{said}");
        first.wait_until_it_serves(snapshot(0..10));
        assert_eq!(store::count(&folder.path("cars.db")), 10);
    }
    let _ = first.stop();
    let station = Station::launch(stored(exe, &folder), 1);
    station.wait_until_it_serves(snapshot(0..10));
}

/// It exits 1, names the file, and has not listened.
#[track_caller]
fn refused(exe: &Path, folder: &Folder, name: &str) {
    let mut command = command(exe);
    command.arg("--source").arg(folder.path("cars"));
    command.arg("--store").arg(folder.path(name));
    let (code, said, stdout) = end_of(command);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(folder.path(name).to_str().expect("text")), "it names the file: {said}");
    assert!(!said.contains("listening on") && !said.contains("panicked"), "{said}");
    assert_eq!(stdout, b"");
}

/// The same, and no byte of the file has changed.
#[track_caller]
fn unchanged(exe: &Path, folder: &Folder, name: &str) {
    let before = fs::read(folder.path(name)).expect("a file");
    refused(exe, folder, name);
    assert!(fs::read(folder.path(name)).expect("a file") == before, "its bytes are unchanged");
}
