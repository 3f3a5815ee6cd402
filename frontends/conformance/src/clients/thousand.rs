//! A thousand stations of twelve kinds, most of them hostile: a thousand right verdicts in one
//! run, in time, and in the memory that was promised; and the same again from a capture of it.

mod holes;
mod kinds;
mod peer;
mod queues;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Finished};
use crate::inspect::{Inspected, SAID_OF_A_STATION, inspect, same};
use crate::table::Row;
use kinds::{Kind, MOST};
use peer::Peer;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("thousand::right verdicts, in time, in little memory", |exe| {
            let in_time = (1..=TRIES).any(|_| {
                let seen = gather(exe, "10s", &["--max-response", "1MiB"]);
                verdicts(&seen.finished, Some(MOST));
                seen.assert_memory(seen.in_flight + seen.kept());
                seen.elapsed < Duration::from_millis(10_500)
            });
            assert!(in_time, "{TRIES} times more than half a second past the deadline");
        }),
        Row::heavy("thousand::with the default limit, never past --max-memory", |exe| {
            let seen = gather(exe, "7s", &["--max-memory", "512MiB"]);
            verdicts(&seen.finished, None);
            // Whatever is kept: all of that is little beside what is in flight.
            seen.assert_memory(512 << 20);
        }),
        Row::heavy("thousand::a capture of it says the same", captured),
    ]
}

const STATIONS: usize = 1000;

/// A machine that is busy with something else may keep any program from being in time.
const TRIES: u32 = 3;

/// What was promised on top of the cars that are kept and the responses in flight.
const SLACK: u64 = 64 << 20;

struct Seen {
    finished: Finished,
    elapsed: Duration,
    /// The most memory that it had.
    peak: u64,
    /// The most bytes that unfinished responses had together.
    in_flight: u64,
}

impl Seen {
    /// The bytes of the responses that were kept.
    fn kept(&self) -> u64 {
        let report = self.finished.report();
        let lines = report["stations"].as_array().expect("an array");
        let kept = lines.iter().filter(|line| line["reason"] != "too_large");
        kept.map(|line| line["bytes"].as_u64().expect("a count")).sum()
    }

    fn assert_memory(&self, most: u64) {
        let Self { elapsed, peak, in_flight, .. } = self;
        let mib = |bytes: u64| bytes >> 20;
        println!(
            "thousand: {elapsed:?}, at most {} MiB, where {} may be; {} were in flight",
            mib(*peak),
            mib(most + SLACK),
            mib(*in_flight)
        );
        assert!(*peak > 0, "it was looked at while it ran");
        assert!(*peak <= most + SLACK, "{peak} bytes, where {most} may be, and {SLACK}");
    }
}

/// Gathers from all of them at once.
fn gather(exe: &Path, deadline: &str, args: &[&str]) -> Seen {
    let peer = Peer::new(STATIONS);
    let run = Client::new(exe).args(["-j", "1000", "-f", "ndjson", "--deadline", deadline]);
    let list = run.dir().join("list");
    let lines = peer.addresses().iter().enumerate();
    let lines: String = lines.map(|(nth, address)| format!("s{nth}={address}\n")).collect();
    fs::write(&list, lines).expect("a temporary folder");
    let run = run.args(args).arg(format!("@{}", list.display()));
    let begin = Instant::now();
    let mut running = run.start();
    let mut peak = 0;
    while !running.has_ended() {
        peak = peak.max(high_water(running.pid()));
        // How often it is looked at; the mark never falls.
        thread::sleep(Duration::from_millis(5));
    }
    let elapsed = begin.elapsed();
    Seen { finished: running.finish(), elapsed, peak, in_flight: peer.peak() }
}

/// The most memory that a process ever had; 0 once it is gone.
fn high_water(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    number.unwrap_or(0) * 1024
}

/// Panics unless every line of the report and every car is right.
fn verdicts(finished: &Finished, most: Option<u64>) {
    finished.assert_code(1);
    let report = finished.report();
    let lines = report["stations"].as_array().expect("an array");
    assert_eq!(lines.len(), STATIONS);
    let mut expected = Vec::new();
    for (nth, line) in lines.iter().enumerate() {
        let name = format!("s{nth}");
        assert_eq!(line["name"], name);
        let kind = Kind::of(nth);
        kind.check(nth, line, most);
        if line["outcome"] == "complete" {
            expected.extend(kind.cars(nth).into_iter().map(|[time, brand, color]| {
                json!({"station": name, "time": time, "brand": brand, "color": color})
            }));
        }
    }
    let sum =
        |key: &str| lines.iter().map(|line| line[key].as_u64().expect("a count")).sum::<u64>();
    assert_eq!(report["rejected"], sum("rejected"));
    assert_eq!(report["cars"], expected.len());
    let printed = finished.lines();
    assert_eq!(printed.len(), expected.len());
    for (printed, expected) in printed.iter().zip(&expected) {
        assert_eq!(printed, expected);
    }
    assert!(!finished.stdout.contains(&0x1b), "no escape goes out as it is");
}

/// Gathers from the thousand stations with the client `exe`, captures that to `capture`, and
/// answers the report.
///
/// # Panics
///
/// If a verdict is wrong.
#[must_use]
pub fn capture_of_a_thousand(exe: &Path, capture: &Path) -> Value {
    capture_to(exe, capture).report()
}

fn capture_to(exe: &Path, capture: &Path) -> Finished {
    let path = capture.to_str().expect("text");
    let seen =
        gather(exe, "5s", &["--max-response", "1MiB", "--capture", path, "--summary", "none"]);
    verdicts(&seen.finished, Some(MOST));
    seen.finished
}

fn captured(exe: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let capture = folder.path().join("thousand.pcapng");
    let finished = capture_to(exe, &capture);
    let path = capture.to_str().expect("text");
    let size = fs::metadata(&capture).expect("a capture").len();
    let begin = Instant::now();
    let inspected: Inspected = inspect(exe, ["-f", "json", path]);
    println!("thousand: a capture of {} MiB, inspected in {:?}", size >> 20, begin.elapsed());
    assert_eq!(inspected.code, finished.code, "{inspected}");
    let document = inspected.document();
    let live = finished.report();
    let again = &document["report"];
    for key in ["complete", "partial", "failed", "cars", "rejected", "exit"] {
        assert_eq!(live[key], again[key], "{key} of the report");
    }
    let (live, again) = (live["stations"].as_array(), again["stations"].as_array());
    let (live, again) = (live.expect("an array"), again.expect("an array"));
    assert_eq!(live.len(), again.len());
    for (live, again) in live.iter().zip(again) {
        same(live, again, SAID_OF_A_STATION);
    }
    assert!(document["cars"] == json!(finished.lines()), "the same cars, in the same order");
}
