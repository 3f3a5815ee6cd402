//! From files to what they came to, and nothing about how that is printed.
//!
//! A thread reads, so that a signal is heard also while a pipe has nothing to say.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use carwatch::{Fault, Outcome, Reason, Report, StationReport};
use carwatch_capture::inspect::{Inspected, Inspector, Limits};

use super::is_stdin;
use crate::signals::Signals;

/// What the threads tell.
enum News {
    /// The next file.
    Open(String),
    /// More of it.
    Bytes(Vec<u8>),
    /// It cannot be opened, or not be read on.
    Failed(String),
    /// It is over.
    Closed,
    /// All are.
    Done,
    /// A signal came.
    Stopped,
}

/// Reads the files one after the other. One that cannot be read is a failed line; the others
/// are inspected all the same. A signal ends it with what was read.
pub(super) fn inspect(paths: &[PathBuf], limits: Limits, signals: &mut Signals) -> Inspected {
    let (tell, news) = mpsc::sync_channel(2);
    if let Ok(first) = signals.first() {
        let tell = tell.clone();
        thread::spawn(move || {
            async_io::block_on(first);
            let _ = tell.send(News::Stopped);
        });
    }
    let files = paths.to_vec();
    // How many files nothing more is wanted of.
    let enough = Arc::new(AtomicUsize::new(0));
    let known = Arc::clone(&enough);
    // Neither thread is waited for: one may sit in a read that never ends.
    thread::spawn(move || read(&files, &known, &tell));
    let mut inspector = Inspector::new(limits);
    let mut begun = 0;
    loop {
        match news.recv() {
            Ok(News::Open(name)) => {
                begun += 1;
                inspector.open(&name);
            }
            Ok(News::Bytes(bytes)) => {
                inspector.feed(&bytes);
                if !inspector.wants_more() {
                    enough.store(begun, Ordering::Relaxed);
                }
            }
            Ok(News::Failed(words)) => inspector.fail(&words),
            Ok(News::Closed) => inspector.close(),
            Ok(News::Done) | Err(mpsc::RecvError) => return inspector.finish(),
            Ok(News::Stopped) => {
                let fault = Fault::new(Reason::Cancelled, "the inspection was stopped");
                inspector.stop(fault.clone());
                let rest = paths.get(begun..).unwrap_or_default();
                let rest = rest.iter().map(|path| failed(path, fault.clone(), 0));
                return Inspected::join([inspector.finish()].into_iter().chain(rest));
            }
        }
    }
}

/// What comes of files that nothing was read of, and `why`.
pub(super) fn not_begun(paths: &[PathBuf], why: &str) -> Inspected {
    let fault = Fault::new(Reason::Io, why);
    Inspected::join(paths.iter().map(|path| failed(path, fault.clone(), 0)))
}

fn failed(path: &Path, fault: Fault, attempts: u32) -> Inspected {
    let station = StationReport {
        name: name(path),
        address: name(path),
        outcome: Outcome::failed(fault),
        attempts,
        first_byte: None,
        elapsed: None,
    };
    let report = Report { stations: vec![station], elapsed: None };
    Inspected { report, notes: Vec::new(), details: Vec::new() }
}

/// Reads them all, until nobody listens any more.
fn read(paths: &[PathBuf], enough: &AtomicUsize, tell: &SyncSender<News>) {
    for (nth, path) in paths.iter().enumerate() {
        let is_enough = || enough.load(Ordering::Relaxed) > nth;
        if tell.send(News::Open(name(path))).is_err() {
            return;
        }
        let read = match is_stdin(path) {
            true => pass_on(&mut io::stdin().lock(), is_enough, tell),
            false => File::open(path).and_then(|mut file| pass_on(&mut file, is_enough, tell)),
        };
        let end = match read {
            Ok(()) => News::Closed,
            Err(error) => News::Failed(format!("cannot read {}: {error}", path.display())),
        };
        if tell.send(end).is_err() {
            return;
        }
    }
    let _ = tell.send(News::Done);
}

fn pass_on(
    file: &mut impl Read,
    is_enough: impl Fn() -> bool,
    tell: &SyncSender<News>,
) -> io::Result<()> {
    while !is_enough() {
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                chunk.truncate(length);
                if tell.send(News::Bytes(chunk)).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What a file is called in the report.
fn name(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    let base = path.file_name().unwrap_or(path.as_os_str());
    base.to_string_lossy().into_owned()
}

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;
