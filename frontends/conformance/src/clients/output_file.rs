//! `-o FILE`: written beside and renamed into place on exit 0, 1 and 5; left alone on
//! 2, 3, 4, 130 and 143.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::Path;

use rustix::process::Signal;
use tempfile::NamedTempFile;

use crate::client::{Client, Finished};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("output::a new file", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let run = Client::new(exe).args(["-f", "wire", &station.address(), "-o"]);
            let path = run.dir().join("cars");
            let finished = run.arg(&path).run();
            finished.assert_code(0);
            finished.assert_stdout("");
            assert_eq!(fs::read_to_string(path).expect("written"), "1:a:b");
            assert_nothing_else(&finished);
        }),
        Row::new("output::replaced on 0", |exe| written(exe, &[], &["1:a:b"], 0)),
        Row::new("output::replaced on 1", |exe| written(exe, &[], &["1:a:b", GONE], 1)),
        Row::new("output::replaced on 5", |exe| written(exe, &["--strict"], &["1:a:b.x"], 5)),
        Row::new("output::left alone on 2", |exe| {
            untouched(exe, &["--min-ok", "2"], &["1:a:b"], 2);
        }),
        Row::new("output::left alone on 3", |exe| untouched(exe, &[], &[GONE], 3)),
        Row::new("output::left alone on 4", full),
        Row::new("output::left alone on 130", |exe| stopped(exe, Signal::INT, 130)),
        Row::new("output::left alone on 143", |exe| stopped(exe, Signal::TERM, 143)),
        Row::new("output::/dev/stdout is stdout, a file too", |exe| {
            for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
                in_the_midst(exe, name, &mut tempfile::tempfile().expect("a temporary folder"));
            }
        }),
        Row::new("output::/dev/stdout that is appended to", |exe| {
            let path = NamedTempFile::new().expect("a temporary folder");
            let mut file =
                File::options().read(true).append(true).open(&path).expect("it is there");
            in_the_midst(exe, "/dev/stdout", &mut file);
            let found = fs::read_to_string(&path).expect("it is there");
            assert_eq!(found, MIDST, "the file of that name is still the one");
        }),
    ]
}

/// Stands for a station that refuses.
const GONE: &str = "gone";

fn run(exe: &Path, args: &[&str], answers: &[&str]) -> Finished {
    let refusing = Refusing::new();
    let stations: Vec<Hostile> = answers
        .iter()
        .filter(|answer| **answer != GONE)
        .map(|answer| Hostile::new(Script::new(answer, End::Fin)))
        .collect();
    let gone = answers.contains(&GONE).then(|| refusing.address());
    let addresses = stations.iter().map(Hostile::address).chain(gone);
    onto_old(Client::new(exe)).args(args).args(addresses).run()
}

/// Has it write to a file that is there already.
fn onto_old(run: Client) -> Client {
    let path = run.dir().join("cars");
    fs::write(&path, OLD).expect("a temporary folder");
    run.args(["-f", "wire", "-o"]).arg(path)
}

const OLD: &str = "what was there";

fn written(exe: &Path, args: &[&str], answers: &[&str], code: i32) {
    let finished = run(exe, args, answers);
    finished.assert_code(code);
    assert_eq!(old_or_new(&finished), "1:a:b", "{finished}");
    finished.assert_stdout("");
    assert_nothing_else(&finished);
}

fn untouched(exe: &Path, args: &[&str], answers: &[&str], code: i32) {
    let finished = run(exe, args, answers);
    finished.assert_code(code);
    assert_eq!(old_or_new(&finished), OLD, "{finished}");
    finished.assert_stdout("");
    assert_nothing_else(&finished);
}

/// A disk that is full after a few kilobytes, as a limit on the size of files.
fn full(exe: &Path) {
    let station = Hostile::new(Script::new(vec!["1:a:b"; 50_000].join("."), End::Fin));
    let run = onto_old(Client::after("trap '' XFSZ; ulimit -f 100", exe));
    let finished = run.arg(station.address()).run();
    finished.assert_code(4);
    assert_eq!(old_or_new(&finished), OLD, "{finished}");
    assert_nothing_else(&finished);
}

fn stopped(exe: &Path, signal: Signal, code: i32) {
    let fine = Hostile::new(Script::new("1:a:b", End::Fin));
    let stalled = Hostile::new(Script::new("2:c:d", End::Stall));
    let run = onto_old(Client::new(exe)).args([fine.address(), stalled.address()]);
    let running = run.start();
    fine.wait(|progress| progress.over == 1);
    stalled.wait(|progress| progress.delivered == 1);
    running.signal(signal);
    let finished = running.finish();
    finished.assert_code(code);
    assert_eq!(old_or_new(&finished), OLD, "{finished}");
    assert_nothing_else(&finished);
}

/// As a shell has it in `{ echo before; client -o /dev/stdout; echo after; } > file`.
fn in_the_midst(exe: &Path, name: &str, file: &mut File) {
    let station = Hostile::new(Script::new("1:a:b", End::Fin));
    file.write_all(b"before\n").expect("a temporary file");
    let run = Client::new(exe).args(["-f", "wire", "-o", name, &station.address()]);
    let finished = run.stdout(file.try_clone().expect("a file")).run();
    finished.assert_code(0);
    file.write_all(b"\nafter\n").expect("a temporary file");
    let mut found = String::new();
    file.rewind().expect("a file");
    file.read_to_string(&mut found).expect("text");
    assert_eq!(found, MIDST, "{name}\n{finished}");
}

const MIDST: &str = "before\n1:a:b\nafter\n";

fn old_or_new(finished: &Finished) -> String {
    fs::read_to_string(finished.dir.path().join("cars")).expect("it is there")
}

/// What was written beside is gone.
#[track_caller]
fn assert_nothing_else(finished: &Finished) {
    let entries = fs::read_dir(finished.dir.path()).expect("a folder");
    for entry in entries {
        let name = entry.expect("a folder").file_name();
        assert!(name == "cars" || name == "report.json", "{} is left", name.display());
    }
}
