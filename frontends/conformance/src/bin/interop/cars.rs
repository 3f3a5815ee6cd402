//! Cars that the tutorial can carry: no field holds `.`, `:` or an escape.

use std::path::Path;
use std::process::Output;

use conformance::client::Finished;
use conformance::fixtures::file;
use conformance::station::Station;
use serde_json::json;
use tempfile::NamedTempFile;

pub(crate) type Cars = Vec<[String; 3]>;

/// Each sort of list.
pub(crate) fn cases() -> Vec<(&'static str, Cars)> {
    let car = |fields: [&str; 3]| fields.map(str::to_owned);
    vec![
        ("the tutorial's car", vec![car(["today", "peugeot", "red"])]),
        ("an empty station", Vec::new()),
        (
            "some cars",
            vec![
                car(["97264836", "opel", "blue"]),
                car(["", "citroën", "日本"]),
                car(["1", "100% electric", ""]),
            ],
        ),
        ("fifty thousand cars", many()),
    ]
}

/// Fifty thousand.
pub(crate) fn many() -> Cars {
    let car = |nth: u32| [nth.to_string(), format!("brand {}", nth % 7), "dark red".to_owned()];
    (0..50_000).map(car).collect()
}

/// As a station of the others takes them: a record a line.
pub(crate) fn lines(cars: &Cars) -> String {
    cars.iter().map(|car| car.join(":") + "\n").collect()
}

/// As a station of the others sends them.
pub(crate) fn snapshot(cars: &Cars) -> String {
    cars.iter().map(|car| car.join(":")).collect::<Vec<_>>().join(".")
}

/// As a station of ours sends them: a percent sign is escaped, which the tutorial does not undo.
pub(crate) fn escaped(cars: &Cars) -> String {
    snapshot(cars).replace('%', "%25")
}

/// As a station of ours reads them: NDJSON, of which a percent sign is a percent sign.
pub(crate) fn source(cars: &Cars) -> NamedTempFile {
    let line = |[time, brand, color]: &[String; 3]| {
        json!({"time": time, "brand": brand, "color": color}).to_string() + "\n"
    };
    file(cars.iter().map(line).collect::<String>())
}

/// A station of ours that serves them.
#[track_caller]
pub(crate) fn station(exe: &Path, cars: &Cars, args: &[&str]) -> Station {
    let source = source(cars);
    let known = ["--source", source.path().to_str().expect("text"), "--format", "ndjson"];
    // One in plain text beside it, to see when it knows them all.
    let plain = ["--listen", "tcp://127.0.0.1:0"];
    let mut command = conformance::station::command(exe);
    command.env_remove("SSLKEYLOGFILE").args(plain).args(known).args(args);
    let station = Station::launch(command, 2);
    let expected = escaped(cars);
    conformance::kernel::until("the station knows its cars", || {
        let answer = conformance::caller::call(station.addresses()[1]).complete();
        (answer.len() >= expected.len()).then(|| assert!(answer == expected.as_bytes()))
    });
    station
}

/// Panics unless our client printed them.
#[track_caller]
pub(crate) fn assert_gathered(finished: &Finished, cars: &Cars) {
    let printed = finished.lines();
    assert_eq!(printed.len(), cars.len());
    for (printed, [time, brand, color]) in printed.iter().zip(cars) {
        let car = json!({"station": "gate", "time": time, "brand": brand, "color": color});
        assert_eq!(*printed, car);
    }
}

/// Panics unless the tutorial's client printed them, from a station of ours.
#[track_caller]
pub(crate) fn assert_printed(output: Output, cars: &Cars) {
    let printed = String::from_utf8(output.stdout).expect("text");
    let printed: Cars = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert_eq!(printed.len(), cars.len());
    for (printed, sent) in printed.iter().zip(cars) {
        assert_eq!(*printed, sent.each_ref().map(|field| field.replace('%', "%25")));
    }
}
