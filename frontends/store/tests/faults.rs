//! Disks that fail: `cargo test -p carwatch-store --features faults --test faults`.
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

use carwatch_store::Store;
use common::{Tested, commit, numbers, verify};
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
        Trial::test("syncs_that_fail_once_and_are_tried_again", || {
            Ok(failed_syncs(writer::AGAIN)?)
        }),
        Trial::test("syncs_that_fail_and_a_kill_after_them", || Ok(failed_syncs(writer::DIE)?)),
    ];
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

// ---- a full disk ----

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

/// Within the small file system: commits until it is full, then makes room.
fn fill(folder: &Path) -> Tested {
    let file = folder.join("station.db");
    let ballast = folder.join("ballast");
    // No room for even an empty store: a clear refusal, and a store once there is.
    fs::write(&ballast, vec![1; 1020 * 1024])?;
    let error = Store::open(&file).expect_err("there is no room");
    eprintln!("{error}");
    assert!(error.to_string().contains("station.db"), "{error}");
    fs::write(&ballast, vec![1; 500 * 1024])?;

    let mut store = Store::open(&file)?;
    let mut last = 0;
    let error = loop {
        match commit(&mut store, last + 1..=last + 500) {
            Ok(()) => last += 500,
            Err(error) => break error,
        }
        assert!(last < 100_000, "it never filled up");
    };
    eprintln!("{error}");
    assert!(error.to_string().contains("full"), "{error}");
    assert!(last > 0, "nothing fitted at all");
    for _ in 0..3 {
        commit(&mut store, last + 1..=last + 500).expect_err("it is still full");
        assert_eq!(numbers(&store)?, (1..=last).collect::<Vec<_>>(), "what is there can be read");
        assert_eq!(store.count(), last);
    }
    fs::remove_file(&ballast)?;
    commit(&mut store, last + 1..=last + 500)?;
    drop(store);
    assert_eq!(verify(&file)?, last + 500);
    Ok(())
}

// ---- syncs that fail ----

/// Lets one sync after another fail, and several in a row.
fn failed_syncs(after: &str) -> Tested {
    let folder = tempfile::tempdir()?;
    let (mut failures, mut after_all) = (0, 0);
    for round in 1..=24_u64 {
        let file = folder.path().join(format!("{round}.db"));
        let when = match round % 3 {
            0 => format!("{round}..{}", round + 2),
            1 => format!("{round}"),
            _ => format!("{round}+5"),
        };
        let mut said = writer::Said::default();
        let (injected, status) = faulty(&file, round, after, &when, &mut said)?;
        if injected == 0 {
            return Err(format!("round {round}: no fault was injected").into());
        }
        // What is there after the faults, and after the death that may have followed.
        let found = verify(&file)?;
        if found < said.acknowledged {
            let acknowledged = said.acknowledged;
            return Err(format!("{acknowledged} cars were acknowledged, {found} are there").into());
        }
        if let Some(words) = &said.failed {
            failures += 1;
            assert!(words.contains("sync"), "{words}");
            assert!(words.contains(&format!("{round}.db")), "{words}");
        }
        after_all += u64::from(found > said.acknowledged);
        if after == writer::AGAIN && status && found != said.acknowledged {
            return Err(
                format!("{} were acknowledged, {found} are there", said.acknowledged).into()
            );
        }
        // And it goes on.
        let mut store = Store::open(&file)?;
        commit(&mut store, found + 1..=found + 10)?;
        drop(store);
        assert_eq!(verify(&file)?, found + 10);
    }
    eprintln!(
        "{after}: commits failed in {failures} rounds; in {after_all} one was found after a kill"
    );
    if failures < 5 {
        return Err(format!("only {failures} commits failed").into());
    }
    Ok(())
}

/// Runs a writer whose syncs fail; how many did, and whether it ended well.
fn faulty(
    file: &Path,
    seed: u64,
    after: &str,
    when: &str,
    said: &mut writer::Said,
) -> Result<(usize, bool), Box<dyn Error + Send + Sync>> {
    let trace = file.with_extension("trace");
    let inner = writer::command(file, 40, seed, after)?;
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e"])
        .arg(format!("inject=fsync,fdatasync:error=EIO:when={when}"))
        .arg("-o")
        .arg(&trace)
        .arg(inner.get_program())
        .args(inner.get_args());
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot run strace: {error}; apt-get install strace"))?;
    said.read(&mut child, u64::MAX)?;
    let status = child.wait()?;
    let injected = fs::read_to_string(&trace)?.matches("(INJECTED)").count();
    Ok((injected, status.success()))
}

/// The first argument of the child that fills a disk.
const FILL: &str = "--fill";
