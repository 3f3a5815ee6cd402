use std::io::Write;

use super::*;

fn recorded(bytes: &[u8]) -> Result<Recorded, String> {
    let mut file = tempfile::Builder::new().prefix("cars").tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Recorded::open(&Source::File(file.path().into()))
}

fn station(nth: usize, name: &str, attempts: Vec<RecordedAttempt>) -> RecordedStation {
    RecordedStation { name: name.into(), address: format!("10.0.0.{nth}:8000"), attempts }
}

fn attempt(connected: bool, end: recording::Ending) -> RecordedAttempt {
    let bytes = if connected { b"1:a:b".to_vec() } else { Vec::new() };
    let chunks = vec![(Duration::from_millis(3), bytes.len())];
    RecordedAttempt { connected, bytes, chunks, end, at: Duration::from_millis(9) }
}

/// Stations with these names, the nth with n attempts.
fn stations(names: &[&str]) -> Recorded {
    let of = |(nth, name): (usize, &&str)| {
        station(nth, name, vec![attempt(true, recording::Ending::Fin); nth])
    };
    let stations = names.iter().enumerate().map(of).collect();
    Recorded::of("a.pcapng".into(), Recording { stations, notes: Vec::new() }).unwrap()
}

#[test]
fn raw_bytes_are_one_answer_in_one_chunk() {
    for bytes in [&b"1:a:b.2:c:d"[..], b"1", b"", &[0xff; 700_000]] {
        let recorded = recorded(bytes).unwrap();
        let script = &recorded.turns[0].scripts()[0];
        assert_eq!((recorded.turns.len(), recorded.turns[0].scripts().len()), (1, 1));
        assert_eq!((script.bytes(), script.ending()), (bytes, Ending::Fin));
        assert_eq!(script.chunks(), usize::from(!bytes.is_empty()));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let path = "/nonexistent/a.pcapng";
    let said = Recorded::open(&Source::File(path.into())).unwrap_err();
    assert!(said.starts_with(&format!("cannot replay {path}: ")), "{said}");
    // A capture without a packet.
    let words = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101];
    let empty: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert!(recorded(&empty).unwrap_err().starts_with("cannot replay "));
    assert!(recorded(&empty[..20]).unwrap_err().starts_with("cannot replay "));
    // Neither what is not known nor what a stranger wrote is printed raw.
    let why = "no TCP stream was captured: 1 packet of link type 9999, which is not known here";
    let unknown = [&empty[..20], &9999_u32.to_le_bytes(), &[0; 16]].concat();
    assert!(recorded(&unknown).unwrap_err().ends_with(why));
    let said = recorded(&section(br#"carwatch absent {"outcome":"\u001b[31m"}"#)).unwrap_err();
    assert!(said.contains("[31m") && !said.contains('\u{1b}'), "{said:?}");
    assert!(recorded(b"\x1f\x8b\x08 not really").unwrap_err().starts_with("cannot replay "));
}

/// Whatever kind of file it is.
#[test]
fn what_is_held_is_bounded() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[b'x'; 1000]).unwrap();
    assert_eq!(record(file.path(), 1000).map(|recording| recording.stations.len()), Ok(1));
    let said = record(file.path(), 999).unwrap_err();
    assert!(said.contains("999"), "{said}");
    let capture = capture(&[b'x'; 1000]);
    std::fs::write(file.path(), capture).unwrap();
    let stations = record(file.path(), 1_000_000).unwrap().stations;
    assert_eq!(stations[0].attempts[0].bytes, [b'x'; 1000]);
    let said = record(file.path(), 999).unwrap_err();
    assert!(said.contains("999"), "{said}");
}

/// A capture of one packet, an answer whose begin and end it lacks.
fn capture(payload: &[u8]) -> Vec<u8> {
    let ports = [[0x1f, 0x40], [0xc3, 0x51]].concat();
    let tcp = [&ports[..], &[0, 0, 0, 9, 0, 0, 0, 9, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0], payload]
        .concat();
    let total = u16::try_from(20 + tcp.len()).unwrap().to_be_bytes();
    let ip = [0x45, 0, total[0], total[1], 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 5, 10, 0, 0, 9];
    let length = u32::from(u16::from_be_bytes(total));
    let words = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101, 7, 0, length, length];
    let words = words.iter().flat_map(|word: &u32| word.to_le_bytes());
    words.chain(ip).chain(tcp).collect()
}

/// A pcapng of one section with this comment.
fn section(comment: &[u8]) -> Vec<u8> {
    let padded = comment.len().next_multiple_of(4);
    let length = u32::try_from(28 + 4 + padded + 4).unwrap();
    let words = [0x0a0d_0d0a, length, 0x1a2b_3c4d, 1, u32::MAX, u32::MAX];
    let mut out: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    out.extend(1_u16.to_le_bytes());
    out.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
    out.extend(comment);
    out.resize(24 + 4 + padded + 4, 0);
    out.extend(length.to_le_bytes());
    out
}

#[test]
fn every_attempt_is_played_as_it_ended_and_none_becomes_an_empty_list() {
    use recording::Ending as Recorded;
    for (connected, end, expected) in [
        (true, Recorded::Fin, Ending::Fin),
        (true, Recorded::Reset, Ending::Reset),
        (true, Recorded::Silent, Ending::Silent),
        (false, Recorded::Fin, Ending::Reset),
        (false, Recorded::Reset, Ending::Reset),
        (false, Recorded::Silent, Ending::Silent),
    ] {
        let script = script(attempt(connected, end));
        assert_eq!(script.ending(), expected);
        assert_eq!(script.bytes(), if connected { &b"1:a:b"[..] } else { b"" });
    }
    let never = never_reached();
    assert_eq!((never.scripts()[0].ending(), never.scripts()[0].len()), (Ending::Reset, 0));
}

#[test]
fn connections_to_one_address_are_attempts_of_one_station() {
    let of = |nth, name, end| station(nth, name, vec![attempt(true, end)]);
    let stations = vec![
        of(2, "a.pcap#1", recording::Ending::Reset),
        of(1, "a.pcap#2", recording::Ending::Fin),
        of(2, "a.pcap#3", recording::Ending::Silent),
        of(2, "a.pcap#4", recording::Ending::Fin),
    ];
    let recorded =
        Recorded::of("a.pcap".into(), Recording { stations, notes: Vec::new() }).unwrap();
    assert_eq!(recorded.names, ["10.0.0.2:8000", "a.pcap#2 (10.0.0.1:8000)"]);
    let endings = |turns: &Turns| turns.scripts().iter().map(|s| s.ending()).collect::<Vec<_>>();
    assert_eq!(endings(&recorded.turns[0]), [Ending::Reset, Ending::Silent, Ending::Fin]);
    assert_eq!(endings(&recorded.turns[1]), [Ending::Fin]);
}

#[test]
fn each_station_has_an_address() {
    let two = stations(&["gate", "bri\u{1b}dge"]);
    assert_eq!(two.fits(0, 2), Ok(()));
    assert_eq!(two.fits(1, 1), Ok(()));
    assert_eq!(two.fits(2, 0), Ok(()));
    insta::assert_snapshot!(two.fits(0, 1).unwrap_err());
    insta::assert_snapshot!(two.fits(1, 2).unwrap_err());
    let many = stations(&["x"; 300]);
    assert!(many.fits(0, 1).unwrap_err().ends_with("and 280 more"));
    assert!(stations(&["gate"]).fits(0, 2).is_err());
}
