//! Black-box cases for the four programs, from protocol.md, cli.md and limits.md alone.
//!
//! Nothing here knows the core, the driver or a runtime. A case starts a program, speaks
//! to it over loopback, and looks at bytes, exit codes and reports. Each program package
//! has a test of one line that hands its executable to [`client_suite`] or
//! [`station_suite`]; so all of them run the same table.
//!
//! Promised on Linux: the cases look into `/proc` to know when a peer has read what it
//! was sent, instead of sleeping and hoping.

pub mod caller;
pub mod chaos;
pub mod client;
mod clients;
pub mod fixtures;
pub mod forged;
pub mod hostile;
pub mod http;
pub mod inspect;
pub mod json;
pub mod kernel;
pub mod programs;
pub mod rng;
pub mod station;
mod stations;
pub mod store;
pub mod table;
pub mod terminal;
pub mod tls;
pub mod watching;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How long a case waits for something that must happen. A deadline, never a measure.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub use clients::thousand::capture_of_a_thousand;

/// Runs every case of a client program against `exe`.
#[must_use]
pub fn client_suite(exe: &Path) -> ExitCode {
    table::run(exe, clients::rows())
}

/// Runs every case of a station program against `exe`.
#[must_use]
pub fn station_suite(exe: &Path) -> ExitCode {
    table::run(exe, stations::rows())
}
