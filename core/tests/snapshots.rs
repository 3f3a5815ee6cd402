//! What is seen of a station's list is a view of its prefixes (protocol.md, Continuity, and duty
//! 7 of What a station owes): taken later it says what it said, and more behind it.

use carwatch::time::Instant;
use carwatch::wire::{self, Piece, Tail};
use carwatch::{Car, Retention, Roster, Snapshot, limits};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_earlier_snapshot_is_a_prefix_of_a_later_one(cars in cars()) {
        let mut roster = Roster::default();
        let mut taken: Vec<(Snapshot, Vec<u8>)> = Vec::new();
        for (nth, car) in cars.iter().enumerate() {
            let snapshot = roster.snapshot();
            let bytes = snapshot.to_vec();
            taken.push((snapshot, bytes));
            roster.append(car, Instant::from_nanos(nth as u64)).expect("no record is too long");
        }
        let last = roster.snapshot().to_vec();
        prop_assert_eq!(seen(&last, Tail::Whole), cars);
        for (nth, (snapshot, bytes)) in taken.iter().enumerate() {
            prop_assert_eq!(&snapshot.to_vec(), bytes, "it changed after it was taken");
            prop_assert_eq!(snapshot.cars(), nth as u64);
            prop_assert!(last.starts_with(bytes), "what was there has moved");
            // A car that came later begins behind a separator, never within what was there.
            let behind = last.get(bytes.len());
            prop_assert!(nth == 0 || behind == Some(&b'.'), "{:?}", behind.copied());
        }
    }

    /// With a retention, what two snapshots have in common is where they overlap.
    #[test]
    fn trimming_takes_from_the_front_alone(
        cars in cars(), keep in 0_u64..12, size in 0_u64..100_000, by_bytes: bool,
    ) {
        let (most, bytes) = if by_bytes { (None, Some(size)) } else { (Some(keep), None) };
        let mut roster = Roster::new(Retention { cars: most, bytes, ..Retention::default() });
        for (nth, car) in cars.iter().enumerate() {
            roster.append(car, Instant::from_nanos(nth as u64)).expect("no record is too long");
            let snapshot = roster.snapshot();
            let dropped = usize::try_from(roster.dropped()).expect("they were appended");
            prop_assert_eq!(snapshot.cars() + roster.dropped(), nth as u64 + 1);
            prop_assert_eq!(&*seen(&snapshot.to_vec(), Tail::Whole), &cars[dropped..=nth]);
        }
    }

    /// However much of a snapshot arrives, in whatever chunks it was sent, the cars in it are
    /// the first of the list: no car is merged from what was cut.
    #[test]
    fn what_arrives_of_a_snapshot_is_a_prefix_of_its_cars(
        cars in cars(), by in 1_usize..70_000, cut: prop::sample::Index,
    ) {
        let mut roster = Roster::default();
        for car in &cars {
            roster.append(car, Instant::from_nanos(0)).expect("no record is too long");
        }
        let sent = sent_by(&roster.snapshot(), by);
        prop_assert_eq!(&sent, &roster.snapshot().to_vec());
        let came = &sent[..cut.index(sent.len() + 1)];
        let whole = came.iter().filter(|&&byte| byte == b'.').count();
        prop_assert_eq!(&*seen(came, Tail::Cut), &cars[..whole]);
    }
}

/// What a connection sends that may write `by` bytes at once.
fn sent_by(snapshot: &Snapshot, by: usize) -> Vec<u8> {
    let (mut sent, mut cursor) = (Vec::new(), snapshot.start());
    loop {
        let chunk = snapshot.chunk(&cursor);
        let chunk = &chunk[..chunk.len().min(by)];
        if chunk.is_empty() {
            assert_eq!(cursor.position(), snapshot.len());
            return sent;
        }
        sent.extend_from_slice(chunk);
        snapshot.advance(&mut cursor, chunk.len());
    }
}

/// The cars of a response that holds nothing bad.
fn seen(response: &[u8], tail: Tail) -> Vec<Car<'static>> {
    let mut cars = Vec::new();
    wire::split(response, limits::RECORD, tail, &mut |piece| match piece {
        Piece::Car { car, .. } => cars.push(car.into_owned()),
        Piece::Rejected(rejection) => assert_eq!(rejection.reason.as_str(), "cut"),
    });
    cars
}

/// Cars with awkward fields, some so long that a segment of the roster holds few of them.
fn cars() -> impl Strategy<Value = Vec<Car<'static>>> {
    let field = || prop_oneof![8 => "[.:%2eE3aA5éx]{0,6}", 1 => "x".prop_map(|x| x.repeat(20_000))];
    let car =
        (field(), field(), field()).prop_map(|(time, brand, color)| Car::new(time, brand, color));
    prop::collection::vec(car, 0..30)
}
