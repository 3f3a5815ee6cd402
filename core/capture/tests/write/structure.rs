//! Known attempts, packet by packet.

use std::net::SocketAddr;

use carwatch::{Fault, Reason, Verdict};
use carwatch_capture::comment::{
    AbsentComment, Comment, GatherComment, OutcomeComment, OutcomeName, StationComment,
};
use carwatch_capture::write::{Connection, End, NoConnection, Writer};

use crate::reader::{File, Stream, read};

#[test]
fn the_header_says_what_wrote_it_and_that_the_frames_are_made_up() {
    let file = write(|_, _| {});
    let [section] = &file.sections[..] else { panic!("{file:?}") };
    assert_eq!(section.program, "tester 1.2.3");
    assert_eq!(section.interfaces, 1);
    let [provenance] = &section.comments[..] else { panic!("{section:?}") };
    assert!(provenance.contains("synthesised"), "{provenance}");
    assert!(provenance.contains("not what was on the wire"), "{provenance}");
    assert!(Comment::parse(provenance).is_err());
}

#[test]
fn a_complete_stream_ends_by_fin() {
    let file = connected(&[b"a:b:c", b".d:e:f"], End::Fin, complete());
    let expected = [
        "100 client SYN 0",
        "200 station SYN,ACK 0",
        "200 client ACK 0",
        "301 station PSH,ACK 5",
        "302 station PSH,ACK 6",
        "900 station FIN,ACK 0",
        "900 client FIN,ACK 0",
        "900 station ACK 0",
    ];
    assert_eq!(file.streams()[0].picture(), expected);
    assert_eq!(file.streams()[0].bytes(), b"a:b:c.d:e:f");
    assert_eq!(file.streams()[0].comments(), (gate(), complete()));
    assert_eq!(file.streams()[0].client, local());
    assert_eq!(file.streams()[0].station, peer());
}

#[test]
fn a_broken_stream_ends_by_the_stations_rst_and_one_given_up_by_the_clients() {
    let reset = connected(&[b"a:b"], End::Reset, failed(Reason::Reset));
    assert_eq!(reset.streams()[0].picture()[4..], ["900 station RST,ACK 0"]);
    let given_up = connected(&[], End::GivenUp, failed(Reason::IdleTimeout));
    assert_eq!(given_up.streams()[0].picture()[3..], ["900 client RST,ACK 0"]);
    for file in [reset, given_up] {
        file.streams()[0].bytes();
        file.streams()[0].comments();
    }
}

#[test]
fn who_is_refused_is_answered_by_rst() {
    for reason in [Reason::Refused, Reason::Reset] {
        let file = not_connected(peer(), reason);
        let expected = ["100 client SYN 0", "900 station RST,ACK 0"];
        assert_eq!(file.streams()[0].picture(), expected);
        assert_eq!(file.streams()[0].comments(), (gate(), failed(reason)));
        assert_eq!(file.packets[1].acknowledged, file.packets[0].sequence.wrapping_add(1));
    }
}

#[test]
fn who_is_not_answered_has_one_packet_with_both_comments_and_the_end() {
    for reason in [Reason::ConnectTimeout, Reason::Unreachable, Reason::Cancelled, Reason::Deadline]
    {
        let file = not_connected(peer(), reason);
        assert_eq!(file.streams()[0].picture(), ["100 client SYN 0"]);
        let ended = OutcomeComment { ended_ns: Some(900), ..failed(reason) };
        assert_eq!(file.streams()[0].comments(), (gate(), ended));
    }
}

#[test]
fn the_unknown_end_of_a_connection_that_was_never_made_is_recognisable() {
    for (peer, local) in [
        ("192.0.2.1:8000", "0.0.0.0:61000"),
        ("[2001:db8::1]:8000", "[::]:61000"),
        ("127.0.0.7:8000", "127.0.0.7:61000"),
        ("[::1]:8000", "[::1]:61000"),
        ("127.0.0.7:61000", "127.0.0.7:61001"),
    ] {
        let file = not_connected(peer.parse().unwrap(), Reason::Refused);
        assert_eq!(file.streams()[0].client, local.parse().unwrap());
        assert_eq!(file.streams()[0].station, peer.parse().unwrap());
    }
}

#[test]
fn attempts_at_one_address_are_different_streams() {
    let tries = 5_000;
    let file = write(|writer, out| {
        for _ in 0..tries {
            writer.not_connected(&gate(), &no_connection(peer()), failed(Reason::Refused), out);
        }
    });
    let streams = file.streams();
    assert_eq!(streams.len(), tries);
    let mut initial: Vec<u32> = streams.iter().map(|s| s.packets[0].sequence).collect();
    initial.sort_unstable();
    initial.dedup();
    assert_eq!(initial.len(), tries, "a port that is used again has another initial number");
    let first: Vec<_> = streams.iter().map(|stream| stream.client.port()).take(3).collect();
    assert_eq!(first, [61_000, 61_001, 61_002]);
    assert!(streams.iter().all(|stream| stream.client.port() >= 61_000));
}

#[test]
fn an_end_that_the_system_does_not_tell_is_made_up() {
    let six: SocketAddr = "[fe80::1]:9".parse().unwrap();
    for (told, expected) in [(None, "0.0.0.0:61000"), (Some(six), "0.0.0.0:9")] {
        let file = write(|writer, out| {
            let connection = Connection { local: told, ..connection() };
            let stream = writer.connected(&gate(), &connection, out);
            stream.ended(End::Fin, complete(), 900, out);
        });
        assert_eq!(file.streams()[0].client, expected.parse().unwrap());
    }
}

#[test]
fn a_long_read_is_several_frames_at_one_time() {
    let long = vec![b'x'; 2 * 65_000 + 1];
    for peer in ["192.0.2.1:8000", "[2001:db8::1]:8000"] {
        let file = write(|writer, out| {
            let connection = Connection { peer: peer.parse().unwrap(), ..connection() };
            let mut stream = writer.connected(&gate(), &connection, out);
            stream.received(&long, 300, out);
            stream.ended(End::Fin, complete(), 900, out);
        });
        let expected = ["300 station ACK 65000", "300 station ACK 65000", "300 station PSH,ACK 1"];
        assert_eq!(file.streams()[0].picture()[3..6], expected);
        assert_eq!(file.streams()[0].bytes(), long);
    }
}

#[test]
fn what_is_under_way_stays_within_the_window() {
    let megabyte = vec![b'x'; 1 << 20];
    let reads = vec![&megabyte[..]; 40];
    let file = connected(&reads, End::Fin, complete());
    let streams = file.streams();
    assert_eq!(streams[0].bytes().len(), 40 << 20);
    let acknowledgements =
        streams[0].packets.iter().filter(|p| p.from == local() && p.flags == "ACK").count();
    assert_eq!(acknowledgements, 1 + 2, "the handshake's, and one each 16 MiB");
}

#[test]
fn the_begin_of_an_attempt_is_said_where_it_is_not_the_first_packets() {
    for (began, said) in [(Some(40), Some(40)), (Some(100), None), (Some(101), None), (None, None)]
    {
        let file = write(|writer, out| {
            let station = StationComment { began_ns: began, ..gate() };
            let outcome = failed(Reason::Refused);
            writer.not_connected(&station, &no_connection(peer()), outcome, out);
        });
        assert_eq!(file.streams()[0].comments().0.began_ns, said);
    }
}

#[test]
fn a_further_section_has_comments_and_the_packets_that_follow() {
    let absent = Comment::Absent(AbsentComment {
        index: 3,
        name: "x".into(),
        address: "nosuch.invalid:8000".into(),
        attempt: 1,
        round: 1,
        began_ns: 5,
        ended_ns: 6,
        outcome: OutcomeName::Failed,
        reason: Some(Reason::NameNotFound),
        detail: Some("no\nsuch name".into()),
    });
    let gather = Comment::Gather(GatherComment { round: 1, began_ns: 1, ended_ns: 9, stations: 4 });
    let file = write(|writer, out| {
        let mut stream = writer.connected(&gate(), &connection(), out);
        stream.received(b"a:b", 300, out);
        writer.section(&[absent.clone(), gather.clone()], out);
        stream.received(b":c", 400, out);
        stream.ended(End::Fin, complete(), 900, out);
    });
    assert_eq!(file.sections.len(), 2);
    assert_eq!(file.sections[1].interfaces, 1);
    assert_eq!(file.of_sections(), [absent, gather]);
    assert_eq!(file.streams()[0].bytes(), b"a:b:c");
}

#[test]
fn a_file_is_readable_when_it_ends_after_any_block() {
    let mut out = Vec::new();
    let mut writer = Writer::new("tester 1.2.3", &mut out);
    let mut stream = writer.connected(&gate(), &connection(), &mut out);
    stream.received(&[b'x'; 70_001], 300, &mut out);
    writer.section(&[], &mut out);
    stream.ended(End::Fin, complete(), 900, &mut out);
    let file = read(&out);
    assert_eq!(file.ends.len(), 2 + 3 + 2 + 2 + 3);
    for end in &file.ends {
        let cut = read(&out[..*end]);
        let part = cut.streams().first().map(Stream::bytes).unwrap_or_default();
        assert!(vec![b'x'; 70_001].starts_with(&part));
    }
}

#[test]
fn times_clamp_within_a_stream_and_are_whole_64_bits() {
    let late = 1_795_000_000_123_456_789;
    let file = write(|writer, out| {
        let connection = Connection { dialled_ns: late, connected_ns: late - 1, ..connection() };
        let mut stream = writer.connected(&gate(), &connection, out);
        stream.received(b"x", late - 5, out);
        stream.ended(End::Fin, complete(), late + 7, out);
    });
    let times: Vec<u64> = file.packets.iter().map(|packet| packet.nanos).collect();
    assert_eq!(times, [late, late, late, late, late + 7, late + 7, late + 7]);
}

fn connected(reads: &[&[u8]], end: End, outcome: OutcomeComment) -> File {
    write(|writer, out| {
        let mut stream = writer.connected(&gate(), &connection(), out);
        for (nth, bytes) in (301..).zip(reads) {
            stream.received(bytes, nth, out);
        }
        stream.ended(end, outcome, 900, out);
    })
}

fn not_connected(peer: SocketAddr, reason: Reason) -> File {
    write(|writer, out| {
        writer.not_connected(&gate(), &no_connection(peer), failed(reason), out);
    })
}

fn write(history: impl FnOnce(&mut Writer, &mut Vec<u8>)) -> File {
    let mut out = Vec::new();
    let mut writer = Writer::new("tester 1.2.3", &mut out);
    history(&mut writer, &mut out);
    read(&out)
}

fn gate() -> StationComment {
    StationComment {
        index: 0,
        name: "gate".into(),
        address: "192.0.2.1:8000".into(),
        attempt: 1,
        round: 1,
        began_ns: None,
    }
}

fn connection() -> Connection {
    Connection { peer: peer(), local: Some(local()), dialled_ns: 100, connected_ns: 200 }
}

fn no_connection(peer: SocketAddr) -> NoConnection {
    NoConnection { peer, dialled_ns: 100, ended_ns: 900 }
}

fn peer() -> SocketAddr {
    ([192, 0, 2, 1], 8000).into()
}

fn local() -> SocketAddr {
    ([192, 0, 2, 9], 40_000).into()
}

fn complete() -> OutcomeComment {
    OutcomeComment::from(&Verdict::Complete { verified: false })
}

fn failed(reason: Reason) -> OutcomeComment {
    OutcomeComment::from(&Verdict::Failed(Fault::new(reason, "in\u{1b}words")))
}
