//! Kinds of files, and what is wrong with them.

use std::time::Duration;

use carwatch::limits::ClientLimits;
use carwatch_capture::inspect::{Inspected, Inspection, Inspector, Limits};

use crate::build::*;

fn cars() -> Vec<Seg> {
    stream(7, &[b"1:a:b.", b"2:c:d"])
}

fn packets() -> Vec<Vec<u8>> {
    cars().iter().map(Seg::ip).collect()
}

#[test]
fn every_kind_of_pcap() {
    for (big_endian, nanos, modified) in [
        (false, false, false),
        (true, false, false),
        (false, true, false),
        (true, true, false),
        (false, false, true),
        (true, false, true),
    ] {
        let file = Pcap { big_endian, nanos, modified, ..Pcap::default() }.file(&packets());
        for file in [gzip(&file), file] {
            let inspected = inspect(&file);
            assert_eq!(text(&inspected.report.stations[0]), "1:a:b.2:c:d");
            assert_eq!(inspected.report.elapsed, Some(Duration::from_millis(6)));
            assert_eq!(inspected.notes, []);
        }
    }
}

#[test]
fn every_kind_of_pcapng() {
    for big_endian in [false, true] {
        let mut ng = Ng::new(big_endian);
        let packets = packets();
        ng.section(&["somebody else's", "carwatch is not this"]);
        ng.block(0x0000_0bad, b"a custom block");
        ng.block(4, &[0; 12]);
        ng.interface(1, &[]);
        ng.interface(101, &[]);
        ng.packet(1, 1_000_000, &packets[0], &["a comment"]);
        ng.old(1, 1_001_000, &packets[1]);
        // Other sections have interfaces, and a byte order, of their own.
        let mut second = Ng::new(!big_endian);
        second.section(&[]);
        let offset = 500i64;
        let offset = if second.big_endian { offset.to_be_bytes() } else { offset.to_le_bytes() };
        second.interface(101, &[(9, vec![9]), (14, offset.to_vec())]);
        // From 500 s on in nanoseconds: so that it is 1.002 s after the epoch, minus nothing.
        second.packet(0, 2_000_000, &packets[2], &[]);
        second.simple(&packets[3]);
        // Units of 2^-10 seconds.
        second.interface(101, &[(9, vec![0x8a])]);
        second.packet(1, 600 * 1024, &packets[4], &[]);
        second.packet(1, 600 * 1024 + 512, &packets[5], &[]);
        let file = [ng.out, second.out].concat();
        for file in [gzip(&file), file] {
            let inspected = inspect(&file);
            let station = &inspected.report.stations[0];
            assert_eq!(
                (verdict(station).as_str(), text(station).as_str()),
                ("complete", "1:a:b.2:c:d")
            );
            assert_eq!(station.elapsed, Some(Duration::from_millis(599_500)));
            assert_eq!(inspected.notes, []);
        }
    }
}

#[test]
fn odd_resolutions() {
    for (resolution, units) in
        [(0u8, 1u64), (3, 1000), (12, 1_000_000_000_000), (0x80, 1), (0xa0, 1 << 32)]
    {
        let mut ng = Ng::new(false);
        let packets = packets();
        ng.section(&[]);
        ng.interface(101, &[(9, vec![resolution])]);
        ng.packet(0, 5 * units, &packets[0], &[]);
        ng.packet(0, 7 * units, &packets[1], &[]);
        assert_eq!(one(&ng.out).elapsed, Some(Duration::from_secs(2)), "{resolution}");
    }
}

#[test]
fn raw_files() {
    for (file, cars, rejected) in [(b"1:a:b.2:c".as_slice(), 1, 1), (b"", 0, 0), (b"\n\r\r", 0, 1)]
    {
        for file in [gzip(file), file.to_vec()] {
            let inspected = inspect(&file);
            let station = &inspected.report.stations[0];
            assert_eq!((station.outcome.cars, station.outcome.rejected), (cars, rejected));
            assert_eq!(verdict(station), "complete");
            assert_eq!((station.name.as_str(), station.address.as_str()), ("x.pcap", "x.pcap"));
            assert_eq!((station.first_byte, station.elapsed, station.attempts), (None, None, 1));
            assert_eq!(station.outcome.first_byte, None);
            assert_eq!(inspected.report.elapsed, None);
        }
    }
    // The begin of a magic is none.
    assert_eq!(one(&[0x1f, 0x8b]).outcome.bytes, 2);
    assert_eq!(one(&[0xd4, 0xc3]).outcome.bytes, 2);
}

#[test]
fn several_members_of_a_gzip() {
    let file = [gzip(b"1:a:b."), gzip(b""), gzip(b"2:c:d")].concat();
    assert_eq!(text(&one(&file)), "1:a:b.2:c:d");
    // What stands behind the last one is nobody's.
    let file = [file, b"\0\0\0 trailing".to_vec()].concat();
    assert_eq!(
        (text(&one(&file)).as_str(), verdict(&one(&file)).as_str()),
        ("1:a:b.2:c:d", "complete")
    );
}

#[test]
fn a_gzip_with_every_field_in_its_header() {
    let mut file = vec![0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3];
    file.extend(b"\x03\0abcname\0comment\0\xaa\xbb");
    file.extend(&gzip(b"1:a:b")[10..]);
    for from in 0..file.len() {
        let mut inspection = Inspection::new("x", Limits::default());
        inspection.feed(&file[..from]);
        inspection.feed(&file[from..]);
        assert_eq!(text(&inspection.finish().report.stations[0]), "1:a:b");
    }
}

#[test]
fn a_damaged_gzip_counts_as_far_as_it_goes() {
    let noise: Vec<u8> = (0..50_000u32)
        .flat_map(|n| format!("{n}:{}:x.", n.wrapping_mul(2_654_435_761)).into_bytes())
        .collect();
    let whole = gzip(&noise);
    let half = one(&whole[..whole.len() / 2]);
    assert!(half.outcome.cars > 10_000 && half.outcome.rejected <= 1);
    let words =
        format!("partial capture: the gzip is cut off here (byte {} of the gzip)", whole.len() / 2);
    assert_eq!(verdict(&half), words);
    assert_eq!(verdict(&one(&whole[..whole.len() - 1])).split(':').next(), Some("partial capture"));
    let mut wrong = whole.clone();
    let at = wrong.len() - 6;
    wrong[at] ^= 1;
    assert_eq!(
        verdict(&one(&wrong)),
        format!(
            "partial capture: the check sum of the unpacked data is wrong (byte {} of the gzip)",
            wrong.len() - 1
        )
    );
    let mut packed = gzip(&pcap(&cars()));
    packed.truncate(packed.len() - 9);
    let inspected = inspect(&packed);
    assert!(inspected.notes[0].words.starts_with("the gzip is cut off here"), "{inspected:?}");
}

/// Where a gzip is damaged, what stands before that counts, however it comes.
#[test]
fn a_gzip_that_is_damaged_gives_all_that_its_bytes_unpack_to() {
    let mut whole = gzip(&[b'7'; 20_000]);
    // A block of a type that is none (RFC 1951, section 3.2.3), behind one that is not the last.
    let trailer = whole.len() - 8;
    whole[10] &= !1;
    whole.splice(trailer.., [0xff; 4]);
    let at_once = one(&whole).outcome.bytes;
    assert_eq!(at_once, 20_000);
    let mut inspection = Inspection::new("x", Limits::default());
    whole.chunks(1).for_each(|byte| inspection.feed(byte));
    assert_eq!(inspection.finish().report.stations[0].outcome.bytes, at_once);
}

/// A few packed bytes may unpack to much more than fits into a buffer.
#[test]
fn a_gzip_that_is_cut_gives_all_that_its_bytes_unpack_to() {
    let whole = gzip(&[b'7'; 200_000]);
    assert!(whole.len() < 1000, "it is packed tightly");
    for end in 1..whole.len() {
        let at_once = one(&whole[..end]);
        let mut inspection = Inspection::new("x", Limits::default());
        whole[..end].chunks(1).for_each(|byte| inspection.feed(byte));
        let by_bytes = inspection.finish();
        assert_eq!(at_once.outcome.bytes, by_bytes.report.stations[0].outcome.bytes, "{end} bytes");
    }
    // All but the trailer is all of it.
    assert_eq!(one(&whole[..whole.len() - 8]).outcome.bytes, 200_000);
}

#[test]
fn damage_is_named_and_what_came_before_counts() {
    let whole = Pcap::default().file(&packets());
    let cut = inspect(&whole[..whole.len() - 1]);
    let at = whole.len() - packets()[6].len() - 16;
    assert_eq!(cut.notes[0].words, format!("the file ends in the middle of a packet (byte {at})"));
    assert_eq!(verdict(&cut.report.stations[0]), "complete");

    let mut wrong = whole.clone();
    let second = 24 + 16 + packets()[0].len();
    wrong[second + 8..second + 12].fill(0xff);
    let words = format!("a packet of 4294967295 bytes cannot be (byte {second})");
    let damaged = inspect(&wrong);
    assert_eq!(damaged.notes[0].words, words);
    assert_eq!(
        verdict(&damaged.report.stations[0]),
        format!("failed capture: the end of the stream was not read: {words}")
    );

    let mut ng = Ng::new(false);
    ng.section(&[]);
    ng.interface(101, &[]);
    let good = ng.out.len();
    ng.packet(7, 0, &packets()[0], &[]);
    let inspected = inspect(&ng.out);
    let words = format!("a packet of interface 7, which was never described (byte {good})");
    assert_eq!(inspected.notes, []);
    assert_eq!(verdict(&inspected.report.stations[0]), format!("failed capture: {words}"));
}

#[test]
fn an_empty_capture_is_no_empty_list() {
    let station = one(&Pcap::default().file(&[]));
    assert_eq!(verdict(&station), "failed capture: no TCP stream was captured");
}

#[test]
fn a_file_that_cannot_be_read_on() {
    let fail = |bytes: &[u8]| {
        let mut inspection = Inspection::new("x", Limits::default());
        inspection.feed(bytes);
        inspection.fail("the disk is gone").report.stations.remove(0)
    };
    assert_eq!(verdict(&fail(b"1:a:b.2")), "partial io: the disk is gone");
    assert_eq!(verdict(&fail(b"")), "failed io: the disk is gone");
    let whole = pcap(&cars());
    assert_eq!(verdict(&fail(&whole)), "complete");
    assert_eq!(
        verdict(&fail(&whole[..whole.len() - 150])),
        "partial capture: the end of the stream was not read: the disk is gone"
    );
    assert_eq!(verdict(&fail(&whole[..24])), "failed io: the disk is gone");
}

fn limited(response: u64, memory: u64) -> Limits {
    Limits::from(&ClientLimits { response, memory, ..ClientLimits::default() })
}

#[test]
fn too_large_an_answer() {
    let raw = b"1:a:b.2:c:d".as_slice();
    for file in [raw.to_vec(), pcap(&cars())] {
        let station =
            |limit| inspect_within(&file, limited(limit, 1 << 20)).report.stations.remove(0);
        assert_eq!(verdict(&station(11)), "complete");
        let large = station(10);
        assert!(
            verdict(&large)
                .starts_with("failed too_large: more than 10 bytes; raise --max-response")
        );
        let outcome = &large.outcome;
        assert_eq!(
            (outcome.bytes, outcome.cars, outcome.rejected, outcome.response.len()),
            (11, 0, 0, 0)
        );
    }
    let mut inspection = Inspection::new("x", limited(10, 1 << 20));
    inspection.feed(raw);
    assert!(!inspection.wants_more());
}

#[test]
fn the_memory_is_kept_to() {
    let raw = inspect_within(b"1:a:b.2:c:d", limited(100, 8)).report.stations.remove(0);
    assert_eq!(
        verdict(&raw),
        "partial capture: read only to byte 8: there are 8 bytes of memory for it; see --max-memory"
    );
    assert_eq!((raw.outcome.cars, raw.outcome.bytes), (1, 8));

    let mut all = stream(7, &[b"1:a:b"]);
    for n in 0..40 {
        let mut more = stream(7, &[&[b'x'; 1000]]);
        more.iter_mut()
            .flat_map(|s| [&mut s.from, &mut s.to])
            .filter(|end| end.port() != 8000)
            .for_each(|end| end.set_port(50_000 + n));
        all.extend(more);
    }
    let mut inspection = Inspection::new("x", limited(1 << 20, 20_000));
    inspection.feed(&pcap(&all));
    assert!(!inspection.wants_more());
    let inspected = inspection.finish();
    assert!(inspected.held() < 20_000);
    assert!(inspected.notes[0].words.starts_with("read only to byte"), "{inspected:?}");
    let stations = &inspected.report.stations;
    assert!((5..20).contains(&stations.len()));
    assert_eq!(verdict(&stations[0]), "complete");
    let last = verdict(stations.last().unwrap());
    assert!(
        last.contains("capture: the end of the stream was not read: read only to byte"),
        "{last}"
    );
}

#[test]
fn several_files_tell_their_names_apart() {
    let mut inspector = Inspector::new(Limits::default());
    for file in [b"1:a:b".as_slice(), b"2:c:d", b"3:e:f"] {
        inspector.open("gate");
        inspector.feed(file);
        inspector.close();
    }
    inspector.open("gate#2");
    inspector.feed(b"4:g:h");
    inspector.open("a.pcap");
    inspector.feed(&pcap(&cars()));
    inspector.fail("too late");
    let Inspected { report, .. } = inspector.finish();
    let names: Vec<_> = report.stations.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["gate", "gate#2", "gate#3", "gate#2#2", "a.pcap"]);
    assert_eq!(report.elapsed, Some(Duration::from_millis(6)));
}

#[test]
fn several_files_share_one_memory() {
    let mut inspector = Inspector::new(limited(100, 15));
    for _ in 0..2 {
        inspector.open("gate");
        inspector.feed(b"1:a:b.2:c:d");
    }
    let stations = inspector.finish().report.stations;
    assert_eq!((stations[0].outcome.bytes, stations[1].outcome.bytes), (11, 4));
    assert!(verdict(&stations[1]).starts_with("partial capture: read only to byte 4"));
}

/// `number` in little endian, as a section that is written without [`Ng`]'s limits.
fn le(number: usize) -> [u8; 4] {
    (number as u32).to_le_bytes()
}

#[test]
fn interfaces_without_end_are_not_kept() {
    let file = |interfaces: usize| {
        let mut ng = Ng::new(false);
        ng.section(&[]);
        (0..interfaces).for_each(|_| ng.interface(101, &[]));
        packets().iter().for_each(|packet| ng.packet(65_535, 0, packet, &[]));
        ng.out
    };
    assert_eq!(verdict(&one(&file(65_536))), "complete");
    let words = "failed capture: more than 65536 interfaces (byte 1572896)";
    assert_eq!(verdict(&one(&file(65_537))), words);
}

#[test]
fn a_long_block_needs_the_memory_for_it() {
    // A packet, and behind it empty comments.
    let file = |length: usize| {
        let mut ng = Ng::new(false);
        ng.section(&[]);
        ng.interface(101, &[]);
        let packet = packets().remove(0);
        let head = [le(0), le(0), le(0), le(packet.len()), le(packet.len())].concat();
        let mut body = [head, packet].concat();
        body.resize(body.len().next_multiple_of(4), 0);
        while body.len() < length - 12 {
            body.extend([1, 0, 0, 0]);
        }
        ng.block(6, &body);
        packets()[1..].iter().for_each(|packet| ng.packet(0, 0, packet, &[]));
        ng.out
    };
    const MIB: usize = 1024 * 1024;
    for (length, memory, is_read) in [
        (MIB / 4, 4096, true),
        (MIB / 4 + 4, 4096, false),
        (2 * MIB, 2 * MIB as u64, true),
        (2 * MIB + 4, 2 * MIB as u64, false),
        (16 * MIB, 1 << 40, true),
        (16 * MIB + 4, 1 << 40, false),
    ] {
        let inspected = inspect_within(&file(length), limited(u64::MAX, memory));
        let verdict = verdict(&inspected.report.stations[0]);
        let why = if length > 16 * MIB {
            "is longer than any"
        } else {
            "takes more memory than there is for it; see --max-memory"
        };
        let words = format!("failed capture: a block of {length} bytes {why} (byte 56)");
        assert_eq!(verdict, if is_read { "complete".to_owned() } else { words });
    }
    // A packet of a pcap likewise, and what it needs counts.
    let packet = vec![0x60; 3 * MIB];
    let words = "failed capture: a packet of 3145728 bytes takes more memory than there is for \
                 it; see --max-memory (byte 24)";
    let file = Pcap { snaplen: 1 << 30, ..Pcap::default() }.file(&[packet]);
    let verdict_within =
        |memory| verdict(&inspect_within(&file, limited(u64::MAX, memory)).report.stations[0]);
    assert_eq!(verdict_within(3 * MIB as u64 - 1), words);
    assert_eq!(verdict_within(3 * MIB as u64), "failed capture: no TCP stream was captured");
}

#[test]
fn the_comments_of_sections_count_as_memory() {
    let mut ng = Ng::new(false);
    let gather = r#"carwatch gather {"round":1,"began_ns":0,"ended_ns":1,"stations":0}"#;
    (0..1000).for_each(|_| ng.section(&[gather]));
    let enough = inspect_within(&ng.out, limited(u64::MAX, 1 << 20));
    assert_eq!(verdict(&enough.report.stations[0]), "failed capture: no TCP stream was captured");
    let little = inspect_within(&ng.out, limited(u64::MAX, 1 << 14));
    let verdict = verdict(&little.report.stations[0]);
    assert!(verdict.starts_with("failed capture: read only to byte "), "{verdict}");
}

#[test]
fn fragments_count_as_memory() {
    let mut packets = Vec::new();
    for id in 0..200u16 {
        let header = etherparse::Ipv4Header {
            identification: id,
            more_fragments: true,
            ..etherparse::Ipv4Header::new(
                1024,
                64,
                etherparse::IpNumber::TCP,
                [10, 0, 0, 5],
                [10, 0, 0, 2],
            )
            .unwrap()
        };
        packets.push([header.to_bytes().to_vec(), vec![0; 1024]].concat());
    }
    let file = pcap_of(101, &packets);
    let enough = inspect_within(&file, limited(u64::MAX, 1 << 20));
    assert_eq!(verdict(&enough.report.stations[0]), "failed capture: no TCP stream was captured");
    let little = inspect_within(&file, limited(u64::MAX, 100 * 1024));
    let verdict = verdict(&little.report.stations[0]);
    assert!(verdict.starts_with("failed capture: read only to byte "), "{verdict}");
}
