//! How a watch ends: by a signal, by a closed pipe, by a disk that is full.

use std::fs::{self, File};
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use super::{fins, ndjson, station};
use crate::client::{Client, Running, USAGE};
use crate::hostile::{End, Gate, Hostile, Script};
use crate::kernel::until;
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("watch::SIGINT in a round prints what had arrived", |exe| {
            stopped(exe, Signal::INT, 130);
        }),
        Row::new("watch::SIGTERM in a round prints what had arrived", |exe| {
            stopped(exe, Signal::TERM, 143);
        }),
        Row::new("watch::a signal between two rounds", |exe| {
            let station = Hostile::new(Script::new("1:a:b.2:c:d", End::Fin));
            let run = Client::new(exe).args(["--watch", "1h", "-f", "ndjson"]);
            let watching = Watching::start(run.arg(format!("gate={}", station.address())));
            watching.wait_for_lines(1);
            let finished = watching.stop();
            finished.assert_code(130);
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d"]));
            finished.assert_station(0, &json!({"name": "gate", "outcome": "complete"}));
        }),
        Row::new("watch::a closed pipe ends it quietly", closed_pipe),
        Row::new("watch::a full disk ends it", |exe| {
            let full = File::options().write(true).open("/dev/full").expect("full(4)");
            let station = Hostile::new(Script::new("1:a:b.2:c:d", End::Fin));
            let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
            let finished = run.arg(station.address()).stdout(full).run();
            finished.assert_code(4);
            assert!(finished.stderr.contains("No space left"), "{finished}");
        }),
        Row::new("watch::-o is left alone", output),
        Row::new("watch::nobody answers, and it goes on", |exe| {
            let late = Gate::default();
            let mut rounds = vec![Script::new("", End::Reset); 3];
            rounds.push(Script::new("1:a:b.2:c:d", End::Fin).sent_after(&late));
            let station = station(rounds);
            let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
            let watching = Watching::start(run.arg(format!("gate={}", station.address())));
            station.wait(|progress| progress.accepted == 4);
            late.open();
            watching.wait_for_lines(1);
            let finished = watching.stop();
            finished.assert_code(130);
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d"]));
        }),
        Row::new("watch::--deadline is of each round", |exe| {
            let station = Hostile::each(vec![
                Script::new("1:a:b.", End::Stall),
                Script::new("1:a:b.2:c:d.3:e:f", End::Fin),
            ]);
            let args = ["--watch", "10ms", "-f", "ndjson", "--deadline", "400ms"];
            let run = Client::new(exe).args(args);
            let watching = Watching::start(run.arg(format!("gate={}", station.address())));
            assert!(watching.wait_for_lines(2).starts_with(&ndjson("gate", &["1:a:b", "2:c:d"])));
            watching.stop().assert_code(130);
        }),
    ];
    for given in ["soon", "10", "-1s", ""] {
        let given = format!("--watch={given}");
        rows.push(Row::new(format!("watch::usage: {given}"), move |exe| {
            let finished = Client::new(exe).args([&given, "127.0.0.1:9"]).run();
            finished.assert_code(USAGE);
            assert!(!finished.stderr.contains("panicked"), "{finished}");
        }));
    }
    rows
}

/// In the second round one has answered and the other has not; each has a tail of the first.
fn stopped(exe: &Path, signal: Signal, code: i32) {
    let fine = station(fins(&["1:a:b.2:c:d", "1:a:b.2:c:d.3:e:f"]));
    let slow = Hostile::each(vec![
        Script::new("7:u:v.8:w:x", End::Fin),
        Script::new("7:u:v.8:w:x.9:y:z.", End::Stall),
    ]);
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
    let names = [format!("fine={}", fine.address()), format!("slow={}", slow.address())];
    let watching = Watching::start(run.args(names));
    fine.wait(|progress| progress.over == 2);
    slow.wait(|progress| progress.delivered == 2);
    watching.signal(signal);
    let finished = watching.finish();
    finished.assert_code(code);
    let printed = String::from_utf8_lossy(&finished.stdout);
    let of = |name: &str| {
        let is_its = |line: &&str| line.contains(name);
        printed.split_inclusive('\n').filter(is_its).collect::<String>()
    };
    assert_eq!(of("fine"), ndjson("fine", &["1:a:b", "2:c:d", "3:e:f"]), "{finished}");
    // What came of the second is partial, and not asked for.
    assert_eq!(of("slow"), ndjson("slow", &["7:u:v", "8:w:x"]), "{finished}");
}

fn closed_pipe(exe: &Path) {
    let more = Gate::default();
    let rounds = vec![
        Script::new("1:a:b.2:c:d", End::Fin),
        Script::new("1:a:b.2:c:d.3:e:f.4:g:h", End::Fin).sent_after(&more),
        Script::new("1:a:b.2:c:d.3:e:f.4:g:h.5:i:j", End::Fin),
    ];
    let station = Hostile::each(rounds);
    let args = ["-q", "--summary", "none", "--watch", "10ms", "-f", "ndjson"];
    let mut running = Client::new(exe).args(args).arg(station.address()).start_unread();
    let stdout = running.take_stdout();
    station.wait(|progress| progress.accepted == 2);
    drop(stdout);
    more.open();
    let finished = running.finish();
    finished.assert_code(4);
    assert_eq!(finished.stderr, "", "quietly");
}

/// A watch ends by a signal, and then the file is not touched (cli.md); or it is not begun.
fn output(exe: &Path) {
    let station = Hostile::new(Script::new("1:a:b.2:c:d", End::Fin));
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
    let (dir, path) = (run.dir(), run.dir().join("cars"));
    fs::write(&path, "old").expect("a temporary folder");
    let mut running = run.arg("-o").arg(&path).arg(station.address()).start();
    let is_over = |running: &mut Running| running.has_ended();
    until("it ends, or goes on", || {
        (is_over(&mut running) || station.wait(|_| true).accepted >= 3).then_some(())
    });
    if !is_over(&mut running) {
        running.signal(Signal::INT);
    }
    let finished = running.finish();
    assert!([USAGE, 130].contains(&finished.code), "{finished}");
    assert_eq!(fs::read_to_string(path).expect("it is there"), "old");
    let entries = fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("it").file_name());
    let others: Vec<_> = entries.filter(|name| name != "cars" && name != "report.json").collect();
    assert!(others.is_empty(), "{others:?}");
}
