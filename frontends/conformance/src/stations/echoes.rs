//! Errors and log lines quote what they are about; that must not pass for lines of theirs.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::fixtures::Folder;
use crate::forged::{START, argument, assert_safe, field};
use crate::station::{Station, run_to_its_end};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("echoes::arguments", arguments),
        Row::new("echoes::names of files", files),
        Row::new("echoes::the environment", environment),
        Row::new("echoes::a config and its bad keys", config),
        Row::new("echoes::a source and its bad lines", source),
    ]
}

/// It does not start, and quotes safely what is to blame.
#[track_caller]
fn refused<A: AsRef<OsStr>>(what: &str, exe: &Path, args: impl IntoIterator<Item = A>) {
    let (code, said, _) = run_to_its_end(exe, args);
    assert_ne!(code, 0, "{what}: {said}");
    assert_safe(what, &said);
    assert!(said.contains(START), "{what} is quoted: {said}");
    assert!(!said.contains("panicked"), "{what}: {said}");
}

fn arguments(exe: &Path) {
    let forged = argument();
    refused("an operand", exe, [&forged]);
    refused("an unknown flag", exe, [format!("--{forged}")]);
    for flag in [
        "--listen",
        "--format",
        "--time",
        "--rate",
        "--seed",
        "--keep",
        "--allow",
        "--max-per-source",
        "--admin",
        "--drain",
        "--log-format",
    ] {
        refused(flag, exe, [flag, &forged]);
        refused(flag, exe, [format!("{flag}={forged}")]);
    }
}

fn files(exe: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path().join(argument());
    fs::create_dir(&folder).expect("a temporary folder");
    let missing = folder.join("there").join("is none");
    let flags = ["--source", "--store", "--map", "--config", "--admin-token-file", "--log-file"];
    for flag in flags {
        for path in [&missing, &folder] {
            let listen = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", flag];
            let listen = listen.map(OsStr::new);
            refused(flag, exe, listen.into_iter().chain([path.as_os_str()]));
        }
    }
}

fn environment(exe: &Path) {
    // env(1) sets them: it runs the station in its own place.
    let env = |name: &str, value: &str| {
        let set = format!("{name}={value}");
        [OsStr::new(&set), exe.as_os_str()].map(OsStr::to_owned)
    };
    for name in ["LISTEN", "FORMAT", "RATE", "SEED", "KEEP", "ALLOW", "DRAIN", "LOG_FORMAT"] {
        let name = format!("CARWATCH_STATION_{name}");
        refused(&name, Path::new("env"), env(&name, &argument()));
    }
    for name in ["SOURCE", "STORE", "CONFIG", "LOG_FILE"] {
        let name = format!("CARWATCH_STATION_{name}");
        let missing = format!("/nonexistent/{}/file", argument());
        refused(&name, Path::new("env"), env(&name, &missing));
    }
    // What is wrong with it is said by a library, which need not quote it.
    let (code, said, _) =
        run_to_its_end(Path::new("env"), env("RUST_LOG", &format!("{}=loud", argument())));
    assert_ne!(code, 0, "{said}");
    assert_safe("an error in RUST_LOG", &said);
}

fn config(exe: &Path) {
    let folder = Folder::new();
    // As a basic string of TOML.
    let text = field().chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect::<String>();
    for bad in [
        format!("\"{text}\" = 1\n"),
        format!("keep = \"{text}\"\n"),
        format!("allow = [\"{text}\"]\n"),
        format!("source = \"/nonexistent/{}\"\n", text.replace("\\U00000000", "")),
    ] {
        let path = folder.write("station.toml", &bad);
        let path = path.to_str().expect("text");
        refused(&bad, exe, ["--listen", "127.0.0.1:0", "--config", path]);
    }
    let raw = folder.write("raw.toml", format!("{} = 1\n", argument()));
    let (code, said, _) = run_to_its_end(exe, ["--config", raw.to_str().expect("text")]);
    assert_ne!(code, 0, "{said}");
    assert_safe("an error in TOML", &said);
}

fn source(exe: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(argument());
    // The line end in it makes two bad lines.
    fs::write(&path, format!("{}\n1:a:b\n", field())).expect("a temporary folder");
    for format in ["text", "json"] {
        let args = ["-v", "--log-format", format, "--source"].map(OsStr::new);
        let mut station = Station::spawn(exe, args.into_iter().chain([path.as_os_str()]));
        let _ = station.snapshot_when(|bytes| bytes == b"1:a:b");
        station.signal(Signal::TERM);
        let _ = station.finish();
        assert_safe("the log", &station.said().join("\n"));
    }
}
