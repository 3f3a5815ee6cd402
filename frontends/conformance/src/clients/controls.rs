//! limits.md, What leaves the program is safe where it arrives.

use std::path::Path;

use serde_json::Value;

use crate::client::{Client, Finished};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    ["table", "ndjson", "json"]
        .into_iter()
        .map(|format| Row::new(format!("controls::{format}"), move |exe| fields(exe, format)))
        .chain([
            Row::new("controls::names in table, report and logs", names),
            Row::new("controls::usage errors", usage),
            Row::new("controls::wire keeps every character", wire),
        ])
        .collect()
}

/// ESC, BEL, DEL, C1, bidi and zero-width: none may reach a terminal.
const CONTROLS: [char; 13] = [
    '\u{1b}', '\u{7}', '\u{8}', '\u{7f}', '\u{85}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2069}',
    '\u{200b}', '\u{200d}', '\u{200f}', '\u{feff}',
];

fn brand() -> String {
    let mut brand = String::from("start");
    for control in CONTROLS {
        brand.push(control);
        brand.push('x');
    }
    brand
}

#[track_caller]
fn assert_safe(what: &str, text: &[u8], finished: &Finished) {
    let text = std::str::from_utf8(text).expect("text");
    let found: Vec<char> = text.chars().filter(|c| CONTROLS.contains(c)).collect();
    assert!(found.is_empty(), "{what} holds {found:?}\n{finished}");
}

fn fields(exe: &Path, format: &str) {
    let record = format!("1:{}:x.{}", brand(), brand());
    let station = Hostile::new(Script::new(record, End::Fin));
    let run = Client::new(exe).args(["-v", "--summary", "text", "-f", format]);
    let finished = run.arg(format!("gate={}", station.address())).run();
    finished.assert_code(0);
    assert_safe("stdout", &finished.stdout, &finished);
    assert_safe("stderr", finished.stderr.as_bytes(), &finished);
    let printed = String::from_utf8(finished.stdout.clone()).expect("text");
    match format {
        "table" => {
            // Nothing is lost to the eye either: each is shown by its number.
            for control in CONTROLS {
                let shown = format!("\\u{{{:x}}}", u32::from(control));
                assert!(printed.to_lowercase().contains(&shown), "{shown} in {printed}");
            }
        }
        "ndjson" => assert_eq!(finished.lines()[0]["brand"], brand()),
        _ => {
            let document: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(document["cars"][0]["brand"], brand());
        }
    }
}

fn names(exe: &Path) {
    let name = brand();
    let (fine, gone) = (Hostile::new(Script::new("1:a:b", End::Fin)), Refusing::new());
    let stations = [format!("{name}={}", fine.address()), format!("{name}2={}", gone.address())];
    for args in [
        ["-v", "--summary", "text", "-f", "table"],
        ["-v", "--summary", "json", "-f", "ndjson"],
        ["--log-format", "json", "-v", "-f", "json"],
    ] {
        let finished = Client::new(exe).args(args).args(&stations).run();
        finished.assert_code(1);
        assert_safe("stdout", &finished.stdout, &finished);
        assert_safe("stderr", finished.stderr.as_bytes(), &finished);
        let report = finished.report_text.clone().expect("a report");
        assert_safe("the report's file", report.as_bytes(), &finished);
        assert_eq!(finished.station(0)["name"], name, "nothing is lost");
    }
}

fn usage(exe: &Path) {
    for argument in [brand(), format!("{}=nowhere", brand()), format!("--{}", brand())] {
        let finished = Client::new(exe).arg(argument).run();
        finished.assert_code(crate::client::USAGE);
        assert_safe("stderr", finished.stderr.as_bytes(), &finished);
    }
}

fn wire(exe: &Path) {
    let record = format!("1:{}:x", brand());
    let station = Hostile::new(Script::new(&record, End::Fin));
    let finished = Client::new(exe).args(["-f", "wire", &station.address()]).run();
    finished.assert_stdout(&record);
}
