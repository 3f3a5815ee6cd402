//! limits.md, What leaves the program is safe where it arrives.

use std::path::Path;

use serde_json::Value;

use crate::client::Client;
use crate::forged::{self, CONTROLS};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    ["table", "ndjson", "json"]
        .into_iter()
        .map(|format| Row::new(format!("controls::{format}"), move |exe| fields(exe, format)))
        .chain([
            Row::new("controls::names in table, report and logs", names),
            Row::new("controls::wire keeps every character", wire),
        ])
        .collect()
}

#[track_caller]
fn assert_safe(what: &str, text: &[u8]) {
    forged::assert_safe(what, std::str::from_utf8(text).expect("text"));
}

fn fields(exe: &Path, format: &str) {
    let record = format!("1:{}:x.{}", forged::field(), forged::field());
    let station = Hostile::new(Script::new(record, End::Fin));
    let run = Client::new(exe).args(["-v", "--summary", "text", "-f", format]);
    let finished = run.arg(format!("gate={}", station.address())).run();
    finished.assert_code(0);
    assert_safe("stdout", &finished.stdout);
    assert_safe("stderr", finished.stderr.as_bytes());
    let printed = String::from_utf8(finished.stdout.clone()).expect("text");
    match format {
        "table" => {
            // Nothing is lost to the eye either: each is shown by its number.
            for control in CONTROLS.into_iter().chain(['\n', '\0']) {
                let shown = format!("\\u{{{:x}}}", u32::from(control));
                assert!(printed.to_lowercase().contains(&shown), "{shown} in {printed}");
            }
        }
        "ndjson" => assert_eq!(finished.lines()[0]["brand"], forged::field()),
        _ => {
            let document: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(document["cars"][0]["brand"], forged::field());
        }
    }
}

fn names(exe: &Path) {
    let name = forged::argument();
    let (fine, gone) = (Hostile::new(Script::new("1:a:b", End::Fin)), Refusing::new());
    let stations = [format!("{name}={}", fine.address()), format!("{name}2={}", gone.address())];
    for args in [
        ["-v", "--summary", "text", "-f", "table"],
        ["-v", "--summary", "json", "-f", "ndjson"],
        ["--log-format", "json", "-v", "-f", "json"],
    ] {
        let finished = Client::new(exe).args(args).args(&stations).run();
        finished.assert_code(1);
        assert_safe("stdout", &finished.stdout);
        assert_safe("stderr", finished.stderr.as_bytes());
        let report = finished.report_text.clone().expect("a report");
        assert_safe("the report's file", report.as_bytes());
        assert_eq!(finished.station(0)["name"], name, "nothing is lost");
    }
}

fn wire(exe: &Path) {
    let record = format!("1:{}:x", forged::field());
    let station = Hostile::new(Script::new(&record, End::Fin));
    let finished = Client::new(exe).args(["-f", "wire", &station.address()]).run();
    finished.assert_stdout(&record);
}
