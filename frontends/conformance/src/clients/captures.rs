//! `--capture` and `inspect`: what was received is told again, file by file.

mod broken;
mod files;
mod live;
mod rounds;

use std::path::Path;

use serde_json::Value;

use crate::client::{Client, Finished};
use crate::fixtures::Folder;
use crate::inspect::{Inspected, SAID_OF_A_STATION, inspect, same};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = live::rows();
    rows.extend(rounds::rows());
    rows.extend(files::rows());
    rows.extend(broken::rows());
    rows
}

/// A gather with `--capture` into a folder of its own.
struct Captured {
    live: Finished,
    folder: Folder,
}

impl Captured {
    fn new(exe: &Path, args: &[&str], stations: &[String]) -> Self {
        let folder = Folder::new();
        let run = Client::new(exe).args(args).args(stations).arg("--capture");
        let live = run.arg(folder.path(NAME)).run();
        Self { live, folder }
    }

    fn path(&self) -> String {
        self.folder.path(NAME).to_str().expect("text").to_owned()
    }

    /// Panics unless `inspect` with these arguments says the same of every station, exits with
    /// the same code, and prints the same cars.
    #[track_caller]
    fn says_the_same(&self, exe: &Path, args: &[&str]) -> Inspected {
        let path = self.path();
        let inspected = inspect(exe, [&["-f", "json"], args, &[&path]].concat());
        let live = self.live.report();
        let again = inspected.document()["report"].clone();
        assert_eq!(inspected.code, self.live.code, "live: {}\n{inspected}", self.live);
        for key in ["complete", "partial", "failed", "cars", "rejected", "exit"] {
            assert_eq!(live[key], again[key], "{key}\n{inspected}");
        }
        let (live, again) = (lines(&live), lines(&again));
        assert_eq!(live.len(), again.len(), "{inspected}");
        for (live, again) in live.iter().zip(&again) {
            same(live, again, SAID_OF_A_STATION);
            times_are_close(live, again);
        }
        inspected
    }
}

fn lines(report: &Value) -> Vec<Value> {
    report["stations"].as_array().expect("an array").clone()
}

/// They come from the capture: where live has one, so has it, of the same unit and origin.
#[track_caller]
fn times_are_close(live: &Value, again: &Value) {
    for key in ["first_byte_ms", "elapsed_ms"] {
        match (live[key].as_f64(), again[key].as_f64()) {
            (None, None) => {}
            (Some(live_ms), Some(ms)) => {
                let far = (live_ms - ms).abs();
                assert!(far < 250.0, "{key}: {live_ms} and {ms}\n{live}\n{again}");
            }
            _ => panic!("{key}: {live} and {again}"),
        }
    }
}

const NAME: &str = "road.pcapng";
