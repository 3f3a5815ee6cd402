//! Captures of a watch, and of names and cars that would fool who reads them.

use std::path::Path;

use serde_json::{Value, json};

use super::Captured;
use crate::client::Client;
use crate::fixtures::Folder;
use crate::forged::{self, assert_safe};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::inspect::inspect;
use crate::json::assert_holds;
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("captures::several rounds", several),
        Row::new("captures::names and cars that would fool a terminal", forged),
    ]
}

/// Every round is in it, and each can be told; what is there of a station is not lost.
fn several(exe: &Path) {
    let folder = Folder::new();
    let path = folder.path("a.pcapng");
    let rounds = ["1:a:b", "1:a:b.2:c:d", "1:a:b.2:c:d.3:e:f"];
    let mut scripts: Vec<Script> =
        rounds.iter().map(|bytes| Script::new(bytes, End::Fin)).collect();
    scripts.push(Script::new("", End::Stall));
    let (gate, gone) = (Hostile::each(scripts), Refusing::new());
    let run = Client::new(exe).args(["--watch", "10ms", "--capture"]).arg(&path);
    let names = [format!("gate={}", gate.address()), format!("gone={}", gone.address())];
    let watching = Watching::start(run.args(names));
    gate.wait(|progress| progress.accepted == 4);
    watching.stop().assert_code(130);
    let inspected = inspect(exe, ["-f", "json", path.to_str().expect("text")]);
    let document = inspected.document();
    let lines = document["report"]["stations"].as_array().expect("an array");
    // `gate`, or `gate#2`: rounds are told apart or are not, but the station can be told.
    let is =
        |line: &Value, name: &str| line["name"].as_str().is_some_and(|is| is.starts_with(name));
    let of = |name: &str| lines.iter().filter(|line| is(line, name)).collect::<Vec<_>>();
    assert_eq!(of("gate").len() + of("gone").len(), lines.len(), "{inspected}");
    assert!(!of("gate").is_empty() && !of("gone").is_empty(), "{inspected}");
    let complete: Vec<_> =
        of("gate").into_iter().filter(|line| line["outcome"] == "complete").collect();
    let last = complete.last().expect("rounds were complete");
    assert_holds(last, &json!({"cars": 3, "bytes": rounds[2].len(), "attempts": 1}), &inspected);
    let reasons = [json!("refused"), json!("cancelled")];
    assert!(of("gone").iter().all(|line| reasons.contains(&line["reason"])), "{inspected}");
}

fn forged(exe: &Path) {
    let name = forged::argument();
    let record = format!("1:{}:x.{}", forged::field(), forged::field());
    let (fine, gone) = (Hostile::new(Script::new(record, End::Fin)), Refusing::new());
    let stations = [
        format!("{name}={}", fine.address()),
        format!("{name}2={}", gone.address()),
        format!("{name}3=nonexistent.invalid:9"),
    ];
    let captured = Captured::new(exe, &["-f", "ndjson"], &stations);
    let inspected = captured.says_the_same(exe, &[]);
    assert_eq!(inspected.station(0)["name"], name, "nothing is lost");
    for format in ["table", "ndjson", "json"] {
        let inspected = inspect(exe, ["-f", format, &captured.path()]);
        assert_safe("stdout", std::str::from_utf8(&inspected.stdout).expect("text"));
        assert_safe("stderr", &inspected.stderr);
    }
    let bytes = std::fs::read(captured.path()).expect("a capture");
    let named = name.as_bytes();
    let raw = bytes.windows(named.len()).filter(|window| *window == named).count();
    assert_eq!(raw, 2, "in the two fields that were received, and in no comment");
}
