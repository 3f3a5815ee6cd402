//! The fast way through the whole pieces of a segment. It decides nothing: whatever is not
//! plainly a car goes to the total and slow way, [`Splitter::end_piece`].
//!
//! # How it works
//!
//! A segment is taken in windows of at most [`WINDOW`] bytes, each in four steps:
//!
//! 1. *Index.* The places of all marks (`.`, `:` and `%`) are written to an array: each block of
//!    64 bytes becomes a word of 64 bits, and its bits a list of places. This is all that vector
//!    instructions are for, so nothing that the caller wrote has to be inlined into code for one
//!    instruction set. There is no branch on what the bytes are.
//! 2. *Cut* at the last `.`. What follows is the begin of the next window.
//! 3. *Check* that it is UTF-8, once for the window. Few bytes a window, because a single bad byte
//!    sends all the window's pieces the slow way.
//! 4. *Walk.* Three marks in a row that are `:`, `:` and `.` are a car without an escape; anything
//!    else (a `%` is a mark for this reason alone) goes the slow way up to the next `.`.
//!
//! A window is no longer than the record limit either, so nothing in it is too long. A piece that
//! ends in no window goes the slow way, and so do the pieces of a segment that is too short to be
//! worth the array; [`plain_fields`] makes that way a short one.

use memchr::memchr;

use super::{Piece, Splitter, path};
use crate::Car;

/// What is looked at together; larger ones are hardly faster, and a bad byte costs more.
const WINDOW: usize = 2048;

/// A bit each in a word.
pub(super) const BLOCK: usize = 64;

impl Splitter {
    /// Hands out the pieces that end in `bytes`, which begin with one, and says how many bytes of
    /// them these are, separators included.
    pub(super) fn whole_pieces(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        if bytes.len() <= BLOCK {
            return self.one_by_one(bytes, sink);
        }
        let mut places = [0; WINDOW + BLOCK];
        let mut rest = bytes;
        while !rest.is_empty() {
            let window = &rest[..rest.len().min(WINDOW).min(self.limit)];
            let count = path::index(self.path, window, &mut places);
            let ended = |&place: &u16| window[usize::from(place)] == b'.';
            let Some(last) = places[..count].iter().rposition(ended) else {
                let Some(dot) = memchr(b'.', rest) else { break };
                self.one_by_one(&rest[..=dot], sink);
                rest = &rest[dot + 1..];
                continue;
            };
            let (window, later) = rest.split_at(usize::from(places[last]) + 1);
            match path::text(self.path, window) {
                Some(text) => self.walk(text, &places[..=last], sink),
                None => _ = self.one_by_one(window, sink),
            }
            rest = later;
        }
        bytes.len() - rest.len()
    }

    /// The slow way.
    #[cold]
    fn one_by_one(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let mut from = 0;
        for dot in memchr::memchr_iter(b'.', bytes) {
            self.seen = self.start + (dot - from) as u64;
            self.end_piece(&bytes[from..dot], sink);
            self.begin_piece();
            from = dot + 1;
        }
        from
    }

    /// The pieces of `text`, which ends with a `.`, and whose marks are at `places`.
    #[inline(always)]
    fn walk(&mut self, text: &str, mut places: &[u16], sink: &mut impl FnMut(Piece<'_>)) {
        let bytes = text.as_bytes();
        let origin = self.start;
        // What the loop changes stays in registers.
        let (mut index, mut from) = (self.index, 0);
        while !places.is_empty() {
            if let Some((&three, later)) = places.split_first_chunk()
                && let Some([time, brand, color]) = fields(text, from, three)
            {
                let end = usize::from(three[2]);
                let at = origin + from as u64..origin + end as u64;
                sink(Piece::Car { index, at, car: Car::new(time, brand, color) });
                (index, from, places) = (index + 1, end + 1, later);
                continue;
            }
            let ended = |&place: &u16| bytes[usize::from(place)] == b'.';
            let Some(nth) = places.iter().position(ended) else { break };
            let next = usize::from(places[nth]) + 1;
            (self.index, self.start) = (index, origin + from as u64);
            self.one_by_one(&bytes[from..next], sink);
            let counted = planted!("a piece on the slow way is not counted" => 0, else 1);
            (index, from, places) = (index + counted, next, &places[nth + 1..]);
        }
        (self.index, self.start) = (index, origin + from as u64);
        self.seen = self.start;
    }
}

/// The fields of the record at `from`, if these are its two `:` and the `.` behind it.
///
/// The comparisons that always hold are what the compiler drops its own for.
#[inline(always)]
fn fields(text: &str, from: usize, places: [u16; 3]) -> Option<[&str; 3]> {
    let bytes = text.as_bytes();
    let [first, second, end] = places.map(usize::from);
    let in_order = from <= first && first < second && second < end && end < bytes.len();
    if in_order && bytes[first] == b':' && bytes[second] == b':' && bytes[end] == b'.' {
        return Some([
            text.get(from..first)?,
            text.get(first + 1..second)?,
            text.get(second + 1..end)?,
        ]);
    }
    None
}

/// The fields of a short record without an escape, which is nearly every one.
#[inline]
pub(crate) fn plain_fields(record: &str) -> Option<[&str; 3]> {
    cut(record, only_marks(record.as_bytes())?)
}

/// The car of a response that is nothing but one such record.
#[inline]
pub(super) fn lone_car(response: &[u8]) -> Option<Car<'_>> {
    let colons = only_marks(response)?;
    let [time, brand, color] = cut(core::str::from_utf8(response).ok()?, colons)?;
    Some(Car::new(time, brand, color))
}

/// The places of the marks of a short record, if they are two `:`.
#[inline]
fn only_marks(record: &[u8]) -> Option<[usize; 2]> {
    if record.len() > BLOCK {
        return None;
    }
    let marks = path::marks_of_a_short(record);
    let but_first = marks & marks.wrapping_sub(1);
    // 64 where there is none, and so no place in the record.
    let [first, second] = [marks, but_first].map(|marks| marks.trailing_zeros() as usize);
    let are_two = but_first & but_first.wrapping_sub(1) == 0;
    (are_two && record.get(first) == Some(&b':') && record.get(second) == Some(&b':'))
        .then_some([first, second])
}

#[inline]
fn cut(record: &str, [first, second]: [usize; 2]) -> Option<[&str; 3]> {
    Some([record.get(..first)?, record.get(first + 1..second)?, record.get(second + 1..)?])
}
