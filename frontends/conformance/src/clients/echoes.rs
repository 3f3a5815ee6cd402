//! Errors quote what they are about; what they quote must not pass for lines of theirs.

use std::fs;
use std::path::Path;

use crate::client::Client;
use crate::forged::{START, argument, assert_safe, one_line};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("echoes::arguments", arguments),
        Row::new("echoes::names of files", files),
        Row::new("echoes::lines of a list", list),
        Row::new("echoes::the environment", environment),
    ]
}

/// Nothing listens there.
const A: &str = "127.0.0.1:9";

/// It fails, and quotes safely what is to blame.
#[track_caller]
fn refused(what: &str, run: Client) {
    let finished = run.run();
    assert_ne!(finished.code, 0, "{what}\n{finished}");
    assert_safe(what, &finished.stderr);
    assert!(finished.stderr.contains(START), "{what} is quoted\n{finished}");
    assert!(!finished.stderr.contains("panicked"), "{what}\n{finished}");
}

fn arguments(exe: &Path) {
    let forged = argument();
    for given in [forged.clone(), format!("{forged}=nowhere"), format!("--{forged}")] {
        refused("an argument", Client::new(exe).arg(given));
    }
    for flag in [
        "--format",
        "--progress",
        "--summary",
        "--concurrency",
        "--connect-timeout",
        "--deadline",
        "--retries",
        "--max-response",
        "--min-ok",
        "--log-format",
    ] {
        refused(flag, Client::new(exe).args([flag, &forged, A]));
        refused(flag, Client::new(exe).arg(format!("{flag}={forged}")).arg(A));
    }
}

fn files(exe: &Path) {
    let missing = format!("/nonexistent/{}/file", argument());
    for flag in ["--output", "--log-file"] {
        refused(flag, Client::new(exe).args([flag, &missing, A]));
    }
    refused("a list that is not there", Client::new(exe).arg(format!("@{missing}")));
    for flag in ["--output", "--log-file"] {
        let run = Client::new(exe);
        let folder = run.dir().join(argument());
        fs::create_dir(&folder).expect("a temporary folder");
        refused("a folder in place of a file", run.arg(flag).arg(folder).arg(A));
    }
}

fn list(exe: &Path) {
    for line in [one_line(), format!("{}\0=nowhere", one_line()), format!("@{}", one_line())] {
        let run = Client::new(exe);
        let path = run.dir().join(argument());
        fs::write(&path, format!("{A}\n{line}\n")).expect("a temporary folder");
        refused("a line of a list", run.arg(format!("@{}", path.display())));
    }
}

fn environment(exe: &Path) {
    for name in ["FORMAT", "PROGRESS", "SUMMARY", "DEADLINE", "CONCURRENCY", "MIN_OK", "LOG_FORMAT"]
    {
        let name = format!("CARWATCH_CLIENT_{name}");
        refused(&name, Client::new(exe).env(&name, &argument()).arg(A));
    }
    for name in ["OUTPUT", "LOG_FILE"] {
        let name = format!("CARWATCH_CLIENT_{name}");
        let missing = format!("/nonexistent/{}/file", argument());
        refused(&name, Client::new(exe).env(&name, &missing).arg(A));
    }
    // What is wrong with it is said by a library, which need not quote it.
    let finished = Client::new(exe).env("RUST_LOG", &format!("{}=loud", argument())).arg(A).run();
    assert_safe("an error in RUST_LOG", &finished.stderr);
    assert_ne!(finished.code, 0, "{finished}");
}
