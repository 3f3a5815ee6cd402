//! A detector that writes a file all the time, in pieces that end anywhere.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::fixtures::record;
use crate::rng::Rng;

/// How it writes a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Record,
    Csv,
    Ndjson,
}

/// What becomes of a file that is long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Renamed, and another one created in its place.
    Rename,
    /// Copied, and truncated.
    Truncate,
}

/// It writes until it is finished, or dropped.
pub(super) struct Writer {
    desk: Arc<Mutex<Desk>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: &Path, form: Form) -> Self {
        let file = open(path);
        let mut desk = Desk {
            path: path.to_owned(),
            file,
            form,
            cars: 0,
            pending: Vec::new(),
            mode: Mode::Writing,
        };
        desk.begin_file();
        let desk = Arc::new(Mutex::new(desk));
        let thread = thread::spawn({
            let desk = Arc::clone(&desk);
            move || write(&desk)
        });
        Self { desk, thread: Some(thread) }
    }

    /// Ends the line that it is at and waits; answers the snapshot of all that is written.
    pub(super) fn pause(&self) -> String {
        let mut desk = self.desk();
        desk.end_line();
        if desk.mode == Mode::Writing {
            desk.mode = Mode::Paused;
        }
        let records: Vec<String> = (0..desk.cars).map(|nth| record(&car(nth, desk.form))).collect();
        records.join(".")
    }

    pub(super) fn go_on(&self) {
        self.desk().mode = Mode::Writing;
    }

    /// Ends the line that it is at, and takes a new file.
    pub(super) fn turn(&self, turn: Turn) {
        let mut desk = self.desk();
        desk.end_line();
        let aside = desk.path.with_extension("1");
        match turn {
            Turn::Rename => {
                fs::rename(&desk.path, aside).expect("a temporary folder");
                desk.file = open(&desk.path);
            }
            Turn::Truncate => {
                fs::copy(&desk.path, aside).expect("a temporary folder");
                desk.file.set_len(0).expect("a file");
            }
        }
        desk.begin_file();
    }

    /// Ends the line that it is at and the writing; answers the snapshot of all of it.
    pub(super) fn finish(mut self) -> String {
        let snapshot = self.pause();
        self.desk().mode = Mode::Done;
        self.thread.take().expect("it writes").join().expect("no panic");
        snapshot
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no panic inside")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Ok(mut desk) = self.desk.lock() {
            desk.mode = Mode::Done;
        }
    }
}

struct Desk {
    path: PathBuf,
    file: File,
    form: Form,
    /// How many were begun.
    cars: usize,
    /// What of them is not in the file yet.
    pending: Vec<u8>,
    mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Writing,
    Paused,
    Done,
}

impl Desk {
    fn begin_file(&mut self) {
        if self.form == Form::Csv {
            self.pending.extend_from_slice(b"time,brand,color\n");
        }
    }

    fn end_line(&mut self) {
        self.file.write_all(&self.pending).expect("a temporary file");
        self.pending.clear();
    }

    fn write_a_piece(&mut self, rng: &mut Rng) {
        for _ in 0..rng.below(20) {
            self.pending.extend_from_slice(line(&car(self.cars, self.form), self.form).as_bytes());
            self.cars += 1;
        }
        let piece = rng.below(self.pending.len() + 1);
        self.file.write_all(&self.pending[..piece]).expect("a temporary file");
        self.pending.drain(..piece);
    }
}

fn write(desk: &Mutex<Desk>) {
    let mut rng = Rng::new(3);
    loop {
        let mut held = desk.lock().expect("no panic inside");
        match held.mode {
            Mode::Writing => held.write_a_piece(&mut rng),
            Mode::Paused => {}
            Mode::Done => return,
        }
        drop(held);
        // The pace of a busy road.
        thread::sleep(Duration::from_micros(rng.below(4_000) as u64));
    }
}

/// No two are the same.
fn car(nth: usize, form: Form) -> [String; 3] {
    let brand = match nth % 4 {
        0 => "B.M.W",
        // A record has no way to say a line end.
        1 if form != Form::Record => "two\nlines",
        2 => "\"quoted\", and more",
        _ => "peugeot",
    };
    [
        nth.to_string(),
        brand.to_owned(),
        if nth.is_multiple_of(7) { String::new() } else { "red".into() },
    ]
}

fn line(car: &[String; 3], form: Form) -> String {
    match form {
        Form::Record => record(car) + "\n",
        Form::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(car).expect("a buffer");
            String::from_utf8(writer.into_inner().expect("a buffer")).expect("text")
        }
        Form::Ndjson => {
            let [time, brand, color] = car;
            format!("{}\n", serde_json::json!({"time": time, "brand": brand, "color": color}))
        }
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new().append(true).create(true).open(path).expect("a temporary folder")
}
