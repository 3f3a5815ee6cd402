//! Files that one flag writes and another one means.

use super::*;
use crate::args::ENV_PREFIX;

fn refused(flags: &[&str]) -> Option<String> {
    let args =
        carwatch_cli::parse_from("client-smol", ENV_PREFIX, [&["client-smol"], flags].concat());
    let args = args.unwrap_or_else(|refusal| panic!("{flags:?}: {}", refusal.line()));
    Plan::new(args, &Own::default(), None).err()
}

#[test]
fn no_output_takes_the_place_of_an_input_or_of_another_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    std::fs::write(path("stations"), "gate=h:1\n").expect("written");
    let (stations, db, other) = (path("stations"), path("cars.db"), path("other"));
    let list = format!("@{stations}");
    let beside = |suffix: &str| format!("{db}{suffix}");
    for (flags, same) in [
        (&["--output", &stations, &list][..], true),
        (&["--capture", &stations, &list], true),
        (&["--summary-file", &other, "--config", &other, "h:1"], true),
        (&["--into", &db, "--capture", &beside("-wal"), "h:1"], true),
        (&["--into", &db, "--summary-file", &beside("-shm"), "h:1"], true),
        (&["--into", &db, "--log-file", &beside(".lock"), "h:1"], true),
        (&["--parquet", &other, "--output", &other, "h:1"], true),
        (&["--into", &db, "--capture", &other, &list], false),
    ] {
        // There is no file of --config here, which is read before there is a plan.
        let flags: Vec<&str> = flags.to_vec();
        let why = if flags.contains(&"--config") {
            differ(&[
                ("--summary-file", Some(other.clone().into())),
                ("--config", Some(other.clone().into())),
            ])
            .err()
        } else {
            refused(&flags)
        };
        assert_eq!(why.is_some_and(|why| why.contains("the same file")), same, "{flags:?}");
    }
}

#[test]
fn a_database_and_a_capture_are_files() {
    for flag in ["--into", "--capture"] {
        assert_eq!(refused(&[flag, "-", "h:1"]), Some(format!("{flag} writes a file, not stdout")));
    }
}
