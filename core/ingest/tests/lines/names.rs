//! What formats and refusals are called, on the command line, in counters and in logs.

use std::collections::BTreeSet;

use carwatch_ingest::{Format, Refusal, UnknownFormat};

#[test]
fn every_format_goes_by_its_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
        let listed = UnknownFormat.to_string();
        assert!(listed.split([' ', ',']).any(|word| word == format.as_str()), "{listed}");
    }
    assert_eq!(format!("{:>6}|", Format::Csv), "   csv|");
    for unknown in ["", "CSV", "xml", "csv "] {
        assert_eq!(unknown.parse::<Format>(), Err(UnknownFormat));
    }
}

/// One of each, with the words for people.
fn every_refusal() -> Vec<(Refusal, &'static str)> {
    let (at, found) = (5, "null");
    vec![
        (Refusal::LineTooLong { limit: 9 }, "longer than 9 bytes; skipped to the next line"),
        (
            Refusal::RecordTooLong { len: 10, limit: 9 },
            "its record would be 10 bytes long on the wire, and receivers take 9",
        ),
        (Refusal::InvalidUtf8 { at }, "not UTF-8 at byte offset 5"),
        (Refusal::TooFewFields { found: 1 }, "1 field where time:brand:color has 3"),
        (Refusal::TooManyFields { found: 4 }, "4 fields where time:brand:color has 3"),
        (
            Refusal::MissingColumns { missing: vec!["time", "color"] },
            "the CSV header has no column time, color; no line after it can be read",
        ),
        (Refusal::NoHeader, "the CSV header was refused"),
        (Refusal::CellCount { expected: 3, found: 1 }, "1 CSV cell where the header has 3"),
        (Refusal::CellCount { expected: 3, found: 2 }, "2 CSV cells where the header has 3"),
        (Refusal::UnclosedQuote { at }, "the CSV quote at byte offset 5 is never properly closed"),
        (Refusal::TextAfterQuote { at }, "text after a closing CSV quote at byte offset 5"),
        (Refusal::BadJson { column: 3, what: "EOF".into() }, "not JSON at column 3: EOF"),
        (Refusal::NotAnObject { found }, "null where a JSON object is needed"),
        (
            Refusal::NotText { key: "time", found: "an array", column: 9 },
            "\"time\" at column 9 is an array where a string or a number is needed",
        ),
        (Refusal::NoTime, "a JSON object with neither \"time\" nor \"timestamp\""),
        (Refusal::NoMappedTime, "nothing where the map has the time"),
        (Refusal::Cut, "the file was truncated before the line had come to its end"),
        (
            Refusal::BadTime { found: "no number" },
            "the time is no number, which cannot become Unix seconds",
        ),
        (
            Refusal::BadCell { key: "brand" },
            "the CSV cell for \"brand\" is neither text nor a list of candidates",
        ),
        (
            Refusal::IdTooLong { len: 300, limit: 256 },
            "its id is 300 bytes long, and 256 are remembered",
        ),
    ]
}

#[test]
fn every_refusal_has_its_words_and_a_label_that_counters_know() {
    let mut labels = BTreeSet::new();
    for (refusal, words) in every_refusal() {
        assert_eq!(refusal.to_string(), words);
        labels.insert(refusal.reason());
    }
    assert_eq!(labels, BTreeSet::from(Refusal::REASONS), "each of them, and no other");
    assert_eq!(Refusal::REASONS.len(), labels.len());
    let is_snake_case =
        |label: &str| label.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '8');
    assert!(labels.into_iter().all(is_snake_case));
}
