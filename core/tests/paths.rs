//! Whatever instructions find the separators, they come to what the reference says: around the
//! edges of blocks and windows (core/src/wire/scan.rs), and for long responses of any kind.

use carwatch::wire::{self, Path, Piece, Rejection, Splitter, Tail};
use proptest::prelude::*;

#[path = "common/reference.rs"]
mod reference;
use reference::{Got, reference};

const RECORD: usize = carwatch::limits::RECORD;

/// Were the feature not there, the rest would try less than it says.
#[test]
fn there_are_vectors_here() {
    assert!(Path::here().count() > 2, "{:?}", Path::here().collect::<Vec<_>>());
    assert!(Path::here().any(|path| path == Path::Baseline));
}

#[test]
fn any_byte_anywhere_near_an_edge() {
    let plain = cars(4400);
    for at in (0..200).chain(1980..2120).chain(4030..4170) {
        for byte in *b".:%a\xC3\xFF" {
            let mut response = plain.clone();
            response[at] = byte;
            agree(&response, RECORD, Tail::Whole, 1460);
        }
    }
}

#[test]
fn a_response_of_any_length() {
    let plain = cars(4400);
    for len in (0..300).chain(1980..2120).chain(4030..4170) {
        agree(&plain[..len], RECORD, Tail::Cut, 64);
        agree(&plain[..len], 2048, Tail::Whole, 65);
    }
}

#[test]
fn a_record_about_as_long_as_a_window() {
    for len in (60..70).chain(2030..2060).chain(4090..4100) {
        for limit in [RECORD, 2048, len, len - 1] {
            let long = "é".repeat((len - 2) / 2) + &"x".repeat(len % 2) + "::";
            assert_eq!(long.len(), len);
            agree(format!("{long}.1:a:b").as_bytes(), limit, Tail::Whole, 100);
            agree(format!("1:a:b.{long}.2:c:%2E.3:d:").as_bytes(), limit, Tail::Cut, 2048);
        }
    }
}

#[test]
fn a_window_that_is_nothing_but_marks() {
    for mark in [".", ":", "%", "::.", ":.:", "::%."] {
        agree(mark.repeat(5000 / mark.len()).as_bytes(), RECORD, Tail::Whole, 999);
    }
}

proptest! {
    #[test]
    fn whatever_a_long_response_holds(
        response in response(), limit in limit(), whole in any::<bool>(), segment in 1..3000_usize,
    ) {
        agree(&response, limit, if whole { Tail::Whole } else { Tail::Cut }, segment);
    }

    #[test]
    fn cut_anywhere(response in response(), limit in limit(), at in any::<prop::sample::Index>()) {
        let (head, rest) = response.split_at(at.index(response.len() + 1));
        for path in Path::here() {
            let fed = fed(path, &[head, rest], limit, Tail::Whole);
            compare(&fed, &response, limit, Tail::Whole, path);
        }
    }
}

/// Records for the most part, some of them long, and what is none.
fn response() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        20 => "[0-9]{0,10}:[a-z]{0,9}:[a-z]{0,6}".prop_map(String::into_bytes),
        4 => "[a-zéö€😀]{0,5}:[é€]{0,3}:".prop_map(String::into_bytes),
        2 => "[:%2eEa]{0,12}".prop_map(String::into_bytes),
        1 => "[a-z]{60,300}:[a-z]{0,90}:%2E".prop_map(String::into_bytes),
        1 => (1900..2200_usize).prop_map(|len| vec![b'x'; len]),
        1 => prop::collection::vec(any::<u8>(), 0..80),
    ];
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.join(&b'.'))
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![Just(RECORD), 0..200_usize, 1900..2200_usize]
}

/// As a whole, byte by byte, and in segments: what the reference says, on every path.
fn agree(response: &[u8], limit: usize, tail: Tail, segment: usize) {
    let expected = reference(response, limit, tail);
    for path in Path::here() {
        let mut whole = Vec::new();
        wire::split_by(path, response, limit, tail, &mut |piece| whole.push(owned(piece)));
        same(&whole, &expected, path);
        for segment in [1, segment] {
            let segments: Vec<&[u8]> = response.chunks(segment).collect();
            same(&fed(path, &segments, limit, tail), &expected, path);
        }
    }
}

fn compare(pieces: &[Piece<'_>], response: &[u8], limit: usize, tail: Tail, path: Path) {
    same(pieces, &reference(response, limit, tail), path);
}

fn same(pieces: &[Piece<'_>], expected: &[Got], path: Path) {
    for (nth, (piece, expected)) in pieces.iter().zip(expected).enumerate() {
        let (Piece::Car { index, .. } | Piece::Rejected(Rejection { index, .. })) = piece;
        assert_eq!(*index, nth as u64, "pieces are counted one by one: {path:?}");
        assert!(expected == piece, "{path:?}: {piece:?} where the reference has {expected:?}");
    }
    assert_eq!(pieces.len(), expected.len(), "{path:?}");
}

fn fed(path: Path, segments: &[&[u8]], limit: usize, tail: Tail) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    let mut splitter = Splitter::by(path, limit);
    for segment in segments {
        splitter.feed(segment, &mut |piece| pieces.push(owned(piece)));
    }
    splitter.finish(tail, &mut |piece| pieces.push(owned(piece)));
    pieces
}

fn owned(piece: Piece<'_>) -> Piece<'static> {
    match piece {
        Piece::Car { index, at, car } => Piece::Car { index, at, car: car.into_owned() },
        Piece::Rejected(rejection) => Piece::Rejected(rejection),
    }
}

fn cars(len: usize) -> Vec<u8> {
    let mut cars = Vec::new();
    for time in 97_264_836.. {
        let brand = ["peugeot", "kia", "citroën", "volkswagen"][time % 4];
        cars.extend_from_slice(format!("{time}:{brand}:red.").as_bytes());
        if cars.len() >= len {
            break;
        }
    }
    cars
}
