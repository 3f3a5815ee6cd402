//! What people see who ask for help, or ask for what cannot be.

use std::time::Duration;

use carwatch::limits::ClientLimits;
use carwatch_cli::{Refusal, parse_from};
use carwatch_formats::Format;
use insta::assert_snapshot;

use super::{Args, ENV_PREFIX, Summary, When};
use crate::demo::Demo;
use crate::plan::Plan;

fn parsed(flags: &[&str]) -> Result<Args, Refusal> {
    let program = ["client-smol"];
    parse_from("client-smol", ENV_PREFIX, program.iter().chain(flags))
}

fn planned(flags: &[&str]) -> Result<Plan, String> {
    let args = parsed(flags).map_err(|refusal| refusal.text())?;
    let demo = args.demo.then(|| Demo::open().expect("three ports"));
    Plan::new(args, &carwatch_cli::Own::default(), demo.as_ref().map(Demo::targets))
}

#[test]
fn help() {
    let help = parsed(&["--help"]).expect_err("help");
    assert_eq!(help.code(), 0);
    assert_snapshot!(help.text());
}

#[test]
fn short_help() {
    let help = parsed(&["-h"]).expect_err("help");
    assert_eq!(help.code(), 0);
    assert_snapshot!(help.text());
}

#[test]
fn defaults_are_those_of_the_core() {
    let plan = planned(&[]).expect("a plan");
    assert_eq!(plan.limits, ClientLimits::default());
    assert!(plan.by_default);
    assert_eq!(plan.targets.len(), 1);
    assert_eq!((plan.progress, plan.summary), (When::Auto, Summary::Text));
    // Tests have no terminal on stdout, or it is none of this test's business.
    assert!([Format::Ndjson, Format::Table].contains(&plan.format));
}

#[test]
fn every_limit_has_its_flag() {
    let plan = planned(&[
        "h:1",
        "-j",
        "7",
        "--connect-timeout",
        "250ms",
        "--idle-timeout",
        "1s",
        "--deadline",
        "2m",
        "--retries",
        "3",
        "--max-response",
        "64KiB",
        "--max-memory",
        "1MiB",
    ]);
    let expected = ClientLimits {
        connections: 7,
        connect_timeout: Duration::from_millis(250),
        idle_timeout: Duration::from_secs(1),
        deadline: Duration::from_mins(2),
        retries: 3,
        response: 64 * 1024,
        memory: 1024 * 1024,
        ..ClientLimits::default()
    };
    assert_eq!(plan.map(|plan| plan.limits), Ok(expected));
}

#[test]
fn the_demo_is_a_table_and_wants_two() {
    let plan = planned(&["--demo"]).expect("a plan");
    assert_eq!((plan.format, plan.min_ok, plan.by_default), (Format::Table, Some(2), false));
    let names: Vec<&str> = plan.targets.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["gate", "bridge", "tunnel"]);
    let plan = planned(&["--demo", "--min-ok", "3", "-f", "wire"]).expect("a plan");
    assert_eq!((plan.format, plan.min_ok), (Format::Wire, Some(3)));
}

#[test]
fn a_file_is_no_terminal() {
    let plan = planned(&["h:1", "-o", "cars"]).expect("a plan");
    assert_eq!(plan.format, Format::Ndjson);
}

#[test]
fn a_dash_is_stdout() {
    let plan = planned(&["h:1", "-o", "-"]).expect("a plan");
    assert_eq!(plan.output, None);
    assert!(planned(&["h:1", "-o", "/dev/stdout", "--log-file", "/dev/stdout"]).is_ok());
}

#[test]
fn every_station_may_be_asked_for_and_none_more() {
    for min_ok in ["0", "1", "2"] {
        assert!(planned(&["h:1", "h:2", "--min-ok", min_ok]).is_ok(), "{min_ok}");
    }
}

#[test]
fn usage_errors() {
    let bad: [&[&str]; 31] = [
        &["h:1", "-j", "0"],
        &["h:1", "-j", "-1"],
        &["h:1", "-j", "many"],
        &["h:1", "--connect-timeout", "0s"],
        &["h:1", "--idle-timeout", "0ms"],
        &["h:1", "--deadline", "0d"],
        &["h:1", "--deadline", "10"],
        &["h:1", "--deadline", "-1s"],
        &["h:1", "--watch", "-1s"],
        &["h:1", "--max-response", "-1KiB"],
        &["h:1", "--max-memory", "-1"],
        &["h:1", "--retries", "-1"],
        &["h:1", "--max-response", "0"],
        &["h:1", "--max-memory", "0B"],
        &["h:1", "--max-memory", "lots"],
        &["h:1", "--min-ok", "2"],
        &["h:1", "h:2", "--min-ok", "3"],
        &["h:1", "--min-ok", "x"],
        &["h:1", "--min-ok", "99999999999999999999999"],
        &["--demo", "--min-ok", "4"],
        &["--demo", "h:1"],
        &["h:1", "-f", "xml"],
        &["h:1", "-f", "wire", "--keep-partial"],
        &["h:1", "-o", "same", "--summary-file", "./same"],
        &["h:1", "-o", "same", "--log-file", "same"],
        &["h:1", "--summary-file", "same", "--log-file", "./same"],
        &["h:1", "--progress", "maybe"],
        &["h:1", "--summary", "xml"],
        &["h:1", "--no-such-flag"],
        &["h:1", "-o"],
        &["gate=h:0"],
    ];
    let told: Vec<String> = bad
        .iter()
        .map(|flags| {
            let error = planned(flags).expect_err("a usage error");
            format!("{}\n{}\n", flags.join(" "), error.trim_end())
        })
        .collect();
    assert_snapshot!(told.join("\n"));
}
