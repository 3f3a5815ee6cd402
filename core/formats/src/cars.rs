//! Which cars are written, in which order, and through which buffer. How each format
//! looks is for the other files.

use std::io::{self, Write};

use carwatch::limits::RECORD;
use carwatch::wire::Piece;
use carwatch::{Car, Outcome, Report, StationReport, Verdict};

use crate::{Format, Rolling};

/// How [`write_cars`] writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// In which form.
    pub format: Format,
    /// Also the cars of partial stations, each marked (cli.md, `--keep-partial`).
    pub keep_partial: bool,
    /// CSV without the guard against spreadsheet formulas (cli.md, `--csv-raw`).
    pub csv_raw: bool,
    /// The longest record, in bytes as it stands on the wire; the one gathered with.
    pub record_limit: usize,
    /// How many columns the terminal has, for the table; none if it is no terminal.
    pub width: Option<u16>,
    /// The exit code that the report in the JSON document names.
    pub exit: u8,
}

impl Options {
    /// The plainest form: no partial stations, no raw CSV, no terminal, the record limit that
    /// everybody has.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        let (keep_partial, csv_raw, width, exit) = (false, false, None, 0);
        Self { format, keep_partial, csv_raw, record_limit: RECORD, width, exit }
    }
}

/// Writes the merged cars of a report: the stations in the order given, each one's cars in
/// wire order; those of partial stations only where the options say so.
///
/// [`Format::Wire`] has no place for a mark, so its callers refuse it together with
/// [`keep_partial`](Options::keep_partial).
///
/// # Errors
///
/// Those of `out`, as they came. Nothing is written after the first.
pub fn write_cars(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let cars = merged(report, options.keep_partial, options.record_limit);
    let mut rolling = Rolling::new(options.clone());
    rolling.add(&cars, out)?;
    rolling.finish(report, options.exit, out)
}

/// Cars in the order in which they are written.
pub trait Cars {
    /// Hands every car to `sink` until that fails.
    ///
    /// # Errors
    ///
    /// Those of `sink`, as they came.
    fn for_each(&self, sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>) -> io::Result<()>;

    /// Hands the records of all cars to `sink`, as they stand on the wire: any number of them at
    /// once, with separators between them.
    ///
    /// # Errors
    ///
    /// As [`for_each`](Self::for_each).
    fn for_each_records(&self, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut record = Vec::new();
        self.for_each(&mut |Merged { car, .. }| {
            record.clear();
            car.encode_into(&mut record);
            sink(&record)
        })
    }
}

/// A car among those of all stations.
#[derive(Clone, Copy, Debug)]
pub struct Merged<'a> {
    /// The name of the station that saw it.
    pub station: &'a str,
    /// The car.
    pub car: &'a Car<'a>,
    /// The station's answer was cut.
    pub partial: bool,
}

/// A station's name, a car of its, and whether its answer was cut.
impl Cars for Vec<(&str, Car<'_>, bool)> {
    fn for_each(&self, sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>) -> io::Result<()> {
        self.iter().try_for_each(|(station, car, partial)| {
            sink(Merged { station, car, partial: *partial })
        })
    }
}

/// The merged cars of a report; see [`write_cars`] and [`Options`].
#[must_use]
pub const fn merged(report: &Report, keep_partial: bool, record_limit: usize) -> impl Cars {
    OfReport { report, keep_partial, record_limit }
}

struct OfReport<'a> {
    report: &'a Report,
    keep_partial: bool,
    record_limit: usize,
}

impl OfReport<'_> {
    fn stations(&self) -> impl Iterator<Item = &StationReport> {
        let stations = self.report.stations.iter();
        stations.filter(|station| is_merged(&station.outcome, self.keep_partial))
    }

    fn for_each_of(
        &self,
        station: &StationReport,
        sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut result = Ok(());
        let partial = !station.outcome.verdict.is_complete();
        station.outcome.for_each_piece(self.record_limit, &mut |piece| {
            if let (Ok(()), Piece::Car { car, .. }) = (&result, &piece) {
                result = sink(Merged { station: &station.name, car, partial });
            }
        });
        result
    }
}

impl Cars for OfReport<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>) -> io::Result<()> {
        self.stations().try_for_each(|station| self.for_each_of(station, sink))
    }

    fn for_each_records(&self, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut record = Vec::new();
        self.stations().try_for_each(|station| {
            let outcome = &station.outcome;
            // Taking an answer apart to put it together again was half of what a gather cost.
            if let Some(records) = outcome.as_records() {
                return if records.is_empty() { Ok(()) } else { sink(records) };
            }
            self.for_each_of(station, &mut |Merged { car, .. }| {
                record.clear();
                car.encode_into(&mut record);
                sink(&record)
            })
        })
    }
}

/// Whether the cars of a station are among the merged ones: those of a complete one, and with
/// `keep_partial` (cli.md, `--keep-partial`) also those of a partial one.
#[must_use]
pub const fn is_merged(outcome: &Outcome, keep_partial: bool) -> bool {
    match outcome.verdict {
        Verdict::Complete { .. } => true,
        Verdict::Partial(_) => keep_partial,
        Verdict::Failed(_) => false,
    }
}

/// Writes `buffer` once it has grown large, and empties it.
pub(crate) fn spill(buffer: &mut Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
    if buffer.len() < BUFFER {
        return Ok(());
    }
    let result = out.write_all(buffer);
    buffer.clear();
    result
}

/// Writes what is left in `buffer`.
pub(crate) fn flush(buffer: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(buffer)?;
    out.flush()
}

/// How much is written at once: 64 KiB, past which a system call costs nothing beside it.
pub(crate) const BUFFER: usize = 64 * 1024;
