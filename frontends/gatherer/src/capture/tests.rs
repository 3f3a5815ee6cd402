//! Captures of made-up gathers, read back by what `inspect` reads them with.

mod world;

use std::fs;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use carwatch::time::Instant;
use carwatch::{Reason, Report, StationReport};
use carwatch_capture::inspect::{Inspected, Inspection, Limits};
use carwatch_driver::client::Ending;
use tempfile::tempdir;

use super::{Capture, Epoch};
use world::{Address, Script, World};

#[test]
fn what_is_read_back_is_what_was_reported() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("gather.pcapng");
    for seed in 0..300 {
        let mut world = World::random(seed);
        let report = captured(&path, &mut world);
        let inspected = inspect(&fs::read(&path).unwrap());
        assert!(inspected.notes.is_empty(), "seed {seed}: {:?}", inspected.notes);
        agree(&inspected.report, &report, world.limits.retries, seed);
    }
}

#[test]
fn the_file_is_readable_at_any_moment() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("gather.pcapng");
    for seed in 1_000..1_030 {
        let mut world = World::random(seed);
        world.after_each = Some(Box::new({
            let path = path.clone();
            move || whole_blocks(&fs::read(&path).unwrap())
        }));
        captured(&path, &mut world);
    }
}

#[test]
fn what_tls_cut_off_is_never_complete_however_the_file_is_cut() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("gather.pcapng");
    for bytes in [&b""[..], b"1:a:b.2:c:d"] {
        let mut station = Address::sends(bytes);
        let Address::Connects { end, reads, .. } = &mut station else { unreachable!() };
        *end = Some(Ending::Truncated);
        reads.retain(|(_, bytes)| !bytes.is_empty());
        let mut world = World::new(vec![vec![Script::of(vec![station])]]);
        let report = captured(&path, &mut world);
        let fault = report.stations[0].outcome.verdict.fault().unwrap();
        assert_eq!(fault.reason, Reason::Truncated);
        let file = fs::read(&path).unwrap();
        for cut in 0..file.len() {
            let is_complete = |station: &StationReport| station.outcome.verdict.is_complete();
            let inspected = inspect(&file[..cut]).report;
            // What is shorter than a magic number is taken for raw bytes.
            assert!(cut < 4 || !inspected.stations.iter().any(is_complete), "cut at {cut}");
        }
    }
}

#[test]
fn a_name_without_an_address_and_a_station_never_tried_are_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("gather.pcapng");
    let mut world = World::new(vec![
        vec![Script::not_found(Duration::from_millis(30))],
        vec![Script::of(vec![Address::Silent])],
        vec![Script::of(vec![Address::Silent])],
    ]);
    world.limits.connections = 1;
    world.limits.deadline = Duration::from_millis(500);
    let report = captured(&path, &mut world);
    assert_eq!(report.stations[2].attempts, 0);
    let inspected = inspect(&fs::read(&path).unwrap());
    agree(&inspected.report, &report, 0, 0);
    let found = inspected.report.stations[0].elapsed;
    assert_eq!(found, Some(Duration::from_millis(30)));
}

#[test]
fn of_the_addresses_that_were_raced_the_one_that_decides_is_there() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("gather.pcapng");
    let mut world = World::new(vec![
        vec![Script::of(vec![Address::Silent, Address::sends(b"a:b:c")])],
        vec![Script::of(vec![Address::Silent, Address::Refuses])],
    ]);
    let report = captured(&path, &mut world);
    assert!(report.stations[0].outcome.verdict.is_complete());
    assert_eq!(report.stations[0].elapsed, Some(Duration::from_millis(250)));
    let inspected = inspect(&fs::read(&path).unwrap());
    agree(&inspected.report, &report, 0, 0);
}

#[test]
fn a_file_that_cannot_be_created_is_named() {
    let folder = tempdir().unwrap();
    for (path, why) in [
        (folder.path().join("no/such/folder.pcapng"), "No such file"),
        (folder.path().to_owned(), "Is a directory"),
        ("/dev/full".into(), "No space left"),
    ] {
        let words = Capture::create(&path).expect_err("it cannot be");
        assert!(words.contains(why) && words.contains(path.to_str().unwrap()), "{words}");
    }
    let words = Capture::create(Path::new("/no/\u{1b}[2J")).expect_err("it cannot be");
    assert!(words.contains(r"\u{1b}[2J"), "{words}");
}

#[test]
fn an_error_is_kept_and_said_once_and_the_gather_goes_on() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let mut capture = Capture::create(Path::new(&path)).unwrap();
    drop(writer);
    let mut header = [0; 4];
    reader.read_exact(&mut header).unwrap();
    drop(reader);
    let mut world = World::random(7);
    run(&mut capture, &mut world, 1);
    let words = capture.finish().expect_err("nobody reads");
    assert!(words.contains(&path) && words.contains("Broken pipe"), "{words}");
}

#[test]
fn what_was_in_the_file_is_gone_and_a_link_leads_to_it() {
    let folder = tempdir().unwrap();
    let (path, link) = (folder.path().join("old"), folder.path().join("link"));
    fs::write(&path, vec![0; 100_000]).unwrap();
    symlink(&path, &link).unwrap();
    Capture::create(&link).unwrap().finish().unwrap();
    assert!(link.is_symlink());
    let written = fs::read(&path).unwrap();
    whole_blocks(&written);
    assert_eq!(written[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
}

#[test]
fn rounds_follow_each_other_in_one_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("rounds.pcapng");
    let mut capture = Capture::begin(&path, epoch()).unwrap();
    for round in 1..4 {
        run(&mut capture, &mut World::random(5), round);
    }
    capture.finish().unwrap();
    let bytes = fs::read(&path).unwrap();
    whole_blocks(&bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for round in 1..4 {
        assert!(text.contains(&format!("carwatch gather {{\"round\":{round},")));
        assert!(text.contains(&format!("\"attempt\":1,\"round\":{round}}}")));
    }
}

fn captured(path: &Path, world: &mut World) -> Report {
    let mut capture = Capture::begin(path, epoch()).unwrap();
    let report = run(&mut capture, world, 1);
    capture.finish().unwrap();
    report
}

fn run(capture: &mut Capture, world: &mut World, round: u32) -> Report {
    let targets = world.targets.clone();
    capture.begin_round_at(round, &targets, world.now);
    let report = world.run(capture);
    capture.end_round_at(&report, world.now);
    report
}

fn inspect(file: &[u8]) -> Inspected {
    let mut inspection = Inspection::new("gather", Limits::default());
    inspection.feed(file);
    inspection.finish()
}

/// All but the clock of a station that was waiting for another attempt when time was up.
fn agree(inspected: &Report, report: &Report, retries: u32, seed: u64) {
    assert_eq!(inspected.stations.len(), report.stations.len(), "seed {seed}");
    assert_eq!(inspected.elapsed, report.elapsed, "seed {seed}");
    for (read, live) in inspected.stations.iter().zip(&report.stations) {
        assert_eq!(read.name, live.name, "seed {seed}");
        assert_eq!(read.address, live.address, "seed {seed}: {}", live.name);
        assert_eq!(read.outcome, live.outcome, "seed {seed}: {}", live.name);
        assert_eq!(read.attempts, live.attempts, "seed {seed}: {}", live.name);
        assert_eq!(read.first_byte, live.first_byte, "seed {seed}: {}", live.name);
        let fault = live.outcome.verdict.fault();
        if retries == 0 || fault.is_none_or(|fault| !fault.reason.is_worth_a_retry()) {
            assert_eq!(read.elapsed, live.elapsed, "seed {seed}: {}", live.name);
        }
    }
}

fn whole_blocks(file: &[u8]) {
    let mut at = 0;
    while at < file.len() {
        let length = &file[at + 4..at + 8];
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        assert!(length >= 12 && at + length <= file.len(), "a block is cut");
        at += length;
    }
}

fn epoch() -> Epoch {
    Epoch { instant: Instant::from_nanos(1_000), unix_ns: 1_795_000_000_123_456_789 }
}
