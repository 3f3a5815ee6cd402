//! `--into`: every car that is new by continuity, once, over any number of runs.

mod database;
mod killed;
mod others;
mod road;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::client::{Client, Finished};
use crate::fixtures::Folder;
use crate::hostile::{End, Hostile, Pieces, Script};
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("into::the documented schema", schema),
        Row::new("into::each car once, over many runs", |exe| {
            let rounds = ["", "1:a:b", "1:a:b.2:c:d", "1:a:b.2:c:d", "2:c:d.3:e:f.4:g:h"];
            let cars: [&[&str]; 5] =
                [&[], &["1:a:b"], &["1:a:b", "2:c:d"], &["1:a:b", "2:c:d"], &ALL];
            runs(exe, &rounds.map(fin), &cars);
        }),
        Row::new("into::a tail is stored at once, and amended", |exe| {
            let rounds = ["1:a:b.2:c:b", "1:a:b.2:c:blu", "1:a:b.2:c:blue.3:e", "2:c:blue.3:e:f"];
            let cars: [&[&str]; 4] = [
                &["1:a:b", "2:c:b"],
                &["1:a:b", "2:c:blu"],
                &["1:a:b", "2:c:blue"],
                &["1:a:b", "2:c:blue", "3:e:f"],
            ];
            runs(exe, &rounds.map(fin), &cars);
        }),
        Row::new("into::a tail that becomes no car is no car", |exe| {
            let rounds = ["1:a:b.2:c:d", "1:a:b.2:c:d:e.3:e:f"];
            runs(exe, &rounds.map(fin), &[&["1:a:b", "2:c:d"], &["1:a:b", "3:e:f"]]);
        }),
        Row::new("into::ten identical records are ten cars", |exe| {
            let of = |count: usize| vec!["7:car:red"; count].join(".");
            let rounds = [1, 3, 3, 10].map(|count| fin(&of(count)));
            let cars = ["7:car:red"; 10];
            runs(exe, &rounds, &[&cars[..1], &cars[..3], &cars[..3], &cars]);
        }),
        Row::new("into::a restart adds all of it, and is reported", |exe| {
            let rounds = ["1:a:b.2:c:d", "3:e:f.4:g:h"];
            let said = runs(exe, &rounds.map(fin), &[&["1:a:b", "2:c:d"], &ALL]);
            let tells =
                |line: &str| line.contains("gate") && line.to_lowercase().contains("restart");
            assert!(said[1].stderr.lines().any(tells), "{}", said[1]);
        }),
        Row::new("into::an older list that was cut adds nothing, unless it comes again", |exe| {
            let rounds = ["1:a:b.2:c:d.3:e:f", "1:a:b.2:c:", "1:a:b.2:c:"];
            let three: &[&str] = &["1:a:b", "2:c:d", "3:e:f"];
            let again: &[&str] = &["1:a:b", "2:c:d", "3:e:f", "1:a:b", "2:c:"];
            let said = runs(exe, &rounds.map(fin), &[three, three, again]);
            let restarted = |said: &Finished| said.stderr.to_lowercase().contains("restart");
            assert_eq!(said.iter().map(restarted).collect::<Vec<_>>(), [false, false, true]);
        }),
        Row::new("into::a run that fails changes nothing", |exe| {
            let rounds = [
                fin("1:a:b.2:c:d"),
                Script::new("", End::Reset),
                Script::new("1:a:b.2:c:d.3:e", End::Reset),
                fin("1:a:b.2:c:d.3:e:f.4:g:h"),
            ];
            let two: &[&str] = &["1:a:b", "2:c:d"];
            runs(exe, &rounds, &[two, two, two, &ALL]);
        }),
        Row::new("into::--keep-partial adds what came, once", kept),
        Row::new("into::cars of all sorts come back as they were", sorts),
        Row::new("into::cars are printed as without it", |exe| {
            let (folder, station) = (Folder::new(), Hostile::new(fin("1:a:b.2:c:d")));
            for _ in 0..2 {
                let run = Client::new(exe).args(["-f", "wire", &station.address(), "--into"]);
                run.arg(folder.path("cars.db")).run().assert_stdout("1:a:b.2:c:d");
            }
        }),
        Row::new("into::a watch adds each car once, and goes on", watched),
        Row::heavy("into::a list that is longer than is remembered", long),
        Row::new("into::a signal keeps what had arrived", signal),
    ];
    rows.extend(others::rows());
    rows.extend(killed::rows());
    rows
}

const ALL: [&str; 4] = ["1:a:b", "2:c:d", "3:e:f", "4:g:h"];

fn fin(bytes: &str) -> Script {
    Script::new(bytes, End::Fin)
}

/// A run for each of those, all into the same database, which then holds these cars.
#[track_caller]
fn runs(exe: &Path, rounds: &[Script], cars: &[&[&str]]) -> Vec<Finished> {
    let (folder, station) = (Folder::new(), Hostile::each(rounds.to_vec()));
    let db = folder.path("cars.db");
    let mut runs = Vec::new();
    for (nth, cars) in cars.iter().enumerate() {
        let run = Client::new(exe).args(["--into"]).arg(&db);
        let finished = run.arg(format!("gate={}", station.address())).run();
        let code = if finished.station(0)["outcome"] == "complete" { 0 } else { 3 };
        finished.assert_code(code);
        let stored = database::records(&db, "gate");
        assert_eq!(stored, *cars, "after run {nth} of {rounds:#?}\n{finished}");
        runs.push(finished);
    }
    database::assert_sound(&db);
    runs
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the end of time")
}

fn schema(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let gate = Hostile::each(vec![fin("1:a:b"), fin("1:a:b.2:c:d")]);
    let bridge = Hostile::each(vec![fin("1:x:y"), Script::new("", End::Reset)]);
    let stations = [format!("gate={}", gate.address()), format!("bridge={}", bridge.address())];
    let mut rows = 0;
    for run in 1..3 {
        let before = now();
        let _ = Client::new(exe).arg("--into").arg(&db).args(&stations).run();
        let after = now();
        let log = folder.path("cars.db-wal");
        assert!(!log.exists(), "once it has ended, its database is one file, to be copied");
        let cars = database::cars(&db);
        for car in &cars[rows..] {
            assert!((before..=after).contains(&car.gathered_at), "{car:?}: Unix milliseconds");
        }
        rows = cars.len();
        assert_eq!(database::count(&db, "gathers"), run, "a row a gather");
        assert_eq!(database::count(&db, "outcomes"), run * 2, "a row a station and gather");
    }
    let column = |name: &str, is: &str| (name.to_owned(), is.to_owned(), name == "id");
    let columns = database::columns(&db, "cars");
    for expected in [
        column("id", "INTEGER"),
        column("station", "TEXT"),
        column("time", "TEXT"),
        column("brand", "TEXT"),
        column("color", "TEXT"),
        column("gathered_at", "INTEGER"),
    ] {
        assert!(columns.contains(&expected), "{expected:?} in {columns:#?}");
    }
    assert_eq!(database::records(&db, "gate"), ["1:a:b", "2:c:d"]);
    assert_eq!(database::records(&db, "bridge"), ["1:x:y"]);
    let ids: Vec<i64> = database::cars(&db).iter().map(|car| car.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

fn kept(exe: &Path) {
    let (folder, db) = (Folder::new(), "cars.db");
    let station = Hostile::each(vec![
        Script::new("1:a:b.2:c:d.3:e", End::Reset),
        fin("1:a:b.2:c:d.3:e:f"),
        Script::new("1:a:b.2:c:d.", End::Reset),
        fin("2:c:d.3:e:f.4:g:h"),
    ]);
    let three: &[&str] = &["1:a:b", "2:c:d", "3:e:f"];
    for cars in [&["1:a:b", "2:c:d"], three, three, &ALL] {
        let run = Client::new(exe).args(["--keep-partial", "--into"]).arg(folder.path(db));
        let finished = run.arg(format!("gate={}", station.address())).run();
        assert_eq!(database::records(&folder.path(db), "gate"), cars, "{finished}");
    }
}

fn sorts(exe: &Path) {
    let folder = Folder::new();
    let cars = crate::fixtures::Cars::new(5_000);
    let escapes = ["\u{1b}[31m", "\0", "it's; DROP TABLE cars--"];
    let awkward = escapes.map(|brand| ["=1+1".to_owned(), brand.to_owned(), "\u{202e}".to_owned()]);
    let all: Vec<[String; 3]> = cars.cars().iter().chain(&awkward).cloned().collect();
    let wire: Vec<String> = all.iter().map(crate::fixtures::record).collect();
    for pieces in Pieces::ALL {
        let station = Hostile::new(fin(&wire.join(".")).in_pieces(pieces));
        let name = "gate'); DROP TABLE cars;--";
        let run = Client::new(exe).arg("--into").arg(folder.path("cars.db"));
        let finished = run.arg(format!("{name}={}", station.address())).run();
        finished.assert_code(0);
        let stored = database::cars(&folder.path("cars.db"));
        assert_eq!(stored.len(), all.len(), "{finished}");
        assert!(stored.iter().zip(&all).all(|(stored, car)| stored.fields == *car));
        assert!(stored.iter().all(|car| car.station == name));
    }
}

/// Two watches, one after the other; the second begins where the first ended.
fn watched(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let rounds = ["1:a:b", "1:a:b.2:c:bl", "1:a:b.2:c:blue.3:e:f", "2:c:blue.3:e:f.4:g:h"];
    let whole = ["1:a:b", "2:c:blue", "3:e:f", "4:g:h"];
    for half in 0..2 {
        let mut scripts: Vec<Script> =
            rounds[half * 2..half * 2 + 2].iter().map(|s| fin(s)).collect();
        scripts.push(Script::new("", End::Stall));
        let station = Hostile::each(scripts);
        let run = Client::new(exe).args(["--watch", "10ms", "--into"]).arg(&db);
        let watching = Watching::start(run.arg(format!("gate={}", station.address())));
        station.wait(|progress| progress.accepted == 3);
        let stored = database::records(&db, "gate");
        let expected: &[&str] = if half == 0 { &["1:a:b", "2:c:bl"] } else { &whole };
        assert_eq!(stored, expected, "it is there while the client goes on");
        let finished = watching.stop();
        finished.assert_code(130);
        assert_eq!(database::records(&db, "gate"), expected, "{finished}");
        finished.assert_station(0, &json!({"name": "gate"}));
    }
    database::assert_sound(&db);
}

/// Continuity remembers 65,536 pieces; what was before them is not new.
fn long(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let of =
        |from: usize, to: usize| (from..to).map(|nth| format!("{nth}:car:red")).collect::<Vec<_>>();
    for (from, to) in [(0, 100_000), (0, 100_010), (60_000, 100_020)] {
        let station = Hostile::new(fin(&of(from, to).join(".")));
        let run = Client::new(exe).args(["-f", "wire", "--into"]).arg(&db);
        run.arg(format!("gate={}", station.address())).run().assert_code(0);
        let stored = database::records(&db, "gate");
        assert!(stored == of(0, to), "{} cars after {from}..{to}", stored.len());
    }
}

fn signal(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let fine = Hostile::new(fin("1:a:b.2:c:d"));
    let slow = Hostile::new(Script::new("3:e:f.4:g", End::Stall));
    let run = Client::new(exe).args(["-f", "wire", "--into"]).arg(&db);
    let names = [format!("fine={}", fine.address()), format!("slow={}", slow.address())];
    let running = run.args(names).start();
    fine.wait(|progress| progress.over == 1);
    slow.wait(|progress| progress.delivered == 1);
    running.signal(rustix::process::Signal::INT);
    let finished = running.finish();
    finished.assert_code(130);
    finished.assert_stdout("1:a:b.2:c:d");
    assert_eq!(database::records(&db, "fine"), ["1:a:b", "2:c:d"], "{finished}");
    assert!(database::records(&db, "slow").is_empty(), "partial, and not asked for");
}
