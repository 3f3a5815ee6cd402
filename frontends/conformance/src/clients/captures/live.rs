//! What a gather and `inspect` of its capture say, beside each other.

use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use super::Captured;
use crate::client::Client;
use crate::fixtures::{Cars, Folder};
use crate::hostile::{Deaf, End, Hostile, Pieces, Refusing, Script};
use crate::inspect::inspect;
use crate::json::assert_holds;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("captures::each ending, told again", endings),
        Row::new("captures::every format as live", formats),
        Row::new("captures::--keep-partial as live", |exe| {
            let (fine, cut) = (fin("1:a:b"), Hostile::new(Script::new("2:c:d.3:e", End::Reset)));
            let stations = [named("fine", &fine), named("cut", &cut)];
            let captured = Captured::new(exe, &["--keep-partial", "-f", "json"], &stations);
            let _ = captured.says_the_same(exe, &["--keep-partial"]);
            for format in ["ndjson", "csv", "table"] {
                let live = Client::new(exe).args(["--keep-partial", "-f", format]).args(&stations);
                let live = live.run();
                let args = ["--keep-partial", "-f", format, &captured.path()];
                assert_eq!(inspect(exe, args).stdout, live.stdout, "{format}\n{live}");
            }
        }),
        Row::new("captures::exit codes as live", exits),
        Row::new("captures::of several attempts one line", attempts),
        Row::new("captures::responses in all pieces, large ones", |exe| {
            let cars = Cars::new(20_000);
            let of =
                |pieces| Hostile::new(Script::new(cars.snapshot(), End::Fin).in_pieces(pieces));
            let stations = [Pieces::Whole, Pieces::Random(3)].map(of);
            let short = Hostile::new(Script::new("1:a:b.2:c:d", End::Fin).in_pieces(Pieces::Bytes));
            let names = [named("a", &stations[0]), named("b", &stations[1]), named("c", &short)];
            let captured = Captured::new(exe, &["-f", "wire"], &names);
            captured.live.assert_code(0);
            let _ = captured.says_the_same(exe, &[]);
            let inspected = inspect(exe, ["-f", "wire", &captured.path()]);
            assert!(inspected.stdout == captured.live.stdout, "the same wire");
        }),
        Row::new("captures::stations that never had their turn", |exe| {
            let (first, second) = (Hostile::new(Script::new("1:a:b", End::Stall)), fin("2:c:d"));
            let stations = [named("first", &first), named("second", &second)];
            let captured = Captured::new(exe, &["-j", "1", "--deadline", "400ms"], &stations);
            captured.live.assert_station(1, &json!({"reason": "deadline", "attempts": 0}));
            let _ = captured.says_the_same(exe, &[]);
        }),
        Row::new("captures::a signal", signal),
        Row::new("captures::a capture that cannot be written", |exe| {
            let station = fin("1:a:b");
            let run = Client::new(exe).args(["--capture", "/nonexistent/a.pcapng"]);
            let finished = run.arg(station.address()).run();
            finished.assert_code(4);
            assert!(finished.stderr.contains("/nonexistent/a.pcapng"), "{finished}");
        }),
        Row::new("captures::a disk that is full", |exe| {
            let station = fin(&vec!["1:peugeot:red"; 50_000].join("."));
            let folder = Folder::new();
            let run = Client::after("trap '' XFSZ; ulimit -f 100", exe).arg("--capture");
            let run = run.arg(folder.path("a.pcapng")).args(["-f", "wire", &station.address()]);
            let finished = run.stdout(std::process::Stdio::null()).run();
            finished.assert_code(4);
            assert!(finished.stderr.contains("a.pcapng"), "it names it\n{finished}");
        }),
    ]
}

fn fin(bytes: &str) -> Hostile {
    Hostile::new(Script::new(bytes, End::Fin))
}

fn named(name: &str, station: &Hostile) -> String {
    format!("{name}={}", station.address())
}

fn endings(exe: &Path) {
    let scripts = [
        ("fine", Script::new("1:a:b.2:c:d", End::Fin)),
        ("empty", Script::new("", End::Fin)),
        ("bad", Script::new(b"1:a:b.2:\xff:c.x.1:2:3:4..", End::Fin)),
        ("reset", Script::new("", End::Reset)),
        ("partial", Script::new("1:a:b.2:c:d.3:e", End::Reset)),
        ("whole", Script::new("1:a:b.2:c:d.", End::Reset)),
        ("large", Script::new("1:a:b.", End::Endless)),
        ("idle", Script::new("1:a:b.2", End::Stall)),
        ("silent", Script::new("", End::Stall)),
    ];
    let stations: Vec<(&str, Hostile)> =
        scripts.map(|(name, script)| (name, Hostile::new(script))).into();
    let mut names: Vec<String> = stations.iter().map(|(name, is)| named(name, is)).collect();
    let (gone, deaf) = (Refusing::new(), Deaf::new());
    names.push(format!("gone={}", gone.address()));
    names.push(format!("deaf={}", deaf.address()));
    names.push("unreachable=127.255.255.255:9".to_owned());
    names.push("unknown=nonexistent.invalid:8000".to_owned());
    let args =
        ["--max-response", "100KiB", "--idle-timeout", "500ms", "--connect-timeout", "300ms"];
    let captured = Captured::new(exe, &args, &names);
    captured.live.assert_code(1);
    let reasons = json!([
        null,
        null,
        null,
        "reset",
        "reset",
        "reset",
        "too_large",
        "idle_timeout",
        "idle_timeout",
        "refused",
        "connect_timeout",
        "unreachable",
        "name_not_found"
    ]);
    let report = captured.live.report();
    let stations = report["stations"].as_array().expect("an array");
    let live: Vec<_> = stations.iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(json!(live), reasons, "{}", captured.live);
    let inspected = captured.says_the_same(exe, &[]);
    assert_eq!(inspected.document()["cars"], json!(captured.live.lines()));
}

fn formats(exe: &Path) {
    let gate = fin("97264836:peugeot:red.12%2e5:Lynk%3aCo:.x.1:=cmd:\u{1b}[31m");
    let bridge = fin("today:100% red:blue.1:\u{e9}:\u{202e}");
    let stations = [named("gate", &gate), named("bridge", &bridge)];
    let captured = Captured::new(exe, &[], &stations);
    for format in ["table", "csv", "ndjson", "wire"] {
        let live = Client::new(exe).args(["-f", format]).args(&stations).run();
        let inspected = inspect(exe, ["-f", format, &captured.path()]);
        let text = String::from_utf8_lossy(&live.stdout);
        assert_eq!(String::from_utf8_lossy(&inspected.stdout), text, "{format}");
    }
    // In a pipe it is what is printed anyway.
    assert_eq!(inspect(exe, [captured.path()]).stdout, captured.live.stdout);
    let live = Client::new(exe).args(["-f", "json"]).args(&stations).run();
    let live: serde_json::Value = serde_json::from_slice(&live.stdout).expect("JSON");
    let again = inspect(exe, ["-f", "json", &captured.path()]).document();
    assert_eq!(again["cars"], live["cars"]);
}

fn exits(exe: &Path) {
    let (fine, bad, gone) = (fin("1:a:b"), fin("x"), Refusing::new());
    let gone = format!("gone={}", gone.address());
    let (fine, bad) = (named("fine", &fine), named("bad", &bad));
    for (stations, args, code) in [
        (vec![&fine, &bad], &[][..], 0),
        (vec![&fine, &gone], &[], 1),
        (vec![&gone], &[], 3),
        (vec![&gone, &fine], &["--min-ok", "1"], 0),
        (vec![&fine, &bad], &["--strict"], 5),
        (vec![&fine, &gone], &["--strict"], 1),
    ] {
        let stations: Vec<String> = stations.into_iter().cloned().collect();
        let captured = Captured::new(exe, args, &stations);
        captured.live.assert_code(code);
        let _ = captured.says_the_same(exe, args);
    }
}

fn attempts(exe: &Path) {
    let reset = Script::new("", End::Reset);
    let cases = [
        vec![reset.clone(), reset.clone(), Script::new("1:a:b", End::Fin)],
        vec![Script::new("1:a:b.2:c:d.", End::Reset), Script::new("3:e:f.", End::Reset), reset],
        vec![Script::new("1:a:b.2", End::Reset), Script::new("", End::Fin)],
    ];
    for scripts in cases {
        let station = Hostile::each(scripts);
        let captured = Captured::new(exe, &["--retries", "2"], &[named("gate", &station)]);
        let inspected = captured.says_the_same(exe, &[]);
        let lines = inspected.document()["report"]["stations"].as_array().map(Vec::len);
        assert_eq!(lines, Some(1), "one line, as live\n{inspected}");
    }
    let gone = Refusing::new();
    let names = [format!("gone={}", gone.address()), "unknown=nonexistent.invalid:9".to_owned()];
    let captured = Captured::new(exe, &["--retries", "2"], &names);
    let inspected = captured.says_the_same(exe, &[]);
    assert_holds(&inspected.station(0), &json!({"reason": "refused", "attempts": 3}), &inspected);
    let expected = json!({"reason": "name_not_found", "attempts": 3});
    assert_holds(&inspected.station(1), &expected, &inspected);
}

/// Its exit code is the signal's; what `inspect` says is the same but for that.
fn signal(exe: &Path) {
    let folder = Folder::new();
    let (fine, slow) = (fin("1:a:b"), Hostile::new(Script::new("2:c:d.3:e", End::Stall)));
    let run = Client::new(exe).arg("--capture").arg(folder.path("a.pcapng"));
    let running = run.args([named("fine", &fine), named("slow", &slow)]).start();
    fine.wait(|progress| progress.over == 1);
    slow.wait(|progress| progress.delivered == 1);
    running.signal(Signal::INT);
    let live = running.finish();
    live.assert_code(130);
    let inspected = inspect(exe, ["-f", "json", folder.path("a.pcapng").to_str().expect("text")]);
    for nth in 0..2 {
        let keys = crate::inspect::SAID_OF_A_STATION;
        crate::inspect::same(&live.station(nth), &inspected.station(nth), keys);
    }
    assert_eq!(inspected.code, 1, "what a gather would have given\n{inspected}");
}
