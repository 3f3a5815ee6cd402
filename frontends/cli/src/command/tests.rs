use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use super::parse_from;
use crate::{LogArgs, duration};

/// A program for the sake of its errors.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    /// How long
    #[arg(long, value_name = "D", value_parser = duration, default_value = "1s")]
    wait: Duration,
    /// Where
    place: Vec<String>,
    #[command(flatten)]
    log: LogArgs,
}

fn said(argv: &[&str]) -> (u8, String) {
    let argv = std::iter::once("/somewhere/else").chain(argv.iter().copied());
    let refusal = parse_from::<Program>("program", "CARWATCH_TEST", argv).unwrap_err();
    (refusal.code(), refusal.text())
}

#[test]
fn a_good_line_is_parsed() {
    let program: Program =
        parse_from("p", "CARWATCH_TEST", ["p", "--wait", "250ms", "-vv"]).unwrap();
    assert_eq!((program.wait, program.log.verbose), (Duration::from_millis(250), 2));
}

#[test]
fn help_and_version_are_no_errors() {
    insta::assert_snapshot!("help", said(&["--help"]).1);
    assert_eq!(said(&["--help"]).0, 0);
    assert_eq!(said(&["--version"]), (0, format!("program {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn errors_in_usage_say_what_is_wrong() {
    insta::assert_snapshot!("unit", said(&["--wait", "10"]).1);
    insta::assert_snapshot!("unknown", said(&["--wiat", "10s"]).1);
    insta::assert_snapshot!("choice", said(&["--log-format", "xml"]).1);
    assert_eq!(said(&["--wait", "10"]).0, 2);
}

#[test]
fn an_error_shows_the_control_characters_it_was_given() {
    for argv in [
        &["--wait", "\u{1b}[31mred\nerror: forged"][..],
        &["--\u{1b}[31mred\nerror: forged"],
        &["--log-format", "\u{1b}[31mred\nerror: forged"],
    ] {
        let (code, text) = said(argv);
        assert_eq!(code, 2);
        assert!(text.contains(r"\u{1b}[31mred\u{a}error: forged"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains("\nerror: forged"), "{text}");
    }
}

#[test]
fn a_tip_forges_no_line() {
    let (code, text) = said(&["--x\nerror: forged"]);
    assert_eq!(code, 2);
    assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{text}");
    let (_, text) = said(&["--no-such"]);
    assert!(text.contains("tip: to pass '--no-such' as a value"), "{text}");
}

/// Cargo sets variables for tests, which is the only way to set one without unsafe code.
#[test]
fn an_error_of_a_variable_names_it() {
    /// Of its variables, one holds the package's name and one is empty.
    #[derive(Debug, Parser)]
    struct Variables {
        #[arg(long, value_parser = duration)]
        pkg_name: Option<Duration>,
        #[arg(long, value_parser = duration)]
        pkg_homepage: Option<Duration>,
    }
    let said = |argv: &[&str]| {
        let argv = std::iter::once("p").chain(argv.iter().copied());
        parse_from::<Variables>("p", "CARGO", argv).map_err(|refusal| refusal.text())
    };
    let text = said(&[]).unwrap_err();
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("error: invalid value 'carwatch-cli' for '--pkg-name"), "{first}");
    assert!(first.ends_with(" (from CARGO_PKG_NAME)"), "{first}");
    let text = said(&["--pkg-name", "x"]).unwrap_err();
    assert!(!text.contains("(from"), "{text}");
    let text = said(&["--pkg-name", "1s", "--pkg-homepage", "x"]).unwrap_err();
    assert!(!text.contains("(from"), "{text}");
    assert_eq!(std::env::var_os("CARGO_PKG_HOMEPAGE"), Some("".into()));
    let parsed = said(&["--pkg-name", "1s"]).unwrap();
    assert_eq!((parsed.pkg_name, parsed.pkg_homepage), (Some(Duration::from_secs(1)), None));
    assert!(said(&["--help"]).unwrap_err().contains("[env: CARGO_PKG_HOMEPAGE]"));
}

#[test]
fn help_that_cannot_be_printed_is_not_passed_over() {
    let help = parse_from::<Program>("p", "CARWATCH_TEST", ["p", "--help"]).unwrap_err();
    let printed = |kind: io::ErrorKind| format!("{:?}", help.printed(Err(kind.into()), 4));
    assert_eq!(printed(io::ErrorKind::StorageFull), format!("{:?}", ExitCode::from(4)));
    assert_eq!(printed(io::ErrorKind::BrokenPipe), format!("{:?}", ExitCode::SUCCESS));
    assert_eq!(format!("{:?}", help.printed(Ok(()), 4)), format!("{:?}", ExitCode::SUCCESS));
}
