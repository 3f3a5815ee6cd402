use carwatch::fetch::{End, Fetch};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Reason, Report, StationReport};
use proptest::prelude::*;

use super::{NARROWEST, carets};
use crate::grid::columns;
use crate::visible::is_dangerous;

fn report(name: &str, response: &[u8], end: End) -> Report {
    let limits = ClientLimits { record: 40, ..ClientLimits::default() };
    let mut fetch = Fetch::new(&limits, Instant::NEVER, Instant::default());
    let _ = fetch.receive(response, Instant::default());
    let station = StationReport {
        name: name.to_owned(),
        address: "10.0.0.5:8000".to_owned(),
        outcome: fetch.finish(end),
        attempts: 1,
        first_byte: None,
        elapsed: None,
    };
    Report { stations: vec![station], elapsed: None }
}

fn shown(response: impl AsRef<[u8]>, width: u16) -> String {
    carets(&report("gate", response.as_ref(), End::Fin), Some(width))
}

fn reset() -> End {
    End::Fault(Reason::Reset.into())
}

#[test]
fn every_reason() {
    let response =
        b"1:a:b..x.1:\xff\xfe:c.2:d.3:e:f:g:h.today:a very long brand name:and a long colour.1:a:";
    let text = carets(&report("gate", response, reset()), Some(80));
    insta::assert_snapshot!(text);
}

#[test]
fn an_empty_end_is_behind_the_text() {
    insta::assert_snapshot!(shown("1:a:b.", 80));
}

#[test]
fn nothing_rejected_is_nothing_said() {
    assert_eq!(shown("1:a:b.2:c:d", 80), "");
    assert_eq!(shown("", 80), "");
}

#[test]
fn wide_and_dangerous_characters() {
    insta::assert_snapshot!(shown(
        "1:\u{8eca}\u{8eca}:\u{1b}[2J.\u{8eca}:\u{1f697}.e\u{301}\u{202e}:x",
        80
    ));
}

#[test]
fn a_character_that_was_cut() {
    let text = carets(&report("gate", b"1:a:b.2:\xe8\xbb:c.3:\xf0\x9f\x9a", End::Fin), Some(80));
    insta::assert_snapshot!(text);
}

#[test]
fn a_narrow_terminal_sees_what_is_around() {
    let many = (0..30).map(|n| format!("{n}:peugeot:red")).collect::<Vec<_>>().join(".");
    insta::assert_snapshot!(shown(format!("{many}.only:two.{many}"), 40));
}

#[test]
fn a_long_name_goes_on_below() {
    let name = "gate\u{7} of the northern bridge, on the side of the river";
    insta::assert_snapshot!(carets(&report(name, b"x", End::Fin), Some(40)));
}

#[test]
fn more_than_are_kept() {
    let text = shown("x.".repeat(102) + "1:a:b", 80);
    assert!(text.ends_with("gate: 2 more rejected records are not shown\n"), "{text}");
    assert_eq!(text.lines().count(), 301);
    let text = shown("x.".repeat(101) + "1:a:b", 80);
    assert!(text.ends_with("gate: 1 more rejected record is not shown\n"), "{text}");
}

proptest! {
    #[test]
    fn carets_stand_under_the_text_within_the_width(
        response in prop::collection::vec(prop_oneof![
            Just(b"1:a:b.".to_vec()), Just(b".".to_vec()), Just(b":".to_vec()), Just(b"\xff".to_vec()),
            Just("\u{8eca}".as_bytes().to_vec()), Just("\u{1b}".as_bytes().to_vec()),
            Just("e\u{301}".as_bytes().to_vec()), Just(b"\xe8\xbb".to_vec()), any::<u8>().prop_map(|b| vec![b]),
        ], 0..60),
        width in 24u16..90,
        is_cut in any::<bool>(),
    ) {
        let end = if is_cut { reset() } else { End::Fin };
        let report = report("gate", &response.concat(), end);
        let text = carets(&report, Some(width));
        prop_assert!(!text.chars().any(|c| is_dangerous(c) && c != '\n'), "{text:?}");
        prop_assert!(usize::from(width) >= NARROWEST);
        for line in text.lines() {
            prop_assert!(columns(line) <= usize::from(width), "{line:?}");
        }
        let marks = text.lines().filter(|line| line.trim_start_matches(' ').starts_with('^')).count();
        prop_assert_eq!(marks, report.stations[0].outcome.rejections.len(), "{}", text);
    }
}
