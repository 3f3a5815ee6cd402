//! Captures that end too soon: at every block, and within.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use super::{Captured, lines};
use crate::client::Client;
use crate::fixtures::Folder;
use crate::hostile::{End, Hostile, Script};
use crate::inspect::{Inspected, SAID_OF_A_STATION, inspect, same};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("captures::cut at every block", |exe| cut(exe, false)),
        Row::new("captures::cut within a block", |exe| cut(exe, true)),
        Row::new("captures::the client is killed", killed),
    ]
}

/// Where blocks end (pcapng, section 3.1: a type, and the total length, at either end).
fn ends(capture: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < capture.len() {
        let length: [u8; 4] = capture[at + 4..at + 8].try_into().expect("four bytes");
        at += u32::from_ne_bytes(length) as usize;
        assert_eq!(capture[at - 4..at], length, "the length stands at both ends");
        ends.push(at);
    }
    assert_eq!(at, capture.len(), "whole blocks");
    ends
}

fn cut(exe: &Path, within: bool) {
    let scripts = [
        Script::new("1:a:b.2:c:d.x", End::Fin),
        Script::new("3:e:f.4:g", End::Reset),
        Script::new(vec!["5:peugeot:red"; 20_000].join("."), End::Fin),
    ];
    let stations = scripts.map(Hostile::new);
    let names = ["a", "b", "c"];
    let mut given: Vec<String> =
        names.iter().zip(&stations).map(|(name, is)| format!("{name}={}", is.address())).collect();
    given.push("unknown=nonexistent.invalid:9".to_owned());
    // One after the other, so that what is whole at a cut is known.
    let captured = Captured::new(exe, &["-j", "1"], &given);
    let whole = fs::read(captured.path()).expect("a capture");
    let live = lines(&captured.live.report());
    let folder = Folder::new();
    let mut complete = 0;
    let mut ends = ends(&whole);
    if within {
        let places = |pair: &[usize]| [pair[0] + 3, pair[0] + 9, pair[1] - 5];
        ends = ends.windows(2).flat_map(places).chain([5, 11, 20]).collect();
    }
    for end in ends {
        let path = folder.write("cut.pcapng", &whole[..end]);
        let inspected = inspect(exe, ["-f", "json", path.to_str().expect("text")]);
        assert!([0, 1, 3].contains(&inspected.code), "cut at {end}\n{inspected}");
        assert!(!inspected.stderr.contains("panicked"), "cut at {end}\n{inspected}");
        if within {
            assert!(
                inspected.stderr.contains("cut.pcapng"),
                "it says so, cut at {end}\n{inspected}"
            );
        }
        let report = inspected.document()["report"].clone();
        assert_eq!(report["exit"], inspected.code, "cut at {end}\n{inspected}");
        complete += told(&live, &inspected, end);
    }
    assert!(complete > 3, "some were complete before the last block");
}

/// Panics unless what it says is true as far as it goes; answers how many lines are whole.
#[track_caller]
fn told(live: &[serde_json::Value], inspected: &Inspected, end: usize) -> usize {
    let mut whole = 0;
    for line in lines(&inspected.document()["report"]) {
        let Some(live) = live.iter().find(|live| live["name"] == line["name"]) else {
            // What is cut before its first comment has no name yet.
            assert_ne!(line["outcome"], "complete", "cut at {end}\n{inspected}");
            continue;
        };
        if line["outcome"] == live["outcome"] && line["reason"] == live["reason"] {
            same(live, &line, SAID_OF_A_STATION);
            whole += 1;
            continue;
        }
        assert_eq!(line["reason"], "capture", "its end is not captured: {end}\n{inspected}");
        let some = if line["bytes"] == json!(0) { "failed" } else { "partial" };
        assert_eq!(line["outcome"], some, "cut at {end}\n{inspected}");
        assert!(line["bytes"].as_u64() <= live["bytes"].as_u64(), "cut at {end}\n{inspected}");
    }
    whole
}

/// By SIGKILL, in the midst of it: what had come is in the file.
fn killed(exe: &Path) {
    let folder = Folder::new();
    let path = folder.path("killed.pcapng");
    let fine = Hostile::new(Script::new("1:a:b.2:c:d", End::Fin));
    let slow = Hostile::new(Script::new("3:e:f.4:g", End::Trickle));
    let run = Client::new(exe).arg("--capture").arg(&path);
    let names = [format!("fine={}", fine.address()), format!("slow={}", slow.address())];
    let running = run.args(names).start();
    fine.wait(|progress| progress.over == 1);
    slow.wait(|progress| progress.delivered == 1);
    let told = |inspected: &Inspected| {
        let lines = lines(&inspected.document()["report"]);
        let of = |name: &str| lines.iter().find(|line| line["name"] == name).cloned();
        of("fine").zip(of("slow")).filter(|(fine, slow)| {
            fine["outcome"] == "complete" && slow["bytes"].as_u64().is_some_and(|bytes| bytes > 8)
        })
    };
    // It may be read while it is written.
    let look = || inspect(exe, ["-f", "json", path.to_str().expect("text")]);
    let _ = crate::kernel::until("what came is in the file", || told(&look()));
    running.signal(Signal::KILL);
    assert_eq!(running.finish().code, 128 + 9);
    let inspected = look();
    let (_, slow) = told(&inspected).unwrap_or_else(|| panic!("still there\n{inspected}"));
    assert_eq!(slow["outcome"], "partial", "{inspected}");
    assert_eq!(slow["reason"], "capture", "{inspected}");
    assert_eq!(slow["cars"], 1, "{inspected}");
    assert_eq!(inspected.code, 1, "{inspected}");
}
