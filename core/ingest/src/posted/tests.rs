//! Posts: what they give, and that one bad line takes all with it.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Bad, posted};
use crate::{Map, NDJSON_LINE, Reading, Refusal, Time};

fn read(reading: &Reading, body: &[u8]) -> Result<Vec<String>, Bad> {
    let mut seen = Vec::new();
    posted(body, reading, &mut |car, id| {
        seen.push(format!("{} {}", car.to_record(), id.unwrap_or("-")));
    })
    .map(|_ignored| seen)
}

fn plain(body: impl AsRef<[u8]>) -> Result<Vec<String>, Bad> {
    read(&Reading::default(), body.as_ref())
}

/// The line and the reason.
fn bad(body: impl AsRef<[u8]>) -> (u64, &'static str) {
    let bad = plain(body).unwrap_err();
    (bad.line, bad.refusal.reason())
}

#[test]
fn one_object_or_many() {
    let car = vec!["1:vw:red -".to_owned()];
    for body in [
        r#"{"time":1,"brand":"vw","color":"red"}"#,
        "\n \r\n{\"time\":1,\"brand\":\"vw\",\"color\":\"red\"}\r\n\n",
        "\u{feff}{\"time\":1,\"brand\":\"vw\",\"color\":\"red\"}\n",
        "{\n  \"time\": 1,\n  \"brand\": \"vw\",\n  \"x\": [\n    {},\n    {\"y\": 1}\n  ],\n  \"color\": \"red\"\n}\n",
        "\n{\"time\"\r\n:\r\n1,\"brand\":\"vw\"\n,\"color\":\"red\"\n}",
    ] {
        assert_eq!(plain(body), Ok(car.clone()), "{body}");
    }
    assert_eq!(plain(""), Ok(vec![]));
    assert_eq!(plain("\n \r\n"), Ok(vec![]));
    assert_eq!(plain("{\"time\":1}\n\n{\"time\":2}").map(|cars| cars.len()), Ok(2));
}

#[test]
fn what_the_map_ignores_is_counted() {
    let map =
        Map::from_toml("each = 'all'\ntime = 't'\n[[when]]\npath = 'is'\nis = 'car'").unwrap();
    let reading = Reading { map: Some(Arc::new(map)), ..Reading::default() };
    let count = |body: &str| posted(body.as_bytes(), &reading, &mut |_, _| {});
    let car = r#"{"all":[{"is":"car","t":1},{"is":"dog","t":2}]}"#;
    let other = r#"{"all":[{"is":"dog"},{"is":"dog"}]}"#;
    assert_eq!(count(""), Ok(0));
    // Objects of the body, not the things in them.
    assert_eq!(count(&format!("{car}\n\n{other}\n{{}}\n{car}")), Ok(2));
    assert_eq!(count("{\n \"all\": [\n]\n}"), Ok(1), "over lines");
    assert_eq!(count(&format!("{other}\n{other}\n[]")).unwrap_err().line, 3);
}

#[test]
fn the_first_bad_line_is_named() {
    assert_eq!(bad("{\"time\":1}\n\n{\"time\":}\n{}"), (3, "bad_json"));
    assert_eq!(bad("{\"time\":1\n{\"time\":2}\n"), (1, "bad_json"), "cut short, and another");
    assert_eq!(bad("{\"time\":1}\n{\"time\":2"), (2, "bad_json"));
    assert_eq!(bad("{\"time\":1"), (1, "bad_json"));
    assert_eq!(bad("hello"), (1, "bad_json"));
    assert_eq!(bad("[{\"time\":1}]"), (1, "not_an_object"));
    assert_eq!(bad("{\"time\":1}{\"time\":2}"), (1, "bad_json"));
    assert_eq!(bad(b"{\"time\":1}\n{\"time\":\"\xff\"}"), (2, "invalid_utf8"));
    assert_eq!(bad("{\"time\":1}\n{\"brand\":\"vw\"}"), (2, "no_time"));
}

#[test]
fn places_in_an_object_over_lines() {
    let column = |body: &str| {
        let bad = plain(body).unwrap_err();
        match bad.refusal {
            Refusal::NotText { column, .. } | Refusal::BadJson { column, .. } => (bad.line, column),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(column("\n{\n\"time\": 1,\n  \"brand\": {}\n}"), (4, 12));
    assert_eq!(column("{\n\"time\":\n{}}"), (3, 1));
    assert_eq!(column("{\n\"time\": 1,\n  \"brand\": }\n}"), (3, 12));
    assert_eq!(column("{\n\"time\": \"\\ud800\"\n}"), (2, 16));
    let bad = plain(b"{\n\"time\": 1,\n\"brand\": \"\xff\"\n}").unwrap_err();
    assert_eq!(bad, Bad { line: 3, refusal: Refusal::InvalidUtf8 { at: 10 } });
    assert_eq!(bad.to_string(), "line 3: not UTF-8 at byte offset 10");
}

#[test]
fn a_line_has_its_limit() {
    let object = |pad: usize| format!("{{\"time\":1,\"x\":\"{}\"}}", "x".repeat(pad));
    let over = object(0).len();
    let longest = object(NDJSON_LINE - over);
    assert_eq!(plain(format!("{longest}\r\n{longest}")).map(|cars| cars.len()), Ok(2));
    let limit = Err(Refusal::LineTooLong { limit: NDJSON_LINE });
    let longer = object(NDJSON_LINE - over + 1);
    let refused = |body: String| plain(body).map_err(|bad| bad.refusal);
    assert_eq!(refused(format!("{longest}\n{longer}\n")), limit);
    // Over lines, too: the lines are short enough, the object is not.
    let shorter = object(NDJSON_LINE - over - 1);
    assert_eq!(refused(format!("\n{{\n{}\n", &shorter[1..])).map(|cars| cars.len()), Ok(1));
    assert_eq!(refused(format!("{{\n{}", &longest[1..])), limit);
}

#[test]
fn record_limit_time_and_map_apply() {
    let short = Reading { record_limit: 8, ..Reading::default() };
    let bad = read(&short, b"{\"time\":1}\n{\"time\":1,\"brand\":\"longish\"}").unwrap_err();
    assert_eq!((bad.line, bad.refusal.reason()), (2, "too_long"));

    let unix = Reading { time: Time::Unix, ..Reading::default() };
    assert_eq!(read(&unix, b"{\"time\":1.9}"), Ok(vec!["1:: -".to_owned()]));
    assert_eq!(read(&unix, b"{\"time\":\"x\"}").unwrap_err().refusal.reason(), "bad_time");

    let map = Some(Arc::new(Map::named("frigate").unwrap()));
    let mapped = Reading { map, time: Time::Unix, ..Reading::default() };
    let event = r#"{"type":"TYPE","after":{"id":"7-a","label":"car","start_time":5.5}}"#;
    let body = ["new", "update", "end"].map(|kind| event.replace("TYPE", kind)).join("\n");
    assert_eq!(read(&mapped, body.as_bytes()), Ok(vec!["5:: 7-a".to_owned()]));
}

/// Lines that are good, blank, or bad.
fn line() -> impl Strategy<Value = (&'static str, Option<bool>)> {
    prop_oneof![
        6 => Just((r#"{"time":1}"#, Some(true))),
        1 => Just(("", None)),
        1 => Just((" \t", None)),
        1 => Just(("{}", Some(false))),
        1 => Just(("{", Some(false))),
        1 => Just((r#"{"time":[]}"#, Some(false))),
        1 => Just(("nonsense", Some(false))),
    ]
}

proptest! {
    /// All is taken or the first bad line is named. (A lone `{` at the front may begin an
    /// object over lines, if none of the lines after it can begin another.)
    #[test]
    fn all_or_nothing(lines in prop::collection::vec(line(), 0..8), end in "\r?\n") {
        let all: Vec<_> = std::iter::once((r#"{"time":0}"#, Some(true))).chain(lines).collect();
        let body = all.iter().map(|(text, _)| format!("{text}{end}")).collect::<String>();
        let first_bad = all.iter().position(|(_, good)| *good == Some(false));
        match first_bad {
            None => {
                let good = all.iter().filter(|(_, good)| *good == Some(true)).count();
                prop_assert_eq!(plain(body).map(|cars| cars.len()), Ok(good));
            }
            Some(nth) => prop_assert_eq!(plain(body).unwrap_err().line, nth as u64 + 1),
        }
    }

    #[test]
    fn never_panics(body in prop::collection::vec(any::<u8>(), 0..60), text in "[{}\\[\\]\":,\n time1\\\\ud8]{0,60}") {
        let _ = plain(&body);
        let _ = plain(&text);
        let _ = plain(format!("{{\n{text}"));
    }
}
