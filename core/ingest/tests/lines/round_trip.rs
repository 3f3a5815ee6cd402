//! What a client wrote can be fed to a station: the same cars come out (limits.md, What leaves
//! the program).

use carwatch::wire;
use carwatch::{Car, Outcome, Report, StationReport, Verdict};
use carwatch_formats::{Format as Written, Options, write_cars};
use carwatch_ingest::Format;
use proptest::prelude::*;

use crate::common::read;

/// Text with everything that some form must quote, escape or guard.
const AWKWARD: &str = "([ -~]|[.:%,\"'\\\\\r\n\t=+@0-]|%2[Ee]|[\u{0}-\u{1f}\u{7f}-\u{9f}]\
    |[\u{200b}-\u{200f}\u{2028}-\u{202e}\u{feff}]|[é車🚗]|\\PC){0,8}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_gather_that_was_written_is_read_back(
        name in AWKWARD,
        cars in prop::collection::vec((AWKWARD, AWKWARD, AWKWARD), 0..8),
        by in 1_usize..80,
    ) {
        let cars: Vec<Car<'_>> =
            cars.into_iter().map(|(time, brand, color)| Car::new(time, brand, color)).collect();
        let report = gathered(name, &cars);
        for (form, formats) in [
            (Written::Ndjson, [Format::Ndjson, Format::Auto]),
            (Written::Csv, [Format::Csv, Format::Auto]),
        ] {
            let mut text = Vec::new();
            let options = Options { csv_raw: true, ..Options::new(form) };
            write_cars(&report, &options, &mut text).expect("a Vec takes everything");
            for format in formats {
                let came: Vec<_> =
                    read(format, text.chunks(by)).into_iter().map(|(_, read)| read).collect();
                let expected: Vec<_> = cars.iter().cloned().map(Ok).collect();
                prop_assert_eq!(came, expected, "{} as {}", form, format);
            }
        }
    }
}

/// One station that sent these cars.
fn gathered(name: String, cars: &[Car<'_>]) -> Report {
    let mut response = Vec::new();
    wire::join_into(cars.iter(), &mut response);
    let outcome = Outcome {
        verdict: Verdict::Complete { verified: true },
        bytes: response.len() as u64,
        response,
        cars: cars.len() as u64,
        rejected: 0,
        bad: 0,
        rejections: Vec::new(),
        first_byte: None,
    };
    let station = StationReport {
        name,
        address: "10.0.0.5:8000".to_owned(),
        outcome,
        attempts: 1,
        first_byte: None,
        elapsed: None,
    };
    Report { stations: vec![station], elapsed: None }
}
