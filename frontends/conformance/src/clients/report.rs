//! cli.md, Report: its keys, their order, where it goes; and `--demo`.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, USAGE};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::json::{Shape, assert_holds};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("report::keys in their order", keys),
        Row::new("report::counts what was received, merged or not", counts),
        Row::new("report::names default to addresses", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let address = station.address();
            for given in [address.clone(), format!("tcp://{address}")] {
                let finished = Client::new(exe).args(["-f", "ndjson", &given]).run();
                finished.assert_code(0);
                finished.assert_station(0, &json!({"address": address}));
                assert_eq!(finished.lines()[0]["station"], finished.station(0)["name"]);
            }
            let finished = Client::new(exe).arg(&address).run();
            finished.assert_station(0, &json!({"name": address}));
        }),
        Row::new("report::--summary json", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let run = Client::new(exe).args(["-q", "--summary", "json"]);
            let finished = run.arg(station.address()).run();
            let said: Value = serde_json::from_str(finished.stderr.trim()).unwrap_or_else(|e| {
                panic!("stderr is the report and nothing else: {e}\n{finished}");
            });
            assert_eq!(said, finished.report());
        }),
        Row::new("report::--summary text", |exe| {
            let (fine, gone) = (Hostile::new(Script::new("1:a:b", End::Fin)), Refusing::new());
            let names = [format!("gate={}", fine.address()), format!("bridge={}", gone.address())];
            let finished = Client::new(exe).arg("-q").args(names).run();
            let line = |name| finished.stderr.lines().find(|line: &&str| line.contains(name));
            assert!(line("gate").is_some_and(|line| line.contains("complete")), "{finished}");
            assert!(line("bridge").is_some_and(|line| line.contains("refused")), "{finished}");
        }),
        Row::new("report::--summary none", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let run = Client::new(exe).args(["-q", "--summary", "none"]);
            let finished = run.arg(station.address()).run();
            assert_eq!(finished.stderr, "", "{finished}");
            finished.assert_code(0);
        }),
        Row::new("report::detail is the system's own words", |exe| {
            let finished = Client::new(exe).arg(Refusing::new().address()).run();
            let detail = finished.station(0)["detail"].to_string().to_lowercase();
            assert!(detail.contains("refused"), "{detail}");
        }),
        Row::new("report::stations of a file and of the command line", list),
        Row::new("report::--progress in a pipe is plain lines, and only if asked for", |exe| {
            let stations = ["1:a:b", "2:c:d"].map(|car| Hostile::new(Script::new(car, End::Fin)));
            for progress in ["auto", "always", "never"] {
                let run = Client::new(exe).args(["-q", "--summary", "none", "-f", "wire"]);
                let run = run.args(["--progress", progress]);
                let finished = run.args(stations.each_ref().map(Hostile::address)).run();
                finished.assert_code(0);
                finished.assert_stdout("1:a:b.2:c:d");
                if progress == "always" {
                    assert!(finished.stderr.ends_with('\n'), "lines\n{finished}");
                    let last = finished.stderr.lines().last();
                    assert!(last.is_some_and(|line| line.contains('2')), "both\n{finished}");
                    let is_control = |c: char| c.is_control() && c != '\n';
                    assert!(!finished.stderr.contains(is_control), "{finished}");
                } else {
                    assert_eq!(finished.stderr, "", "{progress}");
                }
            }
        }),
        Row::new("report::the environment stands for flags, flags win", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let run = || Client::new(exe).env("CARWATCH_CLIENT_FORMAT", "wire");
            run().arg(station.address()).run().assert_stdout("1:a:b");
            let finished = run().args(["-f", "csv", &station.address()]).run();
            assert!(finished.stdout.starts_with(b"station,"), "{finished}");
        }),
        Row::new("report::logs go to a file", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let run = Client::new(exe).args(["--summary", "none", "--log-format", "json"]);
            let log = run.dir().join("log");
            let finished = run.arg("--log-file").arg(&log).arg(station.address()).run();
            finished.assert_code(0);
            assert_eq!(finished.stderr, "", "{finished}");
            let log = std::fs::read_to_string(log).expect("a log");
            assert!(!log.is_empty(), "the life cycle is logged at info");
            for line in log.lines() {
                let _: Value = serde_json::from_str(line).expect("each line is JSON");
            }
        }),
        Row::new("demo::two stations of three", demo),
    ]
}

fn keys(exe: &Path) {
    let fine = Hostile::new(Script::new("1:a:b.\u{e9}.1:2:3:4", End::Fin));
    let bad = Hostile::new(Script::new(b"\xff", End::Fin));
    let finished = Client::new(exe).args([fine.address(), bad.address()]).run();
    let shape = Shape::of(finished.report_text.as_deref().expect("a report"));
    let report =
        ["complete", "partial", "failed", "cars", "rejected", "elapsed_ms", "exit", "stations"];
    assert_eq!(shape.names(), report);
    let station = [
        "name",
        "address",
        "outcome",
        "reason",
        "verified",
        "cars",
        "rejected",
        "bytes",
        "attempts",
        "first_byte_ms",
        "elapsed_ms",
        "detail",
        "rejections",
    ];
    for line in &shape.get("stations").items {
        assert_eq!(line.names(), station);
    }
    let rejections = &shape.get("stations").items[0].get("rejections").items;
    assert_eq!(rejections[0].names(), ["index", "start", "end", "reason", "found"]);
    let rejections = &shape.get("stations").items[1].get("rejections").items;
    assert_eq!(rejections[0].names(), ["index", "start", "end", "reason", "at"]);
    let line = finished.station(0);
    assert!(line["first_byte_ms"].is_number() && line["elapsed_ms"].is_number(), "{line}");
    assert!(line["detail"].is_null(), "{line}");
    assert!(finished.report()["elapsed_ms"].is_number(), "{finished}");
}

fn counts(exe: &Path) {
    let fine = Hostile::new(Script::new("1:a:b.2:c:d.x", End::Fin));
    let cut = Hostile::new(Script::new("3:e:f.4:g", End::Reset));
    let gone = Refusing::new();
    let stations = [fine.address(), cut.address(), gone.address()];
    let expected = |cars: u32| {
        json!({"complete": 1, "partial": 1, "failed": 1, "cars": cars, "exit": 1, "stations": [
            {"cars": 2, "rejected": 1, "bytes": 13}, {"cars": 1, "rejected": 1, "bytes": 9},
            {"cars": 0, "rejected": 0, "bytes": 0},
        ]})
    };
    let finished = Client::new(exe).args(["-f", "ndjson"]).args(&stations).run();
    assert_holds(&finished.report(), &expected(2), &finished);
    assert_eq!(finished.lines().len(), 2, "{finished}");
    let finished = Client::new(exe).args(["--keep-partial", "-f", "ndjson"]).args(&stations).run();
    assert_holds(&finished.report(), &expected(3), &finished);
    assert_eq!(finished.lines().len(), 3, "{finished}");
}

fn list(exe: &Path) {
    let stations = ["1:a:b", "2:c:d", "3:e:f"].map(|car| Hostile::new(Script::new(car, End::Fin)));
    let [one, two, three] = stations.each_ref().map(Hostile::address);
    let run = Client::new(exe).args(["-f", "wire"]);
    let path = run.dir().join("list");
    let text = format!("# ours\n\nbridge={two}\n  # theirs\n{three}\n");
    std::fs::write(&path, text).expect("a temporary folder");
    let finished = run.arg(format!("gate={one}")).arg(format!("@{}", path.display())).run();
    finished.assert_stdout("1:a:b.2:c:d.3:e:f");
    finished.assert_code(0);
    finished.assert_station(1, &json!({"name": "bridge", "address": two}));
    finished.assert_station(2, &json!({"name": three, "address": three}));
    // A line that is no station is named by file and number.
    let run = Client::new(exe);
    let path = run.dir().join("list");
    std::fs::write(&path, format!("{one}\nnowhere\n")).expect("a temporary folder");
    let finished = run.arg(format!("@{}", path.display())).run();
    finished.assert_code(USAGE);
    assert!(finished.stderr.contains("list:2"), "the error names file and line\n{finished}");
}

fn demo(exe: &Path) {
    let finished = Client::new(exe).arg("--demo").run();
    finished.assert_code(0);
    let expected = json!({"complete": 2, "partial": 0, "failed": 1, "cars": 40, "exit": 0});
    assert_holds(&finished.report(), &expected, &finished);
    let table = String::from_utf8(finished.stdout.clone()).expect("text");
    for nth in 0..3 {
        let station = finished.station(nth);
        let name = station["name"].as_str().expect("a name");
        let lines = table.lines().filter(|line| line.contains(name)).count();
        if station["outcome"] == "complete" {
            assert_eq!((station["cars"].as_u64(), lines), (Some(20), 20), "{name}\n{finished}");
        } else {
            assert_eq!((station["reason"].as_str(), lines), (Some("refused"), 0), "{finished}");
        }
        assert!(finished.stderr.contains(name), "the report names {name}\n{finished}");
    }
    assert!(finished.stderr.contains("refused"), "{finished}");
}
