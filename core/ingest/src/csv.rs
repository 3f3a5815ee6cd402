//! Cars from CSV (RFC 4180): a header line that names the columns, then records, which
//! may hold newlines in quotes.
//!
//! Two things go beyond RFC 4180: a quote inside a cell that did not begin with one is
//! an ordinary character, and a quote that is never closed must not swallow the file.
//! When it is not closed within the limit, or text follows what closed it, it was a stray
//! one: the line it stands on is refused, and the lines after it are read again, each for
//! itself. So one stray quote costs one car, time linear in the input, and one limit of
//! memory; the price is that records over several lines within that stretch are refused.

use carwatch::Car;

use crate::cells::Cells;
use crate::quotes::{End, Quotes};
use crate::split::{is_blank, without_cr};
use crate::{LINE, Refusal};

/// What a record came to; sinks also get the number of the line where it began.
pub(crate) type Read<'a> = Result<Car<'a>, Refusal>;

/// Lines in, cars out.
#[derive(Debug)]
pub(crate) struct Csv {
    header: Header,
    cells: Cells,
    /// The lines of a record that is not at its end; empty between records.
    open: Vec<u8>,
    /// The number of the first of them.
    number: u64,
    /// The offset of the quote that holds them together.
    quote: usize,
}

#[derive(Debug)]
enum Header {
    Awaited,
    Refused,
    Known { time: usize, brand: usize, color: usize, cells: usize },
}

impl Csv {
    /// A reader in front of the header line.
    pub(crate) fn new() -> Self {
        Self { header: Header::Awaited, cells: Cells::new(), open: Vec::new(), number: 0, quote: 0 }
    }

    /// Whether `line` is a header with all the columns, or the begin of one.
    pub(crate) fn is_header(line: &[u8]) -> bool {
        let cells = match Quotes::Outside.read(line) {
            End::Closed => line,
            End::Open { at: Some(at) } if at > 0 => &line[..at],
            End::Open { .. } | End::TextAfterQuote { .. } => return false,
        };
        Cells::new().of(cells).columns().is_ok()
    }

    /// Takes a line, with the `\r` of its line end but not the `\n`.
    pub(crate) fn line(&mut self, number: u64, line: &[u8], sink: &mut impl FnMut(u64, Read<'_>)) {
        if self.open.is_empty() {
            return self.first_line(number, line, sink);
        }
        let whole = self.open.len() + 1;
        let text = without_cr(line);
        match Quotes::Inside.read(text) {
            End::Closed if whole + text.len() <= LINE => {
                self.open.push(b'\n');
                self.open.extend_from_slice(text);
                let record = std::mem::take(&mut self.open);
                self.record(self.number, &record, sink);
            }
            End::Open { at } if whole + text.len() <= LINE => {
                // The cell may have been closed and another one opened.
                self.quote = at.map_or(self.quote, |at| whole + at);
                self.open.push(b'\n');
                self.open.extend_from_slice(line);
            }
            _ => {
                self.read_again(sink);
                self.first_line(number, line, sink);
            }
        }
    }

    /// A line came that was too long to be kept: it ends what is open.
    pub(crate) fn interrupt(&mut self, sink: &mut impl FnMut(u64, Read<'_>)) {
        if !self.open.is_empty() {
            self.read_again(sink);
        }
    }

    /// The end of the input.
    pub(crate) fn finish(mut self, sink: &mut impl FnMut(u64, Read<'_>)) {
        self.interrupt(sink);
    }

    /// A line outside quotes: a record, or the begin of one.
    fn first_line(&mut self, number: u64, line: &[u8], sink: &mut impl FnMut(u64, Read<'_>)) {
        if is_blank(line) {
            return;
        }
        match Quotes::Outside.read(without_cr(line)) {
            End::Closed => self.record(number, without_cr(line), sink),
            End::TextAfterQuote { at } => sink(number, Err(Refusal::TextAfterQuote { at })),
            End::Open { at } => {
                self.number = number;
                self.quote = at.unwrap_or_default();
                self.open.extend_from_slice(line);
            }
        }
    }

    /// Refuses the first of the open lines, and reads the others each for itself.
    fn read_again(&mut self, sink: &mut impl FnMut(u64, Read<'_>)) {
        let open = std::mem::take(&mut self.open);
        sink(self.number, Err(Refusal::UnclosedQuote { at: self.quote }));
        for (number, line) in (self.number..).zip(open.split(|byte| *byte == b'\n')).skip(1) {
            self.first_line(number, line, sink);
            if !std::mem::take(&mut self.open).is_empty() {
                sink(number, Err(Refusal::UnclosedQuote { at: self.quote }));
            }
        }
    }

    /// Takes a whole record.
    fn record(&mut self, number: u64, record: &[u8], sink: &mut impl FnMut(u64, Read<'_>)) {
        match self.header {
            Header::Awaited => {
                let cells = self.cells.of(record);
                match cells.columns() {
                    Ok([time, brand, color]) => {
                        self.header = Header::Known { time, brand, color, cells: cells.len() };
                    }
                    Err(missing) => {
                        self.header = Header::Refused;
                        sink(number, Err(Refusal::MissingColumns { missing }));
                    }
                }
            }
            Header::Refused => sink(number, Err(Refusal::NoHeader)),
            Header::Known { time, brand, color, cells: expected } => {
                if let Err(error) = std::str::from_utf8(record) {
                    let at = error.valid_up_to();
                    return sink(number, Err(Refusal::InvalidUtf8 { at }));
                }
                let cells = self.cells.of(record);
                if cells.len() != expected {
                    let found = cells.len();
                    return sink(number, Err(Refusal::CellCount { expected, found }));
                }
                let text = |nth: usize| {
                    std::str::from_utf8(cells.get(nth)).expect("UTF-8 cut at commas and quotes")
                };
                sink(number, Ok(Car::new(text(time), text(brand), text(color))));
            }
        }
    }
}
