//! protocol.md, How a connection can end: the endings that TLS has, once hands are shaken.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{BYTES, client, complete, detailed, failed, gather, partial, station};
use crate::client::Client;
use crate::hostile::{End as PlainEnd, Gate, Hostile, Pieces, Script as PlainScript};
use crate::table::Row;
use crate::tls::{Certificates, End, ONLY_12, ONLY_13, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::close_notify is complete, verified", |exe| {
            served(exe, End::CloseNotify, &[], 0, &complete());
        }),
        Row::new("tls::close_notify is the end, no FIN is waited for", |exe| {
            // Longer than the case would wait.
            let args = ["--idle-timeout", "10m", "--deadline", "20m"];
            served(exe, End::Held, &args, 0, &complete());
        }),
        Row::new("tls::close_notify and then a reset is complete", |exe| {
            served(exe, End::NotifyReset, &[], 0, &complete());
        }),
        Row::new("tls::no byte and close_notify is an empty list, verified", |exe| {
            let of = Certificates::new();
            for end in [End::CloseNotify, End::Held] {
                let finished = gather(exe, &of, &station(&of, Script::new("", end)), &[]);
                let expected = json!({"outcome": "complete", "reason": null, "verified": true,
                    "cars": 0, "bytes": 0, "rejected": 0, "rejections": []});
                finished.assert_station(0, &expected);
                finished.assert_code(0);
            }
        }),
        Row::new("tls::FIN without close_notify is truncated", |exe| {
            served(exe, End::Fin, &[], 3, &partial("truncated"));
            served(exe, End::Dies, &[], 3, &partial("truncated"));
        }),
        Row::new("tls::FIN without close_notify at a record's end is truncated, too", |exe| {
            let of = Certificates::new();
            for bytes in ["1:a:b.2:c:d.", "1:a:b."] {
                let cars = bytes.matches('.').count();
                let finished = gather(exe, &of, &station(&of, Script::new(bytes, End::Fin)), &[]);
                let expected = json!({"outcome": "partial", "reason": "truncated",
                    "verified": false, "cars": cars, "rejected": 0, "rejections": []});
                finished.assert_station(0, &expected);
                finished.assert_code(3);
                finished.assert_stdout("");
            }
        }),
        Row::new("tls::FIN before the first byte is failed, truncated", |exe| {
            first(exe, End::Fin, &[], "truncated");
        }),
        Row::new("tls::a truncated list is never merged", never_merged),
        Row::new("tls::reset after some bytes is partial", |exe| {
            served(exe, End::Reset, &[], 3, &partial("reset"));
        }),
        Row::new("tls::reset before the first byte is failed", |exe| {
            first(exe, End::Reset, &[], "reset");
        }),
        Row::new("tls::a fatal alert after some bytes is partial, tls", |exe| {
            served(exe, End::Alert, &[], 3, &partial("tls"));
        }),
        Row::new("tls::a fatal alert before the first byte is failed, tls", |exe| {
            first(exe, End::Alert, &[], "tls");
        }),
        Row::new("tls::what somebody in between makes up is tls, never complete", |exe| {
            for end in [End::ForgedAlert, End::ForgedNotify, End::ForgedRecord] {
                served(exe, end, &[], 3, &partial("tls"));
                first(exe, end, &[], "tls");
            }
        }),
        Row::new("tls::an alert is told in words", |exe| {
            let of = Certificates::new();
            let finished = gather(exe, &of, &station(&of, Script::new(BYTES, End::Alert)), &[]);
            detailed(&finished, &["alert"]);
        }),
        Row::new("tls::silence is idle_timeout, whatever came before it", |exe| {
            let args = ["--idle-timeout", "300ms"];
            served(exe, End::Stall, &args, 3, &partial("idle_timeout"));
            first(exe, End::Stall, &args, "idle_timeout");
        }),
        Row::new("tls::the deadline ends a silence", |exe| {
            served(exe, End::Stall, &["--deadline", "600ms"], 3, &partial("deadline"));
        }),
        Row::new("tls::cancelled after some bytes", |exe| {
            let of = Certificates::new();
            for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
                let station = station(&of, Script::new(BYTES, End::Stall));
                // Until the first byte is read there is nothing that a signal could leave.
                let running = client(exe, &of).arg(station.named("gate")).start();
                station.wait(|seen| seen.delivered == 1);
                running.signal(signal);
                let finished = running.finish();
                let line = finished.station(0);
                assert_eq!(line["reason"], "cancelled", "{finished}");
                finished.assert_code(code);
            }
        }),
        Row::new("tls::the same endings in TLS 1.2", |exe| {
            let of = Certificates::new();
            for (end, code, expected) in [
                (End::CloseNotify, 0, complete()),
                (End::Held, 0, complete()),
                (End::Fin, 3, partial("truncated")),
                (End::Reset, 3, partial("reset")),
                (End::Alert, 3, partial("tls")),
                (End::ForgedNotify, 3, partial("tls")),
            ] {
                let config = server_config(&of, Who::Good, false, ONLY_12);
                // Here the station ends the handshake, and its list may come in the same breath:
                // the end is not to come along with them.
                let read = Gate::default();
                read.open();
                let station = Station::new(config, Script::new(BYTES, end).ended_after(&read));
                let finished = gather(exe, &of, &station, &["--tls-min", "1.2"]);
                finished.assert_station(0, &expected);
                finished.assert_code(code);
            }
        }),
    ]
}

/// Serves [`BYTES`] in all pieces, a record each.
fn served(exe: &Path, end: End, args: &[&str], code: i32, expected: &Value) {
    let of = Certificates::new();
    for pieces in Pieces::ALL {
        let config = server_config(&of, Who::Good, false, ONLY_13);
        let station = Station::new(config, Script::new(BYTES, end).in_pieces(pieces));
        let finished = gather(exe, &of, &station, args);
        finished.assert_station(0, expected);
        finished.assert_code(code);
        if code != 0 {
            finished.assert_stdout("");
        }
    }
}

/// Ends so before the first byte.
fn first(exe: &Path, end: End, args: &[&str], reason: &str) {
    let of = Certificates::new();
    let station = station(&of, Script::new("", end));
    failed(&gather(exe, &of, &station, args), reason);
}

fn never_merged(exe: &Path) {
    let of = Certificates::new();
    let whole = station(&of, Script::new("1:a:b", End::CloseNotify));
    let cut = station(&of, Script::new("2:c:d.3:e:f.", End::Fin));
    let plain = Hostile::new(PlainScript::new("4:g:h", PlainEnd::Fin));
    let stations = [whole.named("whole"), cut.named("cut"), format!("plain={}", plain.address())];
    let run = |args: &[&str]| -> crate::client::Finished {
        let run: Client = client(exe, &of).args(["-f", "ndjson"]).args(args).args(&stations);
        run.run()
    };
    let finished = run(&[]);
    finished.assert_code(1);
    let expected = json!({"complete": 2, "partial": 1, "failed": 0, "cars": 2, "stations": [
        {"name": "whole", "verified": true},
        {"name": "cut", "outcome": "partial", "reason": "truncated", "verified": false},
        {"name": "plain", "outcome": "complete", "verified": false},
    ]});
    crate::json::assert_holds(&finished.report(), &expected, &finished);
    finished.assert_stdout(concat!(
        r#"{"station":"whole","time":"1","brand":"a","color":"b"}"#,
        "\n",
        r#"{"station":"plain","time":"4","brand":"g","color":"h"}"#,
        "\n",
    ));
    run(&["--min-ok", "2"]).assert_code(0);
    let kept = run(&["--keep-partial"]);
    let marked = |line: &Value| line["partial"] == true;
    let lines = kept.lines();
    assert_eq!(lines.len(), 4, "{kept}");
    assert!(lines.iter().all(|line| (line["station"] == "cut") == marked(line)), "{kept}");
}
