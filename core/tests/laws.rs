//! What holds for every car and every byte string (protocol.md, Escaping and bad records).

use carwatch::Car;
use carwatch::wire::{self, Piece, Splitter, Tail};
use proptest::prelude::*;

#[path = "common/reference.rs"]
mod reference;
use reference::{Got, reference};

proptest! {
    #[test]
    fn decode_of_encode_is_the_car(time in field(), brand in field(), color in field()) {
        let car = Car::new(time, brand, color);
        let record = car.to_record();
        prop_assert_eq!(record.len(), car.encoded_len());
        prop_assert_eq!(Car::from_record(&record), Ok(car));
    }

    #[test]
    fn an_encoded_record_holds_no_separator_but_its_two(
        time in field(), brand in field(), color in field(),
    ) {
        let record = Car::new(time, brand, color).to_record();
        prop_assert_eq!(record.matches('.').count(), 0);
        prop_assert_eq!(record.matches(':').count(), 2);
    }

    #[test]
    fn a_car_without_reserved_bytes_is_sent_as_it_is(
        time in "[^.:%]*", brand in "[^.:%]*", color in "[^.:%]*",
    ) {
        let record = Car::new(&*time, &*brand, &*color).to_record();
        prop_assert_eq!(&record, &format!("{time}:{brand}:{color}"));
    }

    #[test]
    fn encode_of_decode_is_stable(record in response()) {
        for piece in pieces(&record, LIMIT, Tail::Whole) {
            if let Piece::Car { car, .. } = piece {
                let once = car.to_record();
                let again = Car::from_record(&once).map(|car| car.to_record());
                prop_assert_eq!(again, Ok(once));
            }
        }
    }

    #[test]
    fn joined_cars_are_split_into_themselves(
        cars in proptest::collection::vec((field(), field(), field()), 0..20),
    ) {
        let cars: Vec<Car<'_>> =
            cars.into_iter().map(|(time, brand, color)| Car::new(time, brand, color)).collect();
        let mut snapshot = Vec::new();
        wire::join_into(cars.iter(), &mut snapshot);
        let split: Vec<Car<'_>> = pieces(&snapshot, LIMIT, Tail::Whole)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Car { car, .. } => Some(car),
                Piece::Rejected(_) => None,
            })
            .collect();
        prop_assert_eq!(split, cars);
    }

    #[test]
    fn pieces_tile_the_response(response in response(), limit in limit(), tail in tail()) {
        fuzzed::pieces_tile(&pieces(&response, limit, tail), &response, tail);
    }

    #[test]
    fn pieces_are_what_the_reference_says(
        response in prop_oneof![response(), nearly_text()], limit in limit(), tail in tail(),
    ) {
        let pieces = pieces(&response, limit, tail);
        let expected: Vec<Got> = reference(&response, limit, tail);
        prop_assert_eq!(pieces.len(), expected.len());
        for (piece, expected) in pieces.iter().zip(&expected) {
            prop_assert!(expected == piece, "{:?} where the reference has {:?}", piece, expected);
        }
    }

    #[test]
    fn a_car_without_escapes_borrows(response in response()) {
        wire::split(&response, LIMIT, Tail::Whole, &mut |piece| {
            if let Piece::Car { at, car, .. } = piece {
                let raw = &response[at.start as usize..at.end as usize];
                if !raw.contains(&b'%') {
                    for field in [&car.time, &car.brand, &car.color] {
                        assert!(matches!(field, std::borrow::Cow::Borrowed(_)), "{field} was copied");
                    }
                }
            }
        });
    }

    #[test]
    fn in_two_parts_cut_anywhere_it_is_the_same(
        response in response(), limit in limit(), tail in tail(),
    ) {
        let whole = pieces(&response, limit, tail);
        for cut in 0..=response.len() {
            let (head, rest) = response.split_at(cut);
            prop_assert_eq!(&fed(&[head, rest], limit, tail), &whole, "cut at {}", cut);
        }
    }

    #[test]
    fn byte_by_byte_it_is_the_same(response in response(), limit in limit(), tail in tail()) {
        let bytes: Vec<&[u8]> = response.chunks(1).collect();
        prop_assert_eq!(fed(&bytes, limit, tail), pieces(&response, limit, tail));
    }

    #[test]
    fn empty_segments_change_nothing(response in response(), limit in limit(), tail in tail()) {
        let mut segments: Vec<&[u8]> = vec![&[]];
        for byte in response.chunks(1) {
            segments.extend([byte, &[]]);
        }
        prop_assert_eq!(fed(&segments, limit, tail), pieces(&response, limit, tail));
    }
}

fn pieces(response: &[u8], limit: usize, tail: Tail) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    wire::split(response, limit, tail, &mut |piece| pieces.push(owned(piece)));
    pieces
}

fn fed(segments: &[&[u8]], limit: usize, tail: Tail) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    let mut splitter = Splitter::new(limit);
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

/// Any text, the reserved bytes and what looks like an escape more often than by chance.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[.:%2eE3aA5é]{0,12}"]
}

/// Any bytes, those that mean something more often than by chance.
fn response() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => proptest::sample::select(b".:%2EeaA35\xC3\xA9\xF0\xFF".to_vec()),
        1 => any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..64)
}

/// The first and last bytes of every row of RFC 3629's table, and those beside them.
fn nearly_text() -> impl Strategy<Value = Vec<u8>> {
    let edges =
        b"\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5";
    let byte = prop_oneof![
        4 => proptest::sample::select(edges.to_vec()),
        2 => proptest::sample::select(b"\x80\x9F\xA0\xBF".to_vec()),
        1 => proptest::sample::select(b".:".to_vec()),
    ];
    proptest::collection::vec(byte, 0..12)
}

/// From nothing at all to more than any of the responses.
fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![0_usize..8, Just(LIMIT)]
}

fn tail() -> impl Strategy<Value = Tail> {
    prop_oneof![Just(Tail::Whole), Just(Tail::Cut)]
}

const LIMIT: usize = carwatch::limits::RECORD;

/// The law that the fuzzer checks.
#[path = "../laws/src/parse.rs"]
mod fuzzed;

proptest! {
    #[test]
    fn any_input_of_the_fuzzer_breaks_no_law(mut input in response(), options: u8, lengths: u8) {
        input.splice(0..0, [options, lengths]);
        fuzzed::check(&input);
    }
}
