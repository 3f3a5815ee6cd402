//! Listening, logging, and the reasons not to start.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::caller::call;
use crate::fixtures::file;
use crate::kernel::until;
use crate::station::{Station, run_to_its_end};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("startup::the address stands on stderr whatever the logs", |exe| {
            let log = tempfile::tempdir().expect("a temporary folder");
            let path = log.path().join("log");
            let path = path.to_str().expect("text");
            for args in [
                &["-q"][..],
                &["-q", "-q"],
                &["-v"],
                &["--log-format", "json"],
                &["--log-file", path],
                &["--log-file", path, "--log-format", "json", "-q"],
            ] {
                let station = Station::spawn(exe, args);
                call(station.address()).ended.expect("it serves");
                let said = station.said();
                let count = said.iter().filter(|line| line.contains("listening on")).count();
                assert!(count >= 1, "{said:#?}");
            }
        }),
        Row::new("startup::every --listen is a line, and serves", |exe| {
            let source = file("1:a:b\n");
            let mut command = Command::new(exe);
            command.args(["--listen", "127.0.0.1:0", "--listen", "[::1]:0"]);
            command.args(["--listen", "tcp://127.0.0.1:0", "--source"]).arg(source.path());
            let station = Station::launch(command, 3);
            assert!(station.addresses().iter().any(std::net::SocketAddr::is_ipv6));
            let _ = station.snapshot_when(|bytes| bytes == b"1:a:b");
            for address in station.addresses() {
                assert_eq!(call(*address).complete(), b"1:a:b", "{address}");
            }
        }),
        Row::new("startup::json logs, and the life of a connection in them", life_cycle),
        Row::new("startup::an address in use is exit 1", |exe| {
            let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = taken.local_addr().expect("bound").to_string();
            let (code, said, stdout) = run_to_its_end(exe, ["--listen", &address]);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains(&address), "it names the address: {said}");
            assert!(!said.contains("listening on"), "{said}");
            assert_eq!(stdout, b"");
        }),
        Row::new("startup::a source that is not there is exit 1", |exe| {
            let args = ["--listen", "127.0.0.1:0", "--source", "/nonexistent/cars.csv"];
            let (code, said, _) = run_to_its_end(exe, args);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains("/nonexistent/cars.csv"), "it names the file: {said}");
        }),
        Row::new("startup::a source that is a folder is exit 1", |exe| {
            let args = ["--listen", "127.0.0.1:0", "--source", "/tmp"];
            let (code, said, _) = run_to_its_end(exe, args);
            assert_eq!(code, 1, "{said}");
        }),
        Row::new("startup::the environment stands for flags, flags win", |exe| {
            let (one, two) = (file("1:a:b\n"), file("2:c:d\n"));
            let run = || {
                let mut command = Command::new(exe);
                command.env("CARWATCH_STATION_LISTEN", "127.0.0.1:0");
                command.env("CARWATCH_STATION_SOURCE", one.path());
                command
            };
            let station = Station::launch(run(), 1);
            let _ = station.snapshot_when(|bytes| bytes == b"1:a:b");
            let mut command = run();
            command.arg("--source").arg(two.path());
            let station = Station::launch(command, 1);
            let _ = station.snapshot_when(|bytes| bytes == b"2:c:d");
        }),
        Row::new("startup::the environment is named in --help", |exe| {
            let (code, _, help) = run_to_its_end(exe, ["--help"]);
            assert_eq!(code, 0);
            let help = String::from_utf8(help).expect("text");
            for flag in [
                "LISTEN",
                "SOURCE",
                "FOLLOW",
                "FORMAT",
                "MAP",
                "TIME",
                "RATE",
                "SEED",
                "STORE",
                "KEEP",
                "MAX_CONNECTIONS",
                "MAX_PER_SOURCE",
                "ALLOW",
                "ADMIN",
                "ADMIN_TOKEN_FILE",
                "CONFIG",
                "WRITE_TIMEOUT",
                "DRAIN",
                "LOG_FORMAT",
                "LOG_FILE",
            ] {
                let name = format!("CARWATCH_STATION_{flag}");
                assert!(help.contains(&name), "{name}\n{help}");
            }
        }),
    ];
    let usage: &[(&str, &[&str])] = &[
        ("an unknown flag", &["--no-such-flag"]),
        ("an operand", &["cars.csv"]),
        ("an address without a port", &["--listen", "127.0.0.1"]),
        ("a port that is none", &["--listen", "127.0.0.1:70000"]),
        ("an unknown scheme", &["--listen", "udp://127.0.0.1:0"]),
        ("an unknown format", &["--format", "xml"]),
        ("a duration without its unit", &["--drain", "10"]),
        ("no connection at once", &["--max-connections", "0"]),
        ("a rate that is none", &["--rate", "often"]),
        ("an unknown log format", &["--log-format", "xml"]),
    ];
    rows.extend(usage.iter().map(|&(name, args)| {
        Row::new(format!("startup::usage: {name}"), move |exe| {
            let (code, said, stdout) = run_to_its_end(exe, args);
            assert_eq!(code, 2, "{said}");
            assert_eq!(stdout, b"");
            assert!(!said.trim().is_empty() && !said.contains("panicked"), "{said}");
        })
    }));
    rows
}

fn life_cycle(exe: &std::path::Path) {
    let source = file("1:a:b\nbad\n2:c:d\n");
    let path = source.path().to_str().expect("text");
    let station = Station::spawn(exe, ["--source", path, "--log-format", "json"]);
    let snapshot = station.snapshot_when(|bytes| bytes.len() >= 11);
    assert_eq!(snapshot, b"1:a:b.2:c:d");
    let logged = until("the end of the connection is logged", || {
        let lines: Vec<Value> = station
            .said()
            .iter()
            .filter(|line| !line.starts_with("listening on "))
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect();
        let ended = lines.iter().any(|line| {
            find(line, "bytes").is_some_and(|n| n == 11) && find(line, "peer").is_some()
        });
        ended.then_some(lines)
    });
    // The bad line is the second of its source, and the log says so.
    let names_it = |line: &Value| {
        ["line", "line_number"].iter().any(|key| find(line, key).is_some_and(|n| n == 2))
    };
    let refused = logged.iter().any(names_it);
    assert!(refused, "{logged:#?}");
}

/// The value of a key, wherever in the document.
fn find<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|v| find(v, key))),
        Value::Array(items) => items.iter().find_map(|item| find(item, key)),
        _ => None,
    }
}
