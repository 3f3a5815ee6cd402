//! Captures as something to serve again.

use std::time::Duration;

use carwatch::Reason;
use carwatch_capture::comment::{AbsentComment, Comment, OutcomeName, StationComment};
use carwatch_capture::recording::{Ending, RecordedAttempt, Recorder, Recording};

use crate::build::*;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn chunks(attempt: &RecordedAttempt) -> Vec<(Duration, &[u8])> {
    attempt.pieces().collect()
}

#[test]
fn chunks_times_and_ends() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let [station] = &recording.stations[..] else { panic!("{recording:?}") };
    assert_eq!((station.name.as_str(), station.address.as_str()), ("capture", STATION));
    let [attempt] = &station.attempts[..] else { panic!("{recording:?}") };
    assert!(attempt.connected);
    assert_eq!(chunks(attempt), [(ms(2), &b"1:a:b."[..]), (ms(3), b"2:c:d")]);
    assert_eq!((attempt.end, attempt.at), (Ending::Fin, ms(4)));

    all[5] = Seg::station(19, RST, b"");
    let ends =
        |all: &[Seg]| Recording::read(&pcap(all), 1 << 20).unwrap().stations[0].attempts[0].end;
    assert_eq!(ends(&all[..6]), Ending::Reset);
    assert_eq!(ends(&all[..5]), Ending::Silent);
    all[5] = Seg::client(101, RST, b"");
    assert_eq!(ends(&all[..6]), Ending::Silent);
}

#[test]
fn a_gap_is_served_up_to_it() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d", b"3:e:f"]);
    all.remove(4);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!(chunks(attempt), [(ms(2), &b"1:a:b."[..])]);
    assert_eq!(attempt.end, Ending::Silent);
}

#[test]
fn what_came_late_is_served_when_it_came() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.swap(3, 4);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!(chunks(attempt), [(ms(3), &b"1:a:b.2:c:d"[..])]);
}

#[test]
fn a_refusal_is_an_attempt() {
    let all = [Seg::client(100, SYN, b""), Seg::station(0, RST | ACK, b"")];
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!((attempt.connected, attempt.end, attempt.at), (false, Ending::Reset, ms(1)));
    assert!(attempt.chunks.is_empty());
}

#[test]
fn what_cannot_be_served_is_an_error() {
    let error = |file: &[u8], memory| Recording::read(file, memory).unwrap_err();
    assert_eq!(error(b"1:a:b", 1 << 20), "it is no capture: neither pcap nor pcapng");
    assert_eq!(error(&pcap(&[]), 1 << 20), "no TCP stream was captured");
    let unknown = pcap_of(9999, &[b"?".to_vec()]);
    assert_eq!(
        error(&unknown, 1 << 20),
        "no TCP stream was captured: 1 packet of link type 9999, which is not known here",
    );
    let all = stream(7, &[&[b'x'; 5000]]);
    assert_eq!(error(&pcap(&all), 3000), "its answers take more than 3000 bytes");
    let mut recorder = Recorder::new("gate.pcap", 1 << 20);
    pcap(&all).chunks(3).for_each(|chunk| recorder.feed(chunk));
    assert_eq!(recorder.finish().unwrap().stations[0].name, "gate.pcap");
}

#[test]
fn also_what_a_gather_gave_up_is_served() {
    let mut ng = Ng::new(false);
    ng.section(&[]);
    ng.interface(101, &[]);
    let said = "carwatch outcome {\"outcome\":\"failed\",\"reason\":\"too_large\",\"verified\":false,\
                \"bytes\":5,\"first_byte_ns\":1,\"detail\":null}";
    for segment in stream(7, &[b"1:a:b"]) {
        let comments: &[&str] = if segment.flags & FIN != 0 { &[said] } else { &[] };
        ng.packet(0, 0, &segment.ip(), comments);
    }
    let recording = Recording::read(&ng.out, 1 << 20).unwrap();
    assert_eq!(chunks(&recording.stations[0].attempts[0]), [(ms(0), &b"1:a:b"[..])]);
    assert_eq!(verdict(&one(&ng.out)), "failed too_large: ");
}

/// Memory that grew with the square of the chunks would be gigabytes for a few megabytes.
#[test]
fn many_chunks_take_about_the_memory_of_their_bytes() {
    let answer: Vec<u8> = b"1:a:b.".iter().copied().cycle().take(20_000).collect();
    let all = stream(7, &answer.chunks(1).collect::<Vec<_>>());
    let recording = Recording::read(&pcap(&all), 1 << 24).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!((attempt.chunks.len(), &attempt.bytes), (answer.len(), &answer));
    assert!(attempt.pieces().map(|(_, chunk)| chunk).eq(answer.chunks(1)));
    assert!(attempt.bytes.capacity() <= 2 * answer.len(), "{}", attempt.bytes.capacity());
    assert!(attempt.chunks.capacity() <= 2 * answer.len(), "{}", attempt.chunks.capacity());
}

fn absent(index: u64, attempt: u32, reason: Reason) -> String {
    let absent = AbsentComment {
        index,
        name: format!("s{index}"),
        address: format!("s{index}.invalid:8000"),
        attempt,
        round: 1,
        began_ns: 1_000_000,
        ended_ns: 9_000_000,
        outcome: OutcomeName::Failed,
        reason: Some(reason),
        detail: None,
    };
    Comment::Absent(absent).to_text()
}

/// Whether it was connected, how many bytes came, and how it ended.
type End = (bool, usize, Ending);

fn ends(recording: &Recording) -> Vec<(&str, Vec<End>)> {
    let of = |attempt: &RecordedAttempt| (attempt.connected, attempt.bytes.len(), attempt.end);
    let stations = recording.stations.iter();
    stations.map(|s| (s.name.as_str(), s.attempts.iter().map(of).collect())).collect()
}

#[test]
fn attempts_without_an_address_and_stations_never_tried_have_their_places() {
    let mut ng = Ng::new(false);
    ng.section(&[
        &absent(0, 1, Reason::NameNotFound),
        &absent(0, 2, Reason::ConnectTimeout),
        &absent(1, 1, Reason::NameNotFound),
        &absent(1, 3, Reason::NameNotFound),
        &absent(2, 0, Reason::Deadline),
    ]);
    let without_streams = Recording::read(&ng.out, 1 << 20).unwrap();
    assert_eq!(without_streams.stations[0].attempts[0].at, ms(8));
    let never = (false, 0, Ending::Reset);
    let first = ("s0", vec![never, (false, 0, Ending::Silent)]);
    let last = ("s2", vec![]);
    let expected = [first.clone(), ("s1", vec![never; 2]), last.clone()];
    assert_eq!(ends(&without_streams), expected);

    // The same, and a stream between the two others of its station.
    ng.interface(101, &[]);
    let label = Comment::Station(StationComment {
        index: 1,
        name: "s1".into(),
        address: "s1.invalid:8000".into(),
        attempt: 2,
        round: 1,
        began_ns: None,
    });
    for (nth, segment) in stream(7, &[b"1:a:b"]).iter().enumerate() {
        let comments = [label.to_text()];
        let comments: Vec<_> = comments[usize::from(nth > 0)..].iter().map(|t| &t[..]).collect();
        ng.packet(0, 0, &segment.ip(), &comments);
    }
    let recording = Recording::read(&ng.out, 1 << 20).unwrap();
    let expected = [first, ("s1", vec![never, (true, 5, Ending::Fin), never]), last];
    assert_eq!(ends(&recording), expected);
    // What is wrong with the file is not lost where only comments are left of it.
    let cut = Recording::read(&ng.out[..ng.out.len() - 3], 1 << 20).unwrap();
    assert_eq!(cut.notes.len(), 1, "{:?}", cut.notes);
}

#[test]
fn a_capture_of_comments_alone_says_that_it_is_cut() {
    let mut ng = Ng::new(false);
    ng.section(&[&absent(0, 1, Reason::NameNotFound)]);
    assert!(Recording::read(&ng.out, 1 << 20).unwrap().notes.is_empty());
    ng.interface(101, &[]);
    let cut = Recording::read(&ng.out[..ng.out.len() - 3], 1 << 20).unwrap();
    assert_eq!((cut.stations.len(), cut.notes.len()), (1, 1), "{cut:?}");
}
