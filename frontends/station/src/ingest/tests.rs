use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

use carwatch_ingest::Format;

use super::{Ingest, Watched};

impl Watched {
    fn snapshot(&self) -> String {
        String::from_utf8(self.roster.lock().unwrap().snapshot().to_vec()).unwrap()
    }
}

#[test]
fn cars_are_there_as_soon_as_their_line_is() {
    let (ingest, watched) = Ingest::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let thread = std::thread::spawn(move || {
        ingest.run(File::from(OwnedFd::from(reader)), Format::Auto);
    });
    writer.write_all(b"1:bmw:red\n2:au").unwrap();
    watched.progress.recv_blocking().unwrap();
    assert_eq!(watched.snapshot(), "1:bmw:red");
    writer.write_all(b"di:\n\n3:B.M.W:blue").unwrap();
    watched.progress.recv_blocking().unwrap();
    assert_eq!(watched.snapshot(), "1:bmw:red.2:audi:");
    drop(writer);
    thread.join().unwrap();
    assert_eq!(watched.snapshot(), "1:bmw:red.2:audi:.3:B%2EM%2EW:blue");
    while watched.progress.try_recv().is_ok() {}
    assert!(watched.progress.is_closed());
}

#[test]
fn lines_that_are_no_cars_are_counted_and_stop_nothing() {
    let (ingest, watched) = Ingest::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&b"nothing\n".repeat(11)).unwrap();
    writer.write_all(b"1:2:3:4\n1:bmw:red\n\xff:a:b\n").unwrap();
    drop(writer);
    ingest.run(File::from(OwnedFd::from(reader)), Format::Record);
    assert_eq!(watched.snapshot(), "1:bmw:red");
    let mut refusals = watched.refusals.lock().unwrap();
    assert_eq!(refusals.by_reason(), "invalid_utf8=1,too_few_fields=11,too_many_fields=1");
    assert_eq!(refusals.take_withheld(), [], "they were told of at the end");
    assert_eq!(watched.withheld.try_recv(), Ok(()));
}

#[test]
fn a_source_that_cannot_be_read_ends_without_a_car() {
    let (ingest, watched) = Ingest::new();
    // A directory can be opened, and then not be read.
    ingest.run(File::open("/").unwrap(), Format::Auto);
    assert_eq!(watched.snapshot(), "");
    assert!(watched.progress.is_closed());
}
