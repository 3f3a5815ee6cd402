//! Databases that are somebody else's, in use, or not to be written.

use std::fs;
use std::path::Path;

use super::{database, fin};
use crate::client::{Client, Finished};
use crate::fixtures::Folder;
use crate::hostile::{End, Hostile, Script};
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("into::a second client on the same file", second),
        Row::new("into::a file that is no database", |exe| {
            refused(exe, "notes.txt", |path| {
                fs::write(path, "not a database\n".repeat(100)).expect("it");
            });
        }),
        Row::new("into::a database of something else", |exe| {
            refused(exe, "other.db", |path| {
                let sql = "CREATE TABLE accounts(id INTEGER PRIMARY KEY, name TEXT); \
                    INSERT INTO accounts(name) VALUES ('carla')";
                other(path, sql);
            });
        }),
        Row::new("into::a database that has a table of that name", |exe| {
            refused(exe, "garage.db", |path| {
                let sql = "CREATE TABLE cars(id INTEGER PRIMARY KEY, plate TEXT); \
                    INSERT INTO cars(plate) VALUES ('B-AB 123')";
                other(path, sql);
            });
        }),
        Row::new("into::the store of a station", |exe| {
            refused(exe, "station.db", |path| {
                let sql = "CREATE TABLE cars(id INTEGER PRIMARY KEY, time TEXT, brand TEXT, \
                    color TEXT, arrived_at INTEGER); \
                    INSERT INTO cars(time, brand, color, arrived_at) VALUES ('1', 'a', 'b', 1)";
                other(path, sql);
            });
        }),
        Row::new("into::a folder that is not there", |exe| {
            failed(&run(exe, Path::new("/nonexistent/cars.db")), "/nonexistent/cars.db");
        }),
        Row::new("into::a folder in its place", |exe| {
            let folder = Folder::new();
            failed(&run(exe, folder.root()), &folder.root().display().to_string());
        }),
        Row::new("into::a disk that is full", full),
    ]
}

fn run(exe: &Path, db: &Path) -> Finished {
    let station = Hostile::new(fin("1:a:b.2:c:d"));
    Client::new(exe).arg("--into").arg(db).arg(station.address()).run()
}

#[track_caller]
fn failed(finished: &Finished, name: &str) {
    finished.assert_code(4);
    assert!(finished.stderr.contains(name), "it names {name}\n{finished}");
    assert!(!finished.stderr.contains("panicked"), "{finished}");
}

/// Refused, and not a byte of it changed.
fn refused(exe: &Path, name: &str, make: impl FnOnce(&Path)) {
    let folder = Folder::new();
    let path = folder.path(name);
    make(&path);
    let before = fs::read(&path).expect("it was made");
    failed(&run(exe, &path), name);
    assert!(fs::read(&path).expect("it is there") == before, "{name} is as it was");
    let entries = fs::read_dir(folder.root()).expect("a folder");
    let others: Vec<_> =
        entries.map(|entry| entry.expect("it").file_name()).filter(|is| is != name).collect();
    assert!(others.iter().all(|name| !name.to_string_lossy().contains("wal")), "{others:?}");
}

fn other(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).expect("SQLite");
    connection.execute_batch(sql).expect("SQL");
}

fn second(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let station = Hostile::each(vec![
        fin("1:a:b.2:c:d"),
        Script::new("", End::Stall),
        fin("1:a:b.2:c:d.3:e:f"),
    ]);
    let name = format!("gate={}", station.address());
    let first = Client::new(exe).args(["--watch", "10ms", "--into"]).arg(&db).arg(&name);
    let first = Watching::start(first);
    station.wait(|progress| progress.accepted == 2);
    failed(&run(exe, &db), "cars.db");
    assert_eq!(database::records(&db, "gate"), ["1:a:b", "2:c:d"], "anyone may read it");
    first.stop().assert_code(130);
    // It is free again.
    Client::new(exe).arg("--into").arg(&db).arg(&name).run().assert_code(0);
    assert_eq!(database::records(&db, "gate"), ["1:a:b", "2:c:d", "3:e:f"]);
}

/// As a limit on the size of files; what was there before stays, and nothing is half there.
fn full(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let _ = run(exe, &db);
    let before = database::cars(&db).len();
    let many: Vec<String> = (0..100_000).map(|nth| format!("{nth}:peugeot:red")).collect();
    let station = Hostile::new(fin(&many.join(".")));
    let run = Client::after("trap '' XFSZ; ulimit -f 600", exe).arg("--into").arg(&db);
    let finished = run.args([format!("gate={}", station.address())]).run();
    failed(&finished, "cars.db");
    database::assert_sound(&db);
    let after = database::records(&db, "gate");
    assert!(after.is_empty(), "all of a gather or none of it, not {} cars", after.len());
    assert_eq!(database::cars(&db).len(), before);
    let run = Client::new(exe).arg("--into").arg(&db);
    run.arg(format!("gate={}", station.address())).run().assert_code(0);
    assert!(database::records(&db, "gate") == many);
}
