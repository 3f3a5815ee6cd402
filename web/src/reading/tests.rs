use carwatch::wire::RejectReason;

use super::*;

#[test]
fn pieces_of_any_size_make_the_same_answer() {
    let whole = read(&[AWKWARD]);
    let bytes: Vec<&[u8]> = AWKWARD.chunks(1).collect();
    let by_byte = read(&bytes);
    assert_eq!(whole.station, by_byte.station);
    assert_eq!(whole.cars, by_byte.cars);
    assert_eq!(whole.rejections, by_byte.rejections);
}

#[test]
fn it_counts_cars_and_rejections_apart() {
    let answer = read(&[AWKWARD]);
    let outcome = &answer.station.outcome;
    assert_eq!((outcome.cars, outcome.rejected, outcome.bad), (2, 2, 2));
    assert_eq!(outcome.bytes, AWKWARD.len() as u64);
    let reasons: Vec<_> = answer.rejections.iter().map(|r| (r.at.clone(), r.reason)).collect();
    assert_eq!(
        reasons,
        [(6..6, RejectReason::Empty), (7..11, RejectReason::InvalidUtf8 { at: 8 })]
    );
}

#[test]
fn only_the_last_record_is_provisional() {
    let notes: Vec<String> = read(&[AWKWARD]).cars.into_iter().map(|row| row.note).collect();
    assert_eq!(notes, ["", "escaped, provisional"]);
    let answer = read(&[b"1:a:b."]);
    assert_eq!(answer.cars[0].note, "", "what a separator follows is certain");
}

#[test]
fn zero_bytes_are_zero_cars_and_complete() {
    let outcome = read(&[]).station.outcome;
    assert_eq!(outcome.verdict, Verdict::Complete { verified: false });
    assert_eq!((outcome.cars, outcome.rejected), (0, 0));
}

#[test]
fn a_file_that_cannot_be_read_on_is_partial_and_its_tail_is_cut() {
    let mut reading = Reading::new("gate", 0);
    reading.feed(b"1:a:b.2:c:d");
    let answer = reading.fail("gone");
    let outcome = &answer.station.outcome;
    assert_eq!(outcome.verdict, Verdict::Partial(Fault::new(Reason::Io, "gone")));
    assert_eq!((outcome.cars, outcome.rejected, outcome.bad), (1, 1, 0));
    assert_eq!(answer.rejections[0].reason, RejectReason::Cut);
}

#[test]
fn a_file_that_cannot_be_read_at_all_is_failed() {
    let outcome = Reading::new("gate", 0).fail("gone").station.outcome;
    assert_eq!(outcome.verdict, Verdict::Failed(Fault::new(Reason::Io, "gone")));
}

#[test]
fn rows_are_bounded_and_counts_are_not() {
    let records = vec!["1:a:b"; SHOWN + 1].join(".");
    let answer = read(&[records.as_bytes()]);
    assert_eq!(answer.cars.len(), SHOWN);
    assert_eq!(answer.station.outcome.cars, SHOWN as u64 + 1);
    assert!(answer.cars.iter().all(|row| row.note.is_empty()), "the last car is not shown");
    let answer = read(&[&[b'.'; SHOWN + 1]]);
    assert_eq!(answer.rejections.len(), SHOWN);
    assert_eq!(answer.station.outcome.rejections.len(), 100);
    assert_eq!(answer.station.outcome.rejected, SHOWN as u64 + 2);
}

fn read(segments: &[&[u8]]) -> Answer {
    let mut reading = Reading::new("gate", 0);
    for segment in segments {
        reading.feed(segment);
    }
    reading.close()
}

const AWKWARD: &[u8] = b"1:a:b..2\xff:c.97:B%2EM:";
