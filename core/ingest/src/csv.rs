//! Cars from CSV (RFC 4180): a header line that names the columns, then records, which
//! may hold newlines in quotes.
//!
//! Two things go beyond RFC 4180: a quote inside a cell that did not begin with one is
//! an ordinary character, and a quote that is never closed must not swallow the file.
//! When it is not closed within the limit, or text follows what closed it, it was a stray
//! one: the line it stands on is refused, and the lines after it are read again, each for
//! itself. So one stray quote costs one car, time linear in the input, and one limit of
//! memory; the price is that records over several lines within that stretch are refused.

use std::sync::Arc;

use carwatch::Car;

use crate::cells::Cells;
use crate::quotes::{End, Quotes};
use crate::reader::{Read, plain};
use crate::split::{is_blank, without_cr};
use crate::{LINE, Map, Reading, Refusal, Time, map};

/// Lines in, cars out.
#[derive(Debug)]
pub(crate) struct Csv {
    map: Option<Arc<Map>>,
    time: Time,
    /// The header's text, once it came.
    header: Option<Vec<u8>>,
    columns: Columns,
    cells: Cells,
    /// The lines of a record that is not at its end; empty between records.
    open: Vec<u8>,
    /// The number of the first of them.
    number: u64,
    /// The offset of the quote that holds them together.
    quote: usize,
}

/// What the cells of a record mean.
#[derive(Debug)]
enum Columns {
    /// Before the header.
    Unknown,
    /// After a header that was refused.
    Refused,
    /// By our own names.
    Own { at: [usize; 3], cells: usize },
    /// As the map says.
    Mapped { columns: map::Columns, cells: usize },
}

impl Csv {
    /// A reader in front of the header line.
    pub(crate) fn new(reading: &Reading) -> Self {
        Self {
            map: reading.map.clone().filter(|map| map.has_columns()),
            time: reading.time,
            header: None,
            columns: Columns::Unknown,
            cells: Cells::new(),
            open: Vec::new(),
            number: 0,
            quote: 0,
        }
    }

    /// Whether `line` is a header with all the columns, or the begin of one.
    pub(crate) fn is_header(&mut self, line: &[u8]) -> bool {
        let cells = match Quotes::Outside.read(line) {
            End::Closed => line,
            End::Open { at: Some(at) } if at > 0 => &line[..at],
            End::Open { .. } | End::TextAfterQuote { .. } => return false,
        };
        self.resolve(cells).is_ok()
    }

    /// Takes `header` for the one in force, as it was before.
    pub(crate) fn resume(&mut self, header: &[u8]) {
        self.columns = self.resolve(header).unwrap_or(Columns::Refused);
        self.header = Some(header.to_vec());
    }

    /// The header in force, or the refused one.
    pub(crate) fn header(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }

    /// The number of the line where a record began that is not at its end, and how many
    /// bytes came of it: always whole lines.
    pub(crate) fn open(&self) -> Option<(u64, usize)> {
        (!self.open.is_empty()).then(|| (self.number, self.open.len() + 1))
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
        match &self.columns {
            Columns::Unknown => {
                self.header = Some(record.to_vec());
                self.columns = self.resolve(record).unwrap_or_else(|missing| {
                    sink(number, Err(Refusal::MissingColumns { missing }));
                    Columns::Refused
                });
            }
            Columns::Refused => sink(number, Err(Refusal::NoHeader)),
            Columns::Own { cells: expected, .. } | Columns::Mapped { cells: expected, .. } => {
                let expected = *expected;
                if let Err(error) = std::str::from_utf8(record) {
                    let at = error.valid_up_to();
                    return sink(number, Err(Refusal::InvalidUtf8 { at }));
                }
                let cells = self.cells.of(record);
                if cells.len() != expected {
                    let found = cells.len();
                    return sink(number, Err(Refusal::CellCount { expected, found }));
                }
                sink(number, self.read());
            }
        }
    }

    /// Reads the current cells, which are as many as the header has.
    fn read(&self) -> Read<'_> {
        match (&self.columns, &self.map) {
            (Columns::Mapped { columns, .. }, Some(map)) => {
                map.csv(columns, &self.cells, self.time)
            }
            (Columns::Own { at, .. }, _) => {
                let [time, brand, color] = at.map(|nth| self.cells.text(nth));
                plain(Car::new(time, brand, color), self.time)
            }
            _ => Err(Refusal::NoHeader),
        }
    }

    /// What the cells mean under `header`.
    fn resolve(&mut self, header: &[u8]) -> Result<Columns, Vec<&'static str>> {
        let header = self.cells.of(header);
        let cells = header.len();
        match &self.map {
            Some(map) => Ok(Columns::Mapped { columns: map.columns(header)?, cells }),
            None => Ok(Columns::Own { at: header.columns()?, cells }),
        }
    }
}
