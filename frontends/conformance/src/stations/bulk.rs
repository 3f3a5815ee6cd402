//! A hundred thousand cars: the snapshot is byte-identical to the joined records.

use std::path::Path;

use crate::fixtures::{Cars, file};
use crate::station::Station;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, text) in [("csv", Cars::csv as fn(&Cars) -> String), ("ndjson", Cars::ndjson)] {
        rows.push(Row::heavy(format!("bulk::100,000 cars of a file, {name}"), move |exe| {
            let cars = Cars::new(100_000);
            let source = file(text(&cars));
            let path = source.path().to_str().expect("text");
            check(&Station::spawn(exe, ["--source", path]), &cars);
        }));
        rows.push(Row::heavy(format!("bulk::100,000 cars of stdin, {name}"), move |exe| {
            let cars = Cars::new(100_000);
            let mut station = Station::spawn(exe, ["--source", "-"]);
            station.feed(text(&cars).as_bytes());
            check(&station, &cars);
        }));
    }
    rows.push(Row::heavy("bulk::every snapshot on the way is a prefix, to the car", prefixes));
    rows
}

fn check(station: &Station, cars: &Cars) {
    let expected = cars.snapshot();
    let snapshot = station.snapshot_when(|bytes| bytes.len() >= expected.len());
    assert_eq!(snapshot.len(), expected.len());
    assert!(snapshot == expected.as_bytes(), "byte-identical to the joined records");
}

fn prefixes(exe: &Path) {
    let cars = Cars::new(100_000);
    let expected = cars.snapshot().into_bytes();
    let mut station = Station::spawn(exe, ["--source", "-"]);
    let mut stdin = station.take_stdin();
    let text = cars.ndjson();
    let feeder = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, text.as_bytes()));
    let mut last = 0;
    let _ = station.snapshot_when(|bytes| {
        assert!(bytes.len() >= last, "a snapshot never shrinks");
        last = bytes.len();
        assert!(expected.starts_with(bytes), "a prefix");
        let ends_whole =
            bytes.is_empty() || bytes.len() == expected.len() || expected[bytes.len()] == b'.';
        assert!(ends_whole, "whole records");
        bytes.len() == expected.len()
    });
    feeder.join().expect("no panic").expect("the station reads");
}
