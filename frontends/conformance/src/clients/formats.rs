//! cli.md, Formats, to the letter.

use std::path::Path;

use serde_json::json;

use crate::client::{Client, Finished};
use crate::hostile::{End, Hostile, Script};
use crate::json::Shape;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("formats::ndjson", |exe| {
            let finished = gather(exe, &["-f", "ndjson"]);
            finished.assert_stdout(NDJSON);
            // In a pipe it is what is printed anyway.
            gather(exe, &[]).assert_stdout(NDJSON);
        }),
        Row::new("formats::ndjson of partial cars", |exe| {
            partial(exe, "ndjson").assert_stdout(concat!(
                r#"{"station":"gate","time":"1","brand":"a","color":"b"}"#,
                "\n",
                r#"{"station":"bridge","time":"2","brand":"c","color":"d","partial":true}"#,
                "\n",
            ));
        }),
        Row::new("formats::csv", |exe| {
            gather(exe, &["-f", "csv"]).assert_stdout(concat!(
                "station,time,brand,color\r\n",
                "gate,97264836,peugeot,red\r\n",
                "gate,12.5,Lynk:Co,\r\n",
                "bridge,today,100% red,blue\r\n",
            ));
        }),
        Row::new("formats::csv of partial cars", |exe| {
            let finished = partial(exe, "csv");
            let rows = csv_rows(&finished);
            assert_eq!(rows[0], ["station", "time", "brand", "color", "partial"]);
            assert_eq!(rows[1][..4], ["gate", "1", "a", "b"]);
            assert_eq!(rows[2][..4], ["bridge", "2", "c", "d"]);
            assert_eq!(rows[2][4], "true");
            assert_ne!(rows[1][4], "true");
        }),
        Row::new("formats::csv keeps every character", csv_awkward),
        Row::new("formats::csv guards what a spreadsheet would run", csv_guard),
        Row::new("formats::csv of no cars is its header", |exe| {
            let station = Hostile::new(Script::new("", End::Fin));
            let finished = Client::new(exe).args(["-f", "csv", &station.address()]).run();
            finished.assert_stdout("station,time,brand,color\r\n");
            finished.assert_code(0);
        }),
        Row::new("formats::json is one document", json_document),
        Row::new("formats::wire is what a station would send", |exe| {
            gather(exe, &["-f", "wire"])
                .assert_stdout("97264836:peugeot:red.12%2E5:Lynk%3ACo:.today:100%25 red:blue");
        }),
        Row::new("formats::wire of no cars is nothing", |exe| {
            let station = Hostile::new(Script::new("", End::Fin));
            Client::new(exe).args(["-f", "wire", &station.address()]).run().assert_stdout("");
        }),
        Row::new("formats::table", |exe| {
            let finished = gather(exe, &["-f", "table"]);
            let table = String::from_utf8(finished.stdout.clone()).expect("text");
            for car in [
                ["gate", "97264836", "peugeot", "red"],
                ["gate", "12.5", "Lynk:Co", ""],
                ["bridge", "today", "100% red", "blue"],
            ] {
                let shows = |line: &&str| car.iter().all(|field| line.contains(field));
                let count = table.lines().filter(shows).count();
                assert_eq!(count, 1, "one line for {car:?}\n{table}");
            }
        }),
    ]
}

const NDJSON: &str = concat!(
    r#"{"station":"gate","time":"97264836","brand":"peugeot","color":"red"}"#,
    "\n",
    r#"{"station":"gate","time":"12.5","brand":"Lynk:Co","color":""}"#,
    "\n",
    r#"{"station":"bridge","time":"today","brand":"100% red","color":"blue"}"#,
    "\n",
);

fn gather(exe: &Path, args: &[&str]) -> Finished {
    let gate = Hostile::new(Script::new("97264836:peugeot:red.12%2e5:Lynk%3aCo:", End::Fin));
    let bridge = Hostile::new(Script::new("today:100% red:blue", End::Fin));
    let names = [format!("gate={}", gate.address()), format!("bridge={}", bridge.address())];
    let finished = Client::new(exe).args(args).args(names).run();
    finished.assert_code(0);
    finished
}

fn partial(exe: &Path, format: &str) -> Finished {
    let gate = Hostile::new(Script::new("1:a:b", End::Fin));
    let bridge = Hostile::new(Script::new("2:c:d.3:e:f", End::Reset));
    let names = [format!("gate={}", gate.address()), format!("bridge={}", bridge.address())];
    let finished = Client::new(exe).args(["--keep-partial", "-f", format]).args(names).run();
    finished.assert_code(1);
    finished
}

/// Read by a reader that is not the writer's.
fn csv_rows(finished: &Finished) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(finished.stdout.as_slice())
        .into_records()
        .map(|row| row.expect("RFC 4180").iter().map(str::to_owned).collect())
        .collect()
}

fn brands(exe: &Path, args: &[&str], brands: &[&str]) -> Vec<String> {
    let cars: Vec<String> = brands
        .iter()
        .map(|brand| brand.replace('%', "%25").replace('.', "%2E").replace(':', "%3A"))
        .map(|brand| format!("1:{brand}:x"))
        .collect();
    let station = Hostile::new(Script::new(cars.join("."), End::Fin));
    let finished = Client::new(exe).args(["-f", "csv"]).args(args).arg(station.address()).run();
    finished.assert_code(0);
    let text = String::from_utf8(finished.stdout.clone()).expect("text");
    assert!(text.ends_with("\r\n"), "every line ends in CRLF: {text:?}");
    csv_rows(&finished).into_iter().skip(1).map(|row| row[2].clone()).collect()
}

fn csv_awkward(exe: &Path) {
    let awkward = [
        "a,b",
        "say \"hi\"",
        "two\r\nlines",
        "a\nb",
        " padded ",
        "é日本🚗",
        "a;b",
        "a\tb",
        "'quoted'",
        "\u{1b}[31m",
        "\u{202e}",
        "\0",
    ];
    assert_eq!(brands(exe, &[], &awkward), awkward);
}

fn csv_guard(exe: &Path) {
    let cells = [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("=", "'="),
        ("-", "'-"),
        ("+1.", "'+1."),
        ("-.5", "'-.5"),
        ("-1e5", "'-1e5"),
        ("-1 ", "'-1 "),
        ("-1\n", "'-1\n"),
        ("+1.5.2", "'+1.5.2"),
        ("-\u{0661}", "'-\u{0661}"),
        ("--1", "'--1"),
        ("+-1", "'+-1"),
        ("-inf", "'-inf"),
        // Plain numbers, and what a spreadsheet leaves alone.
        ("-12", "-12"),
        ("+12.50", "+12.50"),
        ("-0.5", "-0.5"),
        ("-1.5", "-1.5"),
        ("+2", "+2"),
        ("1e5", "1e5"),
        ("1=1", "1=1"),
        (" =1", " =1"),
        ("", ""),
    ];
    let meant: Vec<&str> = cells.iter().map(|(brand, _)| *brand).collect();
    let guarded: Vec<&str> = cells.iter().map(|(_, cell)| *cell).collect();
    assert_eq!(brands(exe, &[], &meant), guarded);
    assert_eq!(brands(exe, &["--csv-raw"], &meant), meant);
    // A station's name is a cell, too.
    let station = Hostile::new(Script::new("1:a:b", End::Fin));
    let finished = Client::new(exe).args(["-f", "csv", &format!("+x={}", station.address())]).run();
    finished.assert_stdout("station,time,brand,color\r\n'+x,1,a,b\r\n");
}

fn json_document(exe: &Path) {
    let finished = gather(exe, &["-f", "json"]);
    let text = String::from_utf8(finished.stdout.clone()).expect("text");
    let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert_eq!(
        document["cars"],
        json!([
            {"station": "gate", "time": "97264836", "brand": "peugeot", "color": "red"},
            {"station": "gate", "time": "12.5", "brand": "Lynk:Co", "color": ""},
            {"station": "bridge", "time": "today", "brand": "100% red", "color": "blue"},
        ])
    );
    assert_eq!(document["report"], finished.report(), "the same report in both places");
    let shape = Shape::of(&text);
    assert_eq!(shape.names(), ["cars", "report"]);
    assert_eq!(shape.get("cars").items[0].names(), ["station", "time", "brand", "color"]);
    let finished = partial(exe, "json");
    let document: serde_json::Value = serde_json::from_slice(&finished.stdout).expect("JSON");
    assert_eq!(document["cars"][1]["partial"], true);
    assert!(document["cars"][0].get("partial").is_none(), "{document}");
    let shape = Shape::of(std::str::from_utf8(&finished.stdout).expect("text"));
    let names = ["station", "time", "brand", "color", "partial"];
    assert_eq!(shape.get("cars").items[1].names(), names);
}
