//! One output over any number of rounds: what `--watch` prints, and what a single gather does.

use std::io::{self, Write};

use carwatch::Report;

use crate::cars::{Cars, Options, flush, spill};
use crate::table::{self, Columns};
use crate::{Format, csv, json};

/// Writes cars as they become known. All that it writes, from first to last, is one document
/// of its format: one header of CSV, one list of JSON, one snapshot of the wire. Only a table
/// begins anew where cars are wider than those before.
///
/// ```
/// use carwatch::Car;
/// use carwatch_formats::{Format, Options, Rolling};
///
/// let mut out = Vec::new();
/// let mut rolling = Rolling::new(Options::new(Format::Wire));
/// for time in ["1", "2"] {
///     let round = vec![("gate", Car::new(time, "peugeot", "red"), false)];
///     rolling.add(&round, &mut out)?;
/// }
/// assert_eq!(out, b"1:peugeot:red.2:peugeot:red");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rolling {
    options: Options,
    begun: bool,
    /// Nothing came before the next car.
    first: bool,
    /// Those of the last table.
    columns: Option<Columns>,
}

impl Rolling {
    /// An output of which nothing is written yet. The options' `exit` means nothing here.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options, begun: false, first: true, columns: None }
    }

    /// Writes further cars, and flushes `out`.
    ///
    /// # Errors
    ///
    /// Those of `out`, as they came. Nothing is to be written after the first.
    pub fn add<C: Cars + ?Sized>(&mut self, cars: &C, out: &mut dyn Write) -> io::Result<()> {
        let mut buffer = self.begin();
        let Self { options, first, .. } = self;
        match options.format {
            Format::Table => return table::write(cars, options, &mut self.columns, out),
            Format::Csv => cars.for_each(&mut |merged| {
                csv::append_row(merged, options, &mut buffer);
                spill(&mut buffer, out)
            }),
            Format::Ndjson => cars.for_each(&mut |merged| {
                json::append_car(merged, &mut buffer);
                buffer.push(b'\n');
                spill(&mut buffer, out)
            }),
            Format::Json => cars.for_each(&mut |merged| {
                separate(b',', first, &mut buffer);
                json::append_car(merged, &mut buffer);
                spill(&mut buffer, out)
            }),
            Format::Wire => cars.for_each_records(&mut |records| {
                separate(b'.', first, &mut buffer);
                buffer.extend_from_slice(records);
                spill(&mut buffer, out)
            }),
        }?;
        flush(&buffer, out)
    }

    /// Ends the document; in JSON with the report, which names `exit` as the exit code.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn finish(mut self, report: &Report, exit: u8, out: &mut dyn Write) -> io::Result<()> {
        let mut buffer = self.begin();
        match self.options.format {
            Format::Json => {
                buffer.extend_from_slice(b"],\"report\":");
                json::append_report(report, self.options.keep_partial, exit, &mut buffer);
                buffer.extend_from_slice(b"}\n");
            }
            Format::Table if self.columns.is_none() => buffer.extend_from_slice(b"no cars\n"),
            _ => {}
        }
        flush(&buffer, out)
    }

    /// What stands before the first car of all.
    fn begin(&mut self) -> Vec<u8> {
        match (std::mem::replace(&mut self.begun, true), self.options.format) {
            (false, Format::Csv) => csv::header(&self.options),
            (false, Format::Json) => b"{\"cars\":[".to_vec(),
            _ => Vec::new(),
        }
    }
}

fn separate(with: u8, first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(first) {
        out.push(with);
    }
}
