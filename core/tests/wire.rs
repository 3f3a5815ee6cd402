//! The receiver's half of protocol.md, case by case: the core, and the reference it is held to.

use RejectReason::{Cut, Empty, InvalidUtf8, TooFewFields, TooLong, TooManyFields};
use carwatch::Car;
use carwatch::wire::{self, Piece, RejectReason, Splitter, Tail};

#[path = "common/reference.rs"]
mod reference;
use reference::{Got, reference};

#[test]
fn every_row_of_the_rejections() {
    // Limit 8; what each response comes to: a car's fields, or a reason, with its range.
    let cases: &[(&[u8], Tail, &[Got])] = &[
        // No bytes are no pieces.
        (b"", Tail::Whole, &[]),
        (b"", Tail::Cut, &[]),
        // Cars.
        (b"::", Tail::Whole, &[car(0..2, ["", "", ""])]),
        (b"a:b:c", Tail::Whole, &[car(0..5, ["a", "b", "c"])]),
        (b"a:b:c.d:e:", Tail::Whole, &[car(0..5, ["a", "b", "c"]), car(6..10, ["d", "e", ""])]),
        (b"%2E:%3a:", Tail::Whole, &[car(0..8, [".", ":", ""])]),
        (b"%2e:%3A:", Tail::Whole, &[car(0..8, [".", ":", ""])]),
        (b"%25::", Tail::Whole, &[car(0..5, ["%", "", ""])]),
        (b"%:%2:%zz", Tail::Whole, &[car(0..8, ["%", "%2", "%zz"])]),
        (b"%252e::", Tail::Whole, &[car(0..7, ["%2e", "", ""])]),
        (b"\xC3\xA9::", Tail::Whole, &[car(0..4, ["é", "", ""])]),
        // cut
        (b"a", Tail::Cut, &[not(0..1, Cut)]),
        (b"a:b:c", Tail::Cut, &[not(0..5, Cut)]),
        (b"a:b:c.d:e:f", Tail::Cut, &[car(0..5, ["a", "b", "c"]), not(6..11, Cut)]),
        (b"a:b:c.", Tail::Cut, &[car(0..5, ["a", "b", "c"])]),
        // empty
        (b".", Tail::Whole, &[not(0..0, Empty), not(1..1, Empty)]),
        (b".", Tail::Cut, &[not(0..0, Empty)]),
        (b"::.", Tail::Whole, &[car(0..2, ["", "", ""]), not(3..3, Empty)]),
        (b".::", Tail::Whole, &[not(0..0, Empty), car(1..3, ["", "", ""])]),
        (
            b"::..::",
            Tail::Whole,
            &[car(0..2, ["", "", ""]), not(3..3, Empty), car(4..6, ["", "", ""])],
        ),
        // too_long: past the limit, not at it, and as it stands on the wire
        (b"aaa:bb:c", Tail::Whole, &[car(0..8, ["aaa", "bb", "c"])]),
        (b"aaaa:bb:c", Tail::Whole, &[not(0..9, TooLong { limit: 8 })]),
        (b"%2E:%3A::", Tail::Whole, &[not(0..9, TooLong { limit: 8 })]),
        (
            b"aaaa:bb:c.::",
            Tail::Whole,
            &[not(0..9, TooLong { limit: 8 }), car(10..12, ["", "", ""])],
        ),
        // invalid_utf8: the offset is that of the first bad byte in the response
        (b"\xFF", Tail::Whole, &[not(0..1, InvalidUtf8 { at: 0 })]),
        (
            b"::.a\xFF\xFE::",
            Tail::Whole,
            &[car(0..2, ["", "", ""]), not(3..8, InvalidUtf8 { at: 4 })],
        ),
        (
            b"::\xC3.\xA9::",
            Tail::Whole,
            &[not(0..3, InvalidUtf8 { at: 2 }), not(4..7, InvalidUtf8 { at: 4 })],
        ),
        (b"::\xED\xA0\x80", Tail::Whole, &[not(0..5, InvalidUtf8 { at: 2 })]),
        // too_few_fields, too_many_fields
        (b"a", Tail::Whole, &[not(0..1, TooFewFields { found: 1 })]),
        (b"a:b", Tail::Whole, &[not(0..3, TooFewFields { found: 2 })]),
        (b"a%3Ab:c", Tail::Whole, &[not(0..7, TooFewFields { found: 2 })]),
        (b":::", Tail::Whole, &[not(0..3, TooManyFields { found: 4 })]),
        (b"a:b:c:d:", Tail::Whole, &[not(0..8, TooManyFields { found: 5 })]),
        // The first reason that holds: cut, empty, too_long, invalid_utf8, fields.
        (b"\xFFaaaaaaaaaa", Tail::Cut, &[not(0..11, Cut)]),
        (b"\xFFaaaaaaaa", Tail::Whole, &[not(0..9, TooLong { limit: 8 })]),
        (b":::::::::", Tail::Whole, &[not(0..9, TooLong { limit: 8 })]),
        (b":::\xFF", Tail::Whole, &[not(0..4, InvalidUtf8 { at: 3 })]),
        (b"\xFF:", Tail::Whole, &[not(0..2, InvalidUtf8 { at: 0 })]),
    ];
    for (response, tail, expected) in cases {
        let shown = response.escape_ascii();
        assert_eq!(reference(response, 8, *tail), *expected, "the reference: {shown}, {tail:?}");
        assert_eq!(whole(response, 8, *tail), *expected, "{shown}, {tail:?}");
        for segment in 1..=3 {
            let segments: Vec<&[u8]> = response.chunks(segment).collect();
            assert_eq!(fed(&segments, 8, *tail), *expected, "{shown}, {tail:?}, by {segment}");
        }
    }
}

#[test]
fn a_limit_of_nothing_leaves_only_what_is_empty() {
    assert_eq!(whole(b"a", 0, Tail::Whole), [not(0..1, TooLong { limit: 0 })]);
    assert_eq!(whole(b".", 0, Tail::Whole), [not(0..0, Empty), not(1..1, Empty)]);
}

#[test]
fn the_default_limit_is_64_kib_to_the_byte() {
    let longest = format!("{}::", "x".repeat(64 * 1024 - 2));
    let limit = carwatch::limits::RECORD;
    assert!(matches!(whole(longest.as_bytes(), limit, Tail::Whole)[0], Got::Car { .. }));
    let longer = longest + "y";
    assert_eq!(
        whole(longer.as_bytes(), limit, Tail::Whole),
        [not(0..65_537, TooLong { limit: 65_536 })]
    );
}

fn car(at: std::ops::Range<u64>, fields: [&str; 3]) -> Got {
    Got::Car { at, fields: fields.map(str::to_owned) }
}

fn not(at: std::ops::Range<u64>, reason: RejectReason) -> Got {
    Got::Rejected { at, reason }
}

fn whole(response: &[u8], limit: usize, tail: Tail) -> Vec<Got> {
    let mut got = Vec::new();
    wire::split(response, limit, tail, &mut |piece| push(&mut got, piece));
    got
}

fn fed(segments: &[&[u8]], limit: usize, tail: Tail) -> Vec<Got> {
    let mut got = Vec::new();
    let mut splitter = Splitter::new(limit);
    for segment in segments {
        splitter.feed(segment, &mut |piece| push(&mut got, piece));
    }
    splitter.finish(tail, &mut |piece| push(&mut got, piece));
    got
}

fn push(got: &mut Vec<Got>, piece: Piece<'_>) {
    let (index, piece) = match piece {
        Piece::Car { index, at, car } => {
            let fields = [car.time, car.brand, car.color].map(std::borrow::Cow::into_owned);
            (index, Got::Car { at, fields })
        }
        Piece::Rejected(rejection) => {
            (rejection.index, Got::Rejected { at: rejection.at, reason: rejection.reason })
        }
    };
    assert_eq!(index, got.len() as u64, "the index counts all pieces");
    got.push(piece);
}

#[test]
fn a_list_begins_with_no_separator_and_ends_with_none() {
    let cars = ["1", "2", "3"].map(|time| Car::new(time, "a", ""));
    for (count, list) in [(0, ""), (1, "1:a:"), (3, "1:a:.2:a:.3:a:")] {
        let mut out = Vec::new();
        wire::join_into(cars[..count].iter(), &mut out);
        assert_eq!(out, list.as_bytes());
    }
}
