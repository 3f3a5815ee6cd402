//! Random gathers: whatever happens to whom, in whichever order, is what is read back.

use std::net::SocketAddr;

use carwatch::{Fault, Reason, Verdict};
use carwatch_capture::comment::{OutcomeComment, StationComment};
use carwatch_capture::write::{Connection, End, NoConnection, Stream, Writer};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use crate::reader::read;

/// What happens to one station.
#[derive(Clone, Debug)]
struct Attempt {
    name: String,
    six: bool,
    fate: Fate,
}

#[derive(Clone, Debug)]
enum Fate {
    NotConnected(Reason),
    Connected(Vec<Vec<u8>>, Option<End>),
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let reason = prop_oneof![
        Just(Reason::Refused),
        Just(Reason::Reset),
        Just(Reason::ConnectTimeout),
        Just(Reason::Unreachable),
    ];
    let end = prop_oneof![Just(End::Fin), Just(End::Reset), Just(End::GivenUp)];
    let read =
        prop_oneof![vec(any::<u8>(), 1..40), (64_990_usize..65_010).prop_map(|n| vec![7; n])];
    let fate = prop_oneof![
        reason.prop_map(Fate::NotConnected),
        (vec(read, 0..5), proptest::option::of(end))
            .prop_map(|(reads, end)| Fate::Connected(reads, end)),
    ];
    (".{0,12}", any::<bool>(), fate).prop_map(|(name, six, fate)| Attempt { name, six, fate })
}

proptest! {
    #[test]
    fn what_happened_is_what_is_read_back(
        attempts in vec(attempt(), 1..8),
        order in vec(any::<usize>(), 0..64),
    ) {
        let (bytes, begun) = write(&attempts, &order);
        let file = read(&bytes);
        let streams = file.streams();
        prop_assert_eq!(streams.len(), begun.len());
        for (stream, index) in streams.iter().zip(begun) {
            let attempt = &attempts[index];
            prop_assert_eq!(stream.station, peer(attempt.six));
            match &attempt.fate {
                Fate::NotConnected(reason) => {
                    let (station, outcome) = stream.comments();
                    prop_assert_eq!(station, named(index, &attempt.name));
                    prop_assert_eq!(outcome.reason, Some(*reason));
                    prop_assert!(stream.bytes().is_empty());
                }
                Fate::Connected(reads, end) => {
                    prop_assert_eq!(stream.bytes(), reads.concat());
                    // A frame a read, but for those that are too long.
                    let frames = stream.packets.iter().filter(|p| !p.payload.is_empty()).count();
                    let expected: usize = reads.iter().map(|read| read.len().div_ceil(65_000)).sum();
                    prop_assert_eq!(frames, expected);
                    let last = &stream.packets[stream.packets.len() - 1];
                    match end {
                        Some(End::Fin) => prop_assert_eq!(&last.flags, "ACK"),
                        Some(_) => prop_assert_eq!(&last.flags, "RST,ACK"),
                        None => continue,
                    }
                    prop_assert_eq!(stream.comments().0, named(index, &attempt.name));
                }
            }
        }
    }
}

/// The file, and which attempts began in which order.
fn write(attempts: &[Attempt], order: &[usize]) -> (Vec<u8>, Vec<usize>) {
    let mut out = Vec::new();
    let mut writer = Writer::new("tester", &mut out);
    let mut open: Vec<Option<(Stream, usize)>> = attempts.iter().map(|_| None).collect();
    let mut begun = Vec::new();
    let mut done = vec![false; attempts.len()];
    let everything = (0..attempts.len()).flat_map(|index| [index; 8]);
    for (now, turn) in (1_000..).zip(order.iter().copied().chain(everything)) {
        let index = turn % attempts.len();
        let Attempt { name, six, fate } = &attempts[index];
        if done[index] {
            continue;
        }
        match (fate, open[index].take()) {
            (Fate::NotConnected(reason), _) => {
                begun.push(index);
                done[index] = true;
                let no = NoConnection { peer: peer(*six), dialled_ns: now, ended_ns: now + 5 };
                let outcome = OutcomeComment::from(&Verdict::Failed(Fault::from(*reason)));
                writer.not_connected(&named(index, name), &no, outcome, &mut out);
            }
            (Fate::Connected(..), None) => {
                begun.push(index);
                let connection = Connection {
                    peer: peer(*six),
                    local: Some(SocketAddr::new(peer(*six).ip(), 40_000 + index as u16)),
                    dialled_ns: now,
                    connected_ns: now + 1,
                };
                let stream = writer.connected(&named(index, name), &connection, &mut out);
                open[index] = Some((stream, 0));
            }
            (Fate::Connected(reads, end), Some((mut stream, nth))) => {
                if let Some(bytes) = reads.get(nth) {
                    stream.received(bytes, now, &mut out);
                    open[index] = Some((stream, nth + 1));
                } else {
                    done[index] = true;
                    if let Some(end) = end {
                        let outcome = OutcomeComment::from(&Verdict::Complete { verified: false });
                        stream.ended(*end, outcome, now, &mut out);
                    }
                }
            }
        }
    }
    (out, begun)
}

fn named(index: usize, name: &str) -> StationComment {
    StationComment {
        index: index as u64,
        name: name.into(),
        address: "x:1".into(),
        attempt: 1,
        round: 1,
        began_ns: None,
    }
}

fn peer(six: bool) -> SocketAddr {
    if six {
        "[2001:db8::5]:8000".parse().expect("an address")
    } else {
        ([10, 0, 0, 5], 8000).into()
    }
}
