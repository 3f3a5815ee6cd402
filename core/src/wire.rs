//! Bytes in, cars and rejections out: the receiver's half of the grammar.
//!
//! Parsing is total. Every byte of a response belongs to one piece or is a separator
//! between two, and every piece is either a car or a rejection. This file knows nothing
//! of connections: how a response ended reaches it as a [`Tail`].

mod path;
mod piece;
mod scan;

use alloc::vec::Vec;

use crate::Car;

pub use path::Path;
pub use piece::{Piece, RejectReason, Rejection};
pub(crate) use scan::plain_fields;

/// What the end of the bytes says about the last piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// The answer is complete: the last piece is one like the others.
    Whole,
    /// The answer is partial: whatever follows its last separator was cut.
    Cut,
}

/// Splits a response into [`Piece`]s as it arrives, in whatever segments.
///
/// It copies only a piece that lies in more than one segment, and holds at most the
/// record limit. The loop:
///
/// ```
/// use carwatch::wire::{Piece, Splitter, Tail};
///
/// let mut brands = Vec::new();
/// let mut sink = |piece: Piece<'_>| {
///     if let Piece::Car { car, .. } = piece {
///         brands.push(car.brand.into_owned());
///     }
/// };
/// // 1. One splitter for each response.
/// let mut splitter = Splitter::new(carwatch::limits::RECORD);
/// // 2. Feed what came, as it came.
/// for segment in [&b"today:peugeot:red.97"[..], b"264836:B%2EM%2EW:blue"] {
///     splitter.feed(segment, &mut sink);
/// }
/// // 3. Say how it ended; that consumes the splitter.
/// splitter.finish(Tail::Whole, &mut sink);
/// assert_eq!(brands, ["peugeot", "B.M.W"]);
/// ```
///
/// Two that are equal go on alike, however they were fed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splitter {
    path: Path,
    limit: usize,
    index: u64,
    /// Where in the response the current piece begins.
    start: u64,
    /// How many bytes of the response came so far.
    seen: u64,
    /// The current piece as far as it came in earlier segments; empty once it is too long.
    carry: Vec<u8>,
}

impl Splitter {
    /// A splitter at the start of a response, for records of at most `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self::by(Path::Best, limit)
    }

    /// [`new`](Self::new), with the instructions of `path`.
    #[must_use]
    pub const fn by(path: Path, limit: usize) -> Self {
        Self { path, limit, index: 0, start: 0, seen: 0, carry: Vec::new() }
    }

    /// Takes the next bytes of the response, handing every piece they end to `sink`.
    pub fn feed(&mut self, segment: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        let origin = self.seen;
        let mut rest = segment;
        // A piece that began in an earlier segment.
        if self.seen > self.start
            && let Some(dot) = memchr::memchr(b'.', segment)
        {
            self.seen += dot as u64;
            self.end_piece(&segment[..dot], sink);
            self.begin_piece();
            rest = &segment[dot + 1..];
        }
        if self.seen == self.start {
            rest = &rest[self.whole_pieces(rest, sink)..];
        }
        self.seen = origin + segment.len() as u64;
        planted!("a record in two segments may be a byte shorter" => {
            if self.seen - self.start == self.limit as u64 {
                self.start -= 1;
            }
        });
        if self.seen - self.start <= self.limit as u64 {
            self.carry.extend_from_slice(rest);
        } else {
            self.carry = Vec::new();
        }
    }

    /// Ends the response, handing what follows its last separator to `sink`.
    ///
    /// A response of zero bytes has no piece at all: it is zero cars.
    pub fn finish(mut self, tail: Tail, sink: &mut impl FnMut(Piece<'_>)) {
        match tail {
            Tail::Whole if self.seen == 0 => {}
            Tail::Whole => self.end_piece(&[], sink),
            Tail::Cut if self.seen == self.start => {}
            Tail::Cut => sink(Piece::Rejected(Rejection {
                index: self.index,
                at: self.start
                    ..planted!("the tail ends a byte early" => self.seen - 1, else self.seen),
                reason: RejectReason::Cut,
            })),
        }
    }

    /// Judges the current piece, of which `rest` are the last bytes.
    fn end_piece(&mut self, rest: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        let at = self.start..self.seen;
        let judged = if at.end - at.start > self.limit as u64 {
            Err(RejectReason::TooLong { limit: self.limit as u64 })
        } else if self.carry.is_empty() {
            judge(rest, at.start)
        } else {
            self.carry.extend_from_slice(rest);
            judge(&self.carry, at.start)
        };
        sink(match judged {
            Ok(car) => Piece::Car { index: self.index, at, car },
            Err(reason) => Piece::Rejected(Rejection { index: self.index, at, reason }),
        });
        self.carry.clear();
    }

    /// The next piece begins behind the separator that ended the current one.
    fn begin_piece(&mut self) {
        self.index += 1;
        self.seen += 1;
        self.start = self.seen;
    }
}

/// Splits a response that is there as a whole; see [`Splitter`].
pub fn split(response: &[u8], limit: usize, tail: Tail, sink: &mut impl FnMut(Piece<'_>)) {
    split_by(Path::Best, response, limit, tail, sink);
}

/// [`split`], with the instructions of `path`.
pub fn split_by(
    path: Path,
    response: &[u8],
    limit: usize,
    tail: Tail,
    sink: &mut impl FnMut(Piece<'_>),
) {
    if tail == Tail::Whole
        && response.len() <= limit
        && let Some(car) = scan::lone_car(response)
    {
        return sink(Piece::Car { index: 0, at: 0..response.len() as u64, car });
    }
    let mut splitter = Splitter::by(path, limit);
    // The last piece is judged in place, so that nothing is copied.
    let last = memchr::memrchr(b'.', response).map_or(0, |dot| dot + 1);
    splitter.whole_pieces(&response[..last], sink);
    splitter.seen = response.len() as u64;
    match tail {
        Tail::Whole if !response.is_empty() => splitter.end_piece(&response[last..], sink),
        _ => splitter.finish(tail, sink),
    }
}

/// Appends `cars` as one snapshot: each car's record, joined by `.`.
///
/// ```
/// # use carwatch::{Car, wire};
/// let mut out = Vec::new();
/// wire::join_into([Car::new("1", "a", "b"), Car::new("2", "c", "")].iter(), &mut out);
/// assert_eq!(out, b"1:a:b.2:c:");
/// ```
pub fn join_into<'c, 'a: 'c>(cars: impl Iterator<Item = &'c Car<'a>>, out: &mut Vec<u8>) {
    for (nth, car) in cars.enumerate() {
        if nth > 0 {
            out.push(b'.');
        }
        car.encode_into(out);
    }
}

fn judge(piece: &[u8], start: u64) -> Result<Car<'_>, RejectReason> {
    if piece.is_empty() {
        return Err(RejectReason::Empty);
    }
    let text = core::str::from_utf8(piece)
        .map_err(|e| RejectReason::InvalidUtf8 { at: start + e.valid_up_to() as u64 })?;
    Car::from_record(text).map_err(|count| match count.found {
        found @ 0..=2 => RejectReason::TooFewFields { found },
        found => RejectReason::TooManyFields { found },
    })
}
