//! Bytes in, cars and refusals out: the line machine of every source.

use std::borrow::Cow;

use carwatch::Car;

use crate::csv::Csv;
use crate::reader::Reader;
use crate::split::{Split, without_cr};
use crate::{Checkpoint, Format, LINE, Reading, Refusal};

/// What the sink of [`Lines`] is handed, one for every line that is not blank, but where a map finds several cars in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line that is a car.
    Car {
        /// The number of the line where it began, from 1.
        number: u64,
        /// The car; it borrows the line where nothing had to be decoded.
        car: Car<'a>,
        /// What the detector calls it, if a map says where that stands: lines of the same
        /// id are about the same car.
        id: Option<Cow<'a, str>>,
    },
    /// A line that the map says is something else, such as a heartbeat.
    Ignored {
        /// The number of the line where it began, from 1.
        number: u64,
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
/// ignored. It holds at most one line ([`LINE`], [`NDJSON_LINE`](crate::NDJSON_LINE)), and a longer one is
/// refused as soon as that is known. The loop:
///
/// ```
/// use carwatch_ingest::{Format, Line, Lines};
///
/// let mut seen = Vec::new();
/// let mut sink = |line: Line<'_>| seen.push(match line {
///     Line::Car { number, car, .. } => format!("{number}: {}", car.to_record()),
///     Line::Refused { number, refusal } => format!("{number}: {refusal}"),
///     Line::Ignored { number } => format!("{number}: not about a car"),
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
    reading: Reading,
    /// How many bytes came.
    fed: u64,
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

impl Lines {
    /// A machine at the start of a source that is read by our own names, times left as
    /// they are. A car whose record would be longer than `record_limit` bytes on the wire
    /// is refused.
    #[must_use]
    pub fn new(format: Format, record_limit: usize) -> Self {
        Self::with(Reading { format, record_limit, ..Reading::default() })
    }

    /// A machine at the start of a source.
    #[must_use]
    pub fn with(reading: Reading) -> Self {
        let state = match Reader::new(reading.format, &reading) {
            None => State::Undecided { held: Vec::new(), number: 1 },
            Some(reader) => State::decided(reader, 1),
        };
        Self { reading, fed: 0, mark: Some(0), state }
    }

    /// A machine that goes on with line `line` of a source, as a [`Checkpoint`] had it (which
    /// knows how to [`resume`](Checkpoint::resume)). A `reading` that names a format has
    /// the last word on it.
    #[must_use]
    pub fn resume(reading: Reading, line: u64, format: Format, header: Option<&[u8]>) -> Self {
        let format = if reading.format == Format::Auto { format } else { reading.format };
        let state = match Reader::new(format, &reading) {
            None => State::Undecided { held: Vec::new(), number: line },
            Some(mut reader) => {
                if let (Reader::Csv(csv), Some(header)) = (&mut reader, header) {
                    csv.resume(header);
                }
                State::decided(reader, line)
            }
        };
        Self { reading, fed: 0, mark: None, state }
    }

    /// The format that the lines are read in; [`Format::Auto`] until that is decided.
    #[must_use]
    pub const fn format(&self) -> Format {
        match &self.state {
            State::Undecided { .. } => Format::Auto,
            State::Decided { reader, .. } => reader.format(),
        }
    }

    /// Up to where the source is finished with.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let mark = self.mark.unwrap_or(0) as u64;
        let (line, came) = match &self.state {
            State::Undecided { held, number } => (*number, held.len() as u64),
            State::Decided { split, reader } => {
                let (line, came) = split.current();
                match reader {
                    Reader::Csv(csv) => match csv.open() {
                        Some((first, before)) => (first, before as u64 + came),
                        None => (line, came),
                    },
                    _ => (line, came),
                }
            }
        };
        self.at(self.fed - mark - came, line)
    }

    /// Takes the next bytes of the source, handing every line they end to `sink`.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        self.fed += bytes.len() as u64;
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

    /// Ends the source. A last line without a newline is taken too; the checkpoint at the
    /// end of it has its number, for it would go on there.
    pub fn finish(mut self, sink: &mut impl FnMut(Line<'_>)) -> Checkpoint {
        if let Some(matched) = self.mark.take() {
            self.feed_text(&MARK[..matched], sink);
        }
        self.decide(true, sink);
        let limit = self.reading.record_limit;
        let line = match &mut self.state {
            State::Undecided { number, .. } => *number,
            State::Decided { split, reader } => {
                split.finish(&mut |number, line| reader.line(number, line, limit, sink));
                reader.finish(limit, sink);
                split.current().0
            }
        };
        self.at(self.fed, line)
    }

    /// Ends a source that was taken away: the end of its last line never came, and a line that
    /// was cut is no car.
    pub(crate) fn abandon(self, sink: &mut impl FnMut(Line<'_>)) {
        let Checkpoint { consumed, line: number, .. } = self.checkpoint();
        // One that is too long was refused as soon as that was known.
        if consumed < self.fed && !self.is_skipping() {
            sink(Line::Refused { number, refusal: Refusal::Cut });
        }
    }

    /// Whether the checkpoint stays where it is until a line has ended that is too long.
    pub(crate) const fn is_skipping(&self) -> bool {
        matches!(&self.state, State::Decided { split, .. } if split.is_skipping())
    }

    fn at(&self, consumed: u64, line: u64) -> Checkpoint {
        let header = match &self.state {
            State::Decided { reader: Reader::Csv(csv), .. } => csv.header().map(<[u8]>::to_vec),
            _ => None,
        };
        Checkpoint { consumed, line, format: self.format(), header }
    }

    fn feed_text(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        match &mut self.state {
            State::Undecided { held, .. } => {
                held.extend_from_slice(bytes);
                self.decide(false, sink);
            }
            State::Decided { split, reader } => {
                let limit = self.reading.record_limit;
                split.feed(bytes, &mut |number, line| reader.line(number, line, limit, sink));
            }
        }
    }

    /// Looks at the first line that is not blank, as soon as enough of it is there.
    fn decide(&mut self, at_end: bool, sink: &mut impl FnMut(Line<'_>)) {
        let State::Undecided { held, number } = &mut self.state else { return };
        let mut start = 0;
        let format = loop {
            let rest = &held[start..];
            let end = memchr::memchr(b'\n', rest);
            let line = without_cr(&rest[..end.unwrap_or(rest.len())]);
            let head = &line[..line.len().min(LINE)];
            // A line that is not there as a whole is judged only where no more of it can
            // change the answer, so that segments never matter.
            match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'{') => break Some(Format::Ndjson),
                _ if line.len() > LINE => break Some(Format::Record),
                _ if end.is_none() && !at_end => break None,
                Some(_) if Csv::new(&self.reading).is_header(line) => break Some(Format::Csv),
                Some(_) => break Some(Format::Record),
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
        if let Some(reader) = format.and_then(|format| Reader::new(format, &self.reading)) {
            let held = std::mem::take(held);
            self.state = State::decided(reader, *number);
            self.feed_text(&held, sink);
        }
    }
}

impl State {
    const fn decided(reader: Reader, number: u64) -> Self {
        Self::Decided { split: Split::new(reader.longest(), number), reader }
    }
}

/// The byte order mark that some editors put in front of UTF-8.
const MARK: &[u8; 3] = b"\xef\xbb\xbf";
