//! Real traffic as tcpdump records it, between our programs and Twisted's: `inspect` finds in
//! it what the client got, and over TLS tshark does with the keys.
//!
//! `cargo test -p conformance --features tools --test tcpdump` needs tcpdump, the right to
//! capture, tshark, and a Python with Twisted, which `.ci/interop` puts in `target/venv`; it fails
//! where one of them is missing.

mod keys;
mod sniffer;

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use conformance::client::{Client, Finished};
use conformance::fixtures::{Cars, file};
use conformance::hostile::{End, Hostile, Pieces, Refusing, Script};
use conformance::inspect::{Inspected, inspect, same};
use conformance::programs::{self, RUNTIMES};
use conformance::station::Station;
use conformance::table::{self, Row};
use serde_json::{Value, json};
use sniffer::Sniffer;

fn main() -> ExitCode {
    let folder = programs::build();
    let python = env::var_os("CONFORMANCE_PYTHON").map(PathBuf::from);
    let venv = || folder.parent().expect("in target").join("venv/bin/python");
    let python = python.unwrap_or_else(venv);
    for (program, args, help) in [
        (Path::new("tcpdump"), ["--version", "", ""], "apt-get install tcpdump"),
        (
            Path::new("tcpdump"),
            ["-i", "lo", "-d"],
            "run as root, or: setcap cap_net_raw+ep $(command -v tcpdump)",
        ),
        (Path::new("tshark"), ["--version", "", ""], "apt-get install tshark"),
        (
            &python,
            ["-c", "import twisted.internet.reactor", ""],
            "run .ci/interop, which installs it",
        ),
    ] {
        let mut probe = Command::new(program);
        probe.args(args.iter().filter(|arg| !arg.is_empty()));
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if !probe.status().is_ok_and(|status| status.success()) {
            eprintln!("error: {probe:?} fails: these cases need it\nhelp: {help}");
            return ExitCode::FAILURE;
        }
    }
    let mut rows = Vec::new();
    for runtime in RUNTIMES {
        for interface in ["lo", "any"] {
            rows.push(Row::heavy(format!("twisted station, client-{runtime}, on {interface}"), {
                let python = python.clone();
                move |folder| their_station(&programs::client(folder, runtime), &python, interface)
            }));
            rows.push(Row::heavy(format!("server-{runtime}, twisted client, on {interface}"), {
                let python = python.clone();
                move |folder| their_client(folder, runtime, &python, interface)
            }));
        }
        for host in ["127.0.0.1", "[::1]"] {
            let name = format!("server-{runtime}, client-{runtime}, on {host}");
            rows.push(Row::heavy(name, move |folder| ours(folder, runtime, host)));
        }
        rows.push(Row::heavy(format!("{runtime}, TLS in tshark, with the keys"), move |folder| {
            keys::decrypted(folder, runtime);
        }));
        rows.push(Row::heavy(format!("client-{runtime}, each ending"), move |folder| {
            endings(&programs::client(folder, runtime));
        }));
        rows.push(Row::heavy(format!("client-{runtime}, packets cut short"), move |folder| {
            cut_short(&programs::client(folder, runtime));
        }));
    }
    table::run(&folder, rows)
}

/// Cars that the tutorial can carry, more than a few segments of them.
fn plain_cars() -> Vec<[String; 3]> {
    let some = ["today:peugeot:red", "97264836:opel:", ":citroën:日本", "1:100% electric:dark red"];
    let many = (0..50_000).map(|nth: u32| format!("{nth}:brand {}:red", nth % 7));
    let car = |record: String| {
        let fields: Vec<String> = record.split(':').map(str::to_owned).collect();
        <[String; 3]>::try_from(fields).expect("three fields")
    };
    some.map(str::to_owned).into_iter().chain(many).map(car).collect()
}

fn records(cars: &[[String; 3]]) -> Vec<String> {
    cars.iter().map(|car| car.join(":")).collect()
}

/// The fields of printed cars; a capture knows no names.
fn fields(cars: &[Value]) -> Vec<[Value; 3]> {
    cars.iter().map(|car| ["time", "brand", "color"].map(|key| car[key].clone())).collect()
}

/// Everything that the packets can tell.
const ON_THE_WIRE: &[&str] =
    &["address", "outcome", "reason", "verified", "cars", "rejected", "bytes", "rejections"];

/// Panics unless the one stream of the capture says what the client said of its one station.
#[track_caller]
fn says_the_same(exe: &Path, live: &Finished, capture: &Path) -> Inspected {
    let inspected = inspect(exe, [Path::new("-f"), Path::new("json"), capture]);
    let document = inspected.document();
    let stations = document["report"]["stations"].as_array().map(Vec::len);
    assert_eq!(stations, Some(1), "one stream\n{inspected}");
    same(&live.station(0), &inspected.station(0), ON_THE_WIRE);
    assert_eq!(inspected.code, live.code, "{inspected}");
    let cars = document["cars"].as_array().expect("an array");
    assert!(fields(cars) == fields(&live.lines()), "the same cars, in the same order");
    inspected
}

fn their_station(exe: &Path, python: &Path, interface: &str) {
    for cars in [plain_cars(), Vec::new()] {
        let mut command = Command::new(python);
        command.arg(script("station.py")).arg("-");
        let lines: String = records(&cars).iter().map(|record| format!("{record}\n")).collect();
        let station = Station::launch_fed(command, lines.as_bytes());
        let sniffer = Sniffer::start(interface, station.address(), None);
        let live = Client::new(exe).args(["-f", "ndjson", &station.address().to_string()]).run();
        live.assert_code(0);
        live.assert_station(0, &json!({"cars": cars.len(), "rejected": 0}));
        let capture = sniffer.finish();
        let _ = says_the_same(exe, &live, capture.path());
        // Packed, as such files are sent about.
        let packed = file([]);
        let mut encoder = flate2::write::GzEncoder::new(packed.as_file(), Default::default());
        encoder.write_all(&std::fs::read(capture.path()).expect("a capture")).expect("a file");
        encoder.finish().expect("a file");
        let _ = says_the_same(exe, &live, packed.path());
    }
}

fn their_client(folder: &Path, runtime: &str, python: &Path, interface: &str) {
    let cars = plain_cars();
    let line = |[time, brand, color]: &[String; 3]| {
        json!({"time": time, "brand": brand, "color": color}).to_string() + "\n"
    };
    let source = file(cars.iter().map(line).collect::<String>());
    let path = source.path().to_str().expect("text");
    let station = Station::spawn(
        &programs::server(folder, runtime),
        ["--source", path, "--format", "ndjson"],
    );
    let snapshot = records(&cars).join(".").replace('%', "%25");
    let _ = station.snapshot_when(|bytes| bytes.len() >= snapshot.len());
    let sniffer = Sniffer::start(interface, station.address(), None);
    let output = Command::new(python)
        .arg(script("client.py"))
        .arg(station.address().ip().to_string())
        .arg(station.address().port().to_string())
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .expect("it ran before");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("text");
    let theirs: Vec<[String; 3]> =
        printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let capture = sniffer.finish();
    let exe = programs::client(folder, runtime);
    let inspected = inspect(&exe, [Path::new("-f"), Path::new("json"), capture.path()]);
    assert_eq!(inspected.code, 0, "{inspected}");
    let document = inspected.document();
    let found = fields(document["cars"].as_array().expect("an array"));
    assert_eq!(found.len(), theirs.len(), "{inspected}");
    for (found, theirs) in found.iter().zip(&theirs) {
        // The tutorial's client knows no escapes.
        let theirs = theirs.each_ref().map(|field| json!(field.replace("%25", "%")));
        assert_eq!(found, &theirs);
    }
    let line = inspected.station(0);
    assert_eq!((&line["outcome"], &line["bytes"]), (&json!("complete"), &json!(snapshot.len())));
}

fn ours(folder: &Path, runtime: &str, host: &str) {
    let cars = Cars::new(20_000);
    let source = file(cars.csv());
    let mut command = Command::new(programs::server(folder, runtime));
    command.args(["--listen", &format!("{host}:0"), "--source"]).arg(source.path());
    let station = Station::launch(command, 1);
    let _ = station.snapshot_when(|bytes| bytes.len() >= cars.snapshot().len());
    let sniffer = Sniffer::start("lo", station.address(), None);
    let exe = programs::client(folder, runtime);
    let live = Client::new(&exe).args(["-f", "ndjson", &station.address().to_string()]).run();
    live.assert_code(0);
    let capture = sniffer.finish();
    let _ = says_the_same(&exe, &live, capture.path());
    let wire = inspect(&exe, [Path::new("-f"), Path::new("wire"), capture.path()]);
    assert!(wire.stdout == cars.snapshot().as_bytes(), "the wire comes out as it went in");
}

fn endings(exe: &Path) {
    for pieces in Pieces::ALL {
        for (bytes, end) in [
            ("1:a:b.2:c:d", End::Fin),
            ("1:a:b.2:c:d", End::Reset),
            ("1:a:b.2:c:d.", End::Reset),
            ("x.1:a:b..", End::Fin),
            ("", End::Fin),
        ] {
            let station = Hostile::new(Script::new(bytes, end).in_pieces(pieces));
            let sniffer = Sniffer::start("lo", station.address().parse().expect("it is one"), None);
            let live = Client::new(exe).args(["-f", "ndjson", &station.address()]).run();
            let _ = says_the_same(exe, &live, sniffer.finish().path());
        }
    }
    let gone = Refusing::new();
    let sniffer = Sniffer::start("lo", gone.address().parse().expect("it is one"), None);
    let live = Client::new(exe).args(["-f", "ndjson", &gone.address()]).run();
    live.assert_station(0, &json!({"reason": "refused"}));
    let _ = says_the_same(exe, &live, sniffer.finish().path());
}

/// `tcpdump -s`: there are gaps where there was more than it took, and they are seen as such.
fn cut_short(exe: &Path) {
    let whole = vec!["1:peugeot:red"; 10_000].join(".");
    let station = Hostile::new(Script::new(whole, End::Fin));
    let address = station.address().parse().expect("it is one");
    let sniffer = Sniffer::start("lo", address, Some(200));
    Client::new(exe).args(["-f", "ndjson", &station.address()]).run().assert_code(0);
    let capture = sniffer.finish();
    let inspected = inspect(exe, [Path::new("-f"), Path::new("json"), capture.path()]);
    let line = inspected.station(0);
    assert_eq!((&line["outcome"], &line["reason"]), (&json!("partial"), &json!("capture")));
    assert_eq!(inspected.code, 3, "{inspected}");
}

fn script(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/interop")).join(name)
}
