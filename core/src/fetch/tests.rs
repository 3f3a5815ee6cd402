//! Every end of a response, at every length, on a clock that the test turns.

use core::time::Duration;

use super::*;

const START: Instant = Instant::from_nanos(0);
const RESPONSE: &[u8] = b"1:vw:red.2:fiat.3:seat:blue.4:b:";

fn fetching() -> Fetch {
    Fetch::new(&ClientLimits::default(), START + Duration::from_mins(1), START)
}

fn at(seconds: f64) -> Instant {
    START + Duration::from_secs_f64(seconds)
}

fn fetch(segments: &[&[u8]], end: End) -> Outcome {
    let mut fetch = fetching();
    for segment in segments {
        assert_eq!(fetch.receive(segment, START), Want::More);
    }
    fetch.finish(end)
}

#[test]
fn every_end_at_every_length_in_every_split() {
    let reset = Fault::new(Reason::Reset, "Connection reset by peer");
    for len in 0..=RESPONSE.len() {
        let sent = &RESPONSE[..len];
        for end in [End::Fin, End::CloseNotify, End::Fault(reset.clone())] {
            let whole = fetch(&[sent], end.clone());
            let expected = match &end {
                End::Fin => Verdict::Complete { verified: false },
                End::CloseNotify => Verdict::Complete { verified: true },
                End::Fault(fault) if len == 0 => Verdict::Failed(fault.clone()),
                End::Fault(fault) => Verdict::Partial(fault.clone()),
            };
            assert_eq!(whole.verdict, expected, "{len} bytes, {end:?}");
            assert_eq!((whole.bytes, &whole.response[..]), (len as u64, sent));

            let (mut cars, mut rejected) = (0, 0);
            whole.for_each_piece(usize::MAX, &mut |piece| match piece {
                Piece::Car { .. } => cars += 1,
                Piece::Rejected(_) => rejected += 1,
            });
            assert_eq!((whole.cars, whole.rejected), (cars, rejected), "{len} bytes, {end:?}");

            let bytewise: Vec<&[u8]> = sent.chunks(1).collect();
            assert_eq!(fetch(&bytewise, end.clone()), whole);
            for split in 0..=len {
                assert_eq!(fetch(&[&sent[..split], &sent[split..]], end.clone()), whole);
            }
        }
    }
}

#[test]
fn a_cut_tail_is_rejected_but_no_bad_record() {
    let outcome = fetch(&[b"1:vw:red.x.2:fi"], End::Fault(Reason::Reset.into()));
    assert_eq!((outcome.cars, outcome.rejected, outcome.bad), (1, 2, 1));
}

#[test]
fn a_response_at_the_limit_is_complete_and_one_past_it_is_nothing() {
    let limits = ClientLimits { response: 12, ..ClientLimits::default() };
    let mut fetch = Fetch::new(&limits, Instant::NEVER, START);
    assert_eq!(fetch.receive(b"1:a:b.2:a:b.", START), Want::More);
    assert_eq!(fetch.receive(b"", START), Want::More);
    assert_eq!(fetch.receive(b"3", START), Want::Enough);
    let outcome = fetch.finish(End::Fin);
    let Verdict::Failed(fault) = &outcome.verdict else { panic!("{:?}", outcome.verdict) };
    assert_eq!(fault.reason, Reason::TooLarge);
    let words = fault.detail.as_deref().unwrap();
    assert!(words.contains("--max-response") && words.contains("--keep"), "{words}");
    assert_eq!((outcome.bytes, outcome.cars, outcome.rejected), (13, 0, 0));
    assert!(outcome.response.is_empty() && outcome.rejections.is_empty());
}

#[test]
fn stopped_for_memory_nothing_is_kept() {
    let outcome = fetch(&[b"1:a:b.2:a:b."], End::Fault(Reason::TooLarge.into()));
    assert_eq!(outcome.verdict, Verdict::Failed(Reason::TooLarge.into()));
    assert_eq!((outcome.bytes, outcome.cars, outcome.response.len()), (12, 0, 0));
}

#[test]
fn silence_is_an_idle_time_out_and_data_moves_it() {
    let mut fetch = fetching();
    assert_eq!(fetch.receive(b"1:a:b.", at(9.0)), Want::More);
    let Fired::Again(fetch) = fetch.fire(at(18.9)) else { panic!("too early") };
    assert_eq!(fetch.deadline(), at(19.0));
    let Fired::Done(outcome) = fetch.fire(at(19.0)) else { panic!("not fired") };
    assert_eq!(outcome.verdict.as_str(), "partial");
    assert_eq!(outcome.verdict.fault().unwrap().reason, Reason::IdleTimeout);
    assert_eq!((outcome.cars, outcome.first_byte), (1, Some(Duration::from_secs(9))));
}

#[test]
fn data_never_moves_the_deadline() {
    let mut fetch = fetching();
    for second in 1..60 {
        assert_eq!(fetch.receive(b"1", at(f64::from(second))), Want::More);
    }
    assert_eq!(fetch.deadline(), at(60.0));
    let Fired::Done(outcome) = fetch.fire(at(60.0)) else { panic!("not fired") };
    assert_eq!(outcome.verdict.fault().unwrap().reason, Reason::Deadline);
}

#[test]
fn only_the_first_rejections_are_kept_one_by_one() {
    let dots = [b'.'; 500];
    let outcome = fetch(&[&dots], End::Fin);
    assert_eq!((outcome.rejected, outcome.rejections.len()), (501, 100));
    assert_eq!(outcome.rejections[99].index, 99);
}

#[test]
fn it_says_how_many_bytes_came() {
    let mut fetch = fetching();
    for (nth, byte) in RESPONSE.iter().enumerate() {
        assert_eq!(fetch.bytes(), nth as u64);
        assert_eq!(fetch.receive(&[*byte], START), Want::More);
    }
    assert_eq!(fetch.bytes(), RESPONSE.len() as u64);
}

/// A tail that was cut is no fault of whoever wrote the list.
#[test]
fn bad_records_are_counted_but_not_a_cut_tail() {
    let of = |end| {
        let outcome = fetch(&[b"x.1:a:b..2:c"], end);
        (outcome.cars, outcome.rejected, outcome.bad)
    };
    assert_eq!(of(End::Fin), (1, 3, 3));
    assert_eq!(of(End::Fault(Reason::Reset.into())), (1, 3, 2));
}
