//! Bytes in, cars and refusals out: the line machine of every source.

use carwatch::Car;

use crate::csv::{Csv, Read};
use crate::split::{Split, TooLong, is_blank, without_cr};
use crate::{Format, LINE, NDJSON_LINE, Refusal, ndjson};

/// What the sink of [`Lines`] is handed, one for every line that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line that is a car.
    Car {
        /// The number of the line where it began, from 1.
        number: u64,
        /// The car; it borrows the line where nothing had to be decoded.
        car: Car<'a>,
    },
    /// A line that is none.
    Refused {
        /// The number of the line where it began, from 1.
        number: u64,
        /// Why.
        refusal: Refusal,
    },
}

/// Turns the lines of a source into cars as they arrive, in whatever segments.
///
/// Line ends are LF or CRLF; blank lines, and a byte order mark at the very start, are
/// ignored. It holds at most one line ([`LINE`], [`NDJSON_LINE`]), and a longer one is
/// refused as soon as that is known. The loop:
///
/// ```
/// use carwatch_ingest::{Format, Line, Lines};
///
/// let mut seen = Vec::new();
/// let mut sink = |line: Line<'_>| seen.push(match line {
///     Line::Car { number, car } => format!("{number}: {}", car.to_record()),
///     Line::Refused { number, refusal } => format!("{number}: {refusal}"),
/// });
/// // 1. One machine for each source.
/// let mut lines = Lines::new(Format::Auto, carwatch::limits::RECORD);
/// // 2. Feed what came, as it came.
/// for segment in ["today:peugeot:r", "ed\ntoday\n12.5:bm", "w:blue"] {
///     lines.feed(segment.as_bytes(), &mut sink);
/// }
/// // 3. Say that it ended; that consumes the machine, and takes the last line.
/// lines.finish(&mut sink);
/// assert_eq!(seen, [
///     "1: today:peugeot:red",
///     "2: 1 field where time:brand:color has 3",
///     "3: 12%2E5:bmw:blue",
/// ]);
/// ```
#[derive(Debug)]
pub struct Lines {
    record_limit: usize,
    /// How many bytes of a byte order mark came; none once it is settled.
    mark: Option<usize>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// [`Format::Auto`] before its first line; `held` is what came of line `number`.
    Undecided {
        held: Vec<u8>,
        number: u64,
    },
    Decided {
        split: Split,
        reader: Reader,
    },
}

#[derive(Debug)]
enum Reader {
    Record,
    Csv(Csv),
    Ndjson,
}

impl Lines {
    /// A machine at the start of a source. A car whose record would be longer than
    /// `record_limit` bytes on the wire is refused.
    #[must_use]
    pub fn new(format: Format, record_limit: usize) -> Self {
        let state = match format {
            Format::Auto => State::Undecided { held: Vec::new(), number: 1 },
            Format::Record => State::decided(Reader::Record, 1),
            Format::Csv => State::decided(Reader::Csv(Csv::new()), 1),
            Format::Ndjson => State::decided(Reader::Ndjson, 1),
        };
        Self { record_limit, mark: Some(0), state }
    }

    /// The format that the lines are read in; [`Format::Auto`] until that is decided.
    #[must_use]
    pub const fn format(&self) -> Format {
        match &self.state {
            State::Undecided { .. } => Format::Auto,
            State::Decided { reader: Reader::Record, .. } => Format::Record,
            State::Decided { reader: Reader::Csv(_), .. } => Format::Csv,
            State::Decided { reader: Reader::Ndjson, .. } => Format::Ndjson,
        }
    }

    /// Takes the next bytes of the source, handing every line they end to `sink`.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        while let (Some(matched), [first, rest @ ..]) = (self.mark, bytes) {
            if *first == MARK[matched] {
                self.mark = Some(matched + 1).filter(|matched| *matched < MARK.len());
                bytes = rest;
            } else {
                self.mark = None;
                self.feed_text(&MARK[..matched], sink);
            }
        }
        if !bytes.is_empty() {
            self.feed_text(bytes, sink);
        }
    }

    /// Ends the source. A last line without a newline is taken too.
    pub fn finish(mut self, sink: &mut impl FnMut(Line<'_>)) {
        if let Some(matched) = self.mark.take() {
            self.feed_text(&MARK[..matched], sink);
        }
        self.decide(true, sink);
        let limit = self.record_limit;
        if let State::Decided { split, mut reader } = self.state {
            split.finish(&mut |number, line| reader.line(number, line, limit, sink));
            if let Reader::Csv(csv) = reader {
                csv.finish(&mut |number, read: Read<'_>| emit(number, read, limit, sink));
            }
        }
    }

    fn feed_text(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        match &mut self.state {
            State::Undecided { held, .. } => {
                held.extend_from_slice(bytes);
                self.decide(false, sink);
            }
            State::Decided { split, reader } => {
                let limit = self.record_limit;
                split.feed(bytes, &mut |number, line| reader.line(number, line, limit, sink));
            }
        }
    }

    /// Looks at the first line that is not blank, as soon as enough of it is there.
    fn decide(&mut self, at_end: bool, sink: &mut impl FnMut(Line<'_>)) {
        let State::Undecided { held, number } = &mut self.state else { return };
        let mut start = 0;
        let reader = loop {
            let rest = &held[start..];
            let end = memchr::memchr(b'\n', rest);
            let line = without_cr(&rest[..end.unwrap_or(rest.len())]);
            let head = &line[..line.len().min(LINE)];
            // A line that is not there as a whole is judged only where no more of it can
            // change the answer, so that segments never matter.
            match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'{') => break Some(Reader::Ndjson),
                _ if line.len() > LINE => break Some(Reader::Record),
                _ if end.is_none() && !at_end => break None,
                Some(_) if Csv::is_header(line) => break Some(Reader::Csv(Csv::new())),
                Some(_) => break Some(Reader::Record),
                None => match end {
                    Some(newline) => {
                        start += newline + 1;
                        *number += 1;
                    }
                    None => break None,
                },
            }
        };
        held.drain(..start);
        if let Some(reader) = reader {
            let held = std::mem::take(held);
            self.state = State::decided(reader, *number);
            self.feed_text(&held, sink);
        }
    }
}

impl State {
    const fn decided(reader: Reader, number: u64) -> Self {
        let limit = match reader {
            Reader::Ndjson => NDJSON_LINE,
            Reader::Record | Reader::Csv(_) => LINE,
        };
        Self::Decided { split: Split::new(limit, number), reader }
    }
}

impl Reader {
    fn line(
        &mut self,
        number: u64,
        line: Result<&[u8], TooLong>,
        record_limit: usize,
        sink: &mut impl FnMut(Line<'_>),
    ) {
        let mut sink = |number, read: Read<'_>| emit(number, read, record_limit, sink);
        let line = match line {
            Ok(line) => line,
            Err(TooLong { limit }) => {
                if let Self::Csv(csv) = self {
                    csv.interrupt(&mut sink);
                }
                return sink(number, Err(Refusal::LineTooLong { limit }));
            }
        };
        match self {
            Self::Csv(csv) => csv.line(number, line, &mut sink),
            _ if is_blank(line) => {}
            Self::Record => sink(number, text(line).and_then(record)),
            Self::Ndjson => sink(number, text(line).and_then(ndjson::car)),
        }
    }
}

fn text(line: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(without_cr(line))
        .map_err(|error| Refusal::InvalidUtf8 { at: error.valid_up_to() })
}

fn record(line: &str) -> Result<Car<'_>, Refusal> {
    Car::from_record(line).map_err(|count| match count.found {
        found @ 0..=2 => Refusal::TooFewFields { found },
        found => Refusal::TooManyFields { found },
    })
}

/// Hands on a car if receivers would take it.
fn emit(number: u64, read: Read<'_>, limit: usize, sink: &mut impl FnMut(Line<'_>)) {
    sink(match read {
        Ok(car) if car.encoded_len() > limit => {
            let len = car.encoded_len();
            Line::Refused { number, refusal: Refusal::RecordTooLong { len, limit } }
        }
        Ok(car) => Line::Car { number, car },
        Err(refusal) => Line::Refused { number, refusal },
    });
}

/// The byte order mark that some editors put in front of UTF-8.
const MARK: &[u8; 3] = b"\xef\xbb\xbf";
