//! Flag over environment over the file of `--config` over default, for an argument of every
//! kind, with each of them there or not.
//!
//! No safe code can set a variable of its own process, so the test runs this file again,
//! once with the variables and once without.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use carwatch_cli::{LogArgs, parse_from};
use clap::Parser;

#[derive(Debug, Parser)]
struct Program {
    #[arg(long, value_delimiter = ',', default_value = "default")]
    listen: Vec<String>,
    #[arg(long)]
    keep: Vec<String>,
    #[arg(long, default_value = "default")]
    source: String,
    #[arg(long)]
    store: Option<String>,
    #[arg(long)]
    follow: bool,
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
}

/// A flag, and what it comes to when it is given by each of the levels.
struct Case {
    flag: &'static [&'static str],
    variable: (&'static str, &'static str),
    file: &'static str,
    shown: fn(&Program) -> String,
    /// By the flag, the variable, the file and nothing.
    expected: [&'static str; 4],
}

const CASES: [Case; 6] = [
    Case {
        flag: &["--listen", "f,g", "--listen", "h"],
        variable: ("CARWATCH_TEST_LISTEN", "e1,e2"),
        file: "listen = ['c1', 'c2,c3']",
        shown: |program| program.listen.join(" "),
        expected: ["f g h", "e1 e2", "c1 c2 c3", "default"],
    },
    Case {
        flag: &["--keep=f"],
        variable: ("CARWATCH_TEST_KEEP", "e"),
        file: "keep = ['c1', 'c2']",
        shown: |program| program.keep.join(" "),
        expected: ["f", "e", "c1 c2", ""],
    },
    Case {
        flag: &["--source", "f"],
        variable: ("CARWATCH_TEST_SOURCE", "e"),
        file: "source = 'c'",
        shown: |program| program.source.clone(),
        expected: ["f", "e", "c", "default"],
    },
    Case {
        flag: &["--store", "f"],
        variable: ("CARWATCH_TEST_STORE", "e"),
        file: "store = 3",
        shown: |program| format!("{:?}", program.store),
        expected: [r#"Some("f")"#, r#"Some("e")"#, r#"Some("3")"#, "None"],
    },
    // A switch can only be switched off by its variable.
    Case {
        flag: &["--follow"],
        variable: ("CARWATCH_TEST_FOLLOW", "no"),
        file: "follow = true",
        shown: |program| program.follow.to_string(),
        expected: ["true", "false", "true", "false"],
    },
    Case {
        flag: &["-vvv"],
        variable: ("CARWATCH_TEST_VERBOSE", "2"),
        file: "verbose = 1",
        shown: |program| program.log.verbose.to_string(),
        expected: ["3", "2", "1", "0"],
    },
];

#[test]
fn flag_over_environment_over_file_over_default() {
    for set in [true, false] {
        again("every_level_of_this_environment", |child| {
            for Case { variable: (name, value), .. } in &CASES {
                child.env(name, if set { value } else { "" });
            }
        });
    }
}

/// With the variables of the process, set or not.
#[test]
#[ignore = "is run by the test above, with an environment of its own"]
fn every_level_of_this_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    for case in &CASES {
        let variable = std::env::var_os(case.variable.0).is_some_and(|value| !value.is_empty());
        for (flag, file) in [(true, true), (true, false), (false, true), (false, false)] {
            std::fs::write(&path, if file { case.file } else { "" }).unwrap();
            let parsed = parse(Some(&path), if flag { case.flag } else { &[] }).unwrap();
            let given = [flag, variable, file, true];
            let by = given.iter().position(|given| *given).unwrap();
            assert_eq!((case.shown)(&parsed), case.expected[by], "{given:?} {}", case.file);
            if !file {
                let parsed = parse(None, if flag { case.flag } else { &[] }).unwrap();
                assert_eq!((case.shown)(&parsed), case.expected[by], "{given:?} without a file");
            }
        }
    }
}

#[test]
fn a_variable_may_name_the_file_and_is_to_blame_for_its_own_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    std::fs::write(&path, "source = 'c'\nlog-format = 'json'\n").unwrap();
    again("a_file_by_its_variable", |child| {
        child.env("CARWATCH_TEST_CONFIG", &path).env("CARWATCH_TEST_LOG_FORMAT", "xml");
    });
}

#[test]
#[ignore = "is run by the test above, with an environment of its own"]
fn a_file_by_its_variable() {
    let parsed = parse(None, &["--log-format", "text"]).unwrap();
    assert_eq!(parsed.source, "c");
    assert_eq!(parsed.config, std::env::var_os("CARWATCH_TEST_CONFIG").map(PathBuf::from));
    let said = parse(None, &[]).unwrap_err();
    assert_eq!(
        said.lines().next().unwrap(),
        "error: invalid value 'xml' for '--log-format <text|json>' (from CARWATCH_TEST_LOG_FORMAT)"
    );
    // The flag names another file.
    let said = parse(Some(Path::new("/nonexistent")), &["--log-format", "text"]).unwrap_err();
    assert!(said.starts_with("error: cannot read /nonexistent: "), "{said}");
}

fn parse(config: Option<&Path>, flags: &[&str]) -> Result<Program, String> {
    let mut argv: Vec<OsString> = vec!["program".into()];
    argv.extend(flags.iter().map(Into::into));
    if let Some(path) = config {
        argv.extend(["--config".into(), path.into()]);
    }
    parse_from("program", "CARWATCH_TEST", argv).map_err(|refusal| refusal.text())
}

/// Runs one ignored test of this file in a process whose environment `prepare` makes.
fn again(test: &str, prepare: impl Fn(&mut Command)) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", test, "--nocapture"]);
    prepare(&mut child);
    let output = child.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
