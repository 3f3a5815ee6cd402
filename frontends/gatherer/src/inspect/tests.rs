//! What flags come to, what is read, and what stands below the report.

use std::fs;
use std::path::{Path, PathBuf};

use carwatch::Reason;
use carwatch_capture::inspect::{Inspected, Limits};
use carwatch_cli::parse_from;
use carwatch_formats::Format;
use tempfile::TempDir;

use super::{explanation, files, plan, print};
use crate::args::{Args, Command, ENV_PREFIX};
use crate::finish::Outputs;
use crate::plan::Plan;
use crate::signals::Signals;

fn planned(flags: &[&str]) -> Result<Plan, String> {
    let line = ["client-smol", "inspect"].iter().chain(flags);
    let args: Args =
        parse_from("client-smol", ENV_PREFIX, line).map_err(|refusal| refusal.text())?;
    let Some(Command::Inspect(inspect)) = args.command else { panic!("{:?}", args.command) };
    plan(inspect, &args.log)
}

fn inspected(paths: &[PathBuf]) -> Inspected {
    let mut signals = Signals::install().expect("descriptors");
    files::inspect(paths, Limits::default(), &mut signals)
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    folder
}

#[test]
fn flags_mean_what_they_mean_in_a_gather() {
    let plan = planned(&[
        "a.pcap",
        "-f",
        "csv",
        "--csv-raw",
        "--keep-partial",
        "--strict",
        "--min-ok",
        "2",
        "--max-response",
        "1KiB",
        "--max-memory",
        "2KiB",
        "-o",
        "-",
    ])
    .expect("a plan");
    assert_eq!((plan.format, plan.csv_raw, plan.keep_partial), (Format::Csv, true, true));
    assert_eq!((plan.strict, plan.min_ok, plan.output), (true, Some(2), None));
    assert_eq!((plan.limits.response, plan.limits.memory), (1024, 2048));
    assert!(plan.targets.is_empty());
}

#[test]
fn usage_errors() {
    let folder = folder(&[("a", b"")]);
    let a = folder.path().join("a").to_string_lossy().into_owned();
    let error = |flags: &[&str]| planned(flags).expect_err("a usage error");
    assert!(error(&[]).contains("<FILE>"));
    assert!(error(&["a", "-f", "wire", "--keep-partial"]).starts_with("--keep-partial: "));
    assert_eq!(error(&["-", "a", "-"]), "stdin can be read only once");
    assert_eq!(error(&[&a, "-o", &a]), format!("--output is a file to inspect: {a}"));
    let both = ["b", "-o", &a, "--summary-file", &a];
    assert_eq!(error(&both), "--output and --summary-file are the same file");
}

#[test]
fn a_file_that_cannot_be_read_does_not_cost_the_others() {
    let folder = folder(&[("a.cars", b"1:a:b"), ("c.cars", b"2:c:d.")]);
    let paths = ["a.cars", "gone", ".", "c.cars"].map(|name| folder.path().join(name));
    let report = inspected(&paths).report;
    let lines: Vec<_> = report
        .stations
        .iter()
        .map(|s| {
            (
                s.outcome.verdict.as_str(),
                s.outcome.verdict.fault().map(|f| f.reason),
                s.outcome.cars,
            )
        })
        .collect();
    let io = Some(Reason::Io);
    assert_eq!(
        lines,
        [("complete", None, 1), ("failed", io, 0), ("failed", io, 0), ("complete", None, 1)]
    );
    assert_eq!(report.stations[0].name, "a.cars");
    let fault = report.stations[1].outcome.verdict.fault().expect("a fault");
    let gone = folder.path().join("gone");
    let words = format!("cannot read {}: No such file or directory (os error 2)", gone.display());
    assert_eq!(fault.detail.as_deref(), Some(words.as_str()));
}

#[test]
fn a_file_longer_than_a_chunk_is_read_to_its_end() {
    let cars = vec!["1:peugeot:red"; 100_000].join(".");
    let folder = folder(&[("a", cars.as_bytes())]);
    let report = inspected(&[folder.path().join("a")]).report;
    assert_eq!(report.stations[0].outcome.response, cars.as_bytes());
}

#[test]
fn the_exit_is_that_of_a_gather() {
    let folder = folder(&[("good", b"1:a:b"), ("bad", b"1:a:b.x")]);
    let exit = |names: &[&str], flags: &[&str]| {
        let out = folder.path().join("out");
        let _ = fs::remove_file(&out);
        let out = out.to_string_lossy().into_owned();
        let plan =
            planned(&[&["x", "--summary", "none", "-o", &out], flags].concat()).expect("a plan");
        let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
        let code = print(&plan, &Outputs::check(&plan), &inspected(&paths), || None).code();
        (code, Path::new(&out).exists())
    };
    assert_eq!(exit(&["good", "bad"], &[]), (0, true));
    assert_eq!(exit(&["good", "bad"], &["--strict"]), (5, true));
    assert_eq!(exit(&["good", "gone"], &[]), (1, true));
    assert_eq!(exit(&["good", "gone"], &["--min-ok", "1"]), (0, true));
    assert_eq!(exit(&["gone"], &[]), (3, false));
}

#[test]
fn what_stands_below_the_report() {
    // A capture whose one packet is of a link that nobody knows.
    let mut pcap = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x69\0\0\0".to_vec();
    pcap.extend([[0; 8], [4, 0, 0, 0, 4, 0, 0, 0]].concat());
    pcap.extend(b"\x1b[2J");
    let folder = folder(&[("a.cars", b"1:a:b.x"), ("b\x1b.pcap", &pcap)]);
    let paths = ["a.cars", "b\x1b.pcap"].map(|name| folder.path().join(name));
    insta::assert_snapshot!(explanation(&inspected(&paths), Some(60)));
    assert_eq!(explanation(&inspected(&[]), None), "");
}
