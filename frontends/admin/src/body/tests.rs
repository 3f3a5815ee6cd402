use std::sync::LazyLock;

use carwatch::time::Instant;
use carwatch::{Car, Retention, Roster, Snapshot};
use hyper::body::{Body, Buf};
use proptest::collection::vec;
use proptest::proptest;

use super::{Content, Piece};

fn snapshot(cars: u64) -> Snapshot {
    // Some of the oldest segment is trimmed, so that it begins within one.
    let mut roster = Roster::new(Retention { cars: Some(cars), ..Retention::default() });
    for nth in 0..cars + 10 {
        let time = nth.to_string();
        roster
            .append(&Car::new(&time, "b.m.w", "red"), Instant::from_nanos(0))
            .expect("a short record");
    }
    roster.snapshot()
}

/// One of several segments, and its bytes.
static LONG: LazyLock<(Snapshot, Vec<u8>)> = LazyLock::new(|| {
    let snapshot = snapshot(20_000);
    let bytes = snapshot.to_vec();
    (snapshot, bytes)
});

proptest! {
    /// However far each step goes, over as many segments: the bytes are the snapshot's.
    #[test]
    fn a_snapshot_is_read_in_steps_of_any_length(steps in vec(1_usize..200_000, 1..20)) {
        let (snapshot, expected) = LONG.clone();
        let start = snapshot.start();
        let mut piece = Piece::Snapshot(snapshot, start);
        let mut at = 0;
        for step in steps {
            let step = step.min(piece.remaining());
            piece.advance(step);
            at += step;
            assert_eq!(piece.remaining(), expected.len() - at);
            assert!(expected[at..].starts_with(piece.chunk()));
            assert_eq!(piece.chunk().is_empty(), at == expected.len());
        }
    }
}

#[test]
fn a_body_tells_its_length_and_an_empty_one_has_ended() {
    let (some, none) = (Content::snapshot(snapshot(3)), Content::snapshot(snapshot(0)));
    assert_eq!((some.size_hint().exact(), some.is_end_stream()), (Some(50), false));
    assert_eq!((none.size_hint().exact(), none.is_end_stream()), (Some(0), true));
    assert_eq!(Content::bytes("ok").size_hint().exact(), Some(2));
    assert!(Content::bytes("").is_end_stream());
}

#[test]
#[should_panic(expected = "past the end")]
fn going_past_the_end_is_no_endless_loop() {
    let snapshot = snapshot(1);
    let start = snapshot.start();
    let len = snapshot.to_vec().len();
    Piece::Snapshot(snapshot, start).advance(len + 1);
}
