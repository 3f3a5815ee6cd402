//! What the worker calls: all open answers, and the one that is being read.

use carwatch::Report;
use carwatch::limits::RECORD;
use carwatch_formats::{Format, Options, write_cars};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Answer, Reading, View};

/// The answers that are open. Text comes out as JSON, which the page parses.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Answers {
    reading: Option<Reading>,
    read: Vec<Answer>,
}

#[wasm_bindgen]
impl Answers {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to read the answer called `name`, of `size` bytes if that is known.
    /// One that was being read is forgotten.
    pub fn open(&mut self, name: &str, size: usize) {
        self.reading = Some(Reading::new(name, size));
    }

    /// Takes the next bytes of the answer that is being read.
    pub fn feed(&mut self, segment: &[u8]) {
        if let Some(reading) = &mut self.reading {
            reading.feed(segment);
        }
    }

    /// Ends it with the file, and says what to show of it: a [`View`] as JSON.
    pub fn close(&mut self) -> Option<String> {
        let answer = self.reading.take()?.close();
        Some(self.keep(answer))
    }

    /// Ends it where the file could not be read on, and says what to show of it.
    pub fn fail(&mut self, detail: &str) -> Option<String> {
        let answer = self.reading.take()?.fail(detail);
        Some(self.keep(answer))
    }

    /// Closes all answers.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The cars and the report of the answers that have been read, as the document that a
    /// client prints with `--format json`.
    #[must_use]
    pub fn report(&self) -> String {
        let report = Report {
            stations: self.read.iter().map(|answer| answer.station.clone()).collect(),
            elapsed: None,
        };
        let options = Options {
            format: Format::Json,
            keep_partial: false,
            csv_raw: false,
            record_limit: RECORD,
            width: None,
            exit: exit(&report),
        };
        let mut document = Vec::new();
        write_cars(&report, &options, &mut document).expect("memory takes everything");
        String::from_utf8(document).expect("JSON is text")
    }

    fn keep(&mut self, answer: Answer) -> String {
        let view = View::new(&answer);
        self.read.push(answer);
        serde_json::to_string(&view).expect("text and numbers become JSON")
    }
}

/// The exit code that a gather with these outcomes would have had.
fn exit(report: &Report) -> u8 {
    match report.counts() {
        (complete, 0, 0) if complete > 0 => 0,
        (0, _, _) => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
