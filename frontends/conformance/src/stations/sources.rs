//! Where cars come from: each format from a file and from standard input.

use std::io::Write;
use std::path::Path;

use crate::caller::call;
use crate::fixtures::file;
use crate::station::Station;
use crate::table::Row;

/// A source, and the snapshot that it makes.
struct Source {
    name: &'static str,
    format: &'static str,
    text: &'static [u8],
    snapshot: &'static [u8],
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for source in SOURCES {
        rows.push(Row::new(format!("sources::file, {}", source.name), |exe| {
            for format in ["auto", source.format] {
                from_file(exe, source, format);
            }
        }));
        rows.push(Row::new(format!("sources::stdin, {}", source.name), |exe| {
            for format in ["auto", source.format] {
                from_stdin(exe, source, format);
            }
        }));
    }
    rows.extend([
        Row::new("sources::no car is zero bytes and FIN", |exe| {
            let empty = file("");
            let source = empty.path().to_str().expect("text");
            let station = Station::spawn(exe, ["--source", source]);
            assert_eq!(call(station.address()).complete(), b"");
            let mut station = Station::spawn(exe, ["--source", "-"]);
            assert_eq!(call(station.address()).complete(), b"");
            station.feed(b"");
            assert_eq!(call(station.address()).complete(), b"");
        }),
        Row::new("sources::the snapshot is what was known at accept", later),
        Row::new("sources::stdin that ends leaves the station serving", |exe| {
            let mut station = Station::spawn(exe, ["--source", "-"]);
            station.feed(b"1:a:b\n");
            for _ in 0..3 {
                assert_eq!(station.snapshot_when(|bytes| !bytes.is_empty()), b"1:a:b");
            }
        }),
        Row::new("sources::a record past the limit is refused", too_long),
        Row::new("sources::the same seed gives the same cars", |exe| {
            let first = simulated(exe, "7");
            assert_eq!(first, simulated(exe, "7"));
            assert_ne!(first, simulated(exe, "8"));
        }),
        Row::new("sources::the simulator is the default", |exe| {
            let station = Station::spawn(exe, ["--rate", "100"]);
            let _ = station.snapshot_when(|bytes| !bytes.is_empty());
        }),
    ]);
    rows
}

const SOURCES: &[Source] = &[
    Source {
        name: "records",
        format: "record",
        text: b"today:peugeot:red\n97264836:opel:\n::\n",
        snapshot: b"today:peugeot:red.97264836:opel:.::",
    },
    Source {
        name: "records with raw dots and escapes",
        format: "record",
        text: b"12.5:B.M.W:red\n1:Lynk%3ACo:50%25\n",
        snapshot: b"12%2E5:B%2EM%2EW:red.1:Lynk%3ACo:50%25",
    },
    Source {
        name: "records with bad lines",
        format: "record",
        text: b"1:a:b\n\nnothing\n1:2\n1:2:3:4\n\xff:a:b\n2:c:d\n",
        snapshot: b"1:a:b.2:c:d",
    },
    Source {
        name: "records with CRLF",
        format: "record",
        text: b"1:a:b\r\n2:c:d\r\n",
        snapshot: b"1:a:b.2:c:d",
    },
    Source {
        name: "a last line without its newline",
        format: "record",
        text: b"1:a:b\n2:c:d",
        snapshot: b"1:a:b.2:c:d",
    },
    Source {
        name: "csv",
        format: "csv",
        text: b"time,brand,color\n97264836,peugeot,red\ntoday,\"a, \"\"b\"\"\",\n12.5,Lynk:Co,50%\n",
        snapshot: b"97264836:peugeot:red.today:a, \"b\":.12%2E5:Lynk%3ACo:50%25",
    },
    Source {
        name: "csv with its columns in another order",
        format: "csv",
        text: b"color,lane,time,brand\r\nred,2,1,a\r\nblue,3,2,c\r\n",
        snapshot: b"1:a:red.2:c:blue",
    },
    Source {
        name: "csv with bad lines",
        format: "csv",
        text: b"time,brand,color\n1,a,b\nlonely\n\xff,a,b\n2,c,d\n",
        snapshot: b"1:a:b.2:c:d",
    },
    Source {
        name: "ndjson",
        format: "ndjson",
        text: b"{\"time\":\"97264836\",\"brand\":\"peugeot\",\"color\":\"red\"}\n\
            {\"timestamp\":\"12.5\",\"make\":\"Lynk:Co\",\"colour\":\"50%\"}\n\
            {\"brand\":\"\\u00e9\\ud83d\\ude97\",\"extra\":{\"a\":[1,2]},\"color\":\"\",\"time\":\"3\"}\n",
        snapshot: "97264836:peugeot:red.12%2E5:Lynk%3ACo:50%25.3:é🚗:".as_bytes(),
    },
    Source {
        name: "ndjson with bad lines",
        format: "ndjson",
        text: b"{\"time\":\"1\",\"brand\":\"a\",\"color\":\"b\"}\n{\"time\":\n[]\n7\nnull\n\
            {\"time\":\"2\",\"brand\":\"c\",\"color\":\"d\"}\n",
        snapshot: b"1:a:b.2:c:d",
    },
];

fn from_file(exe: &Path, source: &Source, format: &str) {
    let file = file(source.text);
    let path = file.path().to_str().expect("text");
    let station = Station::spawn(exe, ["--source", path, "--format", format]);
    check(&station, source);
}

fn from_stdin(exe: &Path, source: &Source, format: &str) {
    let mut station = Station::spawn(exe, ["--source", "-", "--format", format]);
    station.feed(source.text);
    check(&station, source);
}

fn check(station: &Station, source: &Source) {
    let snapshot = station.snapshot_when(|bytes| bytes.len() >= source.snapshot.len());
    assert_eq!(
        String::from_utf8_lossy(&snapshot),
        String::from_utf8_lossy(source.snapshot),
        "{:#?}",
        station.said()
    );
}

fn later(exe: &Path) {
    let mut station = Station::spawn(exe, ["--source", "-"]);
    let mut stdin = station.take_stdin();
    let (mut text, mut snapshot) = (Vec::new(), Vec::new());
    for nth in 0..20 {
        text.clear();
        writeln!(text, "{nth}:car:red").expect("a buffer");
        stdin.write_all(&text).expect("the station reads");
        if nth > 0 {
            snapshot.push(b'.');
        }
        snapshot.extend_from_slice(&text[..text.len() - 1]);
        let known = station.snapshot_when(|bytes| bytes.len() >= snapshot.len());
        assert_eq!(known, snapshot, "arrival order, whole records");
    }
}

/// One byte too many once it is encoded, where the line itself is short enough.
fn too_long(exe: &Path) {
    let limit = 64 * 1024;
    let dots = ".".repeat((limit - 4) / 3);
    let exact = format!("1:{dots}{}:b", "a".repeat(limit - 4 - 3 * dots.len()));
    let over = format!("2:{dots}{}:b", "a".repeat(limit - 4 - 3 * dots.len() + 1));
    let source = file(format!("{exact}\n{over}\n3:c:d\n"));
    let station = Station::spawn(exe, ["--source", source.path().to_str().expect("text")]);
    let expected = format!("{}.3:c:d", exact.replace('.', "%2E"));
    let snapshot = station.snapshot_when(|bytes| bytes.ends_with(b".3:c:d"));
    assert_eq!(snapshot.len(), expected.len());
    assert!(snapshot == expected.as_bytes());
}

/// Brand and colour of the first cars of a seed; their times are the clock's.
fn simulated(exe: &Path, seed: &str) -> Vec<String> {
    let station = Station::spawn(exe, ["--rate", "200", "--seed", seed]);
    let dots = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'.').count();
    let snapshot = station.snapshot_when(|bytes| dots(bytes) > CARS);
    let text = String::from_utf8(snapshot).expect("text");
    let looks = |car: &str| car.split_once(':').expect("a record").1.to_owned();
    text.split('.').take(CARS).map(looks).collect()
}

const CARS: usize = 30;
