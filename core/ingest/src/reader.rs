//! What a line says, in the format that was decided.

use std::sync::Arc;

use carwatch::Car;

use crate::csv::Csv;
use crate::map::Mapped;
use crate::split::{TooLong, is_blank, without_cr};
use crate::{Format, LINE, Line, Map, NDJSON_LINE, Reading, Refusal, Time, ndjson, time};

/// What a line came to; sinks also get the number of the line where it began.
pub(crate) type Read<'a> = Result<Mapped<'a>, Refusal>;

/// Lines in, cars out.
#[derive(Debug)]
pub(crate) enum Reader {
    Record(Time),
    Csv(Csv),
    Ndjson(Option<Arc<Map>>, Time),
}

impl Reader {
    /// A reader of `format`, if that is decided.
    pub(crate) fn new(format: Format, reading: &Reading) -> Option<Self> {
        match format {
            Format::Auto => None,
            Format::Record => Some(Self::Record(reading.time)),
            Format::Csv => Some(Self::Csv(Csv::new(reading))),
            Format::Ndjson => Some(Self::Ndjson(reading.map.clone(), reading.time)),
        }
    }

    pub(crate) const fn format(&self) -> Format {
        match self {
            Self::Record(_) => Format::Record,
            Self::Csv(_) => Format::Csv,
            Self::Ndjson(..) => Format::Ndjson,
        }
    }

    /// The longest line it takes, in bytes.
    pub(crate) const fn longest(&self) -> usize {
        match self {
            Self::Ndjson(..) => NDJSON_LINE,
            Self::Record(_) | Self::Csv(_) => LINE,
        }
    }

    /// Takes a line, with the `\r` of its line end but not the `\n`.
    pub(crate) fn line(
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
            Self::Record(time) => {
                sink(number, text(line).and_then(record).and_then(|car| plain(car, *time)));
            }
            Self::Ndjson(None, time) => {
                sink(number, text(line).and_then(ndjson::car).and_then(|car| plain(car, *time)));
            }
            Self::Ndjson(Some(map), time) => match text(line) {
                Ok(line) => map.ndjson(line, *time, &mut |read| sink(number, read)),
                Err(refusal) => sink(number, Err(refusal)),
            },
        }
    }

    /// The end of the source.
    pub(crate) fn finish(&mut self, record_limit: usize, sink: &mut impl FnMut(Line<'_>)) {
        if let Self::Csv(csv) = self {
            csv.interrupt(&mut |number, read: Read<'_>| emit(number, read, record_limit, sink));
        }
    }
}

/// A car that was read by our own names.
pub(crate) fn plain(car: Car<'_>, time: Time) -> Read<'_> {
    let car = match time {
        Time::Text => car,
        Time::Unix => Car { time: time::unix(car.time)?, ..car },
    };
    Ok(Mapped::Car { car, id: None })
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
        Ok(Mapped::Car { car, .. }) if car.encoded_len() > limit => {
            let len = car.encoded_len();
            Line::Refused { number, refusal: Refusal::RecordTooLong { len, limit } }
        }
        Ok(Mapped::Car { car, id }) => Line::Car { number, car, id },
        Ok(Mapped::Ignored) => Line::Ignored { number },
        Err(refusal) => Line::Refused { number, refusal },
    });
}
