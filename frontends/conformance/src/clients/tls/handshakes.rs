//! Handshakes that do not come to their end.

use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use super::{client, failed, gather, refused, station};
use crate::client::Client;
use crate::hostile::Refusing;
use crate::table::Row;
use crate::tls::{Certificates, End, ONLY_12, Opening, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::a handshake that never ends is connect_timeout", |exe| {
            for opening in [
                Opening::Silence,
                Opening::Begun(0),
                Opening::Begun(3),
                Opening::Begun(5),
                Opening::Begun(100),
                Opening::Begun(400),
            ] {
                unended(exe, opening);
            }
        }),
        Row::new("tls::a handshake byte by byte extends no time-out", |exe| {
            unended(exe, Opening::Trickle);
        }),
        Row::new("tls::a peer that speaks no TLS and says nothing is connect_timeout", |exe| {
            unended(exe, Opening::PlainHeld(b""));
        }),
        Row::new("tls::the deadline ends a handshake", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::opening(Opening::Silence));
            let args = ["--deadline", "300ms", "--connect-timeout", "10m"];
            failed(&gather(exe, &of, &station, &args), "deadline");
        }),
        Row::new("tls::cancelled in a handshake", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::opening(Opening::Silence));
            let run = client(exe, &of).args(["--connect-timeout", "10m"]);
            let running = run.arg(station.named("gate")).start();
            station.wait(|seen| seen.accepted == 1);
            running.signal(Signal::INT);
            let finished = running.finish();
            finished.assert_station(0, &json!({"outcome": "failed", "reason": "cancelled"}));
            finished.assert_code(130);
        }),
        Row::new("tls::a reset in the handshake is reset", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::opening(Opening::Reset));
            failed(&gather(exe, &of, &station, &[]), "reset");
        }),
        Row::new("tls::FIN in the handshake is tls, never an empty list", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::opening(Opening::Plain(b"")));
            failed(&gather(exe, &of, &station, &[]), "tls");
        }),
        Row::new("tls::a list in plain text is tls, and is not taken", |exe| {
            let of = Certificates::new();
            for bytes in [&b"1:a:b.2:c:d"[..], b"97264836:peugeot:red", b"1"] {
                for opening in [Opening::Plain(bytes), Opening::PlainHeld(bytes)] {
                    // Of one byte it cannot be told before the rest of a record came.
                    let is_held = matches!(opening, Opening::PlainHeld(_));
                    if is_held && bytes.len() < 5 {
                        continue;
                    }
                    let station = station(&of, Script::opening(opening));
                    let finished = gather(exe, &of, &station, &["--connect-timeout", "30s"]);
                    failed(&finished, "tls");
                    if bytes.len() >= 5 {
                        refused(&finished, &["plain text"]);
                    }
                }
            }
        }),
        Row::new("tls::other protocols are tls", |exe| {
            let of = Certificates::new();
            for bytes in [
                &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
                b"SSH-2.0-OpenSSH_9.6\r\n",
                b"220 mail.example ESMTP\r\n",
                &[0; 100],
                &[0xff; 100],
            ] {
                let station = station(&of, Script::opening(Opening::Plain(bytes)));
                failed(&gather(exe, &of, &station, &[]), "tls");
            }
        }),
        Row::new("tls::a fatal alert in the handshake is tls, in words", |exe| {
            let of = Certificates::new();
            // handshake_failure, RFC 8446 6.2.
            let alert = Opening::Plain(&[21, 3, 3, 0, 2, 2, 40]);
            let station = station(&of, Script::opening(alert));
            refused(&gather(exe, &of, &station, &[]), &["handshake"]);
        }),
        Row::new("tls::every alert in the handshake is tls", alerts),
        Row::new("tls::a handshake that hangs or fails on one address leaves the other", other),
        Row::new("tls::a station of TLS 1.2 alone is tls, until --tls-min 1.2", |exe| {
            let of = Certificates::new();
            let config = server_config(&of, Who::Good, false, ONLY_12);
            let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
            let expected = json!({"outcome": "complete", "verified": true, "cars": 1});
            for args in [&[][..], &["--tls-min", "1.3"]] {
                refused(&gather(exe, &of, &station, args), &["1.2", "--tls-min"]);
            }
            let finished = gather(exe, &of, &station, &["--tls-min", "1.2"]);
            finished.assert_station(0, &expected);
            finished.assert_code(0);
        }),
        Row::new("tls::--tls-min 1.2 takes 1.3 where it can", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::new("1:a:b", End::CloseNotify));
            let finished = gather(exe, &of, &station, &["--tls-min", "1.2"]);
            finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
        }),
        Row::new("tls::refused and name_not_found are what they were", |exe| {
            let of = Certificates::new();
            let refusing = Refusing::new();
            let run = |station: String| client(exe, &of).arg(station).run();
            failed(&run(format!("tls://{}", refusing.address())), "refused");
            failed(&run("tls://nonexistent.invalid:8000".to_owned()), "name_not_found");
        }),
        Row::new("tls::tls is not retried, nor is truncated; reset and time-outs are", retries),
    ]
}

fn unended(exe: &Path, opening: Opening) {
    let of = Certificates::new();
    let station = station(&of, Script::opening(opening));
    let args = ["--connect-timeout", "400ms", "--idle-timeout", "10m", "--deadline", "20m"];
    let finished = gather(exe, &of, &station, &args);
    failed(&finished, "connect_timeout");
}

/// Each description there is, and some that are none; a warning and a fatal one (RFC 8446 6).
fn alerts(exe: &Path) {
    let of = Certificates::new();
    let known = [0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71];
    let later = [80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120, 121, 200, 255];
    for level in [1, 2, 77] {
        let stations: Vec<Station> = known
            .into_iter()
            .chain(later)
            .map(|description| {
                let alert = vec![21, 3, 3, 0, 2, level, description].leak();
                station(&of, Script::opening(Opening::Plain(alert)))
            })
            .collect();
        let run = client(exe, &of).arg("--tls").args(stations.iter().map(Station::address));
        let finished = run.run();
        finished.assert_code(3);
        for nth in 0..stations.len() {
            let expected = json!({"outcome": "failed", "reason": "tls", "bytes": 0});
            finished.assert_station(nth, &expected);
        }
    }
}

/// Where `localhost` has two addresses: whatever the first does in its handshake, the second is
/// asked. Where it has one, this shows nothing.
fn other(exe: &Path) {
    let addresses = std::net::ToSocketAddrs::to_socket_addrs(&("localhost", 0));
    if !addresses.is_ok_and(|mut addresses| addresses.any(|a| a.is_ipv6())) {
        return;
    }
    let of = Certificates::new();
    for opening in [Opening::Silence, Opening::Plain(b"1:forged:car"), Opening::Reset] {
        let good = station(&of, Script::new("1:a:b", End::CloseNotify));
        let port = good.address().rsplit_once(':').expect("a port").1.to_owned();
        let config = server_config(&of, Who::Good, false, crate::tls::BOTH);
        let first = format!("[::1]:{port}");
        let _bad = Station::on(&first, config, vec![Script::opening(opening)]);
        let run = client(exe, &of).args(["--connect-timeout", "20s"]);
        let finished = run.arg(format!("gate=tls://localhost:{port}")).run();
        finished.assert_station(0, &json!({"outcome": "complete", "verified": true, "bytes": 5}));
    }
}

fn retries(exe: &Path) {
    let of = Certificates::new();
    let good = Script::new("1:a:b", End::CloseNotify);
    let plain = Script::opening(Opening::Plain(b"1:a:b.2:c:d"));
    let silent = Script::opening(Opening::Silence);
    let whole = json!({"outcome": "complete", "verified": true, "attempts": 2});
    for (script, expected) in [
        (Script::opening(Opening::Reset), whole.clone()),
        (Script::new("1:a", End::Reset), whole.clone()),
        (silent, whole),
        (plain, json!({"outcome": "failed", "reason": "tls", "attempts": 1})),
        (Script::new("1:a", End::Alert), json!({"reason": "tls", "attempts": 1})),
        (Script::new("1:a", End::Fin), json!({"reason": "truncated", "attempts": 1})),
        (Script::new("", End::Fin), json!({"reason": "truncated", "attempts": 1})),
    ] {
        let config = server_config(&of, Who::Good, false, crate::tls::BOTH);
        let station = Station::each(config, vec![script, good.clone()]);
        let run: Client = client(exe, &of).args(["--retries", "3", "--connect-timeout", "500ms"]);
        run.arg(station.named("gate")).run().assert_station(0, &expected);
    }
    let config = server_config(&of, Who::Expired, false, crate::tls::BOTH);
    let station = Station::new(config, good);
    let finished = gather(exe, &of, &station, &["--retries", "3"]);
    finished.assert_station(0, &json!({"reason": "tls", "attempts": 1}));
}
