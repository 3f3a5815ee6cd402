//! Each toxic at times that are made up.

use std::time::{Duration, Instant};

use super::{Active, Pipe, Step, WINDOW};
use crate::chaos::toxic::{End, Toxic};
use crate::rng::Rng;

/// What a pipe does with `bytes` that come at its begin and end there: each piece and the end,
/// with the milliseconds at which they go out.
fn played(bytes: &[u8], toxics: &[Toxic]) -> (Vec<(u64, Vec<u8>)>, Option<At>) {
    let begin = Instant::now();
    let toxics: Vec<Active> =
        toxics.iter().map(|toxic| Active { toxic: *toxic, since: begin }).collect();
    let (mut pipe, mut now) = (Pipe::new(begin, Rng::new(1)), begin);
    pipe.read(bytes, &toxics, now);
    pipe.read_end(now);
    let mut pieces = Vec::new();
    let millis = |now: Instant| u64::try_from((now - begin).as_millis()).expect("short");
    loop {
        match pipe.next(&toxics, now) {
            Step::Write(piece) => {
                let piece = piece.to_owned();
                pipe.wrote(piece.len(), &toxics, now);
                pieces.push((millis(now), piece));
            }
            Step::Wait(at) => {
                assert!(at > now, "the time is to come");
                now = at;
            }
            Step::Idle => return (pieces, None),
            Step::Ended => return (pieces, Some((millis(now), Step::Ended))),
            Step::Cut(kind, end) => return (pieces, Some((millis(now), Step::Cut(kind, end)))),
        }
    }
}

/// The end, and when it came.
type At = (u64, Step<'static>);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn cut(toxic: Toxic, end: End) -> Step<'static> {
    Step::Cut(toxic.kind(), end)
}

#[test]
fn without_a_toxic_all_goes_at_once() {
    let (pieces, end) = played(b"1:a:b", &[]);
    assert_eq!(pieces, [(0, b"1:a:b".to_vec())]);
    assert_eq!(end, Some((0, Step::Ended)));
}

#[test]
fn latency_delays_what_comes_and_the_end() {
    let toxic = Toxic::Latency { delay: ms(70), jitter: ms(0) };
    let (pieces, end) = played(b"1:a:b", &[toxic]);
    assert_eq!(pieces, [(70, b"1:a:b".to_vec())]);
    assert_eq!(end, Some((70, Step::Ended)));
}

#[test]
fn jitter_varies_it_and_keeps_the_order() {
    let toxic = Toxic::Latency { delay: ms(50), jitter: ms(30) };
    let begin = Instant::now();
    let toxics = [Active { toxic, since: begin }];
    let mut pipe = Pipe::new(begin, Rng::new(1));
    for byte in 0..100 {
        pipe.read(&[byte], &toxics, begin);
    }
    let (mut now, mut delays) = (begin, Vec::new());
    for byte in 0..100 {
        while let Step::Wait(at) = pipe.next(&toxics, now) {
            now = at;
        }
        assert_eq!(pipe.next(&toxics, now), Step::Write(&[byte]));
        pipe.wrote(1, &toxics, now);
        delays.push(now - begin);
    }
    assert!(delays.iter().all(|delay| (ms(20)..=ms(80)).contains(delay)), "{delays:?}");
    assert!(delays[0] < delays[99], "{delays:?}");
}

#[test]
fn bandwidth_spreads_it_evenly() {
    let toxic = Toxic::Bandwidth { rate: 1_000 };
    let (pieces, end) = played(&[7; 500], &[toxic]);
    assert!(pieces.iter().all(|(_, piece)| piece.len() == 50), "{pieces:?}");
    let at: Vec<u64> = pieces.iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [0, 50, 100, 150, 200, 250, 300, 350, 400, 450]);
    assert_eq!(end.expect("it ends").1, Step::Ended);
}

#[test]
fn slow_close_delays_the_end_alone() {
    let (pieces, end) = played(b"1:a:b", &[Toxic::SlowClose { delay: ms(900) }]);
    assert_eq!(pieces, [(0, b"1:a:b".to_vec())]);
    assert_eq!(end, Some((900, Step::Ended)));
}

#[test]
fn timeout_stops_all_and_ends() {
    for end in [End::Fin, End::Reset] {
        let toxic = Toxic::Timeout { after: ms(300), end };
        assert_eq!(played(b"1:a:b", &[toxic]), (vec![], Some((300, cut(toxic, end)))));
    }
}

#[test]
fn reset_peer_lets_through_what_is_due_before() {
    let toxic = Toxic::ResetPeer { after: ms(80) };
    let slicer = Toxic::Slicer { size: 1, variation: 0, pause: ms(30) };
    let (pieces, end) = played(b"12345", &[toxic, slicer]);
    assert_eq!(pieces, [(0, vec![b'1']), (30, vec![b'2']), (60, vec![b'3'])]);
    assert_eq!(end, Some((80, cut(toxic, End::Reset))));
}

#[test]
fn a_slicer_cuts_pieces_of_its_sizes() {
    let toxic = Toxic::Slicer { size: 10, variation: 4, pause: ms(5) };
    let (pieces, end) = played(&[7; 2_000], &[toxic]);
    let sizes: Vec<usize> = pieces.iter().map(|(_, piece)| piece.len()).collect();
    let (last, others) = sizes.split_last().expect("pieces");
    assert!(others.iter().all(|size| (6..=14).contains(size)) && *last <= 14, "{sizes:?}");
    assert!((6..=14).all(|size| others.contains(&size)), "all of its sizes: {sizes:?}");
    assert!(pieces.windows(2).all(|two| two[1].0 - two[0].0 == 5));
    assert_eq!(end.expect("it ends").1, Step::Ended);
}

#[test]
fn limit_data_ends_after_so_many_bytes() {
    for end in [End::Fin, End::Reset] {
        for bytes in [0, 1, 4] {
            let toxic = Toxic::LimitData { bytes, end };
            let (pieces, ended) = played(b"1:a:b", &[toxic]);
            let all: Vec<u8> = pieces.into_iter().flat_map(|(_, piece)| piece).collect();
            assert_eq!(all, b"1:a:b"[..usize::try_from(bytes).expect("few")]);
            assert_eq!(ended, Some((0, cut(toxic, end))));
        }
    }
    let (pieces, end) = played(b"1:a:b", &[Toxic::LimitData { bytes: 6, end: End::Fin }]);
    assert_eq!((pieces.len(), end), (1, Some((0, Step::Ended))));
}

#[test]
fn toxics_come_and_go() {
    let begin = Instant::now();
    let mut pipe = Pipe::new(begin, Rng::new(1));
    pipe.read(b"1:a:b", &[], begin);
    let timeout = Toxic::Timeout { after: ms(300), end: End::Fin };
    let later = [Active { toxic: timeout, since: begin + ms(100) }];
    assert_eq!(pipe.next(&later, begin + ms(100)), Step::Wait(begin + ms(400)));
    assert_eq!(pipe.next(&[], begin + ms(399)), Step::Write(b"1:a:b"));
    assert_eq!(pipe.next(&later, begin + ms(400)), cut(timeout, End::Fin));
}

#[test]
fn what_is_held_back_is_bounded() {
    let begin = Instant::now();
    let mut pipe = Pipe::new(begin, Rng::new(1));
    let mut read = 0;
    while pipe.wants_more() {
        pipe.read(&[7; 16 * 1024], &[], begin);
        read += 16 * 1024;
    }
    assert_eq!(read, WINDOW);
    assert_eq!(pipe.next(&[], begin), Step::Write(&[7; 16 * 1024]));
    pipe.wrote(1, &[], begin);
    assert!(pipe.wants_more());
    pipe.read_end(begin);
    assert!(!pipe.wants_more());
}
