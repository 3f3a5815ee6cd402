//! What fits into how many, and what becomes of a plan in a process that has few.

use std::process::Command;

use super::{OTHERS, fit, room, take};
use crate::args::{Args, ENV_PREFIX};
use crate::plan::Plan;

#[test]
fn what_others_need_is_kept_free() {
    for (free, each, expected) in [
        (0, 1, None),
        (OTHERS, 1, None),
        (OTHERS + 1, 1, Some(1)),
        (OTHERS + 1, 4, Some(1)),
        (OTHERS + 7, 4, Some(1)),
        (OTHERS + 8, 4, Some(2)),
        (OTHERS + 20, 1, Some(20)),
    ] {
        assert_eq!(room(free, each, OTHERS), expected, "{free} / {each}");
    }
}

#[test]
fn no_more_are_taken_than_asked_for() {
    let (taken, error) = take(5);
    assert_eq!((taken.len(), error.is_none()), (5, true));
}

/// The limit is the process's, so this runs itself once more, under one.
#[test]
fn a_plan_wants_no_more_connections_than_there_are_descriptors_for() {
    const LIMITED: &str = "CARWATCH_TEST_LIMITED";
    if std::env::var_os(LIMITED).is_some() {
        let mut plan = sixty_stations();
        fit(&mut plan, Some(40)).expect("there are some");
        assert!((1..40 - OTHERS).contains(&plan.limits.connections), "{}", plan.limits.connections);
        // As many as are left but for what others need.
        let (mut taken, error) = take(40);
        assert!(error.is_some());
        taken.truncate(taken.len() - OTHERS);
        let error = fit(&mut plan, Some(40)).expect_err("there are none");
        assert!(error.to_string().starts_with("Too many open files"), "{error}");
        return;
    }
    let test = std::thread::current().name().expect("a test has a name").to_owned();
    let status = Command::new("sh")
        .args(["-c", "ulimit -n 40 && exec \"$0\" --exact \"$1\" --test-threads 1 >/dev/null"])
        .arg(std::env::current_exe().expect("a program"))
        .arg(test)
        .env(LIMITED, "1")
        .status();
    assert!(status.expect("it runs").success());
    let mut plan = sixty_stations();
    fit(&mut plan, None).expect("there are enough");
    assert_eq!(plan.limits.connections, 64, "as it was asked for");
}

fn sixty_stations() -> Plan {
    let stations = (1..=60).map(|port| format!("127.0.0.1:{port}"));
    let argv = std::iter::once("client-smol".to_owned()).chain(stations);
    let args: Args = carwatch_cli::parse_from("client-smol", ENV_PREFIX, argv).expect("arguments");
    Plan::new(args, &carwatch_cli::Own::default(), None).expect("a plan")
}
