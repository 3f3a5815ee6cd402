//! The files that are open: read in pieces, and again where bytes are asked for.

use std::collections::VecDeque;
use std::ops::Range;

use carwatch::Report;
use carwatch_capture::inspect::{Inspector, Limits};
use carwatch_formats::{Format, Options, write_cars};
use carwatch_viewer::{Session, sample};
use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use sha2::{Digest as _, Sha256};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, FileReaderSync};

use crate::promise::then;

/// The files, and where reading is.
pub(crate) struct Files {
    reader: FileReaderSync,
    open: Vec<File>,
    /// Those that are open once more.
    again: Vec<usize>,
    waiting: VecDeque<Waiting>,
    reading: Option<Reading>,
    /// How many files were begun: a piece of an earlier one that comes late is of none.
    begun: u32,
    piece: Vec<u8>,
}

/// What is to be read.
enum Waiting {
    File(File),
    /// One that is open, and none of ours, as a raw answer.
    Anyway(usize),
}

/// The file that is being read. The browser reads its next piece while the last is looked at.
struct Reading {
    file: File,
    /// Up to where pieces were asked for.
    at: f64,
    is_asked: bool,
    come: Option<Result<ArrayBuffer, String>>,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More {
    /// More of it, at once.
    Now,
    /// A piece is on its way, and tells when it is there.
    Later,
    /// Everything has been read.
    No,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self {
            reader: FileReaderSync::new().expect("a worker has readers"),
            open: Vec::new(),
            again: Vec::new(),
            waiting: VecDeque::new(),
            reading: None,
            begun: 0,
            piece: Vec::new(),
        }
    }

    /// None are open; a piece that is still on its way is of none.
    pub(crate) fn closed(&self) -> Self {
        Self { begun: self.begun + 1, ..Self::new() }
    }

    pub(crate) fn add(&mut self, files: impl Iterator<Item = File>) {
        self.waiting.extend(files.map(Waiting::File));
    }

    pub(crate) fn add_sample(&mut self) {
        let parts = Array::of1(&Uint8Array::from(&sample::bytes()[..]));
        if let Ok(file) = File::new_with_u8_array_sequence(&parts, sample::NAME) {
            self.waiting.push_back(Waiting::File(file));
        }
    }

    pub(crate) fn read_anyway(&mut self, file: usize) {
        self.waiting.push_back(Waiting::Anyway(file));
    }

    /// Reads no further; what waits is named as not read.
    pub(crate) fn stop(&mut self, session: &mut Session) {
        if self.reading.take().is_some() {
            session.stop();
        }
        for waiting in std::mem::take(&mut self.waiting) {
            if let Waiting::File(file) = waiting {
                session.open(&file.name(), file.size() as u64);
                session.stop();
                self.open.push(file);
            }
        }
    }

    /// Takes the next piece, if it is there.
    pub(crate) fn read(&mut self, session: &mut Session) -> More {
        let Some(reading) = &mut self.reading else {
            let Some(next) = self.waiting.pop_front() else { return More::No };
            match next {
                Waiting::File(file) => {
                    session.open(&file.name(), file.size() as u64);
                    self.open.push(file.clone());
                    self.begin(file);
                }
                Waiting::Anyway(file) => self.begin_anyway(file, session),
            }
            return More::Now;
        };
        let is_over = reading.at >= reading.file.size();
        match reading.come.take() {
            Some(Ok(buffer)) => {
                // The one after it is read meanwhile.
                reading.ask(self.begun);
                take(&buffer, &mut self.piece);
                session.feed(&self.piece);
                if !session.wants_more() {
                    self.end(session);
                }
            }
            Some(Err(words)) => {
                session.fail(&words);
                self.reading = None;
            }
            None if reading.is_asked => return More::Later,
            None if is_over => self.end(session),
            None => reading.ask(self.begun),
        }
        More::Now
    }

    /// A piece of the file that was the `begun`th has come.
    pub(crate) fn come(&mut self, begun: u32, piece: Result<ArrayBuffer, String>) {
        if let Some(reading) = self.reading.as_mut().filter(|_| begun == self.begun) {
            reading.is_asked = false;
            reading.come = Some(piece);
        }
    }

    fn begin(&mut self, file: File) {
        self.begun += 1;
        let mut reading = Reading { file, at: 0.0, is_asked: false, come: None };
        reading.ask(self.begun);
        self.reading = Some(reading);
    }

    fn begin_anyway(&mut self, file: usize, session: &mut Session) {
        let Some(blob) = self.open.get(file).cloned() else { return };
        if !session.read_anyway(file) {
            return;
        }
        if file + 1 < self.open.len() {
            self.open.push(blob.clone());
            self.again.push(file);
        }
        self.begin(blob);
    }

    fn end(&mut self, session: &mut Session) {
        session.close();
        self.reading = None;
    }

    /// Some of the bytes of a file; nothing where they cannot be read any more.
    pub(crate) fn bytes(&self, file: usize, range: &Range<u64>) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let range = range.start as f64..range.end as f64;
        read(&self.reader, self.open.get(file)?, range, &mut bytes).ok()?;
        Some(bytes)
    }

    pub(crate) fn blob(&self, file: usize) -> JsValue {
        self.open.get(file).map_or(JsValue::NULL, |file| file.clone().into())
    }

    /// The document that `inspect --format json` prints for these files.
    pub(crate) fn report(&mut self) -> String {
        let mut inspector = Inspector::new(Limits::default());
        let files = self.open.iter().enumerate();
        for (_, file) in files.filter(|(nth, _)| !self.again.contains(nth)) {
            inspector.open(&file.name());
            let mut at = 0.0;
            while at < file.size() && inspector.wants_more() {
                let end = (at + PIECE).min(file.size());
                match read(&self.reader, file, at..end, &mut self.piece) {
                    Ok(()) => inspector.feed(&self.piece),
                    Err(words) => {
                        inspector.fail(&words);
                        break;
                    }
                }
                at = end;
            }
            inspector.close();
        }
        self.piece = Vec::new();
        let report = inspector.finish().report;
        let options = Options { exit: exit(&report), ..Options::new(Format::Json) };
        let mut document = Vec::new();
        write_cars(&report, &options, &mut document).expect("memory takes everything");
        String::from_utf8(document).expect("JSON is text")
    }

    /// The SHA-256 of a file, in hexadecimal.
    pub(crate) fn hash(&mut self, file: usize) -> Option<String> {
        let file = self.open.get(file)?;
        let mut hash = Sha256::new();
        let mut at = 0.0;
        while at < file.size() {
            let end = (at + PIECE).min(file.size());
            read(&self.reader, file, at..end, &mut self.piece).ok()?;
            hash.update(&self.piece);
            at = end;
        }
        self.piece = Vec::new();
        Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Reading {
    /// Asks for the next piece, if there is one.
    fn ask(&mut self, begun: u32) {
        if self.is_asked || self.at >= self.file.size() {
            return;
        }
        let end = (self.at + PIECE).min(self.file.size());
        let blob: &Blob = &self.file;
        let Ok(part) = blob.slice_with_f64_and_f64(self.at, end) else { return };
        (self.at, self.is_asked) = (end, true);
        let come = Closure::once_into_js(move |buffer: JsValue| {
            super::come(begun, buffer.dyn_into().map_err(|e| words(&e)));
        });
        let failed = Closure::once_into_js(move |e: JsValue| super::come(begun, Err(words(&e))));
        then(&part.array_buffer(), &[come, failed]);
    }
}

fn read(
    reader: &FileReaderSync,
    file: &File,
    range: Range<f64>,
    into: &mut Vec<u8>,
) -> Result<(), String> {
    let blob: &Blob = file;
    let part = blob.slice_with_f64_and_f64(range.start, range.end).map_err(|e| words(&e))?;
    take(&reader.read_as_array_buffer(&part).map_err(|e| words(&e))?, into);
    Ok(())
}

/// Copies what has come to where it is looked at.
fn take(buffer: &ArrayBuffer, into: &mut Vec<u8>) {
    let bytes = Uint8Array::new(buffer);
    into.resize(bytes.length() as usize, 0);
    bytes.copy_to(into);
    // Its memory is free at once, and not when the browser comes round to collecting it: that
    // would be as much as the file has. (Browsers from before 2024 have no such method.)
    let free = Reflect::get(buffer, &"transfer".into());
    if let Some(free) = free.ok().and_then(|free| free.dyn_into::<Function>().ok()) {
        let _ = free.call1(buffer, &0.into());
    }
}

/// The browser's words about what went wrong.
fn words(e: &JsValue) -> String {
    let message = Reflect::get(e, &"message".into()).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| "the browser could not read it".to_owned())
}

/// The exit code that inspecting these files would have had.
fn exit(report: &Report) -> u8 {
    match report.counts() {
        (complete, 0, 0) if complete > 0 => 0,
        (0, _, _) => 3,
        _ => 1,
    }
}

/// How much is read at once, in bytes.
const PIECE: f64 = 2.0 * 1024.0 * 1024.0;
