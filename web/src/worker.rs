//! The worker: reads files in pieces, filters, and answers, a little of each at a time.

mod files;

use std::cell::RefCell;
use std::collections::VecDeque;

use carwatch_index::By;
use carwatch_viewer::{Export, Form, Session};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort,
};

use crate::messages::{SortBy, ToPage, ToWorker, pack, unpack};
use files::{Files, More};

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Takes messages from the page, from now on.
pub(crate) fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    // The browser would only say that something unreachable was reached.
    let page = scope.clone();
    std::panic::set_hook(Box::new(move |fault| {
        // Where, and the first line of what: behind it may be a stack of addresses.
        let words = fault.to_string();
        let words: Vec<&str> = words.trim_start_matches("panicked at ").lines().take(2).collect();
        let _ = page.post_message(&pack(&ToPage::Fault(words.join(" ")), &[]));
    }));
    let channel = MessageChannel::new().expect("a browser has channels");
    let on_turn = Closure::<dyn FnMut()>::new(|| with(Worker::turn));
    channel.port1().set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
    on_turn.forget();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some((message, beside)) = unpack(&event.data()) {
            with(|worker| worker.take(message, beside));
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let worker = Worker {
        session: Session::new(carwatch_viewer::Limits::default()),
        files: Files::new(),
        scope,
        turns: channel.port2(),
        has_turn: false,
        waiting: VecDeque::new(),
        query: 0,
        told: 0.0,
        filtered: 0.0,
        looked: 0.0,
        look_took: 0.0,
        look_at: 0,
        is_stale: false,
    };
    worker.tell(&ToPage::Ready, &[]);
    WORKER.set(Some(worker));
}

/// A piece of a file has come.
fn come(begun: u32, piece: Result<ArrayBuffer, String>) {
    with(|worker| {
        worker.files.come(begun, piece);
        worker.next_turn();
    });
}

fn with(act: impl FnOnce(&mut Worker)) {
    WORKER.with_borrow_mut(|worker| worker.as_mut().map(act));
}

struct Worker {
    session: Session,
    files: Files,
    scope: DedicatedWorkerGlobalScope,
    /// A message to itself is the next turn: the page's come in between.
    turns: MessagePort,
    has_turn: bool,
    /// What has to wait until all files have been read.
    waiting: VecDeque<ToWorker>,
    /// How many queries there were.
    query: u32,
    /// When the page was last told what is open, and when rows were last filtered.
    told: f64,
    filtered: f64,
    /// When a capture that is read was last looked at, how long that took, and at how much.
    looked: f64,
    look_took: f64,
    look_at: u64,
    /// Whether what passes has changed since the page was told.
    is_stale: bool,
}

impl Worker {
    fn take(&mut self, message: ToWorker, beside: Vec<JsValue>) {
        match message {
            ToWorker::Open => {
                self.files.add(beside.into_iter().filter_map(|file| file.dyn_into().ok()));
            }
            ToWorker::Sample => self.files.add_sample(),
            ToWorker::ReadAnyway(file) => self.files.read_anyway(file),
            ToWorker::Stop => {
                self.files.stop(&mut self.session);
                self.told = 0.0;
            }
            ToWorker::CloseAll => {
                self.session = Session::new(carwatch_viewer::Limits::default());
                self.files = self.files.closed();
                // What else waits for the files would find none.
                self.waiting.retain(|message| matches!(message, ToWorker::Report(_)));
                (self.told, self.filtered) = (0.0, 0.0);
                self.is_stale = true;
                self.overview();
            }
            ToWorker::Query(text) => {
                self.query += 1;
                self.session.set_query(&text);
                self.is_stale = true;
            }
            ToWorker::Sort(sort) => {
                self.session.set_sort(sort.map(|(by, is_falling)| (by.into(), is_falling)));
                self.is_stale = true;
            }
            ToWorker::Ask(number, ask) => {
                let needs = self.session.needs(&ask);
                let given: Vec<Vec<u8>> = needs
                    .iter()
                    .map(|need| {
                        let bytes = self.files.bytes(need.file, &need.bytes);
                        bytes.unwrap_or_else(|| {
                            self.tell(&ToPage::Unreadable(need.file), &[]);
                            Vec::new()
                        })
                    })
                    .collect();
                let answered = self.session.ask(&ask, &given);
                self.tell(&ToPage::Answered(number, Box::new(answered)), &[]);
            }
            ToWorker::Save(answer) => self.save(answer),
            later => self.waiting.push_back(later),
        }
        self.next_turn();
    }

    /// A piece of a file, or of the rows to be filtered; and then the next turn, if there is more.
    fn turn(&mut self) {
        self.has_turn = false;
        let begun = now();
        let mut more = More::Now;
        while more == More::Now && now() - begun < TURN {
            more = self.files.read(&mut self.session);
        }
        let is_reading = more != More::No;
        self.look();
        let rows = self.session.rows();
        // While files are read, filtering all again and again must not take longer than reading.
        let has_grown = rows > self.session.filtered() * 5 / 2 || !is_reading;
        if rows != self.session.filtered()
            && !self.is_stale
            && has_grown
            && (now() - self.filtered > 2.0 * OFTEN || !is_reading)
        {
            self.session.refresh();
            self.is_stale = true;
        }
        let mut is_filtering = self.is_stale && self.session.work();
        while is_filtering && now() - begun < 2.0 * TURN {
            is_filtering = self.session.work();
        }
        // The first rows are waited for.
        let is_first = rows > 0 && self.session.filtered() == 0;
        if is_first || now() - self.told > OFTEN || !is_reading {
            self.overview();
        }
        if self.is_stale && !is_filtering {
            self.is_stale = false;
            self.filtered = now();
            self.tell(&ToPage::Counts(self.query, Box::new(self.session.counts())), &[]);
        }
        if !is_reading
            && !is_filtering
            && let Some(message) = self.waiting.pop_front()
        {
            self.now_that_all_is_read(message);
        }
        // Where a piece is on its way, the next turn comes with it.
        if more == More::Now || is_filtering || (!is_reading && !self.waiting.is_empty()) {
            self.next_turn();
        }
    }

    /// Shows what has come of a capture, and tells where rows went. At most a fifth of the time
    /// goes into looking, and none that would leave the page without an answer for long.
    fn look(&mut self) {
        let begun = now();
        let at = self.session.read();
        if at < self.look_at {
            (self.look_took, self.look_at) = (0.0, 0);
        }
        let will_take = self.look_took * (at as f64 / self.look_at.max(1) as f64).max(1.0);
        let is_time = begun - self.looked > (self.look_took * 4.0).max(OFTEN);
        if self.session.can_look() && is_time && will_take < LONGEST {
            self.look_at = at;
            self.session.look();
            self.looked = now();
            self.look_took = self.looked - begun;
            self.is_stale = true;
        }
        for moves in self.session.moves() {
            // The stations first, since rows name them.
            self.overview();
            self.is_stale = true;
            self.tell(&ToPage::Moved(moves), &[]);
        }
    }

    fn now_that_all_is_read(&mut self, message: ToWorker) {
        match message {
            ToWorker::Report(number) => {
                let document = self.files.report();
                self.tell(&ToPage::Report(number, document), &[]);
            }
            ToWorker::Export(is_csv) => self.export(is_csv),
            ToWorker::Hash(file) => {
                let told = match self.files.hash(file) {
                    Some(hash) => ToPage::Hash(file, hash),
                    None => ToPage::Unreadable(file),
                };
                self.tell(&told, &[]);
            }
            _ => {}
        }
    }

    fn overview(&mut self) {
        self.told = now();
        self.tell(&ToPage::Overview(Box::new(self.session.overview())), &[]);
    }

    fn export(&self, is_csv: bool) {
        let (form, name, kind) = if is_csv {
            (Form::Csv, "cars.csv", "text/csv")
        } else {
            (Form::Ndjson, "cars.ndjson", "application/x-ndjson")
        };
        let mut export: Export = self.session.export(form);
        let parts = Array::new();
        loop {
            let mut part = Vec::new();
            let has_more = self.session.export_more(&mut export, &mut part);
            parts.push(&Uint8Array::from(&part[..]));
            if !has_more {
                break;
            }
        }
        self.offer(name, kind, &parts);
    }

    fn save(&self, answer: usize) {
        let Some(file) = self.session.file_of(answer) else { return };
        let overview = self.session.overview();
        let Some(station) = overview.stations.get(answer) else { return };
        let name = format!("{}.raw", station.value.trim_end_matches(".raw"));
        let parts = Array::new();
        match self.session.held(answer) {
            Some(bytes) => parts.push(&Uint8Array::from(bytes)),
            // A download of what is gone would fail without a word.
            None if self.files.bytes(file, &(0..1)).is_none() => {
                return self.tell(&ToPage::Unreadable(file), &[]);
            }
            None => parts.push(&self.files.blob(file)),
        };
        self.offer(&name, "application/octet-stream", &parts);
    }

    fn offer(&self, name: &str, kind: &str, parts: &Array) {
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        if let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(parts, &options) {
            self.tell(&ToPage::Save(name.to_owned()), &[blob.into()]);
        }
    }

    fn tell(&self, message: &ToPage, beside: &[JsValue]) {
        let _ = self.scope.post_message(&pack(message, beside));
    }

    fn next_turn(&mut self) {
        if !self.has_turn {
            self.has_turn = true;
            let _ = self.turns.post_message(&JsValue::NULL);
        }
    }
}

impl From<SortBy> for By {
    fn from(by: SortBy) -> Self {
        match by {
            SortBy::Station => Self::Station,
            SortBy::Time => Self::Time,
            SortBy::Brand => Self::Brand,
            SortBy::Color => Self::Color,
            SortBy::Bytes => Self::Bytes,
            SortBy::Rejected => Self::Rejected,
        }
    }
}

/// Milliseconds, from somewhere on.
fn now() -> f64 {
    js_sys::Date::now()
}

/// How long a turn takes, in milliseconds: questions wait so long.
const TURN: f64 = 20.0;

/// How long a look at a capture may take, in milliseconds.
const LONGEST: f64 = 1000.0;

/// How often the page is told while it reads, in milliseconds.
const OFTEN: f64 = 250.0;
