//! A zoo of outcomes, as it looks at several widths, with colours and without. The programs
//! that show it choose the width and the colours; what they choose is theirs to test.

mod common;

use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Report, Verdict};
use carwatch_formats::{Format, Look, Options, report_text};
use common::{COMPLETE, options, outcome, partial, report, station, written};
use unicode_width::UnicodeWidthStr;

/// Long names, wide characters, escapes, long details, and every kind of outcome.
fn zoo() -> Report {
    let fault = |reason, detail: &str| Fault::new(reason, detail);
    let refused = "[2001:db8:0:0:8:800:200c:417a]:8000: Connection refused (os error 111); \
                   203.0.113.5:8000: No route to host (os error 113)";
    let hostile = "97264836:peu\u{1b}[31mgeot:r\u{202e}ed.bad.1:\u{1b}]0;title\u{7}:x";
    let mut stations = vec![
        station("gate", outcome(COMPLETE, "97264836:peugeot:red.97264839:Lynk & Co:blue")),
        station(
            "北門・駐車場",
            outcome(Verdict::Complete { verified: true }, "1:日産:赤.2:トヨタ:白"),
        ),
        station(
            "a-station-with-a-name-that-is-longer-than-any-terminal-that-somebody-has-set-to-60.example.org:8000",
            outcome(
                COMPLETE,
                "1:a brand of several words that goes on and on:midnight-blue-metallic",
            ),
        ),
        station("esc\u{1b}[31m\u{7}ape", outcome(COMPLETE, hostile)),
        station("yard", Outcome::failed(fault(Reason::Refused, refused))),
        station(
            "nowhere",
            Outcome::failed(fault(
                Reason::NameNotFound,
                "failed to lookup address information: \u{1b}[2JName or service not known",
            )),
        ),
        station("slow", outcome(Verdict::Partial(Reason::IdleTimeout.into()), "1:a:b.2:c:d.3:cut")),
        station(
            "endless",
            outcome(Verdict::Partial(Reason::TooLarge.into()), "9:x:y.".repeat(1000)),
        ),
        station("odd", outcome(COMPLETE, b"1:\xff:c.1:a:b..".as_slice())),
        station("empty", outcome(COMPLETE, "")),
        station("cut", outcome(partial(), "1:a:b.2:c")),
    ];
    stations[4].attempts = 4;
    stations[4].elapsed = Some(Duration::from_millis(61_204));
    stations[7].outcome.bytes = 268_435_456;
    stations[9].elapsed = None;
    report(stations)
}

fn colored(width: Option<u16>) -> Look {
    Look { width, color: true }
}

fn table(width: Option<u16>) -> String {
    let mut zoo = zoo();
    zoo.stations.retain(|station| station.name != "endless");
    written(&zoo, &Options { width, keep_partial: true, ..options(Format::Table) })
}

/// Without the sequences of the colours.
fn stripped(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').expect("the end of a sequence").1)
}

#[test]
fn a_report_in_60_columns() {
    insta::assert_snapshot!(report_text(&zoo(), false, Some(60)));
}

#[test]
fn a_report_in_200_columns() {
    insta::assert_snapshot!(report_text(&zoo(), true, Some(200)));
}

#[test]
fn a_report_in_a_pipe() {
    insta::assert_snapshot!(report_text(&zoo(), false, None));
}

#[test]
fn a_report_in_colours() {
    insta::assert_snapshot!(
        report_text(&zoo(), false, colored(Some(80))).replace('\u{1b}', "<ESC>")
    );
}

#[test]
fn a_table_in_60_columns() {
    insta::assert_snapshot!(table(Some(60)));
}

#[test]
fn a_table_in_200_columns() {
    insta::assert_snapshot!(table(Some(200)));
}

#[test]
fn a_table_in_a_pipe() {
    insta::assert_snapshot!(table(None));
}

#[test]
fn colours_move_nothing_and_end_where_they_began() {
    for width in (1..220).map(Some).chain([None]) {
        let (plain, text) =
            (report_text(&zoo(), true, width), report_text(&zoo(), true, colored(width)));
        assert_eq!(stripped(&text), plain, "{width:?}");
        assert_ne!(text, plain);
        for line in text.lines() {
            let begun = line.matches("\u{1b}[").count();
            assert_eq!(line.matches("\u{1b}[0m").count() * 2, begun, "{line:?}");
            // Of the colours' own, nothing that anybody sent.
            assert!(!line.contains("\u{1b}[2J") && !line.contains('\u{7}'), "{line:?}");
        }
    }
}

#[test]
fn a_report_keeps_to_its_width() {
    // Narrower than the words that sum up, nothing can be.
    for width in 40..220_u16 {
        for line in report_text(&zoo(), false, colored(Some(width))).lines().map(stripped) {
            assert!(line.width() <= usize::from(width), "{width}: {line:?}");
        }
    }
}

#[test]
fn a_report_loses_no_character_however_narrow() {
    let long = |text: &str| {
        let name = &zoo().stations[2].name;
        text.replace(['\n', ' '], "").contains(&**name)
    };
    for width in [40, 60, 72, 200] {
        assert!(long(&report_text(&zoo(), false, Some(width))), "{width}");
    }
}
