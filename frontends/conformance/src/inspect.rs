//! `client-… inspect`, run to its end, and what it says beside what a gather said.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What `inspect` came to.
pub struct Inspected {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
}

/// Runs `exe inspect` with these arguments.
///
/// # Panics
///
/// If the program cannot be started, or says what is no text.
#[must_use]
#[track_caller]
pub fn inspect<A: AsRef<OsStr>>(exe: &Path, args: impl IntoIterator<Item = A>) -> Inspected {
    bare(exe, [OsStr::new("inspect")], args)
}

/// Runs `exe` with these arguments and no other.
///
/// # Panics
///
/// If the program cannot be started, or says what is no text.
#[must_use]
#[track_caller]
pub fn bare<A: AsRef<OsStr>, B: AsRef<OsStr>>(
    exe: &Path,
    first: impl IntoIterator<Item = A>,
    args: impl IntoIterator<Item = B>,
) -> Inspected {
    let mut command = Command::new(exe);
    command.args(first).args(args).env_remove("RUST_LOG").stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    Inspected {
        code: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).expect("stderr is text"),
    }
}

impl Inspected {
    /// The one JSON document that it printed.
    ///
    /// # Panics
    ///
    /// If it printed something else.
    #[must_use]
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("{e}\n{self}"))
    }

    /// The line of the nth station in the report of that document.
    #[must_use]
    #[track_caller]
    pub fn station(&self, nth: usize) -> Value {
        self.document()["report"]["stations"][nth].clone()
    }
}

impl fmt::Display for Inspected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stdout = String::from_utf8_lossy(&self.stdout);
        writeln!(f, "exit code {}", self.code)?;
        writeln!(f, "stdout: {:.2000}", format!("{stdout:?}"))?;
        write!(f, "stderr: {:.4000}", self.stderr)
    }
}

/// What a capture must say again of a station: everything but the times.
pub const SAID_OF_A_STATION: &[&str] = &[
    "name",
    "address",
    "outcome",
    "reason",
    "verified",
    "cars",
    "rejected",
    "bytes",
    "attempts",
    "detail",
    "rejections",
];

/// Panics unless both lines hold the same under each of these keys.
#[track_caller]
pub fn same(live: &Value, again: &Value, keys: &[&str]) {
    for key in keys {
        assert_eq!(live[key], again[key], "{key}\nlive: {live}\ninspected: {again}");
    }
}
