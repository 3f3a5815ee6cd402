//! Our programs and Twisted's against each other, on the tutorial's wire.
//!
//! `cargo run -p conformance --bin interop -- --python PATH`, where PATH is a Python that
//! has what `interop/requirements.txt` names.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use conformance::client::Client;
use conformance::fixtures::file;
use conformance::programs::{self, RUNTIMES};
use conformance::station::Station;
use libtest_mimic::{Arguments, Trial};
use serde_json::json;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [flag, python] = args.as_slice() else { return usage() };
    if flag != "--python" {
        return usage();
    }
    if let Err(why) = has_twisted(python) {
        eprintln!("error: {why}\nhelp: {python} -m pip install -r {FOLDER}/requirements.txt");
        return ExitCode::FAILURE;
    }
    let folder = programs::build();
    let mut trials = Vec::new();
    for runtime in RUNTIMES {
        for (name, records) in cases() {
            let (exe, python) = (programs::client(&folder, runtime), python.clone());
            let cars = records.clone();
            trials.push(Trial::test(
                format!("twisted station, client-{runtime}: {name}"),
                move || {
                    their_station(&exe, &python, &cars);
                    Ok(())
                },
            ));
            let (exe, python) = (programs::server(&folder, runtime), args[1].clone());
            trials.push(Trial::test(
                format!("twisted client, server-{runtime}: {name}"),
                move || {
                    their_client(&exe, &python, &records);
                    Ok(())
                },
            ));
        }
    }
    // This program's own arguments are not those of a test harness.
    libtest_mimic::run(&Arguments::default(), trials).exit_code()
}

fn usage() -> ExitCode {
    eprintln!("usage: interop --python PATH");
    ExitCode::from(2)
}

fn has_twisted(python: &str) -> Result<(), String> {
    let import = Command::new(python)
        .args(["-c", "import twisted.internet.reactor"])
        .stdout(Stdio::null())
        .output()
        .map_err(|e| format!("{python}: {e}"))?;
    if import.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&import.stderr);
    Err(format!("{python} has no Twisted: {}", said.lines().last().unwrap_or("no reason given")))
}

type Cars = Vec<[String; 3]>;

/// Cars that the tutorial can carry: no field holds `.`, `:` or an escape.
fn cases() -> Vec<(&'static str, Cars)> {
    let car = |fields: [&str; 3]| fields.map(str::to_owned);
    let many = (0..50_000)
        .map(|nth: u32| [nth.to_string(), format!("brand {}", nth % 7), "dark red".to_owned()]);
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
        ("fifty thousand cars", many.collect()),
    ]
}

fn their_station(exe: &Path, python: &str, cars: &Cars) {
    let mut command = Command::new(python);
    command.arg(script("station.py")).arg("-");
    let records: Vec<String> = cars.iter().map(|car| car.join(":")).collect();
    let mut lines = records.join("\n");
    lines.push_str(if records.is_empty() { "" } else { "\n" });
    let station = Station::launch_fed(command, lines.as_bytes());
    let run = Client::new(exe).args(["-f", "ndjson"]);
    let finished = run.arg(format!("gate={}", station.address())).run();
    finished.assert_code(0);
    finished.assert_station(
        0,
        &json!({"outcome": "complete", "verified": false, "cars": cars.len(), "rejected": 0,
            "bytes": records.join(".").len()}),
    );
    let printed = finished.lines();
    assert_eq!(printed.len(), cars.len());
    for (printed, [time, brand, color]) in printed.iter().zip(cars) {
        let car = json!({"station": "gate", "time": time, "brand": brand, "color": color});
        assert_eq!(*printed, car);
    }
}

fn their_client(exe: &Path, python: &str, cars: &Cars) {
    // As NDJSON, of which a percent sign is a percent sign.
    let line = |[time, brand, color]: &[String; 3]| {
        json!({"time": time, "brand": brand, "color": color}).to_string() + "\n"
    };
    let source = file(cars.iter().map(line).collect::<String>());
    let path = source.path().to_str().expect("text");
    let station = Station::spawn(exe, ["--source", path, "--format", "ndjson"]);
    // On the wire a percent sign is escaped, which the tutorial does not undo.
    let records: Vec<String> = cars.iter().map(|car| car.join(":").replace('%', "%25")).collect();
    let snapshot = records.join(".");
    let known = station.snapshot_when(|bytes| bytes.len() >= snapshot.len());
    assert!(known == snapshot.as_bytes(), "the records, joined");
    let output = Command::new(python)
        .arg(script("client.py"))
        .arg(station.address().ip().to_string())
        .arg(station.address().port().to_string())
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .expect("it ran before");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    let printed = String::from_utf8(output.stdout).expect("text");
    let printed: Vec<[String; 3]> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let sent = records.iter().map(|record| record.split(':').map(str::to_owned));
    assert_eq!(printed.len(), cars.len());
    for (printed, sent) in printed.iter().zip(sent) {
        assert_eq!(*printed, *sent.collect::<Vec<_>>());
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop");
