//! Every case of the conformance table for a client.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::client_suite(Path::new(env!("CARGO_BIN_EXE_client-async-std")))
}
