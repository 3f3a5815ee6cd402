//! `cargo run -p carwatch-web [-- LIBRARY.wasm]`: builds the page and says where it is.
//!
//! Two commands of cargo's, one after the other: the library for wasm, then `assemble`,
//! which makes one file of it. Who has built the library in a way of their own (a Rust
//! without the wasm32 target) names it and skips the first.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let given = env::args_os().nth(1).map(PathBuf::from);
    let target = target_dir()?;
    let library = match given {
        Some(library) => library,
        None => build_library(&target)?,
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist").join("carwatch.html");
    run(Command::new(cargo())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "-p", "carwatch-web", "--features", "assemble"])
        .args(["--bin", "assemble", "--target-dir"])
        .arg(&target)
        .arg("--")
        .arg(absolute(&library)?)
        .arg(&page))
}

fn build_library(target: &Path) -> Result<PathBuf, String> {
    require_wasm()?;
    run(Command::new(cargo())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "-p", "carwatch-web", "--lib", "--profile", "web"])
        .args(["--target", WASM, "--target-dir"])
        .arg(target))?;
    Ok(target.join(WASM).join("web").join("carwatch_web.wasm"))
}

/// Without the target cargo fails in the middle, in the words of the first crate it meets.
fn require_wasm() -> Result<(), String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let told = Command::new(&rustc)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .map_err(|e| format!("cannot run {}: {e}", rustc.display()))?;
    let libdir = String::from_utf8_lossy(&told.stdout);
    if told.status.success() && Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    Err(format!(
        "this Rust cannot compile for {WASM}; install the target and run this again:\n\n    \
         rustup target add {WASM}\n"
    ))
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|e| format!("cannot run {}: {e}", Path::new(command.get_program()).display()))?;
    // It has said on stderr what went wrong.
    if status.success() { Ok(()) } else { Err(format!("cargo ended with {status}")) }
}

/// The folder that cargo put this program's folder in, wherever it was told to build.
fn target_dir() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let profile = program.parent().and_then(Path::parent);
    profile.map(Path::to_owned).ok_or_else(|| format!("{} is in no folder", program.display()))
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

const WASM: &str = "wasm32-unknown-unknown";
