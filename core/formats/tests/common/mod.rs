//! Reports to write, made of responses as stations would have sent them.

use std::time::Duration;

use carwatch::wire::{self, Piece, RejectReason, Tail};
use carwatch::{Fault, Outcome, Reason, Report, StationReport, Verdict, limits};
use carwatch_formats::{Format, Options, write_cars};

pub(crate) const COMPLETE: Verdict = Verdict::Complete { verified: false };

pub(crate) fn partial() -> Verdict {
    Verdict::Partial(Fault::new(Reason::Reset, "Connection reset by peer (os error 104)"))
}

pub(crate) fn outcome(verdict: Verdict, response: impl Into<Vec<u8>>) -> Outcome {
    let response = response.into();
    let tail = if verdict.is_complete() { Tail::Whole } else { Tail::Cut };
    let mut cars = 0;
    let mut rejections = Vec::new();
    wire::split(&response, limits::RECORD, tail, &mut |piece| match piece {
        Piece::Car { .. } => cars += 1,
        Piece::Rejected(rejection) => rejections.push(rejection),
    });
    let rejected = rejections.len() as u64;
    let bad = rejections.iter().filter(|r| r.reason != RejectReason::Cut).count() as u64;
    let first_byte = (!response.is_empty()).then_some(Duration::from_micros(1_060));
    let bytes = response.len() as u64;
    Outcome { verdict, response, bytes, cars, rejected, bad, rejections, first_byte }
}

pub(crate) fn station(name: &str, outcome: Outcome) -> StationReport {
    StationReport {
        name: name.to_owned(),
        address: "10.0.0.5:8000".to_owned(),
        first_byte: outcome.first_byte,
        outcome,
        attempts: 1,
        elapsed: Some(Duration::from_millis(3)),
    }
}

pub(crate) fn report(stations: Vec<StationReport>) -> Report {
    Report { stations, elapsed: Some(Duration::from_micros(41_249)) }
}

pub(crate) fn options(format: Format) -> Options {
    Options {
        format,
        keep_partial: false,
        csv_raw: false,
        record_limit: limits::RECORD,
        width: None,
        exit: 1,
    }
}

pub(crate) fn written(report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    write_cars(report, options, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}
