//! The worker as the page has it: what was handed to it, and another one where it stops.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::app::{App, area};
use super::events::on;
use super::numbers::grouped;
use super::{filter, report, top, with};
use crate::messages::{ToPage, ToWorker, pack, unpack};

/// The worker, and what another one would have to be given.
#[derive(Debug)]
pub(crate) struct Engine {
    worker: Worker,
    /// Makes another one.
    spawn: Function,
    given: Vec<Given>,
    /// How often it was begun anew since something was opened.
    anew: u32,
    /// What it says of its own fault, in the moment before it stops.
    said: Option<String>,
    /// What went wrong, to be told.
    pub(crate) fault: Option<Told>,
}

/// What was opened.
#[derive(Clone, Debug)]
enum Given {
    File(File),
    Sample,
}

impl Given {
    const fn file(&self) -> Option<&File> {
        match self {
            Self::File(file) => Some(file),
            Self::Sample => None,
        }
    }
}

/// What is told of a fault.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) words: String,
    /// Whether nothing goes on, and only the reader can begin anew.
    pub(crate) is_last: bool,
}

/// How often it begins anew by itself: what fails again and again is not in one file.
const MOST: u32 = 3;

impl Engine {
    pub(crate) fn new(spawn: Function) -> Self {
        let worker = spawned(&spawn);
        Self { worker, spawn, given: Vec::new(), anew: 0, said: None, fault: None }
    }

    /// Whether nothing goes on any more.
    pub(crate) fn is_over(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.is_last)
    }

    pub(crate) fn send(&self, message: &ToWorker, beside: &[JsValue]) {
        let _ = self.worker.post_message(&pack(message, beside));
    }

    /// Hands over what was opened; files that follow each other at once, so that none of them
    /// is taken for all there is.
    fn give(&self, given: &[Given]) {
        for given in given.chunk_by(|one, other| one.file().is_some() && other.file().is_some()) {
            let files: Vec<JsValue> =
                given.iter().filter_map(Given::file).map(JsValue::from).collect();
            if files.is_empty() {
                self.send(&ToWorker::Sample, &[]);
            } else {
                self.send(&ToWorker::Open, &files);
            }
        }
    }
}

impl App {
    pub(crate) fn open(&mut self, files: impl Iterator<Item = File>) {
        self.give(files.map(Given::File).collect());
    }

    pub(crate) fn open_sample(&mut self) {
        self.give(vec![Given::Sample]);
    }

    fn give(&mut self, given: Vec<Given>) {
        self.engine.give(&given);
        self.engine.given.extend(given);
        self.engine.anew = 0;
    }

    pub(crate) fn close_all(&mut self) {
        self.engine.given.clear();
        self.engine.fault = None;
        self.set_query("");
        self.send(&ToWorker::CloseAll, &[]);
    }

    /// The worker says what stopped it.
    pub(super) fn take_fault(&mut self, words: String) {
        self.engine.said = Some(words);
    }

    /// The worker has stopped: another one reads what is left, without the file at which it did.
    fn stopped(&mut self, words: &str) {
        let words = self.engine.said.take().unwrap_or_else(|| words.to_owned());
        let at = top::reading(self).map(|(file, _)| (file.name.clone(), file.size, file.read));
        let doing = at.as_ref().map_or("answering the page".to_owned(), |(name, _, read)| {
            format!("reading {name}, behind byte {}", grouped(*read))
        });
        let words = format!(
            "This is a fault of the viewer's own, while it was {doing}: {words}. Your files are unharmed."
        );
        self.engine.worker.terminate();
        let is_last = self.engine.anew >= MOST;
        self.engine.fault = Some(Told { words, is_last });
        if is_last {
            return self.mark(area::ALL);
        }
        self.engine.anew += 1;
        if let Some((name, size, _)) = at {
            let is_at_fault = |file: &File| file.name() == name && file.size() as u64 == size;
            self.engine.given.retain(|given| !given.file().is_some_and(is_at_fault));
        }
        self.engine.worker = spawned(&self.engine.spawn);
        self.listen_to_worker();
        self.overview = Default::default();
        self.forget();
        self.queries = 0;
        // What it was asked to show may be what it stopped at.
        self.query = Default::default();
        filter::input().set_value("");
        self.engine.give(&self.engine.given);
        for number in report::waiting() {
            self.send(&ToWorker::Report(number), &[]);
        }
    }

    pub(super) fn listen_to_worker(&self) {
        let worker = &self.engine.worker;
        on(worker, "message", |event: MessageEvent| {
            if let Some((message, beside)) = unpack::<ToPage>(&event.data()) {
                with(|app| app.take(message, &beside));
            }
        });
        let this = worker.clone();
        on(worker, "error", move |event: ErrorEvent| {
            let words = event.message();
            with(|app| {
                // One that was replaced has nothing more to say.
                if *app.engine.worker == *this {
                    app.stopped(if words.is_empty() { "it stopped" } else { &words });
                }
            });
        });
    }
}

fn spawned(spawn: &Function) -> Worker {
    spawn.call0(&JsValue::NULL).expect("a page can have workers").unchecked_into()
}
