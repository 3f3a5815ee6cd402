//! Cars and reports as JSON, keys in the order of cli.md. Every character that would be
//! dangerous raw goes out as `\uXXXX`, so a log viewer is as safe as a parser is content.

use std::io::{self, Write};
use std::time::Duration;

use carwatch::wire::{RejectReason, Rejection};
use carwatch::{Report, StationReport};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::cars::{Merged, is_merged};
use crate::visible::is_dangerous;

/// Appends a car.
pub(crate) fn append_car(merged: Merged<'_>, out: &mut Vec<u8>) {
    append(&CarJson::from(merged), out);
}

/// Appends a report.
pub(crate) fn append_report(report: &Report, keep_partial: bool, exit: u8, out: &mut Vec<u8>) {
    append(&ReportJson::new(report, keep_partial, exit), out);
}

/// The report as one line of JSON, without a line end (cli.md, Report). Its `cars` count
/// partial stations where `keep_partial` says so; `exit` is what it names as the exit code.
#[must_use]
pub fn report_json(report: &Report, keep_partial: bool, exit: u8) -> String {
    let mut out = Vec::new();
    append_report(report, keep_partial, exit, &mut out);
    String::from_utf8(out).expect("serde_json writes UTF-8")
}

#[derive(Serialize)]
struct CarJson<'a> {
    station: &'a str,
    time: &'a str,
    brand: &'a str,
    color: &'a str,
    /// Only where it is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<bool>,
}

impl<'a> From<Merged<'a>> for CarJson<'a> {
    fn from(Merged { station, car, partial }: Merged<'a>) -> Self {
        let partial = partial.then_some(true);
        Self { station, time: &car.time, brand: &car.brand, color: &car.color, partial }
    }
}

#[derive(Serialize)]
struct ReportJson<'a> {
    complete: usize,
    partial: usize,
    failed: usize,
    cars: u64,
    rejected: u64,
    elapsed_ms: Option<f64>,
    exit: u8,
    stations: Vec<StationJson<'a>>,
}

impl<'a> ReportJson<'a> {
    fn new(report: &'a Report, keep_partial: bool, exit: u8) -> Self {
        let (complete, partial, failed) = report.counts();
        let outcomes = || report.stations.iter().map(|station| &station.outcome);
        Self {
            complete,
            partial,
            failed,
            cars: outcomes().filter(|o| is_merged(o, keep_partial)).map(|o| o.cars).sum(),
            rejected: outcomes().map(|o| o.rejected).sum(),
            elapsed_ms: report.elapsed.map(millis),
            exit,
            stations: report.stations.iter().map(StationJson::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct StationJson<'a> {
    name: &'a str,
    address: &'a str,
    outcome: &'static str,
    reason: Option<&'static str>,
    verified: bool,
    cars: u64,
    rejected: u64,
    bytes: u64,
    attempts: u32,
    first_byte_ms: Option<f64>,
    elapsed_ms: Option<f64>,
    detail: Option<&'a str>,
    rejections: Vec<RejectionJson>,
}

impl<'a> From<&'a StationReport> for StationJson<'a> {
    fn from(station: &'a StationReport) -> Self {
        let outcome = &station.outcome;
        let fault = outcome.verdict.fault();
        Self {
            name: &station.name,
            address: &station.address,
            outcome: outcome.verdict.as_str(),
            reason: fault.map(|fault| fault.reason.as_str()),
            verified: outcome.verdict == carwatch::Verdict::Complete { verified: true },
            cars: outcome.cars,
            rejected: outcome.rejected,
            bytes: outcome.bytes,
            attempts: station.attempts,
            first_byte_ms: station.first_byte.map(millis),
            elapsed_ms: station.elapsed.map(millis),
            detail: fault.and_then(|fault| fault.detail.as_deref()),
            rejections: outcome.rejections.iter().take(REJECTIONS).map(Into::into).collect(),
        }
    }
}

#[derive(Serialize)]
struct RejectionJson {
    index: u64,
    start: u64,
    end: u64,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

impl From<&Rejection> for RejectionJson {
    fn from(rejection: &Rejection) -> Self {
        let (at, found, limit) = match rejection.reason {
            RejectReason::Cut | RejectReason::Empty => (None, None, None),
            RejectReason::InvalidUtf8 { at } => (Some(at), None, None),
            RejectReason::TooFewFields { found } | RejectReason::TooManyFields { found } => {
                (None, Some(found), None)
            }
            RejectReason::TooLong { limit } => (None, None, Some(limit)),
        };
        let (start, end) = (rejection.at.start, rejection.at.end);
        let reason = rejection.reason.as_str();
        Self { index: rejection.index, start, end, reason, at, found, limit }
    }
}

/// Milliseconds, rounded to one decimal.
fn millis(time: Duration) -> f64 {
    let tenths = (time.as_nanos() + 50_000) / 100_000;
    tenths as f64 / 10.0
}

fn append(value: &impl Serialize, out: &mut Vec<u8>) {
    value
        .serialize(&mut Serializer::with_formatter(out, Guarded))
        .expect("a Vec takes everything, and every key is a string");
}

/// `serde_json`'s compact form, with more characters escaped.
struct Guarded;

impl Formatter for Guarded {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Quotes, backslashes and C0 never come here; of ASCII that leaves DEL.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_dangerous) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                // Two of them, a surrogate pair, beyond the basic plane.
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// How many rejections of a station stand in the report one by one.
const REJECTIONS: usize = 100;
