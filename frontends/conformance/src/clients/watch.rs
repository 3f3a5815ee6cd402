//! `--watch`: again and again, and only cars that are new by continuity (protocol.md).

mod ends;
mod forms;
mod lists;
mod long;
mod partial;

use std::path::Path;

use serde_json::json;

use crate::client::{Client, Finished};
use crate::hostile::{End, Hostile, Script};
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = lists::rows();
    rows.extend(long::rows());
    rows.extend(partial::rows());
    rows.extend(ends::rows());
    rows.extend(forms::rows());
    rows
}

/// Serves these one after the other, a round each, then nothing at all, and stops the client
/// while it waits for that: so each round is over, and none came twice.
fn watch(exe: &Path, args: &[&str], rounds: Vec<Script>) -> Finished {
    let count = rounds.len();
    let station = station(rounds);
    let run = Client::new(exe).args(["--watch", "10ms"]).args(args);
    let watching = Watching::start(run.arg(format!("gate={}", station.address())));
    station.wait(|progress| progress.accepted > count);
    let finished = watching.stop();
    finished.assert_code(130);
    finished
}

/// A station that says nothing any more once it has done all of that.
fn station(mut rounds: Vec<Script>) -> Hostile {
    rounds.push(Script::new("", End::Stall));
    Hostile::each(rounds)
}

/// Each ends by FIN.
fn fins(snapshots: &[&str]) -> Vec<Script> {
    snapshots.iter().map(|bytes| Script::new(bytes, End::Fin)).collect()
}

/// What is printed of these records, none of which needs escapes.
fn ndjson(station: &str, records: &[&str]) -> String {
    let line = |record: &&str| {
        let fields: Vec<&str> = record.split(':').collect();
        let [time, brand, color] = fields[..] else { panic!("{record} is no record") };
        let [time, brand, color] = [time, brand, color].map(|field| json!(field).to_string());
        let station = json!(station);
        format!("{{\"station\":{station},\"time\":{time},\"brand\":{brand},\"color\":{color}}}\n")
    };
    records.iter().map(line).collect()
}

/// Panics unless these snapshots, served one after the other, print exactly these cars.
#[track_caller]
fn prints(exe: &Path, snapshots: &[&str], cars: &[&str]) -> Finished {
    let finished = watch(exe, &["-f", "ndjson"], fins(snapshots));
    let printed = String::from_utf8_lossy(&finished.stdout);
    let expected = ndjson("gate", cars);
    assert!(printed == expected, "{snapshots:#?} print\n{printed}not\n{expected}{finished}");
    finished
}
