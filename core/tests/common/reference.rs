//! protocol.md, Grammar and bad records, once more: as plainly as it can be said.
//!
//! It shares no code with what it judges, only the names of the results; not even the
//! standard library's idea of UTF-8, which the core relies on. It is slow and allocates.

use std::ops::Range;

use carwatch::wire::{Piece, RejectReason, Rejection, Tail};

/// A piece without its index, which is its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    /// Its range in the response, and what its fields mean.
    Car { at: Range<u64>, fields: [String; 3] },
    /// Its range in the response, and why it is no car.
    Rejected { at: Range<u64>, reason: RejectReason },
}

impl PartialEq<Piece<'_>> for Got {
    /// Whatever the index of the other one is.
    fn eq(&self, piece: &Piece<'_>) -> bool {
        match (self, piece) {
            (Self::Car { at, fields: [time, brand, color] }, Piece::Car { at: other, car, .. }) => {
                at == other && *time == car.time && *brand == car.brand && *color == car.color
            }
            (
                Self::Rejected { at, reason },
                Piece::Rejected(Rejection { at: b, reason: c, .. }),
            ) => at == b && reason == c,
            _ => false,
        }
    }
}

/// What every piece of `response` comes to, in order.
pub(crate) fn reference(response: &[u8], limit: usize, tail: Tail) -> Vec<Got> {
    if response.is_empty() {
        return Vec::new();
    }
    let mut got = Vec::new();
    let mut start = 0;
    let parts: Vec<&[u8]> = response.split(|&byte| byte == b'.').collect();
    for (nth, part) in parts.iter().enumerate() {
        let at = start..start + part.len() as u64;
        start = at.end + 1;
        let is_after_the_last_dot = nth + 1 == parts.len();
        if is_after_the_last_dot && tail == Tail::Cut {
            if !part.is_empty() {
                got.push(Got::Rejected { at, reason: RejectReason::Cut });
            }
            break;
        }
        got.push(match fields(part, at.start, limit) {
            Ok(fields) => Got::Car { at, fields },
            Err(reason) => Got::Rejected { at, reason },
        });
    }
    got
}

fn fields(part: &[u8], start: u64, limit: usize) -> Result<[String; 3], RejectReason> {
    if part.is_empty() {
        return Err(RejectReason::Empty);
    }
    if part.len() > limit {
        return Err(RejectReason::TooLong { limit: limit as u64 });
    }
    if let Some(bad) = first_bad_byte(part) {
        return Err(RejectReason::InvalidUtf8 { at: start + bad as u64 });
    }
    let fields: Vec<String> = part.split(|&byte| byte == b':').map(meaning).collect();
    let found = fields.len() as u64;
    fields.try_into().map_err(|_| {
        if found < 3 {
            RejectReason::TooFewFields { found }
        } else {
            RejectReason::TooManyFields { found }
        }
    })
}

/// Where the first character begins that is none by the table of RFC 3629, section 4.
fn first_bad_byte(part: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < part.len() {
        at += match part[at..] {
            [0x00..=0x7F, ..] => 1,
            [0xC2..=0xDF, 0x80..=0xBF, ..] => 2,
            [0xE0, 0xA0..=0xBF, 0x80..=0xBF, ..]
            | [0xE1..=0xEC | 0xEE..=0xEF, 0x80..=0xBF, 0x80..=0xBF, ..]
            | [0xED, 0x80..=0x9F, 0x80..=0xBF, ..] => 3,
            [0xF0, 0x90..=0xBF, 0x80..=0xBF, 0x80..=0xBF, ..]
            | [0xF1..=0xF3, 0x80..=0xBF, 0x80..=0xBF, 0x80..=0xBF, ..]
            | [0xF4, 0x80..=0x8F, 0x80..=0xBF, 0x80..=0xBF, ..] => 4,
            _ => return Some(at),
        };
    }
    None
}

/// A field with its three escapes turned back, and no other `%`.
fn meaning(field: &[u8]) -> String {
    let mut out = Vec::new();
    let mut rest = field;
    while let Some(&byte) = rest.first() {
        let (said, len) = match rest {
            [b'%', b'2', b'e' | b'E', ..] => (b'.', 3),
            [b'%', b'3', b'a' | b'A', ..] => (b':', 3),
            [b'%', b'2', b'5', ..] => (b'%', 3),
            _ => (byte, 1),
        };
        out.push(said);
        rest = &rest[len..];
    }
    String::from_utf8(out).expect("escapes are ASCII, and the rest was checked")
}
