//! What is written is read back: on the wire, and as NDJSON and CSV.

use carwatch::Car;
use carwatch::limits::RECORD;
use carwatch::wire::{self, Piece, Tail};
use carwatch_formats::{Format as Written, Options, Rolling};
use carwatch_ingest::{Format, Line, Lines};

use crate::bytes::Bytes;

/// Panics if a list of cars that `input` says is not what comes back.
///
/// It says the fields one after another, each with its length before it; what is no text in them
/// is replaced.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let mut cars = Vec::new();
    while !bytes.is_empty() {
        let mut field = || String::from_utf8_lossy(bytes.some()).into_owned();
        cars.push(Car::new(field(), field(), field()));
    }
    on_the_wire(&cars);
    as_text(&cars);
}

fn on_the_wire(cars: &[Car<'_>]) {
    let mut list = Vec::new();
    wire::join_into(cars.iter(), &mut list);
    let mut read = Vec::new();
    wire::split(&list, RECORD, Tail::Whole, &mut |piece| match piece {
        Piece::Car { car, .. } => read.push(car.into_owned()),
        Piece::Rejected(rejection) => panic!("{rejection:?} of what was written"),
    });
    assert_eq!(read, cars);
    for car in cars {
        assert_eq!(car.to_record().len(), car.encoded_len());
    }
}

/// What a client writes, a station reads.
fn as_text(cars: &[Car<'_>]) {
    let merged: Vec<_> = cars.iter().map(|car| ("gate", car.clone(), false)).collect();
    for (written, read) in [(Written::Ndjson, Format::Ndjson), (Written::Csv, Format::Csv)] {
        let mut text = Vec::new();
        let options = Options { csv_raw: true, ..Options::new(written) };
        Rolling::new(options).add(&merged, &mut text).expect("a Vec takes everything");
        let mut came = Vec::new();
        let mut sink = |line: Line<'_>| match line {
            Line::Car { car, .. } => came.push(car.into_owned()),
            other => panic!("{other:?} of what was written"),
        };
        let mut lines = Lines::new(read, RECORD);
        lines.feed(&text, &mut sink);
        lines.finish(&mut sink);
        assert_eq!(came, cars, "{written}");
    }
}
