//! A session as its page uses it, over the sample and over files that end badly.

use carwatch_index::By;
use carwatch_viewer::say::{Compared, Counts, Explained, Line, Rows, StationLine};
use carwatch_viewer::{Answered, Ask, Limits, Session, sample};

fn sampled() -> Session {
    let mut session = Session::new(Limits::default());
    let bytes = sample::bytes();
    session.open(sample::NAME, bytes.len() as u64);
    bytes.chunks(1000).for_each(|piece| session.feed(piece));
    assert!(session.wants_more());
    session.close();
    assert!(!session.wants_more());
    settle(&mut session);
    session
}

fn raw(bytes: &[u8]) -> Session {
    let mut session = Session::new(Limits::default());
    session.open("gate.raw", bytes.len() as u64);
    session.feed(bytes);
    session
}

fn settle(session: &mut Session) {
    session.refresh();
    while session.work() {}
}

fn filtered(session: &mut Session, query: &str) -> Counts {
    session.set_query(query);
    while session.work() {}
    session.counts()
}

fn rows(session: &Session, from: usize, to: usize) -> Rows {
    match session.ask(&Ask::Rows { from, to }, &[]) {
        Answered::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn explained(session: &Session, ask: &Ask) -> Explained {
    match session.ask(ask, &[]) {
        Answered::Explained(explained) => *explained,
        other => panic!("{other:?}"),
    }
}

fn compared(session: &Session, old: &str, new: &str) -> Compared {
    let stations = session.overview().stations;
    let place = |name: &str| stations.iter().position(|station| station.value == name);
    let (old, new) = (place(old).expect(old), place(new).expect(new));
    match session.ask(&Ask::Compare { old, new }, &[]) {
        Answered::Compared(compared) => *compared,
        other => panic!("{other:?}"),
    }
}

fn station(session: &Session, name: &str) -> StationLine {
    let stations = session.overview().stations;
    stations.into_iter().find(|station| station.value == name).expect("it is in the sample")
}

#[test]
fn every_way_to_end_is_told() {
    let session = sampled();
    let told = [
        ("gate", "verified", "verified", "notify"),
        ("bridge", "unverified", "unverified", "fin"),
        ("ring-east", "partial", "partial: reset", "reset"),
        ("ring-west", "partial", "partial: truncated", "truncated"),
        ("harbour", "partial", "partial: idle timeout", "clock"),
        ("toll-plaza", "failed", "failed: refused", "reset"),
        ("depot", "failed", "failed: unreachable", "none"),
    ];
    for (name, mark, chip, end) in told {
        let line = station(&session, name);
        assert_eq!((&*line.mark, &*line.chip, &*line.end), (mark, chip, end), "{name}");
        assert!(!line.verdict.is_empty());
    }
    let gate = station(&session, "gate#2");
    assert_eq!((gate.cars, gate.base.as_str(), gate.why), (820, "gate", None));
    assert_eq!(gate.chunks.iter().map(|(_, bytes)| bytes).sum::<u64>(), gate.bytes);
    assert!(gate.took.is_some_and(|ms| ms > 1.0) && gate.connected_at.is_some());
    let depot = station(&session, "depot");
    assert_eq!(depot.why.as_deref(), Some("No route to host (os error 113)"));
    assert!(depot.verdict.contains("This is not an empty list."), "{}", depot.verdict);
    let empty = station(&session, "night-lot").verdict;
    assert!(empty.contains("Zero bytes, zero cars"), "{empty}");
    let overview = session.overview();
    assert_eq!((overview.files[0].kind.as_str(), overview.is_reading), ("pcapng", false));
    assert_eq!(overview.cars + overview.rejected, overview.rows as u64);
}

#[test]
fn filters_count_and_charts_add_up() {
    let mut session = sampled();
    let all = session.counts();
    assert!(all.is_done && all.rows == session.rows() && session.filtered() == all.rows);
    let red = filtered(&mut session, "color:red station:gate");
    let bar = |counts: &Counts, word: &str| {
        counts.colors.bars.iter().find(|bar| bar.value == word).map(|bar| (bar.kept, bar.all))
    };
    let (kept, whole) = bar(&red, "red").expect("gate saw red cars");
    assert_eq!(u64::from(kept), red.cars);
    assert_eq!((whole, bar(&all, "red")), (bar(&all, "red").unwrap().1, Some((whole, whole))));
    assert_eq!(red.stations.iter().map(|n| u64::from(*n)).sum::<u64>(), red.cars);
    let in_bars: u32 = red.timeline.bars.iter().flatten().chain(&red.timeline.without_clock).sum();
    assert_eq!(u64::from(in_bars), red.cars);
    // A brush leaves out rows, not bars.
    let brushed = filtered(&mut session, "color:red station:gate time:06:10..06:20");
    assert!(brushed.cars < red.cars && brushed.timeline == red.timeline);
    let none = filtered(&mut session, "color:red is:rejected brand:nobody colr:x");
    assert_eq!(none.rows, 0);
    let Answered::Alone(alone) = session.ask(&Ask::Alone, &[]) else { panic!("no terms") };
    let terms: Vec<&str> = alone.iter().map(|(term, _)| term.as_str()).collect();
    assert_eq!(terms, ["color:red", "is:rejected", "brand:nobody"]);
    assert_eq!(alone[1].1, session.overview().rejected);
}

/// No filter moves a bar; what it names is told, however short.
#[test]
fn bars_stay_where_they_are() {
    let records: Vec<String> =
        (0..700).flat_map(|n| vec![format!("1:brand{n:03}:red"); 1 + n / 350]).collect();
    let mut session = raw(records.join(".").as_bytes());
    session.close();
    settle(&mut session);
    let brands = |counts: &Counts| -> Vec<String> {
        counts.brands.bars.iter().map(|bar| bar.value.clone()).collect()
    };
    let all = brands(&session.counts());
    // The longest first, of equals by text.
    let wanted: Vec<String> = (350..700).chain(0..150).map(|n| format!("brand{n:03}")).collect();
    assert_eq!(all, wanted);
    for query in ["brand:brand005", "-brand:brand350", "brand:brand699,brand000"] {
        assert_eq!(brands(&filtered(&mut session, query)), all, "{query}");
    }
    for query in ["brand:brand349", "-brand:brand349"] {
        let mut all = all.clone();
        all.push("brand349".to_owned());
        assert_eq!(brands(&filtered(&mut session, query)), all, "{query}");
    }
}

#[test]
fn rows_are_sorted_and_found_again() {
    let mut session = sampled();
    session.set_sort(Some((By::Brand, true)));
    let first = rows(&session, 0, 5);
    assert_eq!(first.rows.len(), 5);
    let last = rows(&session, first.of - 3, first.of + 10);
    assert_eq!((last.from, last.rows.len()), (first.of - 3, 3));
    // What was rejected has no brand: last, also where all is turned around.
    assert!(!first.rows[0].is_rejected && last.rows.iter().all(|row| row.is_rejected));
    let row = last.rows[1].row;
    let Answered::Place { place, .. } = session.ask(&Ask::Place { row }, &[]) else { panic!() };
    assert_eq!(place, Some(first.of - 2));
    session.set_sort(None);
    assert_eq!(rows(&session, 0, 1).rows[0].piece, 0);
    let next = |from, back| match session.ask(&Ask::NextRejected { from, back }, &[]) {
        Answered::Place { row: Some(row), place: Some(place) } => (row, place),
        other => panic!("{other:?}"),
    };
    let (first, place) = next(None, false);
    assert!(rows(&session, place, place + 1).rows[0].is_rejected);
    let (second, _) = next(Some(first), false);
    assert_eq!(next(Some(second), true).0, first);
    filtered(&mut session, "color:red");
    let there = session.ask(&Ask::Place { row: first }, &[]);
    assert_eq!(there, Answered::Place { row: Some(first), place: None });
}

#[test]
fn each_row_is_explained() {
    let session = sampled();
    let mut whole = Vec::new();
    let mut remedies = Vec::new();
    for row in 0..session.rows() {
        let explained = explained(&session, &Ask::Explain { row });
        assert_eq!(explained.row.row, row);
        if explained.row.is_rejected {
            assert!(!explained.carets.is_empty() && explained.carets.contains('^'));
            remedies.push(explained.row.note.clone());
            assert!(!explained.remedy.is_empty(), "{}", explained.row.note);
        }
        if explained.row.chunk > 0 {
            let (start, end) = explained.chunk_bytes.expect("it has one");
            assert!((start..end).contains(&explained.row.start));
            assert!(explained.chunk_at.is_some());
        }
        whole.push(explained.whole);
    }
    for reason in ["invalid_utf8", "too_few_fields", "too_many_fields", "empty", "cut off here"] {
        assert!(remedies.iter().any(|note| note == reason), "no {reason}");
    }
    for word in ["Provisional", "goodbye", "a separator"] {
        assert!(whole.iter().any(|whole| whole.contains(word)), "no {word}");
    }
    let last = session.rows();
    assert_eq!(session.ask(&Ask::Explain { row: last }, &[]), Answered::Nothing);
    let nowhere = Ask::ExplainAt { answer: 99, offset: 0 };
    assert_eq!(session.ask(&nowhere, &[]), Answered::Nothing);
}

#[test]
fn what_changed_between_polls() {
    let session = sampled();
    let gate = compared(&session, "gate", "gate#2");
    assert_eq!((gate.kind.as_str(), gate.new_cars), ("continued", 164));
    assert_eq!(gate.records.len(), 164);
    assert!(gate.records.iter().all(|record| record.sign == '+'));
    let bridge = compared(&session, "bridge", "bridge#2");
    assert_eq!(bridge.kind, "amended tail");
    assert_eq!((bridge.records[0].sign, bridge.records[1].sign), ('-', '+'));
    let (was, is) = (&bridge.records[0].text, &bridge.records[1]);
    assert!(is.text.starts_with(was.as_str()));
    assert_eq!(is.amended_from, Some(was.chars().count()));
    let south = compared(&session, "tunnel-south", "tunnel-south#2");
    assert_eq!((south.kind.as_str(), south.new_cars), ("trimmed front", 0));
    assert!(south.old_parts[0] > 0 && south.new_parts == [south.old_parts[1], 0, 0]);
    assert_eq!(compared(&session, "tunnel-north", "tunnel-north#2").kind, "restarted");
    let mill = compared(&session, "old-mill", "old-mill#2");
    assert_eq!((mill.kind.as_str(), mill.records.len()), ("unchanged", 0));
    assert_eq!(compared(&session, "depot", "depot#2").kind, "not compared");
    // The older after the newer: a copy that was cut.
    assert_eq!(compared(&session, "bridge#2", "bridge").kind, "not compared");
    for pair in [gate, bridge, south] {
        let bytes = |parts: [u64; 3]| parts.iter().sum::<u64>();
        let stations = session.overview().stations;
        assert_eq!(bytes(pair.old_parts), stations[pair.old].bytes);
        assert_eq!(bytes(pair.new_parts), stations[pair.new].bytes);
    }
    assert_eq!(session.ask(&Ask::Compare { old: 0, new: 99 }, &[]), Answered::Nothing);
}

#[test]
fn chunks_stand_in_the_lines() {
    let session = sampled();
    let ask = Ask::Lines { answer: 0, width: 16, from: 0, to: 500 };
    let Answered::Lines(lines) = session.ask(&ask, &[]) else { panic!("no lines") };
    let mut numbers = Vec::new();
    for line in &lines.lines {
        if let Line::Bytes { start, bytes, chunks, .. } = line {
            for (at, number) in chunks {
                assert!((*start..*start + bytes.len() as u64).contains(at));
                numbers.push(*number);
            }
        }
    }
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() > 3);
    let none = Ask::Lines { answer: 99, width: 16, from: 0, to: 1 };
    assert_eq!(session.ask(&none, &[]), Answered::Nothing);
    assert_eq!(session.held(0).map(<[u8]>::len), Some(station(&session, "gate").bytes as usize));
    assert_eq!((session.file_of(0), session.file_of(99)), (Some(0), None));
}

#[test]
fn a_file_that_cannot_be_read_on() {
    let mut session = raw(b"1:a:b.2:c:d.3:e");
    session.fail("the disk is gone");
    settle(&mut session);
    let line = &session.overview().stations[0];
    assert_eq!((&*line.mark, line.cars, line.rejected), ("partial", 2, 1));
    assert!(line.verdict.contains("the disk is gone."), "{}", line.verdict);
    assert_eq!(session.overview().partial, 3);
    assert_eq!(rows(&session, 2, 3).rows[0].note, "cut off here");
    // Nothing of it at all.
    let mut session = Session::new(Limits::default());
    session.open("gate.raw", 10);
    session.fail("no such file");
    let overview = session.overview();
    assert_eq!((&*overview.stations[0].chip, overview.rows), ("failed: io", 0));
    assert_eq!(overview.files[0].notices.len(), 1);
}

#[test]
fn a_file_that_is_stopped() {
    let mut session = raw(b"1:a:b.2:c:d.3:e:f");
    assert!(session.overview().is_reading && session.overview().stations[0].mark == "reading");
    session.stop();
    let overview = session.overview();
    assert_eq!(overview.stations[0].chip, "partial: cancelled");
    assert!(overview.files[0].notices[0].contains("reading was stopped here"));
    // A capture as well: its stations that are not over are partial.
    let mut session = Session::new(Limits::default());
    let bytes = sample::bytes();
    session.open(sample::NAME, bytes.len() as u64);
    session.feed(&bytes[..30_000]);
    session.stop();
    let overview = session.overview();
    assert!(overview.stations.iter().any(|station| station.chip == "partial: capture"));
    assert!(overview.files[0].notices[0].starts_with("Only 30,000 bytes of "));
}

#[test]
fn a_file_that_takes_too_much_memory() {
    let limits = Limits { rows: 4_000_000, ..Limits::default() };
    let mut session = Session::new(limits);
    let part = "1:a:b.".repeat(100_000);
    session.open("large.raw", 100 * part.len() as u64);
    for _ in 0..100 {
        session.feed(part.as_bytes());
    }
    let overview = session.overview();
    assert!(!session.wants_more() && !overview.is_reading);
    assert_eq!(overview.stations[0].chip, "partial: too large");
    assert!(
        overview.files[0].notices[0].contains("cut the file"),
        "{:?}",
        overview.files[0].notices
    );
}

#[test]
fn a_capture_that_takes_too_much_memory() {
    let mut limits = Limits::default();
    limits.inspect.memory = 3 << 20;
    let mut session = Session::new(limits);
    let bytes = packed("97264836:peugeot:red.".repeat(400_000).as_bytes());
    session.open("large.raw.gz", bytes.len() as u64);
    bytes.chunks(1000).for_each(|piece| session.feed(piece));
    session.close();
    let overview = session.overview();
    assert_eq!(overview.stations[0].chip, "partial: capture");
    assert!(overview.rows > 100_000, "{}", overview.rows);
    let [notice] = &overview.files[0].notices[..] else {
        panic!("{:?}", overview.files[0].notices)
    };
    assert!(notice.contains("more than the 3 MiB of memory"), "{notice}");
}

/// A capture that is over with its first bytes is not counted twice.
#[test]
fn what_was_read_is_never_more_than_there_is() {
    let mut bytes = [0; 44];
    bytes[..8].copy_from_slice(&[0xd4, 0xc3, 0xb2, 0xa1, 9, 0, 0, 0]);
    for segment in [1, 10, 44] {
        let mut session = Session::new(Limits::default());
        session.open("x.pcap", 44);
        bytes.chunks(segment).for_each(|piece| session.feed(piece));
        session.close();
        let file = &session.overview().files[0];
        assert!(file.read <= 44, "{file:?}");
        assert!(!file.notices.is_empty(), "{file:?}");
        assert!(!file.notices.iter().any(|words| words.contains("88 bytes")), "{file:?}");
    }
}

#[test]
fn an_answer_without_a_car_says_so() {
    let mut session = raw(b"{\"some\": \"json\"}");
    session.close();
    assert_eq!(session.overview().files[0].notices.len(), 1);
    let mut session = raw(b"1:a:b.no car");
    session.close();
    assert_eq!(session.overview().files[0].notices.len(), 0);
}

#[test]
fn what_is_no_capture_is_read_only_if_asked() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01.1:a:b";
    let mut session = raw(b"1:a:b");
    session.close();
    session.open("cat.jpg", jpeg.len() as u64);
    session.feed(jpeg);
    assert!(!session.wants_more());
    session.close();
    let overview = session.overview();
    let foreign = overview.files[1].foreign.as_ref().expect("it is none of ours");
    assert_eq!((&*foreign.magic, &*foreign.kind), ("ff d8 ff e0", "a JPEG image"));
    assert_eq!(foreign.carets.lines().nth(1), Some("^^ ^^ ^^ ^^"));
    assert_eq!((overview.stations.len(), overview.rows), (1, 1));
    session.read_anyway(1);
    session.feed(jpeg);
    session.close();
    let overview = session.overview();
    assert_eq!((overview.files.len(), overview.stations.len(), overview.cars), (2, 2, 2));
    assert!(overview.files[1].foreign.is_none());
    session.read_anyway(99);
    assert_eq!(session.overview(), overview);
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).expect("memory takes everything");
    gzip.finish().expect("memory takes everything")
}

#[test]
fn what_is_packed_is_unpacked_and_held() {
    let mut session = Session::new(Limits::default());
    let list = vec![&b"1:a:b.2:c:d"[..]; 50].join(&b'.');
    for (name, bytes) in [("gate.raw.gz", packed(&list)), ("sample.gz", packed(&sample::bytes()))] {
        session.open(name, bytes.len() as u64);
        bytes.chunks(100).for_each(|piece| session.feed(piece));
        session.close();
    }
    settle(&mut session);
    let overview = session.overview();
    let kinds: Vec<&str> = overview.files.iter().map(|file| file.kind.as_str()).collect();
    assert_eq!(kinds, ["raw, packed", "pcapng, packed"]);
    assert_eq!((overview.stations.len(), overview.stations[0].cars), (25, 100));
    assert_eq!(session.held(0), Some(&list[..]));
    assert!(session.needs(&Ask::Explain { row: 0 }).is_empty());
    assert_eq!(explained(&session, &Ask::Explain { row: 0 }).row.brand, "a");
}

#[test]
fn a_packed_file_that_ends_too_early_says_so() {
    let list = vec![&b"1:a:b.2:c:d"[..]; 500].join(&b'.');
    let mut bytes = packed(&list);
    bytes.truncate(bytes.len() - 4);
    let mut session = Session::new(Limits::default());
    session.open("gate.raw.gz", bytes.len() as u64);
    session.feed(&bytes);
    session.close();
    let overview = session.overview();
    assert_eq!(overview.stations[0].chip, "partial: capture");
    assert_eq!(overview.files[0].notices.len(), 1, "{:?}", overview.files[0].notices);
    let notice = &overview.files[0].notices[0];
    assert!(notice.contains(&format!("{0} bytes of {0} bytes", bytes.len())), "{notice}");
}
