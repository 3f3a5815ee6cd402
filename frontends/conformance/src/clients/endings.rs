//! protocol.md, How a connection can end: every ending that plain TCP has.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::client::{Client, Finished};
use crate::hostile::{Deaf, End, Gate, Hostile, Pieces, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("endings::fin is complete, unverified", |exe| {
            served(exe, End::Fin, &[], 0, &complete());
        }),
        Row::new("endings::reset before the first byte is failed", |exe| {
            let station = Hostile::new(Script::new("", End::Reset));
            let finished = gather(exe, &station.address(), &[]);
            failed(&finished, "reset");
        }),
        Row::new("endings::reset after some bytes is partial", |exe| {
            served(exe, End::Reset, &[], 3, &partial("reset"));
        }),
        Row::new("endings::fin and reset at once are either, never io", |exe| {
            for bytes in ["", BYTES] {
                fin_and_reset(exe, bytes);
            }
        }),
        Row::new("endings::silence after some bytes is idle_timeout", |exe| {
            served(exe, End::Stall, &["--idle-timeout", "300ms"], 3, &partial("idle_timeout"));
        }),
        Row::new("endings::silence from the first is idle_timeout", |exe| {
            let station = Hostile::new(Script::new("", End::Stall));
            failed(&gather(exe, &station.address(), &["--idle-timeout", "300ms"]), "idle_timeout");
        }),
        Row::new("endings::the deadline ends a silence", |exe| {
            served(exe, End::Stall, &["--deadline", "400ms"], 3, &partial("deadline"));
            let station = Hostile::new(Script::new("", End::Stall));
            failed(&gather(exe, &station.address(), &["--deadline", "400ms"]), "deadline");
        }),
        Row::new("endings::data never extends the deadline", trickle),
        Row::new("endings::data extends the idle time", data_extends_the_idle_time),
        Row::new("endings::refused", |exe| {
            failed(&gather(exe, &Refusing::new().address(), &[]), "refused");
        }),
        Row::new("endings::connect_timeout", |exe| {
            let station = Deaf::new();
            failed(
                &gather(exe, &station.address(), &["--connect-timeout", "300ms"]),
                "connect_timeout",
            );
        }),
        Row::new("endings::the deadline ends a connect", |exe| {
            let station = Deaf::new();
            failed(&gather(exe, &station.address(), &["--deadline", "300ms"]), "deadline");
        }),
        // The broadcast address of the loopback network: refused by the kernel itself.
        Row::new("endings::unreachable", |exe| {
            failed(&gather(exe, "127.255.255.255:9", &[]), "unreachable");
        }),
        Row::new("endings::name_not_found", |exe| {
            failed(&gather(exe, "nonexistent.invalid:8000", &[]), "name_not_found");
        }),
        Row::new("endings::cancelled after some bytes", |exe| {
            for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
                let station = Hostile::new(Script::new(BYTES, End::Stall));
                let running = run(exe, &station.address(), &[]).start();
                station.wait(|progress| progress.delivered == 1);
                running.signal(signal);
                let finished = running.finish();
                finished.assert_station(0, &partial("cancelled"));
                finished.assert_code(code);
            }
        }),
        Row::new("endings::cancelled before the first byte", |exe| {
            let station = Hostile::new(Script::new("", End::Stall));
            let running = run(exe, &station.address(), &[]).start();
            station.wait(|progress| progress.delivered == 1);
            running.signal(Signal::INT);
            let finished = running.finish();
            finished.assert_station(0, &nothing("cancelled"));
            finished.assert_code(130);
        }),
        Row::new("endings::each beside the others, in the order given", beside_each_other),
        Row::new("endings::an ipv6 station", ipv6),
        Row::new("endings::a name, whatever addresses it has", by_name),
    ]
}

const BYTES: &str = "1:a:b.2:c:d";

fn run(exe: &Path, address: &str, args: &[&str]) -> Client {
    Client::new(exe).args(args).arg(format!("gate={address}"))
}

fn gather(exe: &Path, address: &str, args: &[&str]) -> Finished {
    run(exe, address, args).run()
}

/// Serves [`BYTES`] in all pieces.
fn served(exe: &Path, end: End, args: &[&str], code: i32, expected: &Value) {
    for pieces in Pieces::ALL {
        let station = Hostile::new(Script::new(BYTES, end).in_pieces(pieces));
        let finished = gather(exe, &station.address(), args);
        finished.assert_station(0, expected);
        finished.assert_code(code);
        if code != 0 {
            finished.assert_stdout("");
        }
    }
}

fn failed(finished: &Finished, reason: &str) {
    finished.assert_station(0, &nothing(reason));
    finished.assert_code(3);
    finished.assert_stdout("");
}

fn complete() -> Value {
    json!({"outcome": "complete", "reason": null, "verified": false, "cars": 2, "rejected": 0,
        "bytes": 11, "attempts": 1, "rejections": []})
}

pub(super) fn partial(reason: &str) -> Value {
    json!({"outcome": "partial", "reason": reason, "verified": false, "cars": 1, "rejected": 1,
        "bytes": 11, "attempts": 1,
        "rejections": [{"index": 1, "start": 6, "end": 11, "reason": "cut"}]})
}

pub(super) fn nothing(reason: &str) -> Value {
    json!({"outcome": "failed", "reason": reason, "verified": false, "cars": 0, "rejected": 0,
        "bytes": 0, "attempts": 1, "first_byte_ms": null, "rejections": []})
}

fn trickle(exe: &Path) {
    let station = Hostile::new(Script::new("1:a:b.", End::Trickle));
    let finished =
        gather(exe, &station.address(), &["--deadline", "700ms", "--idle-timeout", "30s"]);
    finished.assert_station(0, &json!({"outcome": "partial", "reason": "deadline", "cars": 1}));
    let elapsed = finished.report()["elapsed_ms"].as_f64().expect("a number");
    assert!((700.0..1200.0).contains(&elapsed), "{elapsed} ms for a deadline of 700\n{finished}");
    finished.assert_code(3);
}

fn data_extends_the_idle_time(exe: &Path) {
    // A byte every 20 ms: many idle times pass, none without data.
    let station = Hostile::new(Script::new("", End::Trickle));
    let finished =
        gather(exe, &station.address(), &["--deadline", "2s", "--idle-timeout", "500ms"]);
    finished.assert_station(0, &json!({"outcome": "partial", "reason": "deadline"}));
}

/// A station that shuts down and resets right after accept: both may be there before the
/// client looks, even while it connects. Sixty of them at once, so that some are.
fn fin_and_reset(exe: &Path, bytes: &str) {
    let stations: Vec<Hostile> =
        (0..60).map(|_| Hostile::new(Script::new(bytes, End::FinReset))).collect();
    let finished = Client::new(exe).args(stations.iter().map(Hostile::address)).run();
    for nth in 0..stations.len() {
        let line = finished.station(nth);
        if line["outcome"] == "complete" {
            let expected = json!({"reason": null, "bytes": bytes.len(), "rejected": 0});
            finished.assert_station(nth, &expected);
        } else {
            assert_eq!(line["reason"], "reset", "{line}\n{finished}");
            let some = if line["bytes"] == 0 { "failed" } else { "partial" };
            assert_eq!(line["outcome"], some, "{line}\n{finished}");
        }
    }
}

fn beside_each_other(exe: &Path) {
    let held = Gate::default();
    let late = Hostile::new(Script::new("1:late:x", End::Fin).sent_after(&held));
    let (refusing, quick) = (Refusing::new(), Hostile::new(Script::new("2:quick:y", End::Fin)));
    let reset = Hostile::new(Script::new("3:cut:z", End::Reset));
    let stations = [
        format!("late={}", late.address()),
        format!("gone={}", refusing.address()),
        format!("quick={}", quick.address()),
        format!("reset={}", reset.address()),
    ];
    let running = Client::new(exe).args(["-f", "ndjson"]).args(stations).start();
    quick.wait(|progress| progress.over == 1);
    reset.wait(|progress| progress.over == 1);
    held.open();
    let finished = running.finish();
    finished.assert_code(1);
    let expected = json!({"complete": 2, "partial": 1, "failed": 1, "cars": 2, "stations": [
        {"name": "late", "outcome": "complete"},
        {"name": "gone", "outcome": "failed", "reason": "refused"},
        {"name": "quick", "outcome": "complete"},
        {"name": "reset", "outcome": "partial", "reason": "reset"},
    ]});
    crate::json::assert_holds(&finished.report(), &expected, &finished);
    finished.assert_stdout(concat!(
        r#"{"station":"late","time":"1","brand":"late","color":"x"}"#,
        "\n",
        r#"{"station":"quick","time":"2","brand":"quick","color":"y"}"#,
        "\n",
    ));
}

fn ipv6(exe: &Path) {
    use std::io::Write;
    let listener = std::net::TcpListener::bind("[::1]:0").expect("IPv6 on the loopback");
    let address = listener.local_addr().expect("bound").to_string();
    let running = Client::new(exe).args(["-f", "ndjson", &address]).start();
    let (mut stream, _) = listener.accept().expect("the client comes");
    stream.write_all(BYTES.as_bytes()).expect("the client reads");
    drop(stream);
    let finished = running.finish();
    finished.assert_station(0, &json!({"name": address, "address": address}));
    finished.assert_station(0, &complete());
    finished.assert_code(0);
}

/// Where `localhost` is `::1` as well as 127.0.0.1 nobody listens on the former, so the latter
/// must be tried at once and win. Where it is 127.0.0.1 alone, this shows only that a name is
/// resolved; the race itself is tested beside the driver, which is handed its addresses.
fn by_name(exe: &Path) {
    let station = Hostile::new(Script::new(BYTES, End::Fin));
    let (_, port) = station
        .address()
        .rsplit_once(':')
        .map(|(h, p)| (h.to_owned(), p.to_owned()))
        .expect("a port");
    let finished = gather(exe, &format!("localhost:{port}"), &[]);
    finished.assert_station(0, &complete());
    finished.assert_code(0);
}
