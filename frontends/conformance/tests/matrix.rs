//! Stations and clients of both runtimes against each other: real amounts of cars, and
//! stations that are killed; in plain text and in TLS.

#[path = "matrix/killed.rs"]
mod killed;
#[path = "matrix/tls.rs"]
mod tls;

use std::path::Path;
use std::process::ExitCode;

use conformance::client::Client;
use conformance::fixtures::{Cars, file};
use conformance::programs::{self, RUNTIMES};
use conformance::station::Station;
use conformance::table::{self, Row};
use killed::{Spoken, killed};
use serde_json::json;

fn main() -> ExitCode {
    let mut rows = Vec::new();
    for runtime in RUNTIMES {
        for (name, text) in [("csv", Cars::csv as fn(&Cars) -> String), ("ndjson", Cars::ndjson)] {
            rows.push(Row::heavy(format!("server-{runtime}::100,000 cars, {name} file"), {
                move |folder| {
                    let cars = Cars::new(100_000);
                    let source = file(text(&cars));
                    let path = source.path().to_str().expect("text");
                    let exe = programs::server(folder, runtime);
                    gathered(folder, &Station::spawn(&exe, ["--source", path]), &cars);
                }
            }));
            rows.push(Row::heavy(format!("server-{runtime}::100,000 cars, {name} on stdin"), {
                move |folder| {
                    let cars = Cars::new(100_000);
                    let exe = programs::server(folder, runtime);
                    let mut station = Station::spawn(&exe, ["--source", "-"]);
                    station.feed(text(&cars).as_bytes());
                    gathered(folder, &station, &cars);
                }
            }));
        }
        rows.push(Row::heavy(
            format!("server-{runtime}::killed a hundred times, no client calls it complete"),
            move |folder| killed(folder, runtime, Spoken::Plain),
        ));
        rows.extend(tls::rows(runtime));
    }
    table::run(&programs::build(), rows)
}

/// Both clients get every car, in order.
fn gathered(folder: &Path, station: &Station, cars: &Cars) {
    let snapshot = cars.snapshot();
    let known = station.snapshot_when(|bytes| bytes.len() >= snapshot.len());
    assert!(known == snapshot.as_bytes(), "byte-identical to the joined records");
    for runtime in RUNTIMES {
        let client = programs::client(folder, runtime);
        let run = |format: &str| {
            let name = format!("gate={}", station.address());
            let finished = Client::new(&client).args(["-f", format, &name]).run();
            finished.assert_code(0);
            finished.assert_station(
                0,
                &json!({"outcome": "complete", "cars": cars.cars().len(), "rejected": 0,
                    "bytes": snapshot.len()}),
            );
            finished
        };
        let printed = run("ndjson").lines();
        assert_eq!(printed.len(), cars.cars().len());
        for (printed, [time, brand, color]) in printed.iter().zip(cars.cars()) {
            let car = json!({"station": "gate", "time": time, "brand": brand, "color": color});
            assert_eq!(*printed, car);
        }
        assert!(run("wire").stdout == snapshot.as_bytes(), "the wire comes out as it went in");
    }
}
