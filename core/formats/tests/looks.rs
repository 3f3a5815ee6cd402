//! What every form looks like, to the letter. A change here is a change for people and
//! programs that read it.

mod common;

use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Report, Verdict};
use carwatch_formats::visible::visible;
use carwatch_formats::{Format, Options, report_json, report_text};
use common::{COMPLETE, options, outcome, partial, report, station, written};

/// One station of each kind, with values that are awkward somewhere.
fn mixed() -> Report {
    let gate = "97264836:peugeot:red.97264839:Lynk & Co:.today:B%2EM%2EW, \"M\":=1+1\
        .12%2E5:-5:é🚗\u{1b}[2J\u{202e}\u{e0041}";
    let tunnel = b"1:a:b..x.1:\xff:c.2:d:e.3:cut of";
    let refused = Fault::new(Reason::Refused, "10.0.0.7:8000: Connection refused (os error 111)");
    let mut stations = vec![
        station("gate", outcome(COMPLETE, gate)),
        station("-bridge", outcome(Verdict::Complete { verified: true }, "")),
        station("tunnel\u{7}", outcome(partial(), tunnel)),
        station("yard", Outcome::failed(refused)),
    ];
    stations[2].attempts = 3;
    stations[2].elapsed = Some(Duration::from_millis(12_340));
    stations[3].attempts = 2;
    report(stations)
}

fn kept(format: Format) -> Options {
    Options { keep_partial: true, ..options(format) }
}

/// What keeps every character, such that a snapshot of it is safe to look at.
fn printable(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| visible(line).to_string());
    lines.map(|line| line.replace(r"\u{a}", "\\u{a}\n")).collect()
}

#[test]
fn table() {
    insta::assert_snapshot!(written(&mixed(), &options(Format::Table)));
}

#[test]
fn table_with_partial_stations() {
    insta::assert_snapshot!(written(&mixed(), &kept(Format::Table)));
}

#[test]
fn table_on_a_narrow_terminal() {
    let options = Options { width: Some(34), ..kept(Format::Table) };
    insta::assert_snapshot!(written(&mixed(), &options));
}

#[test]
fn csv() {
    insta::assert_snapshot!(printable(&written(&mixed(), &options(Format::Csv))));
}

#[test]
fn csv_raw_with_partial_stations() {
    let options = Options { csv_raw: true, ..kept(Format::Csv) };
    insta::assert_snapshot!(printable(&written(&mixed(), &options)));
}

#[test]
fn ndjson() {
    insta::assert_snapshot!(written(&mixed(), &options(Format::Ndjson)));
}

#[test]
fn ndjson_with_partial_stations() {
    insta::assert_snapshot!(written(&mixed(), &kept(Format::Ndjson)));
}

#[test]
fn json() {
    insta::assert_snapshot!(written(&mixed(), &options(Format::Json)));
}

#[test]
fn wire() {
    insta::assert_snapshot!(printable(&written(&mixed(), &options(Format::Wire))));
}

#[test]
fn json_report() {
    insta::assert_snapshot!(report_json(&mixed(), true, 1).replace("},{", "},\n{"));
}

#[test]
fn text_report() {
    insta::assert_snapshot!(report_text(&mixed(), false, None));
}

#[test]
fn text_report_on_a_terminal() {
    insta::assert_snapshot!(report_text(&mixed(), true, Some(120)));
}

#[test]
fn text_report_on_a_small_terminal() {
    insta::assert_snapshot!(report_text(&mixed(), true, Some(72)));
}

#[test]
fn a_cut_tail_is_no_bad_record_in_the_text_report() {
    let rejected = |response: &str| {
        let one = report(vec![station("gate", outcome(partial(), response))]);
        assert_eq!(
            one.stations[0].outcome.rejections.len() as u64,
            one.stations[0].outcome.rejected
        );
        report_text(&one, false, None)
    };
    let text = rejected("1:a:b.2:cut of");
    assert!(text.contains("1 rejected, in") && !text.contains("first rejected"), "{text}");
    let text = rejected("1:a:b.bad.2:cut of");
    assert!(text.contains("first rejected: piece 1, bytes 6..9, too_few_fields (1)"), "{text}");
}

#[test]
fn a_gather_without_cars() {
    let nothing = report(vec![
        station("gate", outcome(COMPLETE, "")),
        station("yard", Outcome::failed(Fault::from(Reason::ConnectTimeout))),
    ]);
    for (format, expected) in [
        (Format::Table, "no cars\n"),
        (Format::Csv, "station,time,brand,color\r\n"),
        (Format::Ndjson, ""),
        (Format::Wire, ""),
    ] {
        assert_eq!(written(&nothing, &options(format)), expected, "{format}");
    }
    let with_mark = "station,time,brand,color,partial\r\n";
    assert_eq!(written(&nothing, &kept(Format::Csv)), with_mark);
    insta::assert_snapshot!(written(&nothing, &options(Format::Json)));
}

#[test]
fn a_time_that_nobody_took_is_null_and_a_dash() {
    let mut one = report(vec![station("gate", outcome(COMPLETE, "1:a:b"))]);
    one.stations[0].elapsed = None;
    one.stations[0].first_byte = None;
    let json = report_json(&one, false, 0);
    assert!(json.contains(r#""first_byte_ms":null,"elapsed_ms":null,"detail""#), "{json}");
    let text = report_text(&one, false, None);
    let line = text.lines().nth(1).expect("a line for the station");
    assert!(line.ends_with("5      -      -      1"), "{line:?}");
}

#[test]
fn a_rejection_of_every_kind() {
    let response = [&b":.."[..], b"1:2.1:2:3:4.\xf0\x9f.", &[b'x'; 65_537]].concat();
    let one = report(vec![station("gate", outcome(COMPLETE, response))]);
    insta::assert_snapshot!(report_json(&one, false, 5).replace("},{", "},\n{"));
}

#[test]
fn a_report_names_the_first_100_rejections() {
    let one = report(vec![station("gate", outcome(COMPLETE, ".".repeat(200)))]);
    let json: serde_json::Value = serde_json::from_str(&report_json(&one, false, 5)).expect("JSON");
    assert_eq!(json["stations"][0]["rejected"], 201);
    assert_eq!(json["stations"][0]["rejections"].as_array().map(Vec::len), Some(100));
}

#[test]
fn a_thousand_stations_are_a_thousand_lines() {
    let one = || station("gate", outcome(COMPLETE, "1:a:b"));
    let many = report((0..1000).map(|_| one()).collect());
    let text = report_text(&many, false, None);
    assert_eq!(text.lines().count(), 1002);
    assert!(text.ends_with(
        "1000 stations: 1000 complete, 0 partial, 0 failed; 1000 cars, 0 rejected, in 41.2 ms\n"
    ));
}
