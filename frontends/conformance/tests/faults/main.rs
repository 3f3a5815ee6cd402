//! Stations whose disk or descriptors fail under them, and what people look at them with.
//!
//! `cargo test -p conformance --features tools --test faults` needs strace, the sqlite3
//! shell, unshare and mount, and the right to trace and to mount; it fails where one of
//! them is missing. Mounts are made in a mount namespace of its own, which ends with it.

mod accepts;
mod fsync;
mod full;
mod shell;
mod tracer;
mod watched;

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use conformance::programs::{self, RUNTIMES};
use conformance::table::{self, Row};

fn main() -> ExitCode {
    for (tool, package) in TOOLS {
        let mut probe = Command::new(tool);
        probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        if let Err(error) = probe.status() {
            eprintln!("error: {tool} is missing ({error}): these cases need it");
            eprintln!("help: apt-get install {package}");
            return ExitCode::FAILURE;
        }
    }
    if env::var_os(APART).is_none() {
        let mut unshare = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            unshare.arg("--map-root-user");
        }
        let this = env::current_exe().expect("the system knows its programs");
        unshare.arg("--mount").arg(this).args(env::args_os().skip(1)).env(APART, "1");
        eprintln!("error: unshare: {}", unshare.exec());
        return ExitCode::FAILURE;
    }
    let cases = fsync::CASES.iter().chain(full::CASES).chain(shell::CASES).chain(accepts::CASES);
    let mut rows = Vec::new();
    for (name, case) in cases {
        for runtime in RUNTIMES {
            rows.push(Row::heavy(format!("server-{runtime}::{name}"), move |folder| {
                case(&programs::server(folder, runtime));
            }));
        }
    }
    table::run(&programs::build(), rows)
}

/// A name, and what to do with a station's program.
type Case = (&'static str, fn(&std::path::Path));

/// Programs, and the Debian packages that have them.
const TOOLS: [(&str, &str); 4] =
    [("strace", "strace"), ("sqlite3", "sqlite3"), ("unshare", "util-linux"), ("mount", "mount")];

/// Set in the namespace.
const APART: &str = "CONFORMANCE_FAULTS_APART";
