//! The four programs, for the cases that need more than the one under test.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the runtimes, as the packages' names end.
pub const RUNTIMES: [&str; 2] = ["smol", "async-std"];

/// Builds the four programs in the profile of the running test and answers the folder
/// that they are in. Where they are fresh it costs what asking Cargo costs.
///
/// # Panics
///
/// If they do not build.
#[must_use]
pub fn build() -> PathBuf {
    let exe = env::current_exe().expect("the system knows its programs");
    // Tests are in `target/PROFILE/deps`, programs one up.
    let above = exe.parent().expect("in a folder");
    let folder = if above.ends_with("deps") { above.parent().expect("in target") } else { above };
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let mut cargo = Command::new(env!("CARGO"));
    // What Cargo told the test of its package is not so for those that it builds here: ring's
    // build script asks for it, and would be compiled anew here and once more by the next.
    for (name, _) in env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if told {
            cargo.env_remove(name);
        }
    }
    cargo.args(["build", "--quiet", "--locked", "--profile", profile]);
    cargo.arg("--manifest-path").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    cargo.arg("--target-dir").arg(folder.parent().expect("in target"));
    for runtime in RUNTIMES {
        cargo.args(["-p", &format!("server-{runtime}"), "-p", &format!("client-{runtime}")]);
    }
    let status = cargo.status().expect("the Cargo that built this");
    assert!(status.success(), "{cargo:?}: {status}");
    folder.to_owned()
}

/// The station of a runtime in that folder.
#[must_use]
pub fn server(folder: &Path, runtime: &str) -> PathBuf {
    folder.join(format!("server-{runtime}{}", env::consts::EXE_SUFFIX))
}

/// The client of a runtime in that folder.
#[must_use]
pub fn client(folder: &Path, runtime: &str) -> PathBuf {
    folder.join(format!("client-{runtime}{}", env::consts::EXE_SUFFIX))
}
