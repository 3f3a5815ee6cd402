//! One raw answer, from its first byte to its verdict.

use std::borrow::Cow;

use carwatch::limits::{ClientLimits, RECORD};
use carwatch::wire::{Piece, Rejection, Splitter, Tail};
use carwatch::{Fault, Outcome, Reason, StationReport, Verdict};

use crate::view::{CarRow, SHOWN};

/// An answer that is being read.
#[derive(Debug)]
pub struct Reading {
    name: String,
    splitter: Splitter,
    response: Vec<u8>,
    tally: Tally,
}

/// An answer that has been read: what the report says of it, and its first rows.
#[derive(Clone, Debug)]
pub struct Answer {
    /// As in the report of a gather.
    pub station: StationReport,
    /// The first cars, at most [`SHOWN`].
    pub cars: Vec<CarRow>,
    /// The first rejections, at most [`SHOWN`].
    pub rejections: Vec<Rejection>,
}

impl Reading {
    /// The start of an answer called `name`, of about `size` bytes.
    #[must_use]
    pub fn new(name: &str, size: usize) -> Self {
        Self {
            name: name.to_owned(),
            splitter: Splitter::new(RECORD),
            response: Vec::with_capacity(size),
            tally: Tally::default(),
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, segment: &[u8]) {
        let tally = &mut self.tally;
        self.splitter.feed(segment, &mut |piece| tally.take(piece));
        self.response.extend_from_slice(segment);
    }

    /// Ends it where the file ends: complete, but unverified, since raw bytes do not say
    /// how their connection ended.
    #[must_use]
    pub fn close(self) -> Answer {
        self.end(Tail::Whole, Verdict::Complete { verified: false })
    }

    /// Ends it where the file could not be read on, in the words of whoever said so.
    #[must_use]
    pub fn fail(self, detail: &str) -> Answer {
        let fault = Fault::new(Reason::Io, detail);
        let verdict =
            if self.response.is_empty() { Verdict::Failed(fault) } else { Verdict::Partial(fault) };
        self.end(Tail::Cut, verdict)
    }

    fn end(mut self, tail: Tail, verdict: Verdict) -> Answer {
        let tally = &mut self.tally;
        self.splitter.finish(tail, &mut |piece| tally.take(piece));
        if tail == Tail::Whole {
            self.tally.mark_provisional();
        }
        let kept = ClientLimits::default().rejections.min(self.tally.rejections.len());
        let outcome = Outcome {
            verdict,
            bytes: self.response.len() as u64,
            response: self.response,
            cars: self.tally.cars,
            rejected: self.tally.rejected,
            bad: self.tally.bad,
            rejections: self.tally.rejections[..kept].to_vec(),
            first_byte: None,
        };
        let station = StationReport {
            address: self.name.clone(),
            name: self.name,
            outcome,
            attempts: 1,
            first_byte: None,
            elapsed: None,
        };
        Answer { station, cars: self.tally.rows, rejections: self.tally.rejections }
    }
}

/// What is counted of every piece, and kept of the first.
#[derive(Debug, Default)]
struct Tally {
    cars: u64,
    rejected: u64,
    bad: u64,
    rows: Vec<CarRow>,
    rejections: Vec<Rejection>,
    last_is_car: bool,
}

impl Tally {
    fn take(&mut self, piece: Piece<'_>) {
        self.last_is_car = matches!(piece, Piece::Car { .. });
        match piece {
            Piece::Car { index, at, car } => {
                self.cars += 1;
                if self.rows.len() < SHOWN {
                    let escaped = [&car.time, &car.brand, &car.color]
                        .into_iter()
                        .any(|field| matches!(field, Cow::Owned(_)));
                    self.rows.push(CarRow::new(index, at, &car, escaped));
                }
            }
            Piece::Rejected(rejection) => {
                self.rejected += 1;
                self.bad += u64::from(rejection.reason != carwatch::wire::RejectReason::Cut);
                if self.rejections.len() < SHOWN {
                    self.rejections.push(rejection);
                }
            }
        }
    }

    /// The last record of an unverified answer may have been cut (protocol.md, Continuity).
    fn mark_provisional(&mut self) {
        if self.last_is_car
            && self.rows.len() as u64 == self.cars
            && let Some(row) = self.rows.last_mut()
        {
            row.note("provisional");
        }
    }
}

#[cfg(test)]
mod tests;
