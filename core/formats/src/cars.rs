//! Which cars are written, in which order, and through which buffer. How each format
//! looks is for the other files.

use std::io::{self, Write};

use carwatch::wire::Piece;
use carwatch::{Car, Outcome, Report, Verdict};

use crate::{Format, csv, json, table};

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
    match options.format {
        Format::Table => table::write(report, options, out),
        Format::Csv => csv::write(report, options, out),
        Format::Ndjson => json::write_lines(report, options, out),
        Format::Json => json::write_document(report, options, out),
        Format::Wire => write_wire(report, options, out),
    }
}

/// A car among those of all stations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merged<'a> {
    pub(crate) station: &'a str,
    pub(crate) car: &'a Car<'a>,
    /// The station's answer was cut.
    pub(crate) partial: bool,
}

/// Hands every merged car to `sink` until that fails.
pub(crate) fn for_each(
    report: &Report,
    options: &Options,
    sink: &mut impl FnMut(Merged<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut result = Ok(());
    for station in report.stations.iter().filter(|s| is_merged(&s.outcome, options.keep_partial)) {
        let partial = !station.outcome.verdict.is_complete();
        station.outcome.for_each_piece(options.record_limit, &mut |piece| {
            if let (Ok(()), Piece::Car { car, .. }) = (&result, &piece) {
                result = sink(Merged { station: &station.name, car, partial });
            }
        });
        if result.is_err() {
            break;
        }
    }
    result
}

/// Whether the cars of a station are among the merged ones.
pub(crate) const fn is_merged(outcome: &Outcome, keep_partial: bool) -> bool {
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

fn write_wire(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut first = true;
    for_each(report, options, &mut |Merged { car, .. }| {
        if !std::mem::take(&mut first) {
            buffer.push(b'.');
        }
        car.encode_into(&mut buffer);
        spill(&mut buffer, out)
    })?;
    flush(&buffer, out)
}

/// How much is written at once: 64 KiB, past which a system call costs nothing beside it.
pub(crate) const BUFFER: usize = 64 * 1024;
