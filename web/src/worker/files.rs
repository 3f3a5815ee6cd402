//! The files that are open: read in pieces, and again where bytes are asked for.

use std::collections::VecDeque;
use std::ops::Range;

use carwatch::Report;
use carwatch_capture::inspect::{Inspector, Limits};
use carwatch_formats::{Format, Options, write_cars};
use carwatch_viewer::{Session, sample};
use js_sys::{Array, Uint8Array};
use sha2::{Digest as _, Sha256};
use wasm_bindgen::JsCast;
use web_sys::{Blob, File, FileReaderSync};

/// The files, and where reading is.
pub(crate) struct Files {
    reader: FileReaderSync,
    open: Vec<File>,
    /// Those that are open once more.
    again: Vec<usize>,
    waiting: VecDeque<File>,
    /// Which is being read, and up to where.
    reading: Option<(File, f64)>,
    piece: Vec<u8>,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self {
            reader: FileReaderSync::new().expect("a worker has readers"),
            open: Vec::new(),
            again: Vec::new(),
            waiting: VecDeque::new(),
            reading: None,
            piece: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, files: impl Iterator<Item = File>) {
        self.waiting.extend(files);
    }

    pub(crate) fn add_sample(&mut self) {
        let parts = Array::of1(&Uint8Array::from(&sample::bytes()[..]));
        if let Ok(file) = File::new_with_u8_array_sequence(&parts, sample::NAME) {
            self.waiting.push_back(file);
        }
    }

    pub(crate) fn read_anyway(&mut self, file: usize, session: &mut Session) {
        let Some(blob) = self.open.get(file).cloned() else { return };
        // Whatever is being read goes on behind it.
        if let Some((reading, _)) = self.reading.take() {
            session.stop();
            self.waiting.push_front(reading);
        }
        let is_last = file + 1 == self.open.len();
        session.read_anyway(file);
        if !is_last {
            self.open.push(blob.clone());
            self.again.push(file);
        }
        self.reading = Some((blob, 0.0));
    }

    /// Reads no further.
    pub(crate) fn stop(&mut self, session: &mut Session) {
        self.waiting.clear();
        if self.reading.take().is_some() {
            session.stop();
        }
    }

    /// Reads the next piece, and says whether there is more.
    pub(crate) fn read(&mut self, session: &mut Session) -> bool {
        let Some((file, at)) = &mut self.reading else {
            let Some(next) = self.waiting.pop_front() else { return false };
            session.open(&next.name(), next.size() as u64);
            self.open.push(next.clone());
            self.reading = Some((next, 0.0));
            return true;
        };
        let size = file.size();
        if *at < size && session.wants_more() {
            let end = (*at + PIECE).min(size);
            match read(&self.reader, file, *at..end, &mut self.piece) {
                Ok(()) => {
                    session.feed(&self.piece);
                    *at = end;
                }
                Err(words) => {
                    session.fail(&words);
                    self.reading = None;
                    return !self.waiting.is_empty();
                }
            }
        }
        if *at >= size || !session.wants_more() {
            session.close();
            self.reading = None;
        }
        self.reading.is_some() || !self.waiting.is_empty()
    }

    /// Some of the bytes of a file; none where they cannot be read any more.
    pub(crate) fn bytes(&self, file: usize, range: &Range<u64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(file) = self.open.get(file) {
            let range = range.start as f64..range.end as f64;
            if read(&self.reader, file, range, &mut bytes).is_err() {
                bytes.clear();
            }
        }
        bytes
    }

    pub(crate) fn blob(&self, file: usize) -> wasm_bindgen::JsValue {
        self.open.get(file).map_or(wasm_bindgen::JsValue::NULL, |file| file.clone().into())
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

fn read(
    reader: &FileReaderSync,
    file: &File,
    range: Range<f64>,
    into: &mut Vec<u8>,
) -> Result<(), String> {
    let words = |e: wasm_bindgen::JsValue| match e.dyn_ref::<js_sys::Error>() {
        Some(e) => String::from(e.message()),
        // A DOMException is no Error of JavaScript's, but has a message as well.
        None => js_sys::Reflect::get(&e, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .unwrap_or_else(|| "the browser could not read it".to_owned()),
    };
    let blob: &Blob = file;
    let part = blob.slice_with_f64_and_f64(range.start, range.end).map_err(words)?;
    let buffer = reader.read_as_array_buffer(&part).map_err(words)?;
    let bytes = Uint8Array::new(&buffer);
    into.resize(bytes.length() as usize, 0);
    bytes.copy_to(into);
    // Its memory is free at once, and not when the browser comes round to collecting it: that
    // would be as much as the file has. (Browsers from before 2024 have no such method.)
    let free = js_sys::Reflect::get(&buffer, &"transfer".into());
    if let Some(free) = free.ok().and_then(|free| free.dyn_into::<js_sys::Function>().ok()) {
        let _ = free.call1(&buffer, &0.into());
    }
    Ok(())
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
