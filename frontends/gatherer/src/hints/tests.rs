//! What a newcomer is told, and when nobody is.

use carwatch::{Fault, Reason, Report};
use insta::assert_snapshot;

use super::{Run, next, origin};
use crate::args::{Args, ENV_PREFIX};
use crate::demo::Demo;
use crate::gather::not_begun;
use crate::plan::Plan;

fn plan(flags: &[&str]) -> Plan {
    let argv = ["client-smol"].iter().chain(flags);
    let args: Args = carwatch_cli::parse_from("client-smol", ENV_PREFIX, argv).expect("arguments");
    let demo = args.demo.then(Demo::unopened);
    Plan::new(args, &carwatch_cli::Own::default(), demo).expect("a plan")
}

fn failed(plan: &Plan, reason: Reason) -> Report {
    let mut report = not_begun(plan, "");
    for station in &mut report.stations {
        station.outcome = carwatch::Outcome::failed(Fault::from(reason));
    }
    report
}

fn run(by_cargo: bool) -> Run {
    Run { program: "client-smol".into(), by_cargo }
}

#[test]
fn a_demo_is_told_of_before_and_after() {
    let plan = plan(&["--demo"]);
    let report = failed(&plan, Reason::Refused);
    assert_snapshot!("demo_origin", origin(&plan).expect("words"));
    assert_snapshot!("demo_cargo", next(&plan, run(true), &report).expect("words"));
    assert_snapshot!("demo_installed", next(&plan, run(false), &report).expect("words"));
}

#[test]
fn nothing_on_the_default_station_is_explained() {
    let plan = plan(&[]);
    let report = failed(&plan, Reason::Refused);
    assert_snapshot!("default_cargo", next(&plan, run(true), &report).expect("words"));
    assert_snapshot!("default_installed", next(&plan, run(false), &report).expect("words"));
}

#[test]
fn nobody_else_is_told_anything() {
    let silent = |flags: &[&str], reason| {
        let plan = plan(flags);
        assert_eq!(next(&plan, run(true), &failed(&plan, reason)), None, "{flags:?}");
    };
    silent(&[], Reason::Reset);
    silent(&["127.0.0.1:8000"], Reason::Refused);
    silent(&["--summary", "json"], Reason::Refused);
    silent(&["--demo", "--summary", "none"], Reason::Refused);
    assert_eq!(origin(&plan(&[])), None);
    assert_eq!(origin(&plan(&["--demo", "--summary", "none"])), None);
}
