//! What holds of every car: each form that programs read gives the cars back, and no form
//! lets a dangerous character out.

mod common;

use std::io::{self, Write};

use carwatch::wire::{self, Piece, Tail};
use carwatch::{Car, Fault, Reason, Report, Verdict, limits};
use carwatch_formats::{Format, Options, report_json, report_text, write_cars};
use common::{COMPLETE, options, outcome, partial, report, station, written};
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

/// Text with everything that some form must quote, escape or guard.
const AWKWARD: &str = "([ -~]|[.:%,\"'\\\\\r\n\t=+@0-]|[\u{0}-\u{1f}\u{7f}-\u{9f}]\
    |[\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}]\
    |[\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}\u{1d173}]|[é車🚗]|\\PC){0,8}";

/// The same, and what is a number or nearly one.
const CELL: &str = "([ -~]|[\\r\n\t=+@\"',0-]|[é車🚗]){0,6}\
    |[+-]{0,2}[0-9]{0,2}(\\.[0-9]{0,2}){0,2}|[+-]?[0-9](\\.[0-9])?[eE][+-]?[0-9]|[+-](inf|nan|0x1)";

fn cars() -> impl Strategy<Value = Vec<Car<'static>>> {
    cars_of(AWKWARD)
}

fn cars_of(field: &'static str) -> impl Strategy<Value = Vec<Car<'static>>> {
    let car = (field, field, field).prop_map(|(time, brand, color)| Car::new(time, brand, color));
    proptest::collection::vec(car, 0..6)
}

fn snapshot(cars: &[Car<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    wire::join_into(cars.iter(), &mut out);
    out
}

/// An answer as stations that know nothing of each other send it.
fn answer() -> impl Strategy<Value = String> {
    let piece =
        "[0-9]{1,3}:[a-z]{0,2}:[a-z]{0,2}|([0-9]:){1,3}(%2E|%2e|%3a|%25|%|%2)[a-z]?|[a-z:]{0,3}";
    let pieces = proptest::collection::vec(piece, 0..4);
    let cars = proptest::collection::vec("[0-9]{1,3}:[a-z]{0,2}:[a-z]{0,2}", 0..4);
    proptest::prop_oneof![pieces, cars].prop_map(|pieces| pieces.join("."))
}

/// A gather of these cars, from a station of this name, once each and once cut.
fn gathered(name: &str, cars: &[Car<'_>]) -> Report {
    let mut cut = snapshot(cars);
    cut.extend_from_slice(b".9:cut");
    report(vec![
        station(name, outcome(COMPLETE, snapshot(cars))),
        station("cut", outcome(partial(), cut)),
    ])
}

/// What a terminal, a log or a viewer must never be handed raw. Stated by code points on
/// its own, not by the function under test.
fn is_control(c: char) -> bool {
    let bidi_or_zero_width = ['\u{61c}', '\u{180e}', '\u{feff}', '\u{ad}', '\u{34f}'];
    c.is_control()
        || bidi_or_zero_width.contains(&c)
        || ('\u{200b}'..='\u{200f}').contains(&c)
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{206f}').contains(&c)
        || ('\u{fff9}'..='\u{fffb}').contains(&c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// `[+-]?[0-9]+(\.[0-9]+)?`, byte by byte: limits.md spelled as an automaton.
fn is_plain(cell: &[u8]) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Begin,
        Sign,
        Whole,
        Point,
        Fraction,
    }
    let mut state = State::Begin;
    for byte in cell {
        state = match (state, byte) {
            (State::Begin, b'+' | b'-') => State::Sign,
            (State::Begin | State::Sign | State::Whole, b'0'..=b'9') => State::Whole,
            (State::Whole, b'.') => State::Point,
            (State::Point | State::Fraction, b'0'..=b'9') => State::Fraction,
            _ => return false,
        };
    }
    state == State::Whole || state == State::Fraction
}

proptest! {
    #[test]
    fn raw_csv_gives_the_cars_back(name in AWKWARD, cars in cars(), keep_partial: bool) {
        let options = Options { csv_raw: true, keep_partial, ..options(Format::Csv) };
        let text = written(&gathered(&name, &cars), &options);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let mut expected: Vec<_> = cars.iter().map(|car| row(&name, car, keep_partial.then_some("false"))).collect();
        if keep_partial {
            expected.extend(cars.iter().map(|car| row("cut", car, Some("true"))));
        }
        let read: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.expect("CSV").iter().map(str::to_owned).collect())
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn guarded_csv_never_begins_a_formula(name in CELL, cars in cars_of(CELL)) {
        let text = written(&gathered(&name, &cars), &options(Format::Csv));
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(|record| record.expect("CSV")).collect();
        prop_assert_eq!(records.len(), cars.len());
        for (record, car) in records.iter().zip(&cars) {
            prop_assert_eq!(record.len(), 4);
            for (cell, value) in record.iter().zip([&*name, &car.time, &car.brand, &car.color]) {
                let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
                let guard = if formula && !is_plain(value.as_bytes()) { "'" } else { "" };
                prop_assert_eq!(cell, format!("{guard}{value}"));
            }
        }
    }

    #[test]
    fn ndjson_gives_the_cars_back(name in AWKWARD, cars in cars(), keep_partial: bool) {
        let options = Options { keep_partial, ..options(Format::Ndjson) };
        let text = written(&gathered(&name, &cars), &options);
        let mut expected: Vec<_> = cars.iter().map(|car| object(&name, car, false)).collect();
        if keep_partial {
            expected.extend(cars.iter().map(|car| object("cut", car, true)));
        }
        let read: Vec<serde_json::Value> =
            text.split_terminator('\n').map(|line| serde_json::from_str(line).expect("JSON")).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn the_json_document_holds_the_ndjson_and_the_report(name in AWKWARD, cars in cars(), keep_partial: bool) {
        let gathered = gathered(&name, &cars);
        let lines = written(&gathered, &Options { keep_partial, ..options(Format::Ndjson) });
        let lines: Vec<_> = lines.split_terminator('\n').collect();
        let expected = format!(
            "{{\"cars\":[{}],\"report\":{}}}\n", lines.join(","), report_json(&gathered, keep_partial, 1)
        );
        prop_assert_eq!(written(&gathered, &Options { keep_partial, ..options(Format::Json) }), expected);
    }

    #[test]
    fn wire_gives_the_cars_back(cars in cars(), more in cars()) {
        let two = report(vec![
            station("a", outcome(COMPLETE, snapshot(&cars))),
            station("b", outcome(COMPLETE, snapshot(&more))),
        ]);
        let text = written(&two, &options(Format::Wire));
        let mut read = Vec::new();
        wire::split(text.as_bytes(), limits::RECORD, Tail::Whole, &mut |piece| {
            if let Piece::Car { car, .. } = piece {
                read.push(car.into_owned());
            }
        });
        prop_assert_eq!(read, [cars, more].concat());
    }

    /// Whether an answer is written as it came or taken apart: what was rejected is left out, and
    /// every escape is the one that a station would write.
    #[test]
    fn wire_holds_the_records_of_all_cars(
        answers in proptest::collection::vec((answer(), proptest::bool::weighted(0.8)), 0..4),
    ) {
        let verdict = |is_complete| if is_complete { COMPLETE } else { partial() };
        let all: Vec<_> = answers
            .into_iter()
            .map(|(answer, is_complete)| station("a", outcome(verdict(is_complete), answer)))
            .collect();
        let mut cars = Vec::new();
        for outcome in all.iter().map(|station| &station.outcome) {
            outcome.for_each_piece(limits::RECORD, &mut |piece| {
                if let (true, Piece::Car { car, .. }) = (outcome.verdict.is_complete(), piece) {
                    cars.push(car.into_owned());
                }
            });
        }
        let written = written(&report(all), &options(Format::Wire));
        prop_assert_eq!(written.into_bytes(), snapshot(&cars));
    }

    #[test]
    fn nothing_dangerous_leaves(name in AWKWARD, detail in AWKWARD, cars in cars(), width in proptest::option::of(1_u16..200)) {
        let mut gathered = gathered(&name, &cars);
        let fault = Fault::new(Reason::Io, detail);
        gathered.stations[1].outcome.verdict = Verdict::Partial(fault);
        let mut texts = vec![
            report_json(&gathered, true, 0),
            report_text(&gathered, true, width),
        ];
        for format in [Format::Table, Format::Ndjson, Format::Json] {
            texts.push(written(&gathered, &Options { keep_partial: true, width, ..options(format) }));
        }
        for text in texts {
            prop_assert_eq!(text.chars().find(|c| *c != '\n' && is_control(*c)), None, "{:?}", text);
        }
    }

    #[test]
    fn no_row_passes_the_width_of_a_terminal(name in AWKWARD, cars in cars(), width in 40_u16..200) {
        let options = Options { keep_partial: true, width: Some(width), ..options(Format::Table) };
        let text = written(&gathered(&name, &cars), &options);
        for line in text.lines() {
            prop_assert!(unicode_width::UnicodeWidthStr::width(line) <= usize::from(width), "{:?}", line);
        }
    }

    #[test]
    fn a_table_loses_no_character_however_narrow(cars in cars(), width in 1_u16..60) {
        let table = |width| {
            let options = Options { keep_partial: true, width, ..options(Format::Table) };
            let text = written(&report(vec![station("", outcome(COMPLETE, snapshot(&cars)))]), &options);
            let mut chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '─').collect();
            chars.sort_unstable();
            chars
        };
        prop_assert_eq!(table(Some(width)), table(None));
    }
}

fn row(station: &str, car: &Car<'_>, mark: Option<&str>) -> Vec<String> {
    let cells = [station, &car.time, &car.brand, &car.color];
    cells.into_iter().chain(mark).map(str::to_owned).collect()
}

fn object(station: &str, car: &Car<'_>, partial: bool) -> serde_json::Value {
    let mut object = serde_json::json!({
        "station": station, "time": car.time, "brand": car.brand, "color": car.color
    });
    if partial {
        object["partial"] = true.into();
    }
    object
}

#[test]
fn an_output_that_fails_says_how_and_is_left_alone() {
    /// A disk with so many bytes left; a write after the first refusal is a fault.
    struct Disk(usize, bool);
    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            assert!(!self.1, "written to after it failed");
            if self.0 == 0 {
                self.1 = true;
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let cars = vec!["97264836:peugeot:red"; 40_000].join(".");
    let many = report(vec![
        station("gate", outcome(COMPLETE, &*cars)),
        station("yard", outcome(COMPLETE, &*cars)),
    ]);
    for format in Format::ALL {
        for room in [0, 1, 100_000, 1_000_000] {
            let error = write_cars(&many, &options(format), &mut Disk(room, false)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format} {room}");
        }
    }
}
