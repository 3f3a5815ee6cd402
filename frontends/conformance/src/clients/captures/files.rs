//! What `inspect` is given: raw responses, packed files, several of them, none, and nonsense.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::Captured;
use crate::client::Client;
use crate::fixtures::Folder;
use crate::forged;
use crate::hostile::{End, Hostile, Script};
use crate::inspect::{Inspected, SAID_OF_A_STATION, inspect, same};
use crate::json::{Shape, assert_holds};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("inspect::a raw response is complete, unverified", raw),
        Row::new("inspect::a raw response says what its station would", as_live),
        Row::new("inspect::the keys of the report, in order", keys),
        Row::new("inspect::a caret under each bad byte", carets),
        Row::new("inspect::packed files", packed),
        Row::new("inspect::several files, in the order given", several),
        Row::new("inspect::a file that is not there", |exe| {
            let inspected = inspect(exe, ["/nonexistent/a.pcapng"]);
            assert!(![0, -1, 101].contains(&inspected.code), "{inspected}");
            assert!(inspected.stderr.contains("/nonexistent/a.pcapng"), "{inspected}");
            assert!(!inspected.stderr.contains("panicked"), "{inspected}");
        }),
        Row::new("inspect::without a file", |exe| {
            let inspected = inspect(exe, [""; 0]);
            assert_eq!(inspected.code, 2, "{inspected}");
        }),
        Row::new("inspect::an unknown format", |exe| {
            let inspected = inspect(exe, ["-f", "xml", "file"]);
            assert_eq!(inspected.code, 2, "{inspected}");
        }),
        Row::new("inspect::wire with --keep-partial", |exe| {
            let inspected = inspect(exe, ["--keep-partial", "-f", "wire", "file"]);
            assert_eq!(inspected.code, 2, "{inspected}");
        }),
        Row::new("inspect::--min-ok more than there are", |exe| {
            let folder = Folder::new();
            let path = folder.write("gate", "1:a:b");
            let inspected = inspect(exe, ["--min-ok", "2", path.to_str().expect("text")]);
            assert_eq!(inspected.code, 2, "{inspected}");
        }),
        Row::new("inspect::names that would fool a terminal", |exe| {
            let folder = Folder::new();
            let path = folder.write(&forged::argument(), forged::field());
            for format in ["table", "ndjson", "json"] {
                let inspected = inspect(exe, [Path::new("-f"), Path::new(format), &path]);
                let stdout = std::str::from_utf8(&inspected.stdout).expect("text");
                forged::assert_safe("stdout", stdout);
                forged::assert_safe("stderr", &inspected.stderr);
            }
        }),
    ]
}

#[track_caller]
fn of(exe: &Path, folder: &Folder, name: &str, bytes: &[u8]) -> Inspected {
    let path = folder.write(name, bytes);
    inspect(exe, ["-f", "json", path.to_str().expect("text")])
}

fn raw(exe: &Path) {
    let folder = Folder::new();
    let inspected = of(exe, &folder, "gate.bin", b"1:a:b.x.2:c:d");
    assert_eq!(inspected.code, 0, "{inspected}");
    let document = inspected.document();
    assert_eq!(
        document["cars"],
        json!([
            {"station": "gate.bin", "time": "1", "brand": "a", "color": "b"},
            {"station": "gate.bin", "time": "2", "brand": "c", "color": "d"},
        ])
    );
    let expected = json!({"complete": 1, "partial": 0, "failed": 0, "cars": 2, "rejected": 1,
    "exit": 0, "stations": [{"name": "gate.bin", "outcome": "complete", "reason": null,
        "verified": false, "cars": 2, "rejected": 1, "bytes": 13, "first_byte_ms": null,
        "elapsed_ms": null, "detail": null,
        "rejections": [{"index": 1, "start": 6, "end": 7, "reason": "too_few_fields", "found": 1}]
    }]});
    assert_holds(&document["report"], &expected, &inspected);
    // Zero bytes are zero cars.
    let inspected = of(exe, &folder, "empty", b"");
    let expected = json!({"outcome": "complete", "cars": 0, "rejected": 0, "bytes": 0});
    assert_holds(&inspected.station(0), &expected, &inspected);
    assert_eq!(inspected.code, 0, "{inspected}");
    // Any bytes are a response.
    for nonsense in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xfe\0", b"....", &[0; 3000]] {
        let inspected = of(exe, &folder, "nonsense", nonsense);
        let expected = json!({"outcome": "complete", "cars": 0, "bytes": nonsense.len()});
        assert_holds(&inspected.station(0), &expected, &inspected);
    }
}

/// But for the name, the address and the times.
fn as_live(exe: &Path) {
    let folder = Folder::new();
    let long = [&b"1:a:b."[..], &vec![b'x'; 70_000], b".2:c:d"].concat();
    let responses: [&[u8]; 6] = [
        b"1:a:b.2:c:d",
        b"",
        b"..",
        b"\xff.1:\xf0\x9f:c.1:2:3:4.1:a:b",
        &long,
        "é:日:本".as_bytes(),
    ];
    for bytes in responses {
        let station = Hostile::new(Script::new(bytes, End::Fin));
        let live = Client::new(exe).args(["-f", "wire", &station.address()]).run();
        let inspected = of(exe, &folder, "response", bytes);
        let keys: Vec<&str> = SAID_OF_A_STATION.iter().copied().skip(2).collect();
        same(&live.station(0), &inspected.station(0), &keys);
        let wire = inspect(exe, ["-f", "wire", folder.path("response").to_str().expect("text")]);
        assert_eq!(wire.stdout, live.stdout);
        assert_eq!(wire.code, live.code);
    }
}

fn keys(exe: &Path) {
    let folder = Folder::new();
    let inspected = of(exe, &folder, "gate", b"1:a:b.x");
    let shape = Shape::of(std::str::from_utf8(&inspected.stdout).expect("text"));
    assert_eq!(shape.names(), ["cars", "report"]);
    let report = shape.get("report");
    let names =
        ["complete", "partial", "failed", "cars", "rejected", "elapsed_ms", "exit", "stations"];
    assert_eq!(report.names(), names);
    let names = [
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
    assert_eq!(report.get("stations").items[0].names(), names);
}

/// On stderr, below a line that shows the byte, at its column.
fn carets(exe: &Path) {
    let folder = Folder::new();
    for (bytes, shown) in [
        (&b"1:a:b.2:caf\xe9:red.3:c:d"[..], "2:caf"),
        (b"1:a:b.no record.3:c:d", "no record"),
        (b"1:a:b.1:2:3:4", "1:2:3:4"),
    ] {
        let path = folder.write("gate", bytes);
        let inspected = inspect(exe, [path.to_str().expect("text")]);
        let lines: Vec<&str> = inspected.stderr.lines().collect();
        let is_caret = |line: &&str| line.contains('^');
        let at = lines.iter().position(is_caret).unwrap_or_else(|| panic!("no caret\n{inspected}"));
        let column = lines[at].chars().position(|c| c == '^').expect("it is there");
        let above = lines[..at].iter().rev().find(|line| line.contains(shown));
        let above = above.unwrap_or_else(|| panic!("it shows {shown}\n{inspected}"));
        let byte_at = above.find(shown).expect("it is there");
        let begin = above[..byte_at].chars().count();
        let wide = above.chars().count();
        assert!((begin..=wide).contains(&column), "the caret is under it\n{inspected}");
        if bytes.contains(&0xe9) {
            assert_eq!(column, begin + "2:caf".len(), "under the first bad byte\n{inspected}");
        }
    }
    // What is fine has none.
    let path = folder.write("gate", "1:a:b.2:c:d");
    let inspected = inspect(exe, [path.to_str().expect("text")]);
    assert!(!inspected.stderr.contains('^'), "{inspected}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn packed(exe: &Path) {
    let folder = Folder::new();
    let bytes = b"1:a:b.x.2:c:d";
    let plain = of(exe, &folder, "gate", bytes).document();
    let inspected = of(exe, &folder, "gate.gz", &gzip(bytes));
    let line = inspected.station(0);
    let keys: Vec<&str> = SAID_OF_A_STATION.iter().copied().skip(2).collect();
    same(&plain["report"]["stations"][0], &line, &keys);
    // In several members, as `cat a.gz b.gz` makes them.
    let (one, two) = bytes.split_at(5);
    let inspected = of(exe, &folder, "two.gz", &[gzip(one), gzip(two)].concat());
    same(&plain["report"]["stations"][0], &inspected.station(0), &keys);
    // A capture.
    let station = Hostile::new(Script::new(bytes, End::Fin));
    let captured = Captured::new(exe, &[], &[format!("gate={}", station.address())]);
    let whole = fs::read(captured.path()).expect("a capture");
    let inspected = of(exe, &folder, "road.pcapng.gz", &gzip(&whole));
    same(&captured.live.station(0), &inspected.station(0), SAID_OF_A_STATION);
    // One that ends too soon is said to.
    let mut short = gzip(&whole);
    short.truncate(short.len() / 2);
    let inspected = of(exe, &folder, "short.pcapng.gz", &short);
    assert!(!inspected.stderr.contains("panicked"), "{inspected}");
    assert!(inspected.stderr.contains("short.pcapng.gz"), "it says so\n{inspected}");
}

fn several(exe: &Path) {
    let folder = Folder::new();
    let paths = ["b", "a", "c"].map(|name| folder.write(name, format!("1:{name}:x")));
    let mut args = vec![Path::new("-f"), Path::new("json")];
    args.extend(paths.iter().map(AsRef::<Path>::as_ref));
    let inspected = inspect(exe, &args);
    assert_eq!(inspected.code, 0, "{inspected}");
    let document = inspected.document();
    let names = |of: &Value, key: &str| {
        let of = of.as_array().expect("an array").iter();
        of.map(|line| line[key].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&document["report"]["stations"], "name"), ["b", "a", "c"]);
    assert_eq!(names(&document["cars"], "brand"), ["b", "a", "c"]);
    assert_eq!(document["report"]["cars"], 3);
}
