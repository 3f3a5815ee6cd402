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
        &["\u{1b}[31mred\nerror: forged"],
        &["--log-format", "\u{1b}[31mred\nerror: forged"],
    ] {
        let (code, text) = said(argv);
        assert_eq!(code, 2);
        assert!(text.contains(r"\u{1b}[31mred\u{a}error: forged"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains("\nerror: forged"), "{text}");
    }
}
