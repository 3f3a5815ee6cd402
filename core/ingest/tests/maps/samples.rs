//! What each sample gives, to the letter; whole, byte by byte and split at every place.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use carwatch_ingest::{Format, Line, Lines, Map, Reading, Time, posted};

/// The map that a sample is for: by its name up to the first `-`, or a file beside it.
fn map(sample: &str) -> Arc<Map> {
    let stem = sample.split(['.', '-']).next().unwrap();
    Arc::new(
        Map::named(stem).unwrap_or_else(|| Map::from_toml(&text(&format!("{stem}.toml"))).unwrap()),
    )
}

fn text(sample: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    fs::read_to_string(folder.join(sample)).unwrap()
}

/// What the segments of a source give, a line for each.
fn told<'a>(reading: Reading, segments: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut out = String::new();
    let mut sink = |line: Line<'_>| match line {
        Line::Car { number, car, id } => {
            let [time, brand, color] = [&car.time, &car.brand, &car.color];
            writeln!(out, "{number}: {time:?} {brand:?} {color:?} {}", id.as_deref().unwrap_or("-"))
        }
        .unwrap(),
        Line::Ignored { number } => writeln!(out, "{number}: ignored").unwrap(),
        Line::Refused { number, refusal } => {
            writeln!(out, "{number}: {}: {refusal}", refusal.reason()).unwrap();
        }
    };
    let mut lines = Lines::with(reading);
    for segment in segments {
        lines.feed(segment, &mut sink);
    }
    lines.finish(&mut sink);
    out
}

fn check(sample: &str) {
    let text = text(sample);
    let format = if sample.ends_with(".csv") { Format::Csv } else { Format::Ndjson };
    let reading =
        Reading { map: Some(map(sample)), time: Time::Unix, format, ..Reading::default() };
    let whole = told(reading.clone(), [text.as_bytes()]);
    let auto = Reading { format: Format::Auto, ..reading.clone() };
    assert_eq!(told(auto.clone(), [text.as_bytes()]), whole, "the format is found out");
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(told(auto.clone(), [crlf.as_bytes()]), whole, "with CRLF");
    assert_eq!(told(auto.clone(), text.as_bytes().chunks(1)), whole, "byte by byte");
    for at in 0..=text.len() {
        let (one, two) = text.as_bytes().split_at(at);
        assert_eq!(told(auto.clone(), [one, two]), whole, "split at {at}");
    }
    let as_text = told(Reading { time: Time::Text, ..reading }, [text.as_bytes()]);
    insta::assert_snapshot!(sample, format!("{whole}\ntimes as text:\n{as_text}"));
}

#[test]
fn frigate() {
    check("frigate.ndjson");
}

#[test]
fn platerecognizer_lines() {
    check("platerecognizer.jsonl");
}

#[test]
fn platerecognizer_vehicles() {
    check("platerecognizer-vehicle.ndjson");
}

#[test]
fn platerecognizer_webhook() {
    check("platerecognizer-webhook.ndjson");
}

#[test]
fn platerecognizer_csv() {
    check("platerecognizer.csv");
}

#[test]
fn openalpr() {
    check("openalpr.ndjson");
}

#[test]
fn opendatacam() {
    check("opendatacam.ndjson");
}

#[test]
fn opendatacam_csv() {
    check("opendatacam.csv");
}

#[test]
fn a_map_of_ones_own() {
    check("own.ndjson");
}

/// A post of one line gives what that line gives in a file, on one line or over many.
#[test]
fn posted_line_by_line() {
    let names = [
        "frigate",
        "openalpr",
        "opendatacam",
        "platerecognizer-webhook",
        "platerecognizer-vehicle",
        "own",
    ];
    for sample in names.map(|name| format!("{name}.ndjson")) {
        let reading = Reading { map: Some(map(&sample)), time: Time::Unix, ..Reading::default() };
        for line in text(&sample).lines() {
            let mut cars = Vec::new();
            let mut refused = None;
            let mut ignored = 0;
            let mut lines = Lines::with(Reading { format: Format::Ndjson, ..reading.clone() });
            let mut sink = |line: Line<'_>| match line {
                Line::Car { car, id, .. } => {
                    cars.push((car.to_record(), id.map(Cow::into_owned)));
                }
                Line::Refused { refusal, .. } => refused = refused.take().or(Some(refusal)),
                Line::Ignored { .. } => ignored += 1,
            };
            lines.feed(line.as_bytes(), &mut sink);
            lines.finish(&mut sink);
            // The same over lines; no string of the samples holds these two.
            let pretty = line.replace("\": ", "\":\n  ").replace(", \"", ",\n  \"");
            for body in [line, &pretty] {
                let mut seen = Vec::new();
                let result = posted(body.as_bytes(), &reading, &mut |car, id| {
                    seen.push((car.to_record(), id.map(str::to_owned)));
                });
                match &refused {
                    None => assert_eq!((result, &seen), (Ok(ignored), &cars), "{body}"),
                    Some(refusal) => {
                        assert_eq!(result.unwrap_err().refusal.reason(), refusal.reason());
                    }
                }
            }
        }
    }
}
