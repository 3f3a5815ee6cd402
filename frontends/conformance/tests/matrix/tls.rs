//! TLS between stations and clients of both runtimes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use conformance::client::{Client, Finished};
use conformance::fixtures::{Cars, Folder, file, lines, snapshot};
use conformance::kernel::until;
use conformance::programs::{self, RUNTIMES};
use conformance::station::Station;
use conformance::table::Row;
use conformance::tls::{Certificates, Who};
use serde_json::json;

use super::killed::{Spoken, killed};

/// The cases of a station on that runtime.
pub(super) fn rows(runtime: &'static str) -> Vec<Row> {
    let row = |name: &str, run: fn(&Path, &'static str)| {
        let name = format!("server-{runtime}::tls::{name}");
        Row::heavy(name, move |folder: &Path| run(folder, runtime))
    };
    vec![
        row("100,000 cars, both sides show who they are", mutual),
        row("killed a hundred times, a hundred resets", |folder, runtime| {
            killed(folder, runtime, Spoken::Tls);
        }),
        row("killed a hundred times behind a FIN, a hundred times truncated", |folder, runtime| {
            killed(folder, runtime, Spoken::TlsBehindFin);
        }),
        row("a plain client at a TLS port, and the reverse, end clearly", crossed),
        row("what `ca` makes is all that mutual TLS takes", from_nothing),
        row("who is not let in is told why", refused),
    ]
}

/// A station on a plain and a TLS listener.
pub(super) fn station(exe: &Path, of: &Certificates, source: &Path, args: &[&str]) -> Station {
    let mut command = Command::new(exe);
    command.args(["--listen", "tcp://127.0.0.1:0", "--listen", "tls://127.0.0.1:0"]);
    command.args(["--tls-cert", &of.cert(Who::Good), "--tls-key", &of.key(Who::Good)]);
    command.arg("--source").arg(source).args(args);
    Station::launch(command, 2)
}

pub(super) fn tls_of(station: &Station) -> SocketAddr {
    station.addresses()[1]
}

fn mutual(folder: &Path, runtime: &'static str) {
    let (of, cars) = (Certificates::new(), Cars::new(100_000));
    let (source, whole) = (file(cars.ndjson()), cars.snapshot());
    let server = programs::server(folder, runtime);
    let station = station(&server, &of, source.path(), &["--client-ca", &of.ca()]);
    let known = station.snapshot_when(|bytes| bytes.len() >= whole.len());
    assert!(known == whole.as_bytes());
    for runtime in RUNTIMES {
        let run = Client::new(&programs::client(folder, runtime)).args(["-f", "wire", "--tls"]);
        let run = run.args(["--ca", &of.ca()]);
        let run = run.args(["--cert", &of.cert(Who::Client), "--key", &of.key(Who::Client)]);
        let finished = run.arg(tls_of(&station).to_string()).run();
        finished.assert_code(0);
        finished.assert_station(
            0,
            &json!({"outcome": "complete", "verified": true, "reason": null,
                "cars": cars.cars().len(), "rejected": 0, "bytes": whole.len()}),
        );
        assert!(finished.stdout == whole.as_bytes(), "the wire comes out as it went in");
    }
}

fn crossed(folder: &Path, runtime: &'static str) {
    let (of, files) = (Certificates::new(), Folder::new());
    let server = programs::server(folder, runtime);
    let station = station(&server, &of, &files.write("cars", lines(0..5)), &[]);
    station.wait_until_it_serves(snapshot(0..5));
    for runtime in RUNTIMES {
        let run = Client::new(&programs::client(folder, runtime)).args(["--ca", &of.ca()]);
        let run = run.arg(format!("plain={}", tls_of(&station)));
        let finished = run.arg(format!("tls=tls://{}", station.address())).run();
        finished.assert_code(3);
        finished.assert_stdout("");
        finished.assert_station(0, &json!({"outcome": "failed", "reason": "reset", "bytes": 0}));
        finished.assert_station(1, &json!({"outcome": "failed", "reason": "tls", "bytes": 0}));
        assert!(finished.stderr.contains("plain text"), "{finished}");
    }
}

/// From nothing to mutual TLS: the commands that are documented.
fn from_nothing(folder: &Path, runtime: &'static str) {
    let files = Folder::new();
    let made = |name: &str| files.path("carwatch-ca").join(name).to_str().expect("text").to_owned();
    let client = programs::client(folder, runtime);
    let ca =
        Command::new(&client).args(["ca", "gate=127.0.0.1"]).current_dir(files.root()).output();
    let ca = ca.expect("the client runs");
    assert!(ca.status.success(), "{}", String::from_utf8_lossy(&ca.stderr));
    let mut command = Command::new(programs::server(folder, runtime));
    command.args(["--listen", "tls://127.0.0.1:0", "--client-ca", &made("ca.pem")]);
    command.args(["--tls-cert", &made("gate.pem"), "--tls-key", &made("gate.key")]);
    command.arg("--source").arg(files.write("cars", lines(0..5)));
    let station = Station::launch(command, 1);
    for runtime in RUNTIMES {
        let gather = |args: &[&str]| -> Finished {
            let run = Client::new(&programs::client(folder, runtime)).args(["-f", "wire"]);
            run.args(args).arg(format!("tls://{}", station.address())).run()
        };
        let (pem, key) = (made("client.pem"), made("client.key"));
        let whole = until("it knows its cars", || {
            let finished = gather(&["--ca", &made("ca.pem"), "--cert", &pem, "--key", &key]);
            finished.assert_code(0);
            (finished.stdout == snapshot(0..5)).then_some(finished)
        });
        whole.assert_station(0, &json!({"outcome": "complete", "verified": true}));
        let alone = gather(&["--ca", &made("ca.pem")]);
        alone.assert_station(0, &json!({"outcome": "failed", "reason": "tls", "bytes": 0}));
        assert!(alone.stderr.contains("client certificate"), "{alone}");
    }
}

fn refused(folder: &Path, runtime: &'static str) {
    let (of, files) = (Certificates::new(), Folder::new());
    let server = programs::server(folder, runtime);
    let source = files.write("cars", lines(0..5));
    let station = station(&server, &of, &source, &["--client-ca", &of.ca()]);
    station.wait_until_it_serves(snapshot(0..5));
    for runtime in RUNTIMES {
        for (who, words) in [
            (None, &["client certificate", "--cert"][..]),
            (Some(Who::StrangeClient), &["certificate"]),
            (Some(Who::ExpiredClient), &["expired"]),
            (Some(Who::Good), &["certificate"]),
        ] {
            let mut run = Client::new(&programs::client(folder, runtime)).args(["--ca", &of.ca()]);
            if let Some(who) = who {
                run = run.args(["--cert", &of.cert(who), "--key", &of.key(who)]);
            }
            let finished = run.arg(format!("tls://{}", tls_of(&station))).run();
            finished.assert_code(3);
            finished.assert_station(0, &json!({"outcome": "failed", "reason": "tls", "bytes": 0}));
            let line = finished.station(0);
            let detail = line["detail"].as_str().expect("a detail");
            for word in words {
                assert!(detail.contains(word), "{who:?}: {word} in {detail}");
            }
        }
    }
}
