//! A program with subcommands: variables, the file of `--config`, help and errors are for
//! their flags what they are for its own.
//!
//! No safe code can set a variable of its own process, so some of it runs in another one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use carwatch_cli::document::{Entry, Is};
use carwatch_cli::{Besides, LogArgs, Own, Refusal, duration, parse_from_with};
use clap::Parser;

/// Does something, or something else.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    /// Where
    station: Vec<String>,
    /// How to print it
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    format: String,
    /// How long
    #[arg(long, value_parser = duration, default_value = "1s")]
    deadline: std::time::Duration,
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// Look at files
    #[command(alias = "look")]
    Inspect {
        /// Which
        #[arg(required = true)]
        file: Vec<String>,
        /// How to print it
        #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
        format: String,
        /// At most, in a description that is longer than any terminal is wide, so that its lines have to be broken somewhere
        #[arg(long)]
        most: Option<u32>,
        /// Of what
        #[arg(long)]
        kind: Vec<String>,
    },
    /// Show what never changes
    #[command(alias = "print")]
    Show {
        #[arg(value_parser = ["a", "b"])]
        what: String,
    },
    /// Make certificates
    Ca {
        #[command(subcommand)]
        command: Authority,
    },
}

#[derive(Debug, clap::Subcommand)]
enum Authority {
    /// For one
    Sign {
        /// How many days
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
}

fn parse(argv: &[impl AsRef<Path>]) -> Result<(Program, Own), Refusal> {
    let argv = argv.iter().map(|word| word.as_ref().as_os_str().to_owned());
    let argv = std::iter::once(OsString::from("p")).chain(argv);
    let besides = Besides { keys: &["stations"], heedless: &["show"] };
    parse_from_with("program", "CARWATCH_TEST", besides, argv)
}

fn said(argv: &[&str]) -> (u8, String) {
    let refusal = parse(argv).unwrap_err();
    (refusal.code(), refusal.text())
}

/// A folder with a file of that text, and the file.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn inspect(argv: &[&str]) -> (String, Option<u32>, Vec<String>, Vec<String>) {
    match parse(argv).unwrap_or_else(|refusal| panic!("{argv:?}: {}", refusal.text())).0.command {
        Some(Sub::Inspect { file, format, most, kind }) => (format, most, kind, file),
        other => panic!("{argv:?}: {other:?}"),
    }
}

#[test]
fn help_is_the_subcommands_own_and_100_columns_wide() {
    for argv in [&["inspect", "--help"][..], &["help", "inspect"], &["look", "-h"]] {
        let (code, text) = said(argv);
        assert_eq!(code, 0);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        insta::assert_snapshot!("help", text);
    }
    assert!(said(&["ca", "sign", "--help"]).1.contains("CARWATCH_TEST_DAYS"));
}

#[test]
fn errors_are_code_2_with_the_usage_of_the_subcommand() {
    let errors: Vec<_> = [
        &["inspect"][..],
        &["inspect", "x", "--formt", "json"],
        &["inspect", "x", "-f", "xml"],
        &["inspect", "x", "--most", "\u{1b}[31mred\nerror: forged"],
        &["inspect", "x", "--\u{1b}[31mred\nerror: forged"],
        &["ca"],
        &["ca", "\u{1b}[31msign\nerror: forged"],
        &["ca", "sign", "--days", "many"],
        &["help", "\u{1b}[31mx\nerror: forged"],
    ]
    .iter()
    .map(|argv| {
        let (code, text) = said(argv);
        assert_eq!(code, 2, "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains("\nerror: forged"), "{text}");
        text
    })
    .collect();
    insta::assert_snapshot!("errors", errors.join("---\n"));
}

#[test]
fn the_file_gives_the_flags_of_every_command_that_has_them() {
    let (_folder, path) =
        file("format = 'json'\nmost = 3\nkind = ['a', 'b']\ndeadline = '5s'\ndays = 9\n");
    let from_file =
        |file: &str| ("json".to_owned(), Some(3), vec!["a".into(), "b".into()], vec![file.into()]);
    assert_eq!(inspect(&["--config", &path, "inspect", "x"]), from_file("x"));
    assert_eq!(inspect(&["inspect", "x", "--config", &path]), from_file("x"));
    assert_eq!(inspect(&["inspect", "--config", &path, "--", "--most"]), from_file("--most"));
    // The same word as a value, as a station, and as the file to look at.
    assert_eq!(
        inspect(&["--log-file", "inspect", "--config", &path, "look", "inspect"]),
        from_file("inspect")
    );
    let over = inspect(&["--config", &path, "inspect", "-f", "table", "--kind=c", "x"]);
    assert_eq!(over, ("table".into(), Some(3), vec!["c".into()], vec!["x".into()]));
    let (program, _) = parse(&["--config", &path, "ca", "sign"]).unwrap();
    assert_eq!((program.format.as_str(), program.deadline.as_secs()), ("json", 5));
    let Some(Sub::Ca { command: Authority::Sign { days: 9 } }) = program.command else {
        panic!("{program:?}")
    };
    // Neither is there a subcommand, nor do its keys do harm.
    let (program, _) = parse(&["--config", &path, "--", "inspect"]).unwrap();
    assert_eq!((program.station, program.format), (vec!["inspect".into()], "json".into()));
}

#[test]
fn what_is_wrong_in_the_file_is_wrong_whatever_is_asked_for() {
    for text in ["most = 'x'", "days = 'x'", "format = 'xml'", "deadline = 1", "kind = 1979-05-27"]
    {
        let (_folder, path) = file(text);
        for argv in [&["inspect", "x"][..], &["ca", "sign"], &[]] {
            let (code, said) = said(&[&["--config", path.as_str()], argv].concat());
            assert_eq!(code, 2, "{text} {said}");
            assert!(said.starts_with(&format!("error: {path}:1:")), "{text}: {said}");
        }
    }
    for (text, words) in [
        ("mots = 3", "unknown key 'mots': is most meant?"),
        ("station = 1", "unknown key 'station': is stations meant?"),
        ("Days = 3", "unknown key 'Days': is days meant?"),
        ("x = 1", "unknown key 'x': the keys are stations and the flags, without their --"),
        ("config = 'x'", "config has its place on the command line"),
    ] {
        let (_folder, path) = file(text);
        let said = said(&["inspect", "x", "--config", &path]).1;
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn flags_that_exclude_subcommands_do_not_when_they_come_from_the_file() {
    #[derive(Debug, Parser)]
    #[command(args_conflicts_with_subcommands = true)]
    struct Either {
        #[arg(long)]
        deadline: Option<String>,
        #[arg(long, global = true)]
        config: Option<PathBuf>,
        #[command(subcommand)]
        command: Option<Sub>,
    }
    let (_folder, path) = file("deadline = '5s'\nmost = 3\n");
    let parse = |argv: &[&str]| {
        parse_from_with::<Either>("p", "CARWATCH_TEST", Besides::default(), [&["p"], argv].concat())
            .map(|(either, _)| either)
            .map_err(|refusal| refusal.text())
    };
    let either = parse(&["inspect", "x", "--config", &path]).unwrap();
    assert!(matches!(either.command, Some(Sub::Inspect { most: Some(3), .. })), "{either:?}");
    assert_eq!(either.deadline, None);
    assert_eq!(parse(&["--config", &path]).unwrap().deadline.as_deref(), Some("5s"));
    assert!(parse(&["--deadline", "1s", "inspect", "x"]).is_err());
}

#[test]
fn the_applications_own_part_comes_back_with_its_places() {
    let text = "format = 'json'\n[[stations]]\nname = \"g\\u001b\"\n[[stations]]\n  port = 1\n";
    let (_folder, path) = file(text);
    let (program, own) = parse(&["--config", &path]).unwrap();
    assert_eq!((program.format.as_str(), own.file()), ("json", path.as_str()));
    let [Entry { key, value, .. }] = own.entries.as_slice() else { panic!("{own:?}") };
    let Is::List(tables) = &value.is else { panic!("{value:?}") };
    let [first, second] = tables.as_slice() else { panic!("{tables:?}") };
    let (Is::Table(first), Is::Table(second)) = (&first.is, &second.is) else { panic!() };
    assert_eq!((key.as_str(), &first[0].value.is), ("stations", &Is::Text("g\u{1b}".into())));
    assert_eq!(own.place(second[0].at), format!("{path}:5:3"));
    assert_eq!(own.place(second[0].value.at), format!("{path}:5:10"));
    // Without a file there is none.
    assert_eq!(parse(&["x"]).unwrap().1, Own::default());
    assert_eq!(parse(&["--config", &path, "inspect", "x"]).unwrap().1.entries.len(), 1);
}

#[test]
fn what_stands_on_the_command_line_itself_is_told_from_the_rest() {
    let (_folder, path) = file("format = 'json'\nmost = 3\n");
    let own = parse(&["--config", &path, "--deadline=2s", "x"]).unwrap().1;
    let typed = |own: &Own| {
        ["config", "deadline", "format", "most", "log-file"].map(|long| own.is_typed(long))
    };
    assert_eq!(typed(&own), [true, true, false, false, false]);
    // Of a subcommand's flags as well; and what stands twice stands there.
    let own = parse(&["inspect", "x", "--config", &path, "-f", "table"]).unwrap().1;
    assert_eq!(typed(&own), [true, false, true, false, false]);
    let own = parse(&["-f", "json"]).unwrap().1;
    assert_eq!(typed(&own), [false, false, true, false, false]);
    // No flag is a word that only looks like one.
    assert_eq!(typed(&parse(&["--", "--deadline=2s"]).unwrap().1), [false; 5]);
}

#[test]
fn a_file_of_very_many_entries_is_soon_read() {
    // On one line, which is where counting columns would take for ever.
    let table = "{name = 'a station', address = '10.0.0.1:8000', tags = ['a', 'b']},";
    let (_folder, path) = file(&format!("stations = [{}]", table.repeat(20_000)));
    let (_, own) = parse(&["--config", &path]).unwrap();
    let Is::List(tables) = &own.entries[0].value.is else { panic!("no list") };
    assert_eq!(tables.len(), 20_000);
    assert_eq!(tables[19_999].at.column, 13 + 19_999 * table.len());
}

#[test]
fn variables_are_those_of_the_flags_names() {
    let (_folder, path) = file("most = 3\n");
    again("in_this_environment", |child| {
        child
            .env("CARWATCH_TEST_MOST", "7")
            .env("CARWATCH_TEST_FORMAT", "json")
            .env("CARWATCH_TEST_KIND", "")
            .env("CARWATCH_TEST_DAYS", "many")
            .env("CARWATCH_TEST_CONFIG", &path);
    });
}

#[test]
#[ignore = "is run by the test above, with an environment of its own"]
fn in_this_environment() {
    assert_eq!(inspect(&["inspect", "x"]), ("json".into(), Some(7), vec![], vec!["x".into()]));
    assert_eq!(inspect(&["inspect", "x", "-f", "table", "--most=1"]).1, Some(1));
    assert_eq!(parse(&["x"]).unwrap().0.format, "json");
    let (code, text) = said(&["ca", "sign"]);
    assert_eq!(code, 2);
    let first = text.lines().next().unwrap();
    assert_eq!(
        first,
        "error: invalid value 'many' for '--days <DAYS>': invalid digit found in string \
         (from CARWATCH_TEST_DAYS)"
    );
    // Not the variable's fault.
    assert!(!said(&["ca", "sign", "--days", "some"]).1.contains("(from"));
}

#[test]
fn what_is_wrong_elsewhere_is_not_in_the_way_of_a_heedless_subcommand() {
    again("in_an_environment_that_is_wrong", |child| {
        child
            .env("CARWATCH_TEST_FORMAT", "bogus")
            .env("CARWATCH_TEST_DAYS", "many")
            .env("CARWATCH_TEST_LOG_FORMAT", "xml")
            .env("CARWATCH_TEST_CONFIG", "/nonexistent/c.toml");
    });
}

#[test]
#[ignore = "is run by the test above, with an environment of its own"]
fn in_an_environment_that_is_wrong() {
    for argv in [
        &["show", "a"][..],
        &["print", "a"],
        &["show", "a", "--config", "/nonexistent/d.toml"],
        &["--config", "/nonexistent/d.toml", "show", "a"],
    ] {
        let (program, own) = parse(argv).unwrap_or_else(|why| panic!("{argv:?}: {}", why.text()));
        assert!(
            matches!(&program.command, Some(Sub::Show { what }) if what == "a"),
            "{argv:?}: {program:?}"
        );
        assert_eq!(own, Own::default());
    }
    // What is wrong with itself is.
    let (code, text) = said(&["show", "c"]);
    assert!(code == 2 && text.starts_with("error: invalid value 'c' for '<WHAT>'"), "{text}");
    assert!(!text.contains("(from"), "{text}");
    assert_eq!(said(&["show", "--help"]).0, 0);
    // All others heed everything.
    for argv in [&["inspect", "show"][..], &["--", "show", "a"], &["show-me"]] {
        assert_eq!(said(argv).0, 2, "{argv:?}");
    }
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
