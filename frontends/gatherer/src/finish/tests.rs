//! The code that the report names, the code that the program ends with, and what became
//! of the files, when something goes wrong half way.

use std::cell::Cell;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use carwatch::{Outcome, Reason, Report, StationReport, Verdict};
use carwatch_cli::Own;
use carwatch_formats::Format;
use tempfile::{NamedTempFile, TempDir};

use super::{Outputs, Said, finish};
use crate::args::{Args, ENV_PREFIX, Summary};
use crate::exit::Signal;
use crate::gather::not_begun;
use crate::plan::Plan;

#[test]
fn the_report_names_the_code_and_the_cars_are_there() {
    for (report, code, cars) in [
        (report(&[true, true]), 0, NEW),
        (report(&[true, false]), 1, NEW),
        (report(&[false, false]), 3, OLD),
    ] {
        let folder = folder();
        assert_eq!(end(&plan(&folder, "report"), &report, || None), code);
        assert_eq!((exit_in(&folder), cars_in(&folder).as_str()), (u64::from(code), cars));
    }
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_cars_alone() {
    let folder = folder();
    let plan = plan(&folder, "/dev/full");
    assert_eq!(end(&plan, &report(&[true, true]), || None), 4);
    assert_eq!(cars_in(&folder), OLD);
}

#[test]
fn cars_that_cannot_be_put_in_their_place_are_in_the_report() {
    let folder = folder();
    let plan = plan(&folder, "report");
    let outputs = Outputs::check(&plan);
    // In the meantime a folder takes the place of the file.
    let place = folder.path().join("cars");
    fs::remove_file(&place).and_then(|()| fs::create_dir(&place)).expect("a folder");
    let exit = finish(&plan, &outputs, said(&report(&[true, true])), || None, &mut Vec::new());
    assert_eq!((exit.code(), exit_in(&folder)), (4, 4));
}

#[test]
fn a_signal_while_the_cars_are_written_counts() {
    let folder = folder();
    let asked = Cell::new(0);
    // Not yet when the gather ends, but before the file is put in its place.
    let signal = || (asked.replace(asked.get() + 1) > 0).then_some(Signal::Terminate);
    assert_eq!(end(&plan(&folder, "report"), &report(&[true, true]), signal), 143);
    assert_eq!((exit_in(&folder), cars_in(&folder).as_str()), (143, OLD));
}

#[test]
fn an_output_without_a_folder_is_refused_and_reported() {
    let folder = folder();
    let mut plan = plan(&folder, "report");
    plan.output = Some(folder.path().join("no/such/cars"));
    let outputs = Outputs::check(&plan);
    assert!(outputs.refused().is_some_and(|why| why.contains("no/such/cars")), "{outputs:?}");
    assert_eq!(
        finish(&plan, &outputs, said(&report(&[true, true])), || None, &mut Vec::new()).code(),
        4
    );
    assert_eq!(exit_in(&folder), 4);
}

#[test]
fn a_document_that_is_seen_at_once_names_the_code_of_a_report_that_failed() {
    let folder = folder();
    let mut plan = plan(&folder, "/dev/full");
    let seen = NamedTempFile::new().expect("a file");
    plan.output = Some(format!("/dev/fd/{}", seen.as_file().as_raw_fd()).into());
    plan.format = Format::Json;
    plan.min_ok = Some(0);
    // A descriptor is left alone on 4, so nothing can be wrong there.
    assert_eq!(end(&plan, &report(&[true, true]), || None), 4);
    assert_eq!(fs::read_to_string(&seen).expect("read"), "");
    plan.summary_file = Some(folder.path().join("report"));
    assert_eq!(end(&plan, &report(&[true, true]), || None), 0);
    let document = fs::read_to_string(&seen).expect("read");
    assert!(document.contains("\"exit\":0"), "{document}");
    assert_eq!(exit_in(&folder), 0);
    // And the other way round: the file names what became of the document.
    plan.output = Some("/dev/full".into());
    assert_eq!(end(&plan, &report(&[true, true]), || None), 4);
    assert_eq!(exit_in(&folder), 4);
}

#[test]
fn a_report_that_nobody_can_read_on_stderr_is_an_output_that_failed() {
    for summary in [Summary::Text, Summary::Json] {
        for (kind, code, cars) in
            [(io::ErrorKind::StorageFull, 4, OLD), (io::ErrorKind::BrokenPipe, 0, NEW)]
        {
            let folder = folder();
            let plan = Plan { summary, ..plan(&folder, "report") };
            let outputs = Outputs::check(&plan);
            let report = report(&[true, true]);
            let exit = finish(&plan, &outputs, said(&report), || None, &mut Failing(kind));
            assert_eq!((exit.code(), exit_in(&folder)), (code, code.into()), "{summary:?}");
            assert_eq!(cars_in(&folder), cars, "{summary:?} {kind}");
        }
    }
}

/// A stream that takes nothing.
struct Failing(io::ErrorKind);

impl io::Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn what_never_began_is_reported_and_blamed_on_the_system() {
    let folder = folder();
    let plan = plan(&folder, "report");
    let report = not_begun(&plan, "Too many open files");
    assert_eq!(end(&plan, &report, || None), 3);
    assert_eq!(exit_in(&folder), 3);
    let text = fs::read_to_string(folder.path().join("report")).expect("a report");
    assert_eq!(text.matches("\"reason\":\"io\"").count(), 2, "{text}");
}

#[test]
fn a_log_that_does_not_start_is_an_output_that_failed() {
    let folder = folder();
    let plan = plan(&folder, "report");
    let mut outputs = Outputs::check(&plan);
    outputs.refuse("cannot open the log file x".into());
    let report = not_begun(&plan, outputs.refused().expect("refused"));
    let exit = finish(&plan, &outputs, said(&report), || None, &mut Vec::new());
    assert_eq!((exit.code(), exit_in(&folder)), (4, 4));
    assert_eq!(cars_in(&folder), OLD);
}

const OLD: &str = "old";
const NEW: &str = "station,time,brand,color\r\na,1,vw,red\r\n";

fn end(plan: &Plan, report: &Report, signal: impl Fn() -> Option<Signal>) -> u8 {
    let outputs = Outputs::check(plan);
    assert_eq!(outputs.refused(), None);
    finish(plan, &outputs, said(report), signal, &mut Vec::new()).code()
}

/// A folder with a file of cars from before.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cars"), OLD).expect("written");
    folder
}

/// A plan with both outputs in files, the report's at `report` from `folder`.
fn plan(folder: &TempDir, report: impl AsRef<Path>) -> Plan {
    let (cars, report) = (folder.path().join("cars"), folder.path().join(report));
    let argv = ["client-smol", "a=h:1", "b=h:2", "-f", "csv", "--summary", "none"];
    let mut args: Args =
        carwatch_cli::parse_from("client-smol", ENV_PREFIX, argv).expect("arguments");
    args.output.output = Some(cars);
    args.output.summary_file = Some(report);
    Plan::new(args, &Own::default(), None).expect("a plan")
}

fn cars_in(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("cars")).expect("cars")
}

fn exit_in(folder: &TempDir) -> u64 {
    let report = fs::read_to_string(folder.path().join("report")).expect("a report");
    let (_, after) = report.split_once("\"exit\":").expect("an exit code");
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Two stations, each complete or refused; the first has one car.
fn said(report: &Report) -> Said<'_> {
    Said { report, rounds: None, failures: Vec::new() }
}

fn report(complete: &[bool; 2]) -> Report {
    let station = |(name, complete): (&str, &bool)| {
        let mut outcome = Outcome::failed(Reason::Refused.into());
        if *complete {
            outcome.verdict = Verdict::Complete { verified: false };
            outcome.response = if name == "a" { b"1:vw:red".to_vec() } else { Vec::new() };
            outcome.bytes = outcome.response.len() as u64;
            outcome.cars = u64::from(name == "a");
        }
        StationReport {
            name: name.into(),
            address: "h:1".into(),
            outcome,
            attempts: 1,
            first_byte: None,
            elapsed: Some(std::time::Duration::ZERO),
        }
    };
    let stations = ["a", "b"].into_iter().zip(complete).map(station).collect();
    Report { stations, elapsed: Some(std::time::Duration::ZERO) }
}
