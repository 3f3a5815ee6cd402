//! Laws of the reader: no piece of input, and no cut of it, makes another difference than it
//! must.

use carwatch::limits::ClientLimits;
use carwatch::{Reason, StationReport};
use carwatch_capture::inspect::{Inspected, Inspection, Inspector, Limits};
use carwatch_capture::recording::{Recorder, Recording};
use proptest::prelude::*;

use crate::build::*;

/// Small files of every kind.
fn samples() -> Vec<Vec<u8>> {
    let cars = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let packets: Vec<_> = cars.iter().map(Seg::ip).collect();
    let mut gaps = cars.clone();
    gaps.remove(3);
    let mut ng = Ng::new(true);
    ng.section(&["carwatch gather {\"round\":1,\"began_ns\":5,\"ended_ns\":7,\"stations\":1}"]);
    ng.block(5, &[1; 20]);
    ng.interface(101, &[(9, vec![9])]);
    packets
        .iter()
        .zip(1..)
        .for_each(|(packet, at)| ng.packet(0, at, packet, &["carwatch station {"]));
    ng.simple(&packets[0]);
    ng.old(0, 9, &packets[1]);
    let mut files = vec![
        b"1:a:b.2:c".to_vec(),
        pcap(&cars),
        pcap(&gaps),
        Pcap { big_endian: true, nanos: true, snaplen: 55, ..Pcap::default() }.file(&packets),
        Pcap { modified: true, ..Pcap::default() }.file(&packets),
        ng.out,
    ];
    let mut two = gzip(&files[1]);
    let cut = two.len() - 3;
    two[cut] ^= 1;
    files.push(two);
    for nth in 0..6 {
        files.push([gzip(&files[nth][..5]), gzip(&files[nth][5..])].concat());
    }
    files
}

fn fed<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Inspected {
    let mut inspection = Inspection::new("x", limits);
    chunks.into_iter().for_each(|chunk| inspection.feed(chunk));
    inspection.finish()
}

fn several_limits() -> [Limits; 3] {
    let common = ClientLimits::default();
    [
        Limits::from(&common),
        Limits::from(&ClientLimits { response: 4, ..common.clone() }),
        Limits::from(&ClientLimits { memory: 6, ..common }),
    ]
}

#[test]
fn chunks_make_no_difference() {
    for file in samples() {
        for limits in several_limits() {
            let whole = fed([&file[..]], limits);
            assert_eq!(fed(file.chunks(1), limits), whole);
            assert_eq!(fed(file.chunks(7).flat_map(|chunk| [chunk, &[]]), limits), whole);
            for at in 0..=file.len() {
                assert_eq!(fed([&file[..at], &file[at..]], limits), whole, "at {at}");
            }
        }
    }
}

#[test]
fn a_file_may_end_anywhere() {
    for file in samples() {
        let whole = inspect(&file);
        for at in 0..file.len() {
            let cut = inspect(&file[..at]);
            assert!(!cut.report.stations.is_empty());
            // Nothing comes out of a cut that the whole does not have.
            for (cut, whole) in cut.report.stations.iter().zip(&whole.report.stations) {
                if cut.outcome.verdict.is_complete() && at > 8 {
                    assert!(whole.outcome.response.starts_with(&cut.outcome.response));
                }
            }
            let _ = Recording::read(&file[..at], 1 << 20);
        }
    }
}

#[test]
fn the_damage_of_what_is_in_a_gzip_is_told_though_the_rest_was_not_read() {
    let mut ng = Ng::new(false);
    ng.section(&[]);
    ng.out.extend_from_slice(&[6, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0]);
    ng.out.extend((0..100_000_u32).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_le_bytes()));
    let file = gzip(&ng.out);
    let mut inspection = Inspection::new("x", Limits::default());
    let read = file.chunks(100).take_while(|chunk| {
        inspection.feed(chunk);
        inspection.wants_more()
    });
    assert!(read.count() < file.len() / 200, "there is more of it");
    let told = inspection.finish();
    assert!(verdict(&told.report.stations[0]).contains("a block of 3 bytes cannot be"), "{told:?}");
    assert_eq!(told, inspect_unnamed(&file));
}

fn inspect_unnamed(file: &[u8]) -> Inspected {
    fed([file], Limits::default())
}

proptest! {
    /// A file that is not read on where nothing more is wanted comes to the same.
    #[test]
    fn what_is_not_wanted_changes_nothing(
        nth in any::<prop::sample::Index>(),
        wrong in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        limits in 0..3_usize,
        by in 1..40_usize,
    ) {
        let mut file = samples().swap_remove(nth.index(samples().len()));
        for (at, byte) in wrong {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let limits = several_limits()[limits];
        let mut inspector = Inspector::new(limits);
        let mut recorder = Recorder::new("x", limits.memory);
        inspector.open("x");
        for chunk in file.chunks(by) {
            if inspector.wants_more() {
                inspector.feed(chunk);
            }
            if recorder.wants_more() {
                recorder.feed(chunk);
            }
        }
        inspector.close();
        prop_assert!(!inspector.wants_more(), "no file is open");
        prop_assert_eq!(inspector.finish(), fed([&file[..]], limits));
        let mut whole = Recorder::new("x", limits.memory);
        whole.feed(&file);
        prop_assert_eq!(recorder.finish(), whole.finish());
    }

    #[test]
    fn no_damage_makes_it_panic(
        nth in any::<prop::sample::Index>(),
        wrong in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = samples().swap_remove(nth.index(samples().len()));
        for (at, byte) in wrong {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let whole = inspect(&file);
        prop_assert!(!whole.report.stations.is_empty());
        prop_assert_eq!(fed(file.chunks(1), Limits::default()).report.stations, inspect_named(&file));
        let _ = Recording::read(&file, 1 << 20);
    }

    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), magic in 0..9usize) {
        let begin = samples().get(magic).map(|file| file[..file.len().min(24)].to_vec()).unwrap_or_default();
        let file = [begin, bytes].concat();
        prop_assert!(!inspect(&file).report.stations.is_empty());
    }
}

fn inspect_named(file: &[u8]) -> Vec<carwatch::StationReport> {
    fed([file], Limits::default()).report.stations
}

/// A look changes nothing, and shows what would be if the file ended there; at its end that is
/// everything, but for what nobody ended.
#[test]
fn a_look_is_what_has_come() {
    for file in samples() {
        let whole = fed([&file[..]], several_limits()[0]);
        let mut inspection = Inspection::new("x", several_limits()[0]);
        for byte in file.chunks(1) {
            inspection.feed(byte);
            let seen = inspection.so_far();
            assert!(seen.notes.is_empty());
            for station in &seen.report.stations {
                let outcome = &station.outcome;
                let is_open = outcome.verdict.fault().is_some_and(|f| f.reason == Reason::Capture);
                // Only when it ended may still be put off, by what comes behind its end.
                let is_it = |whole: &StationReport| whole.outcome == *outcome;
                assert!(is_open || whole.report.stations.iter().any(is_it), "{station:?}");
            }
        }
        assert!(!inspection.is_full());
        let seen = inspection.so_far().report;
        for (station, whole) in seen.stations.iter().zip(&whole.report.stations) {
            assert_eq!(station.name, whole.name);
            assert_eq!(station.outcome.response, whole.outcome.response);
        }
        assert_eq!(inspection.finish(), whole);
    }
}
