//! The laws of parsing, over one input that says what to parse and in which segments.
//!
//! The fuzzer looks for inputs that break them; the core's tests try their own.

use std::borrow::Cow;

use carwatch::Car;
use carwatch::wire::{self, Path, Piece, Rejection, Splitter, Tail};

use crate::reference::reference;

/// Panics if `input` breaks a law.
///
/// Its first byte is the tail (bit 0) and the record limit (bits 1 to 3), its second the
/// number of segment lengths (bits 0 to 2) and how often each counts (bits 3 to 7), which
/// follow; the rest is the response.
pub(crate) fn check(input: &[u8]) {
    let [options, lengths, rest @ ..] = input else { return };
    let tail = if options & 1 == 0 { Tail::Whole } else { Tail::Cut };
    let limit = LIMITS[usize::from(options >> 1) % LIMITS.len()];
    let times = 1 + usize::from(lengths >> 3);
    let (lengths, response) = rest.split_at(rest.len().min(usize::from(lengths % 8)));
    let lengths: Vec<usize> = lengths.iter().map(|&length| usize::from(length) * times).collect();

    let mut whole = Vec::new();
    wire::split(response, limit, tail, &mut |piece| whole.push(piece_owned(piece)));
    assert!(reference(response, limit, tail).iter().eq(&whole), "{whole:?}");
    for path in Path::here() {
        let got = in_segments(response, &lengths, path, limit, tail);
        assert_eq!(got, whole, "segments change nothing: {path:?}");
        let mut got = Vec::new();
        wire::split_by(path, response, limit, tail, &mut |piece| got.push(piece_owned(piece)));
        assert_eq!(got, whole, "all instructions come to the same: {path:?}");
    }
    pieces_tile(&whole, response, tail);
    wire::split(response, limit, tail, &mut |piece| {
        if let Piece::Car { at, car, .. } = piece {
            let raw = &response[at.start as usize..at.end as usize];
            assert!(raw.len() <= limit, "a car past the limit");
            encode_of_decode_is_stable(&car);
            borrows_unless_escaped(&car, raw);
        }
    });
}

/// The last four end windows where blocks end and where they do not.
const LIMITS: [usize; 8] = [carwatch::limits::RECORD, 0, 3, 9, 64, 65, 130, 2048];

fn in_segments(
    response: &[u8],
    lengths: &[usize],
    path: Path,
    limit: usize,
    tail: Tail,
) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    let mut splitter = Splitter::by(path, limit);
    let mut rest = response;
    let has_end = lengths.iter().any(|&length| length > 0);
    for length in lengths.iter().cycle().take_while(|_| has_end) {
        if rest.is_empty() {
            break;
        }
        let (segment, later) = rest.split_at(rest.len().min(*length));
        splitter.feed(segment, &mut |piece| pieces.push(piece_owned(piece)));
        rest = later;
    }
    splitter.feed(rest, &mut |piece| pieces.push(piece_owned(piece)));
    splitter.finish(tail, &mut |piece| pieces.push(piece_owned(piece)));
    pieces
}

/// Every byte is in one piece or a separator between two.
pub(crate) fn pieces_tile(pieces: &[Piece<'_>], response: &[u8], tail: Tail) {
    let mut next = 0;
    for (nth, piece) in pieces.iter().enumerate() {
        let (Piece::Car { index, at, .. } | Piece::Rejected(Rejection { index, at, .. })) = piece;
        assert_eq!(*index, nth as u64, "pieces are counted one by one");
        assert_eq!(at.start, next, "a piece begins after the separator of the one before");
        assert!(!response[at.start as usize..at.end as usize].contains(&b'.'));
        next = at.end;
        if response.get(next as usize) == Some(&b'.') {
            next += 1;
        }
    }
    assert_eq!(next, response.len() as u64, "no byte is left over");
    let separators = response.iter().filter(|&&byte| byte == b'.').count();
    let last = match tail {
        Tail::Whole => !response.is_empty(),
        Tail::Cut => response.last().is_some_and(|&byte| byte != b'.'),
    };
    assert_eq!(pieces.len(), separators + usize::from(last), "a piece beside every separator");
}

fn encode_of_decode_is_stable(car: &Car<'_>) {
    let record = car.to_record();
    assert_eq!(record.len(), car.encoded_len());
    let again = Car::from_record(&record).expect("a car's record is a record");
    assert_eq!(again, *car);
    assert_eq!(again.to_record(), record);
}

fn borrows_unless_escaped(car: &Car<'_>, raw: &[u8]) {
    let raw: Vec<&[u8]> = raw.split(|&byte| byte == b':').collect();
    for (field, raw) in [&car.time, &car.brand, &car.color].into_iter().zip(raw) {
        match field {
            Cow::Borrowed(text) => assert_eq!(text.as_bytes(), raw, "borrowed is as it was sent"),
            Cow::Owned(text) => assert!(text.len() < raw.len(), "an escape makes a field shorter"),
        }
    }
}

fn piece_owned(piece: Piece<'_>) -> Piece<'static> {
    match piece {
        Piece::Car { index, at, car } => Piece::Car { index, at, car: car.into_owned() },
        Piece::Rejected(rejection) => Piece::Rejected(rejection),
    }
}
