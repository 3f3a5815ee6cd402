//! Every case of the conformance table for a station.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::station_suite(Path::new(env!("CARGO_BIN_EXE_server-smol")))
}
