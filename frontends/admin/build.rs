//! With the feature `viewer` the page has to be there before the crate can include it.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_VIEWER").is_none() {
        return ExitCode::SUCCESS;
    }
    println!("cargo::rerun-if-changed={PAGE}");
    if Path::new(PAGE).is_file() {
        return ExitCode::SUCCESS;
    }
    println!(
        "cargo::error=the feature `viewer` includes web/dist/carwatch.html, which is not built \
         yet; build it with `cargo viewer`, then run this again"
    );
    ExitCode::FAILURE
}

/// From this crate's folder, where cargo runs this.
const PAGE: &str = "../../web/dist/carwatch.html";
