//! Captures that carwatch wrote: what they say wins over the wire.

use std::time::Duration;

use carwatch::fetch::{End as FetchEnd, Fetch};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Fault, Reason, Report, Verdict};
use carwatch_capture::comment::{
    AbsentComment, Comment, GatherComment, OutcomeComment, OutcomeName, StationComment,
};
use carwatch_capture::inspect::Inspected;
use carwatch_capture::write::{Connection, End, NoConnection, Writer};

use crate::build::*;

const T0: u64 = 1_795_000_000_000_000_000;
const MS: u64 = 1_000_000;

fn station(index: u64, name: &str, attempt: u32, round: u64) -> StationComment {
    StationComment {
        index,
        name: name.into(),
        address: format!("{name}.invalid:8000"),
        attempt,
        round,
        began_ns: None,
    }
}

fn connection(port: u16, at: u64) -> Connection {
    Connection {
        peer: ([10, 0, 0, 5], 8000).into(),
        local: Some(([10, 0, 0, 2], port).into()),
        dialled_ns: T0 + at * MS,
        connected_ns: T0 + (at + 1) * MS,
    }
}

/// A connection of these bytes, and its end as live.
fn write(
    writer: &mut Writer,
    of: &StationComment,
    at: u64,
    bytes: &[u8],
    end: End,
    fetch_end: FetchEnd,
    out: &mut Vec<u8>,
) {
    let mut fetch =
        Fetch::new(&ClientLimits::default(), Instant::NEVER, Instant::from_nanos((at + 1) * MS));
    let port = 40_000 + (of.index * 100 + of.round * 10) as u16 + of.attempt as u16;
    let mut stream = writer.connected(of, &connection(port, at), out);
    if !bytes.is_empty() {
        stream.received(bytes, T0 + (at + 3) * MS, out);
        let _ = fetch.receive(bytes, Instant::from_nanos((at + 3) * MS));
    }
    let outcome = OutcomeComment::from(&fetch.finish(fetch_end));
    stream.ended(end, outcome, T0 + (at + 5) * MS, out);
}

fn reset() -> FetchEnd {
    FetchEnd::Fault(Fault::new(Reason::Reset, "Connection reset by peer (os error 104)"))
}

#[test]
fn lines_stand_in_the_order_given_with_their_own_words() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    write(&mut writer, &station(2, "late", 1, 1), 0, b"1:a:b.2:c", End::Reset, reset(), &mut out);
    write(
        &mut writer,
        &station(0, "first", 1, 1),
        10,
        b"1:a:b",
        End::Fin,
        FetchEnd::CloseNotify,
        &mut out,
    );
    let idle = FetchEnd::Fault(Fault::new(Reason::IdleTimeout, "nothing came for 10s"));
    write(&mut writer, &station(1, "mid", 1, 1), 20, b"1:a:b.", End::GivenUp, idle, &mut out);
    let fault = Fault::new(Reason::NameNotFound, "no such name");
    let absent = AbsentComment {
        index: 3,
        name: "gone".into(),
        address: "gone.invalid:8000".into(),
        attempt: 1,
        round: 1,
        began_ns: T0,
        ended_ns: T0 + 7 * MS,
        outcome: OutcomeName::Failed,
        reason: Some(fault.reason),
        detail: fault.detail,
    };
    let never = AbsentComment {
        index: 4,
        name: "never".into(),
        attempt: 0,
        reason: Some(Reason::Deadline),
        ..absent.clone()
    };
    let gather = GatherComment { round: 1, began_ns: T0 - MS, ended_ns: T0 + 99 * MS, stations: 5 };
    writer.section(
        &[Comment::Absent(absent), Comment::Absent(never), Comment::Gather(gather)],
        &mut out,
    );

    let inspected = inspect(&out);
    assert_eq!(inspected.notes, []);
    assert_eq!(inspected.report.elapsed, Some(Duration::from_millis(100)));
    let ms = |time: Option<Duration>| time.map(|time| time.as_millis());
    let lines: Vec<_> = inspected
        .report
        .stations
        .iter()
        .map(|s| {
            (
                s.name.as_str(),
                verdict(s),
                s.outcome.cars,
                s.outcome.bytes,
                s.attempts,
                ms(s.first_byte),
                ms(s.elapsed),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("first", "complete".into(), 1, 5, 1, Some(3), Some(5)),
            ("mid", "partial idle_timeout: nothing came for 10s".into(), 1, 6, 1, Some(3), Some(5)),
            (
                "late",
                "partial reset: Connection reset by peer (os error 104)".into(),
                1,
                9,
                1,
                Some(3),
                Some(5)
            ),
            ("gone", "failed name_not_found: no such name".into(), 0, 0, 1, None, Some(7)),
            ("never", "failed deadline: no such name".into(), 0, 0, 0, None, Some(0)),
        ]
    );
    assert_eq!(inspected.report.stations[0].outcome.verdict, Verdict::Complete { verified: true });
    assert_eq!(inspected.report.stations[0].address, "first.invalid:8000");
}

#[test]
fn of_several_attempts_the_best_counts() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    write(&mut writer, &station(0, "gate", 1, 1), 0, b"1:a:b.", End::Reset, reset(), &mut out);
    write(&mut writer, &station(0, "gate", 2, 1), 10, b"2:c:d.", End::Reset, reset(), &mut out);
    let refused = NoConnection {
        peer: ([10, 0, 0, 5], 8000).into(),
        dialled_ns: T0 + 20 * MS,
        ended_ns: T0 + 21 * MS,
    };
    let fault = Verdict::Failed(Fault::new(Reason::Refused, "Connection refused (os error 111)"));
    writer.not_connected(
        &station(0, "gate", 3, 1),
        &refused,
        OutcomeComment::from(&fault),
        &mut out,
    );
    let gate = one(&out);
    assert_eq!((gate.attempts, text(&gate).as_str()), (3, "2:c:d."));
    assert_eq!(gate.first_byte, Some(Duration::from_millis(13)));
    assert_eq!(gate.elapsed, Some(Duration::from_millis(21)));
}

#[test]
fn a_refused_attempt_is_a_line() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    let refused =
        NoConnection { peer: ([10, 0, 0, 5], 8000).into(), dialled_ns: T0, ended_ns: T0 + MS };
    let fault = Verdict::Failed(Fault::new(Reason::Refused, "Connection refused (os error 111)"));
    writer.not_connected(
        &station(0, "gate", 1, 1),
        &refused,
        OutcomeComment::from(&fault),
        &mut out,
    );
    assert_eq!(verdict(&one(&out)), "failed refused: Connection refused (os error 111)");
}

#[test]
fn later_rounds_are_lines_of_their_own() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    for round in 1..=2 {
        for index in 0..2 {
            let name = ["gate", "bridge"][index as usize];
            write(
                &mut writer,
                &station(index, name, 1, round),
                round * 10,
                b"1:a:b",
                End::Fin,
                FetchEnd::Fin,
                &mut out,
            );
        }
    }
    let report = inspect(&out).report;
    let names: Vec<_> = report.stations.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["gate", "bridge", "gate#2", "bridge#2"]);
}

#[test]
fn too_large_is_failed_with_the_bytes_that_were_read() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    let of = station(0, "gate", 1, 1);
    let mut fetch = Fetch::new(
        &ClientLimits { response: 4, ..ClientLimits::default() },
        Instant::NEVER,
        Instant::default(),
    );
    let mut stream = writer.connected(&of, &connection(40_001, 0), &mut out);
    stream.received(b"1:a:b", T0 + 2 * MS, &mut out);
    let _ = fetch.receive(b"1:a:b", Instant::default());
    let live = fetch.finish(FetchEnd::Fin);
    stream.ended(End::GivenUp, OutcomeComment::from(&live), T0 + 3 * MS, &mut out);
    let gate = one(&out);
    assert_eq!(gate.outcome, live);
}

#[test]
fn a_capture_that_was_thinned_does_not_claim_to_be_whole() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    let of = station(0, "gate", 1, 1);
    let stream = writer.connected(&of, &connection(40_001, 0), &mut out);
    let outcome = OutcomeComment {
        bytes: 40,
        ..OutcomeComment::from(&Verdict::Complete { verified: false })
    };
    stream.ended(End::Fin, outcome, T0 + 3 * MS, &mut out);
    assert_eq!(verdict(&one(&out)), "failed capture: only 0 of 40 bytes were captured");
}

#[test]
fn a_gather_that_was_killed_is_read_so_far() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    write(&mut writer, &station(0, "gate", 1, 1), 0, b"1:a:b", End::Fin, FetchEnd::Fin, &mut out);
    let mut stream =
        writer.connected(&station(1, "bridge", 1, 1), &connection(40_002, 7), &mut out);
    stream.received(b"1:a:b.2", T0 + 9 * MS, &mut out);
    let inspected = inspect(&out);
    let bridge = &inspected.report.stations[1];
    assert_eq!(bridge.name, "bridge");
    assert_eq!(verdict(bridge), "partial capture: the end of the stream was not captured");
    assert_eq!(inspected.report.elapsed, Some(Duration::from_millis(9)));
}

#[test]
fn a_damaged_comment_is_noted() {
    let mut ng = Ng::new(false);
    ng.section(&[]);
    ng.interface(101, &[]);
    for segment in stream(7, &[b"1:a:b"]) {
        ng.packet(
            0,
            0,
            &segment.ip(),
            &["carwatch outcome {\"outcome\":\"splendid\"}"][..usize::from(segment.flags & FIN)],
        );
    }
    let inspected = inspect(&ng.out);
    assert_eq!(inspected.notes.len(), 2);
    assert!(inspected.notes[0].words.starts_with("a comment of carwatch's cannot be read: "));
    assert_eq!(verdict(&inspected.report.stations[0]), "complete");
}

/// A gather of two rounds of two stations: of `gate`, refused and then reached, and of another
/// that never had an address in its first attempt.
fn gather(from: u64, other: &str, answer: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    for round in 1..=2 {
        let at = from + round * 100;
        let gate = |attempt| station(0, "gate", attempt, round);
        write(&mut writer, &gate(1), at, b"", End::Reset, reset(), &mut out);
        let answer = format!("{answer}:{round}");
        let fin = FetchEnd::Fin;
        write(&mut writer, &gate(2), at + 10, answer.as_bytes(), End::Fin, fin, &mut out);
        let late = station(1, other, 2, round);
        let fin = FetchEnd::Fin;
        write(&mut writer, &late, at + 30, answer.as_bytes(), End::Fin, fin, &mut out);
        let absent = AbsentComment {
            index: 1,
            name: other.into(),
            address: late.address,
            attempt: 1,
            round,
            began_ns: T0 + (at + 20) * MS,
            ended_ns: T0 + (at + 21) * MS,
            outcome: OutcomeName::Failed,
            reason: Some(Reason::NameNotFound),
            detail: None,
        };
        writer.section(&[Comment::Absent(absent)], &mut out);
    }
    out
}

#[test]
fn captures_one_behind_the_other_lose_nothing() {
    let lines = |file: &[u8]| -> Vec<_> {
        let stations = inspect(file).report.stations;
        stations.iter().map(|s| (s.name.clone(), text(s), s.attempts)).collect()
    };
    let expected = |all: &[(&str, &str)]| -> Vec<_> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned(), 2)).collect()
    };
    let first = [("gate", "1:a:1"), ("late", "1:a:1"), ("gate#2", "1:a:2"), ("late#2", "1:a:2")];
    assert_eq!(lines(&gather(0, "late", "1:a")), expected(&first));
    let second =
        [("gate#3", "2:b:1"), ("late#3", "2:b:1"), ("gate#4", "2:b:2"), ("late#4", "2:b:2")];
    let both = [gather(0, "late", "1:a"), gather(1000, "late", "2:b")].concat();
    assert_eq!(lines(&both), expected(&[first, second].concat()));
    // Their order does not matter, their times do.
    let both = [gather(1000, "late", "2:b"), gather(0, "late", "1:a")].concat();
    assert_eq!(lines(&both), expected(&[first, second].concat()));
    // At once: whose attempt is whose cannot be told, but all are there.
    let both = [gather(0, "late", "1:a"), gather(1, "late", "2:b")].concat();
    let mut texts: Vec<_> = lines(&both).into_iter().map(|(_, text, _)| text).collect();
    texts.sort();
    let all = ["1:a:1", "1:a:1", "1:a:2", "1:a:2", "2:b:1", "2:b:1", "2:b:2", "2:b:2"];
    assert_eq!(texts, all);
}

#[test]
fn the_same_place_of_another_name_is_another_station() {
    let file = [gather(0, "late", "1:a"), gather(1000, "exit", "2:b")].concat();
    let stations = inspect(&file).report.stations;
    let seen: Vec<_> = stations.iter().map(|s| (s.name.as_str(), text(s))).collect();
    let seen: Vec<_> = seen.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("gate", "1:a:1"),
            ("late", "1:a:1"),
            ("exit", "2:b:1"),
            ("gate#2", "1:a:2"),
            ("late#2", "1:a:2"),
            ("exit#2", "2:b:2"),
            ("gate#3", "2:b:1"),
            ("gate#4", "2:b:2"),
        ]
    );
}

#[test]
fn a_stream_is_at_least_the_first_attempt() {
    let mut out = Vec::new();
    let mut writer = Writer::new("test", &mut out);
    let forged = station(0, "gate", 0, 1);
    write(&mut writer, &forged, 0, b"1:a:b", End::Fin, FetchEnd::Fin, &mut out);
    let gate = one(&out);
    assert_eq!((gate.attempts, gate.elapsed), (1, Some(Duration::from_millis(5))));
}

#[test]
fn many_equal_names_take_no_quadratic_time() {
    let station = one(b"1:a:b");
    let files = (0..200_000).map(|_| Inspected {
        report: Report { stations: vec![station.clone()], elapsed: None },
        notes: Vec::new(),
        details: Vec::new(),
    });
    // Quadratic, this would be 20 billion names.
    let all = Inspected::join(files).report.stations;
    assert_eq!(all[0].name, "x.pcap");
    assert_eq!(all[199_999].name, "x.pcap#200000");
}
