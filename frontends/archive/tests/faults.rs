//! Disks that fail: `cargo test -p carwatch-archive --features faults --test faults`.
//!
//! It needs Linux, `strace` (to make syncs fail) and `unshare` (to mount a small file system
//! in a namespace of its own), and fails where one is missing.

mod common;
#[path = "common/writer.rs"]
mod writer;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use carwatch::follow::Ends;
use carwatch_archive::{Archive, Problem};
use common::{Tested, round, rows};
use libtest_mimic::{Arguments, Trial};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        Some((writer::WRITER, rest)) => {
            writer::run(rest)?;
            return Ok(ExitCode::SUCCESS);
        }
        Some((FILL, [folder])) => {
            fill(Path::new(folder)).map_err(|error| error.to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let trials = vec![
        Trial::test("a_full_disk", || Ok(full_disk()?)),
        Trial::test("syncs_that_fail_and_a_kill_after_them", || Ok(failed_syncs()?)),
    ];
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

/// Mounts 1 MB, as root or in a namespace where this user is root, and fills it.
fn full_disk() -> Tested {
    let folder = tempfile::tempdir()?;
    let me = std::env::current_exe()?;
    let mount = "mount -t tmpfs -o size=1m carwatch \"$1\" && exec \"$0\" \"$2\" \"$1\"";
    let done = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", mount])
        .arg(&me)
        .arg(folder.path())
        .arg(FILL)
        .output()
        .map_err(|error| format!("cannot run unshare: {error}; apt-get install util-linux"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!("within `unshare --map-root-user --mount`: {said}").into());
    }
    Ok(())
}

/// Within the small file system: stores rounds until it is full, then makes room.
fn fill(folder: &Path) -> Tested {
    let file = folder.join("cars.db");
    let ballast = folder.join("ballast");
    // No room for even an empty archive: a clear refusal, and an archive once there is.
    fs::write(&ballast, vec![1; 1020 * 1024])?;
    let error = Archive::open(&file).map(drop).expect_err("there is no room");
    assert!(error.to_string().contains("cars.db"), "{error}");
    fs::write(&ballast, vec![1; 500 * 1024])?;

    let mut archive = Archive::open(&file)?;
    let mut follow = archive.follow("gate")?;
    let mut last = 0;
    let list = |last: u64| (1..=last).map(writer::record).collect::<Vec<_>>().join(".");
    let error = loop {
        let stored =
            round(&mut archive, &mut follow, list(last + 500).as_bytes(), Ends::Unverified);
        match stored {
            Ok(_) => last += 500,
            Err(error) => break error,
        }
        assert!(last < 100_000, "it never filled up");
    };
    assert!(matches!(error.problem, Problem::Full(_)), "{error:?}");
    assert!(error.to_string().contains("full"), "{error}");
    assert!(last > 0, "nothing fitted at all");
    for _ in 0..3 {
        let mut follow = archive.follow("gate")?;
        round(&mut archive, &mut follow, list(last + 500).as_bytes(), Ends::Unverified)
            .expect_err("it is still full");
        assert_eq!(rows(&file, "SELECT count(*) FROM cars")?, [last.to_string()]);
    }
    fs::remove_file(&ballast)?;
    let mut follow = archive.follow("gate")?;
    round(&mut archive, &mut follow, list(last + 500).as_bytes(), Ends::Unverified)?;
    drop(archive);
    assert_eq!(writer::verify(&file)?, last + 500);
    Ok(())
}

/// Lets one sync after another fail; the writer dies of it. Each car is there once all the same.
fn failed_syncs() -> Tested {
    let folder = tempfile::tempdir()?;
    let mut failures = 0;
    let file = folder.path().join("cars.db");
    for nth in 1..=24_u64 {
        let trace = folder.path().join(format!("{nth}.trace"));
        let inner = writer::command(&file, nth)?;
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e"])
            .arg(format!("inject=fsync,fdatasync:error=EIO:when={}..{}", nth, nth + 2))
            .arg("-o")
            .arg(&trace)
            .arg(inner.get_program())
            .args(inner.get_args());
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::null());
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot run strace: {error}; apt-get install strace"))?;
        let mut said = writer::Said::default();
        said.read(&mut child, u64::MAX)?;
        child.wait()?;
        if !fs::read_to_string(&trace)?.contains("(INJECTED)") {
            return Err(format!("round {nth}: no fault was injected").into());
        }
        // What is there after the faults, and after the death that followed.
        let found = writer::verify(&file)?;
        if found < said.acknowledged {
            let acknowledged = said.acknowledged;
            return Err(format!("{acknowledged} were acknowledged, {found} are there").into());
        }
        if let Some(words) = &said.failed {
            failures += 1;
            assert!(words.contains("sync") && words.contains("cars.db"), "{words}");
        }
    }
    if failures < 5 {
        return Err(format!("only {failures} rounds failed").into());
    }
    Ok(())
}

/// The first argument of the child that fills a disk.
const FILL: &str = "--fill";
