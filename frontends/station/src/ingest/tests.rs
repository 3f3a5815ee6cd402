use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

use carwatch_ingest::{Format, Reading};

use super::ingest;
use crate::ledger::world::World;

fn reading(format: Format) -> Reading {
    Reading { format, ..Reading::default() }
}

#[test]
fn cars_are_there_as_soon_as_their_line_is() {
    let (world, intake) = World::in_memory();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let thread = std::thread::spawn(move || {
        ingest(File::from(OwnedFd::from(reader)), reading(Format::Auto), intake);
    });
    writer.write_all(b"1:bmw:red\n2:au").unwrap();
    world.progress.recv_blocking().unwrap();
    assert_eq!(world.snapshot(), "1:bmw:red");
    writer.write_all(b"di:\n\n3:B.M.W:blue").unwrap();
    world.progress.recv_blocking().unwrap();
    assert_eq!(world.snapshot(), "1:bmw:red.2:audi:");
    drop(writer);
    thread.join().unwrap();
    while world.progress.recv_blocking().is_ok() {}
    assert_eq!(world.snapshot(), "1:bmw:red.2:audi:.3:B%2EM%2EW:blue");
    assert!(world.status.lock().source_ended);
}

#[test]
fn lines_that_are_no_cars_are_counted_and_stop_nothing() {
    let (world, intake) = World::in_memory();
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&b"nothing\n".repeat(11)).unwrap();
    writer.write_all(b"1:2:3:4\n1:bmw:red\n\xff:a:b\n").unwrap();
    drop(writer);
    ingest(File::from(OwnedFd::from(reader)), reading(Format::Record), intake);
    assert_eq!(world.finished(), "1:bmw:red");
    let mut facts = world.status.lock();
    assert_eq!(facts.refusals.by_reason(), "invalid_utf8=1,too_few_fields=11,too_many_fields=1");
    assert!(!facts.refusals.has_withheld(), "they were told of at the end");
    assert_eq!(facts.refusals.take_withheld(), []);
}

#[test]
fn a_source_that_cannot_be_read_ends_without_a_car() {
    let (world, intake) = World::in_memory();
    // A directory can be opened, and then not be read.
    ingest(File::open("/").unwrap(), reading(Format::Auto), intake);
    assert_eq!(world.finished(), "");
    while world.progress.recv_blocking().is_ok() {}
}
