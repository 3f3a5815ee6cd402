//! TLS: a list is complete and verified after `close_notify` alone, and whoever cannot be
//! trusted is told apart in words.

mod cuts;
mod demands;
mod endings;
mod faults;
mod files;
mod flags;
mod handshakes;
mod told;

use std::path::Path;

use serde_json::{Value, json};

use super::endings::{nothing, partial};
use crate::client::{Client, Finished};
use crate::table::Row;
use crate::tls::{BOTH, Certificates, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = endings::rows();
    rows.extend(handshakes::rows());
    rows.extend(faults::rows());
    rows.extend(demands::rows());
    rows.extend(flags::rows());
    rows.extend(files::rows());
    rows.extend(cuts::rows());
    rows.extend(told::rows());
    rows
}

const BYTES: &str = "1:a:b.2:c:d";

/// A station with the good certificate that does `script`.
fn station(of: &Certificates, script: Script) -> Station {
    Station::new(server_config(of, Who::Good, false, BOTH), script)
}

/// A run of a client that knows the CA.
fn client(exe: &Path, of: &Certificates) -> Client {
    Client::new(exe).arg("--ca").arg(of.ca())
}

/// What such a client says of one station.
fn gather(exe: &Path, of: &Certificates, station: &Station, args: &[&str]) -> Finished {
    client(exe, of).args(args).arg(station.named("gate")).run()
}

#[track_caller]
fn failed(finished: &Finished, reason: &str) {
    finished.assert_station(0, &nothing(reason));
    finished.assert_code(3);
    finished.assert_stdout("");
}

/// Panics unless the first station failed by `tls`, and these words say why, in any case.
#[track_caller]
fn refused(finished: &Finished, words: &[&str]) {
    failed(finished, "tls");
    detailed(finished, words);
}

#[track_caller]
fn detailed(finished: &Finished, words: &[&str]) {
    let line = finished.station(0);
    let detail = line["detail"].as_str().unwrap_or_else(|| panic!("no detail\n{finished}"));
    for word in words {
        let found = detail.to_lowercase().contains(&word.to_lowercase());
        assert!(found, "{word:?} in {detail:?}\n{finished}");
        // The report for people has the same words.
        assert!(finished.stderr.to_lowercase().contains(&word.to_lowercase()), "{finished}");
    }
}

fn complete() -> Value {
    json!({"name": "gate", "outcome": "complete", "reason": null, "verified": true, "cars": 2,
        "rejected": 0, "bytes": 11, "attempts": 1, "detail": null, "rejections": []})
}
