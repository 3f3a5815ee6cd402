//! How streams are put together and how they end.

use carwatch_capture::recording::{Ending, Recording};
use proptest::prelude::*;

use crate::build::*;

fn wire(segments: &[Seg]) -> (String, String) {
    let station = one(&pcap(segments));
    (verdict(&station), text(&station))
}

fn partial(words: &str) -> String {
    format!("partial capture: {words}")
}

#[test]
fn how_streams_end() {
    let mut all = stream(7, &[b"1:a:b.2:c"]);
    assert_eq!(wire(&all), ("complete".into(), "1:a:b.2:c".into()));

    all[4] = Seg::station(17, RST, b"");
    assert_eq!(
        wire(&all[..5]),
        ("partial reset: the station sent a RST".into(), "1:a:b.2:c".into())
    );

    all[4] = Seg::client(101, RST, b"");
    let words = "the client broke the connection off before its end";
    assert_eq!(wire(&all[..5]), (partial(words), "1:a:b.2:c".into()));

    let words = "the end of the stream was not captured";
    assert_eq!(wire(&all[..4]), (partial(words), "1:a:b.2:c".into()));

    // After the FIN it is complete, whatever the client does.
    let mut all = stream(7, &[b"1:a:b"]);
    all[5] = Seg::client(101, RST, b"");
    assert_eq!(wire(&all).0, "complete");
    assert_eq!(wire(&stream(7, &[])).0, "complete");

    let mut all = handshake(7);
    assert_eq!(wire(&all).0, format!("failed capture: {words}"));
    all.push(Seg::station(8, RST, b""));
    assert_eq!(wire(&all).0, "failed reset: the station sent a RST");

    let refused = [Seg::client(100, SYN, b""), Seg::station(0, RST | ACK, b"")];
    assert_eq!(wire(&refused).0, "failed refused: the station answered the SYN with a RST");
    assert_eq!(wire(&refused[..1]).0, "failed capture: the station did not answer");
    let again = [refused[0].clone(), refused[0].clone()];
    assert_eq!(wire(&again).0, "failed capture: the station did not answer");
}

#[test]
fn behind_a_fin_a_rst_says_nothing() {
    let whole = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let complete = ("complete".to_owned(), "1:a:b.2:c:d".to_owned());
    // The FIN takes a number: a RST for what comes after it stands one further.
    for seq in [18, 19, 20, 21, 1_000, 0] {
        for flags in [RST, RST | ACK] {
            for at in 3..=whole.len() {
                let mut all = whole.clone();
                all.insert(at, Seg::station(seq, flags, b""));
                assert_eq!(wire(&all), complete, "{seq} {flags} at {at}");
                let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
                let attempt = &recording.stations[0].attempts[0];
                assert_eq!(attempt.end, Ending::Fin);
                // Of the SYN-ACK, and of the FIN behind it.
                let fin = if at <= 5 { 5 } else { 4 };
                assert_eq!(attempt.at.as_nanos() as u64, fin * STEP, "at {at}");
            }
        }
    }
    // What is missing before the FIN still is.
    let mut all = whole;
    all.remove(4);
    all.push(Seg::station(20, RST, b""));
    assert_eq!(
        wire(&all),
        (partial("bytes 6..11 of the stream were not captured"), "1:a:b.".into())
    );
}

#[test]
fn a_partial_stream_has_a_cut_tail() {
    let mut all = stream(7, &[b"1:a:b.2:c:d"]);
    all[4] = Seg::station(19, RST, b"");
    let outcome = one(&pcap(&all)).outcome;
    assert_eq!((outcome.cars, outcome.rejected, outcome.bad), (1, 1, 0));
}

#[test]
fn a_gap_ends_the_answer() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c", b":d.3:e:f"]);
    all.remove(4);
    let words = "bytes 6..9 of the stream were not captured; 8 bytes behind them left out";
    assert_eq!(wire(&all), (partial(words), "1:a:b.".into()));
    all.remove(3);
    let words = "bytes 0..9 of the stream were not captured; 8 bytes behind them left out";
    assert_eq!(wire(&all).0, format!("failed capture: {words}"));
    // Only the number of the FIN, or of the RST, tells that something is missing.
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.remove(4);
    let words = "bytes 6..11 of the stream were not captured";
    assert_eq!(wire(&all), (partial(words), "1:a:b.".into()));
    all[4] = Seg::station(19, RST | ACK, b"");
    assert_eq!(wire(&all[..5]), (partial(words), "1:a:b.".into()));
}

#[test]
fn repeats_and_probes_change_nothing() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.insert(5, Seg::station(8, ACK, b"1:a:b.2:c"));
    // Keep-alives: the byte before the next, or none; and a window probe with the next one.
    all.insert(5, Seg::station(18, ACK, b"\0"));
    all.insert(5, Seg::station(18, ACK, b""));
    all.insert(4, Seg::station(14, ACK, b"2"));
    all.insert(2, Seg::station(7, SYN | ACK, b""));
    all.insert(1, Seg::client(100, SYN, b""));
    let inspected = inspect(&pcap(&all));
    assert_eq!(inspected.notes, []);
    assert_eq!(wire(&all), ("complete".into(), "1:a:b.2:c:d".into()));
}

#[test]
fn the_first_of_two_versions_is_believed_and_the_other_noted() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.insert(4, Seg::station(10, ACK, b"X:b.Y"));
    let inspected = inspect(&pcap(&all));
    assert_eq!(text(&inspected.report.stations[0]), "1:a:b.Y:c:d");
    let words = "x.pcap: 2 bytes came twice, and differently; what came first counts";
    assert_eq!(inspected.notes.iter().map(ToString::to_string).collect::<Vec<_>>(), [words]);
}

#[test]
fn a_client_may_talk() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.insert(4, Seg::client(101, ACK, b"GET / HTTP/1.0\r\n\r\n"));
    assert_eq!(wire(&all), ("complete".into(), "1:a:b.2:c:d".into()));
}

#[test]
fn without_a_handshake_the_begin_is_missing() {
    let all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let words = "the begin of the stream was not captured: its first record may lack its begin";
    assert_eq!(wire(&all[3..]), (partial(words), "1:a:b.2:c:d".into()));
    // Out of order all the same.
    let mut mixed = all[3..].to_vec();
    mixed.swap(0, 1);
    assert_eq!(wire(&mixed), (partial(words), "1:a:b.2:c:d".into()));
    assert_eq!(one(&pcap(&mixed)).address, STATION);
    // The SYN of the station is enough.
    let one_way: Vec<_> = all.into_iter().filter(|s| s.from.port() == 8000).collect();
    assert_eq!(wire(&one_way), ("complete".into(), "1:a:b.2:c:d".into()));
}

#[test]
fn without_a_syn_ack_nobody_knows_where_the_data_begins() {
    let all = stream(u32::MAX - 3, &[b"1:a:b.", b"2:c:d"]);
    // The first acknowledgement may be the handshake's, or lie behind data that was lost.
    for lost in [&[1][..], &[1, 2], &[1, 2, 3], &[0, 1]] {
        let left = all.iter().enumerate().filter(|(nth, _)| !lost.contains(nth));
        let left: Vec<Seg> = left.map(|(_, segment)| segment.clone()).collect();
        assert!(!wire(&left).0.starts_with("complete"), "without {lost:?}");
    }
}

#[test]
fn who_is_the_station_without_a_handshake() {
    let low = |flags, data: &[u8]| Seg::between("10.0.0.9:70", "10.0.0.5:8000", 5, flags, data);
    let high = |flags, data: &[u8]| Seg::between("10.0.0.5:8000", "10.0.0.9:70", 5, flags, data);
    let address = |all: &[Seg]| one(&pcap(all)).address;
    assert_eq!(address(&[high(ACK, b"1:a:b")]), "10.0.0.5:8000");
    assert_eq!(address(&[low(ACK, b"1:a:b")]), "10.0.0.9:70");
    assert_eq!(address(&[high(ACK, b"1:a:b"), low(ACK, b"1:a:b")]), "10.0.0.9:70");
    assert_eq!(address(&[high(FIN | ACK, b"")]), "10.0.0.9:70");
}

#[test]
fn the_same_ends_again_are_another_stream() {
    let mut all = stream(7, &[b"1:a:b"]);
    let mut second = stream(70_000, &[b"2:c:d"]);
    second[0].seq = 5_000_000;
    second[2].seq = 5_000_001;
    all.extend(second);
    let stations = inspect(&pcap(&all)).report.stations;
    let seen: Vec<_> = stations.iter().map(|s| (s.name.as_str(), verdict(s), text(s))).collect();
    let complete = || "complete".to_owned();
    assert_eq!(
        seen,
        [("x.pcap#1", complete(), "1:a:b".into()), ("x.pcap#2", complete(), "2:c:d".into())]
    );
    assert!(stations.iter().all(|s| s.address == STATION && s.attempts == 1));
}

#[test]
fn data_far_from_a_finished_stream_begins_another() {
    let first = stream(1_000_000_000, &[b"1:a:b"]);
    for end in [FIN, RST] {
        for isn in [0u32, 900_000_000, 1_100_000_000, 3_200_000_000, u32::MAX] {
            let mut all = first[..4].to_vec();
            all.push(Seg::station(1_000_000_006, end | ACK, b""));
            let alone = inspect(&pcap(&all)).report.stations.remove(0);
            all.extend(stream(isn, &[b"2:c:d"]).split_off(3));
            let stations = inspect(&pcap(&all)).report.stations;
            assert_eq!(stations.len(), 2, "{stations:?}");
            assert_eq!(stations[0].outcome, alone.outcome, "{isn}");
            assert_eq!(text(&stations[1]), "2:c:d");
            assert!(verdict(&stations[1]).starts_with("partial capture: the begin"));
        }
    }
    // What was sent again, and what comes late, is of the first.
    let mut all = first.clone();
    all.push(first[3].clone());
    all.push(Seg::station(1_000_000_005, ACK, b"\0"));
    assert_eq!(wire(&all), ("complete".into(), "1:a:b".into()));
    let mut late = first;
    late.swap(3, 4);
    assert_eq!(wire(&late), ("complete".into(), "1:a:b".into()));
}

#[test]
fn streams_may_be_interleaved() {
    let first = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let mut second = first.clone();
    for segment in &mut second {
        for end in [&mut segment.from, &mut segment.to] {
            if end.port() == 8000 {
                end.set_port(8001);
            }
        }
    }
    second[3].data = b"3:e:f.".to_vec();
    let all: Vec<_> = first.into_iter().zip(second).flat_map(|(a, b)| [a, b]).collect();
    let stations = inspect(&pcap(&all)).report.stations;
    let seen: Vec<_> = stations.iter().map(|s| (s.address.as_str(), text(s))).collect();
    assert_eq!(
        seen,
        [("10.0.0.5:8000", "1:a:b.2:c:d".into()), ("10.0.0.5:8001", "3:e:f.2:c:d".into())]
    );
}

#[test]
fn times_are_those_of_the_capture() {
    let inspected = inspect(&pcap(&stream(7, &[b"1:a:b.", b"2:c:d"])));
    let station = &inspected.report.stations[0];
    let ms = std::time::Duration::from_millis;
    assert_eq!(inspected.report.elapsed, Some(ms(6)));
    assert_eq!((station.first_byte, station.elapsed), (Some(ms(3)), Some(ms(6))));
}

/// A stream of `data` in pieces, each sent once or more often, with overlaps, in any order,
/// around any sequence number.
fn shuffled() -> impl Strategy<Value = (Vec<u8>, Vec<Seg>)> {
    let data = prop::collection::vec(prop_oneof![Just(b'.'), Just(b':'), any::<u8>()], 1..200);
    let isn = prop_oneof![Just(7u32), Just(u32::MAX - 50), Just(u32::MAX), any::<u32>()];
    (data, isn, any::<u64>()).prop_flat_map(|(data, isn, _)| {
        let length = data.len();
        let again = prop::collection::vec((0..length, 1..60usize), 0..8);
        let cuts = prop::collection::btree_set(0..length, 0..12);
        (Just(data), Just(isn), again, cuts).prop_flat_map(|(data, isn, again, cuts)| {
            let mut ends: Vec<_> = cuts.into_iter().collect();
            ends.push(data.len());
            let mut from = 0;
            let mut pieces = Vec::new();
            for end in ends {
                pieces.push((from, end));
                from = end;
            }
            pieces.extend(
                again.into_iter().map(|(from, length)| (from, (from + length).min(data.len()))),
            );
            let segments: Vec<_> = pieces
                .into_iter()
                .map(|(from, to)| {
                    let seq = isn.wrapping_add(1).wrapping_add(from as u32);
                    Seg::station(seq, ACK, &data[from..to])
                })
                .collect();
            let fin =
                Seg::station(isn.wrapping_add(1).wrapping_add(data.len() as u32), FIN | ACK, b"");
            let all = [segments, handshake(isn), vec![fin]].concat();
            (Just(data), Just(all).prop_shuffle())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_order_gives_the_same_bytes((data, segments) in shuffled()) {
        let inspected = inspect(&pcap(&segments));
        prop_assert_eq!(&inspected.notes, &[]);
        prop_assert_eq!(inspected.report.stations.len(), 1, "{:?}", inspected.report.stations);
        let station = &inspected.report.stations[0];
        prop_assert_eq!(verdict(station), "complete");
        prop_assert_eq!(&station.outcome.response, &data);
    }

    /// Without one of the pieces there is a prefix, and never anything else.
    #[test]
    fn a_loss_leaves_a_prefix((data, mut segments) in shuffled(), lost in any::<prop::sample::Index>()) {
        let lost = segments.remove(lost.index(segments.len()));
        let stations = inspect(&pcap(&segments)).report.stations;
        for station in &stations {
            prop_assert!(data.starts_with(&station.outcome.response));
            let whole = station.outcome.response == data;
            if station.outcome.verdict.is_complete() {
                prop_assert!(whole, "lost {lost:?}");
            }
        }
    }
}
