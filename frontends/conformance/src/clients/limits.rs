//! limits.md of a client: each limit is reached, to the byte where it counts bytes.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::client::{Client, USAGE};
use crate::hostile::{End, Gate, Hostile, Pieces, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("limits::a response of exactly --max-response", |exe| response(exe, 0)),
        Row::new("limits::a response of one byte more", |exe| response(exe, 1)),
        Row::new("limits::an endless response", endless),
        Row::new("limits::--max-memory fails the largest", memory),
        Row::new("limits::one connection at a time", one_at_a_time),
        Row::new("limits::stations that wait their turn meet the deadline", never_begun),
        Row::new("limits::sixty stations, forty descriptors", few_descriptors),
        Row::new("limits::the first 100 rejections", hundred_rejections),
        Row::new("limits::100,001 stations are too many", too_many_stations),
    ]
}

/// A response of 4 KiB and `more` bytes, where 4 KiB are allowed.
fn response(exe: &Path, more: usize) {
    let bytes = format!("1:{}:b", "a".repeat(4096 - 4 + more));
    for pieces in Pieces::ALL {
        let station = Hostile::new(Script::new(&bytes, End::Fin).in_pieces(pieces));
        let finished = Client::new(exe).args(["--max-response", "4KiB", &station.address()]).run();
        if more == 0 {
            finished.assert_station(0, &json!({"outcome": "complete", "cars": 1, "bytes": 4096}));
            finished.assert_code(0);
            continue;
        }
        finished.assert_station(
            0,
            &json!({"outcome": "failed", "reason": "too_large", "cars": 0, "rejected": 0,
                "bytes": 4096 + more, "rejections": []}),
        );
        let detail = finished.station(0)["detail"].to_string();
        assert!(detail.contains("--max-response") && detail.contains("--keep"), "{detail}");
        finished.assert_code(3);
        finished.assert_stdout("");
    }
}

fn endless(exe: &Path) {
    let station = Hostile::new(Script::new("1:a:b.2:c:d.", End::Endless));
    let run = Client::new(exe).args(["--keep-partial", "--max-response", "100KiB"]);
    let finished = run.arg(station.address()).run();
    finished.assert_station(
        0,
        &json!({"outcome": "failed", "reason": "too_large", "cars": 0, "rejected": 0}),
    );
    let (bytes, limit) = (finished.station(0)["bytes"].as_u64().expect("a count"), 100 * 1024);
    assert!((limit + 1..=limit + 64 * 1024).contains(&bytes), "{bytes} of {limit} bytes");
    finished.assert_stdout("");
    finished.assert_code(3);
}

/// Two unfinished answers past the memory together: the larger goes, the other is whole.
fn memory(exe: &Path) {
    let car = |len: usize| format!("1:{}:b", "a".repeat(len));
    let many = |len: usize| vec![car(10_000); len / 10_000].join(".");
    let (both, done) = (Gate::default(), Gate::default());
    let large = Hostile::new(Script::new(many(800_000), End::Stall).sent_after(&both));
    let small_script = Script::new(many(400_000), End::Fin).sent_after(&both).ended_after(&done);
    let small = Hostile::new(small_script);
    let run = Client::new(exe).args(["--max-memory", "1MiB"]);
    let running = run.args([large.address(), small.address()]).start();
    large.wait(|progress| progress.accepted == 1);
    small.wait(|progress| progress.accepted == 1);
    both.open();
    large.wait(|progress| progress.over == 1);
    done.open();
    let finished = running.finish();
    finished.assert_station(
        0,
        &json!({"outcome": "failed", "reason": "too_large", "cars": 0, "rejected": 0}),
    );
    finished.assert_station(1, &json!({"outcome": "complete", "cars": 40}));
    finished.assert_code(1);
}

fn one_at_a_time(exe: &Path) {
    let done = Gate::default();
    let first = Hostile::new(Script::new("1:a:b", End::Fin).ended_after(&done));
    let second = Hostile::new(Script::new("2:c:d", End::Fin));
    let run = Client::new(exe).args(["-j", "1", "-f", "wire"]);
    let running = run.args([first.address(), second.address()]).start();
    let accepted = first.wait(|progress| progress.delivered == 1).accepted;
    assert_eq!((accepted, second.wait(|_| true).accepted), (1, 0), "one connection");
    done.open();
    let finished = running.finish();
    finished.assert_stdout("1:a:b.2:c:d");
    finished.assert_code(0);
}

fn never_begun(exe: &Path) {
    let first = Hostile::new(Script::new("1:a:b", End::Stall));
    let second = Hostile::new(Script::new("2:c:d", End::Fin));
    let run = Client::new(exe).args(["-j", "1", "--deadline", "400ms"]);
    let finished = run.args([first.address(), second.address()]).run();
    finished.assert_station(0, &json!({"outcome": "partial", "reason": "deadline"}));
    finished.assert_station(
        1,
        &json!({"outcome": "failed", "reason": "deadline", "attempts": 0, "bytes": 0}),
    );
    finished.assert_code(3);
}

/// `-j` is 64 and there are fewer descriptors than that: the others wait their turn.
fn few_descriptors(exe: &Path) {
    let stations: Vec<Hostile> =
        (0..60).map(|nth| Hostile::new(Script::new(format!("{nth}:a:b"), End::Fin))).collect();
    let run = Client::after("ulimit -n 40", exe).args(["-f", "ndjson"]);
    let finished = run.args(stations.iter().map(Hostile::address)).run();
    for nth in 0..stations.len() {
        let expected = json!({"outcome": "complete", "reason": null, "cars": 1, "attempts": 1});
        finished.assert_station(nth, &expected);
    }
    assert_eq!(finished.lines().len(), stations.len(), "{finished}");
    finished.assert_code(0);
}

fn hundred_rejections(exe: &Path) {
    let station = Hostile::new(Script::new(".".repeat(249), End::Fin));
    let finished = Client::new(exe).arg(station.address()).run();
    finished.assert_station(0, &json!({"outcome": "complete", "cars": 0, "rejected": 250}));
    let rejections = finished.station(0)["rejections"].as_array().expect("an array").clone();
    assert_eq!(rejections.len(), 100);
    assert_eq!(rejections[99], json!({"index": 99, "start": 99, "end": 99, "reason": "empty"}));
    finished.assert_code(0);
}

fn too_many_stations(exe: &Path) {
    let run = Client::new(exe);
    let list = run.dir().join("stations");
    let mut text = String::new();
    for nth in 0..100_001 {
        let (a, b, c) = (nth / 65_536, nth / 256 % 256, nth % 256);
        writeln!(text, "127.{}.{b}.{c}:9", a + 1).expect("a string");
    }
    std::fs::write(&list, text).expect("a temporary folder");
    let finished = run.arg(format!("@{}", list.display())).run();
    finished.assert_code(USAGE);
    assert!(finished.report_text.is_none(), "a usage error writes no report");
}
