//! What is looked at, and what was asked about it.

use std::collections::BTreeMap;

use carwatch_query::{Day, Query};
use carwatch_viewer::say::{Compared, Counts, Explained, Lines, Overview, RejectionLine, Rows};
use carwatch_viewer::{Answered, Ask};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Worker;

use super::dom::{get, set_attr};
use super::link::Link;
use super::scroll::Scroll;
use super::{
    bytes, changes, charts, details, filter, report, stations, table, timeline, top, with,
};
use crate::messages::{SortBy, ToPage, ToWorker, pack};

/// The state of the page.
pub(crate) struct App {
    worker: Worker,
    pub(crate) overview: Overview,
    pub(crate) counts: Counts,
    pub(crate) query: Query,
    /// How many queries were sent; counts of an earlier one are not for this one.
    pub(crate) queries: u32,
    pub(crate) view: View,
    pub(crate) sort: Option<(SortBy, bool)>,
    pub(crate) rows: Rows,
    pub(crate) table: Scroll,
    pub(crate) selected: Option<usize>,
    pub(crate) place: Option<usize>,
    pub(crate) explained: Option<Box<Explained>>,
    /// The bytes in the details.
    pub(crate) near: Lines,
    pub(crate) hex: Hex,
    /// Of which answer the rejected records are listed, and they.
    pub(crate) rejections: (usize, Vec<RejectionLine>),
    /// What each term alone would give, for a query.
    pub(crate) alone: Option<(u32, Vec<(String, u64)>)>,
    pub(crate) compared: BTreeMap<(usize, usize), Compared>,
    pub(crate) pair: Option<(usize, usize)>,
    /// Which charts are shown as tables.
    pub(crate) twins: Vec<String>,
    /// Which panel of bars is shown where there is room for one.
    pub(crate) panel: &'static str,
    pub(crate) brush: Option<Brush>,
    /// Where the pointer is on the time line, in bars.
    pub(crate) pointed: Option<usize>,
    pub(crate) station_scroll: Scroll,
    /// Which station the keyboard is at.
    pub(crate) station_at: usize,
    pub(crate) dismissed: Vec<String>,
    pub(crate) link: Option<Link>,
    pub(crate) hashes: BTreeMap<usize, String>,
    pub(crate) wants_link: bool,
    /// How many steps to rejected records were asked for and not yet made.
    pub(crate) steps: usize,
    pub(crate) is_back: bool,
    /// What went wrong in the worker.
    pub(crate) fault: Option<String>,
    pub(crate) began: f64,
    pub(crate) spoken: u64,
    asked: BTreeMap<&'static str, u32>,
    number: u32,
    marked: u32,
    has_frame: bool,
}

/// What fills the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    First,
    Stations,
    Cars,
    Bytes,
    Changes,
}

/// The bytes that are looked at.
#[derive(Debug, Default)]
pub(crate) struct Hex {
    pub(crate) answer: usize,
    /// The byte that is chosen.
    pub(crate) caret: Option<u64>,
    pub(crate) width: usize,
    pub(crate) is_hexadecimal: bool,
    pub(crate) lines: Lines,
    pub(crate) scroll: Scroll,
    /// Where to go once it is known which line that is.
    pub(crate) wanted: Option<u64>,
}

/// A range of time that is being drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brush {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Areas of the page, as bits.
pub(crate) mod area {
    pub(crate) const TOP: u32 = 1;
    pub(crate) const FILTER: u32 = 2;
    pub(crate) const STATIONS: u32 = 4;
    pub(crate) const TIMELINE: u32 = 8;
    pub(crate) const BARS: u32 = 16;
    pub(crate) const TABLE: u32 = 32;
    pub(crate) const DETAILS: u32 = 64;
    pub(crate) const BYTES: u32 = 128;
    pub(crate) const CHANGES: u32 = 256;
    pub(crate) const ALL: u32 = 511;
}

impl App {
    pub(crate) fn new(worker: Worker) -> Self {
        Self {
            worker,
            overview: Overview::default(),
            counts: Counts::default(),
            query: Query::default(),
            queries: 0,
            view: View::First,
            sort: None,
            rows: Rows::default(),
            table: Scroll::new("grid", "--row", 26),
            selected: None,
            place: None,
            explained: None,
            near: Lines::default(),
            hex: Hex { scroll: Scroll::new("hex", "", 20), ..Hex::default() },
            rejections: (usize::MAX, Vec::new()),
            alone: None,
            compared: BTreeMap::new(),
            pair: None,
            twins: Vec::new(),
            panel: "brand",
            brush: None,
            pointed: None,
            station_scroll: Scroll::new("station-list", "--station", 54),
            station_at: 0,
            dismissed: Vec::new(),
            link: Link::of_page(),
            hashes: BTreeMap::new(),
            wants_link: false,
            steps: 0,
            is_back: false,
            fault: None,
            began: 0.0,
            spoken: 0,
            asked: BTreeMap::new(),
            number: 0,
            marked: 0,
            has_frame: false,
        }
    }

    /// Draws what there is, and opens what was chosen before the page could take it.
    pub(crate) fn begin(&mut self) {
        self.mark(area::ALL);
        super::events::open_chosen(self);
    }

    pub(crate) const fn worker(&self) -> &Worker {
        &self.worker
    }

    pub(crate) fn send(&self, message: &ToWorker, beside: &[JsValue]) {
        let _ = self.worker.post_message(&pack(message, beside));
    }

    /// Asks a question of a kind, of which only the latest counts.
    pub(crate) fn ask(&mut self, kind: &'static str, ask: Ask) {
        self.number += 1;
        self.asked.insert(kind, self.number);
        self.send(&ToWorker::Ask(self.number, ask), &[]);
    }

    /// Marks areas to be drawn in the next frame.
    pub(crate) fn mark(&mut self, areas: u32) {
        self.marked |= areas;
        if self.has_frame {
            return;
        }
        self.has_frame = true;
        let draw = Closure::once_into_js(|| {
            with(Self::draw);
        });
        let window = web_sys::window().expect("a page has a window");
        let _ = window.request_animation_frame(draw.unchecked_ref());
    }

    pub(crate) fn day(&self) -> Day {
        self.overview.span.map_or_else(Day::default, |(first, _)| Day::of(first))
    }

    /// Takes a query; the table goes on with the old rows until the new ones are there.
    pub(crate) fn set_query(&mut self, text: &str) {
        if text == self.query.text() {
            return;
        }
        self.query = Query::parse(text);
        let field = filter::input();
        if field.value() != text {
            field.set_value(text);
        }
        self.alone = None;
        self.mark(area::FILTER | area::STATIONS | area::TIMELINE | area::BARS);
        self.send_query();
    }

    pub(crate) fn send_query(&mut self) {
        self.queries += 1;
        self.send(&ToWorker::Query(self.query.text().to_owned()), &[]);
    }

    /// Chooses a row; what is shown of it follows.
    pub(crate) fn select(&mut self, row: usize, place: Option<usize>) {
        self.selected = Some(row);
        self.place = place;
        self.ask("explain", Ask::Explain { row });
        if place.is_none() {
            self.ask("place", Ask::Place { row });
        }
        self.mark(area::TABLE | area::BYTES | area::DETAILS);
    }

    pub(crate) fn set_view(&mut self, view: View) {
        if view == View::First || !self.overview.files.is_empty() {
            self.view = view;
            self.table.measure();
            self.hex.scroll.measure();
            self.station_scroll.measure();
            if view == View::Bytes {
                bytes::enter(self);
            }
            if view == View::Changes {
                changes::enter(self);
            }
            self.mark(area::ALL);
        }
    }

    /// Takes what the worker says.
    pub(crate) fn take(&mut self, message: ToPage, beside: &[JsValue]) {
        match message {
            ToPage::Ready => {}
            ToPage::Overview(overview) => self.take_overview(*overview),
            ToPage::Counts(query, counts) => {
                if query == self.queries {
                    self.counts = *counts;
                    self.rows = Rows { of: self.counts.rows, ..std::mem::take(&mut self.rows) };
                    self.table.is_stale = true;
                    if let Some(row) = self.selected {
                        self.ask("place", Ask::Place { row });
                    }
                    if self.counts.rows == 0 && self.queries > 0 {
                        self.ask("alone", Ask::Alone);
                    }
                    use area::{BARS, DETAILS, FILTER, STATIONS, TABLE, TIMELINE};
                    self.mark(FILTER | STATIONS | TIMELINE | BARS | TABLE | DETAILS);
                }
            }
            ToPage::Answered(number, answered) => self.take_answer(number, *answered),
            ToPage::Report(number, document) => report::settle(number, &document),
            ToPage::Save(name) => {
                if let Some(blob) = beside.first() {
                    super::events::save(&name, blob);
                }
            }
            ToPage::Hash(file, hash) => super::link::take_hash(self, file, hash),
        }
    }

    fn take_overview(&mut self, overview: Overview) {
        let had = self.overview.files.len();
        let was_reading = self.overview.is_reading;
        let had_day = self.day();
        self.overview = overview;
        let has_rows = self.overview.files.iter().any(|file| file.foreign.is_none());
        if self.overview.files.is_empty() {
            self.forget();
        } else if has_rows && self.view == View::First {
            self.set_view(View::Cars);
        }
        if self.overview.is_reading && !was_reading {
            self.began = js_sys::Date::now();
        }
        if had_day != self.day() && self.query.text().contains("time") {
            // Clock times are of another day now.
            self.send_query();
        }
        if (was_reading || had < self.overview.files.len()) && !self.overview.is_reading {
            super::link::ask_hash(self);
            self.compared.clear();
            if self.view == View::Changes {
                changes::enter(self);
            }
        }
        self.mark(area::TOP | area::STATIONS | area::FILTER | area::BYTES | area::CHANGES);
    }

    fn forget(&mut self) {
        self.counts = Counts::default();
        self.rows = Rows::default();
        (self.selected, self.place, self.explained) = (None, None, None);
        self.compared.clear();
        self.dismissed.clear();
        self.hashes.clear();
        self.hex.answer = 0;
        self.hex.caret = None;
        self.pair = None;
        self.view = View::First;
        self.mark(area::ALL);
    }

    fn take_answer(&mut self, number: u32, answered: Answered) {
        let kind = self.asked.iter().find(|(_, asked)| **asked == number).map(|(kind, _)| *kind);
        // What a newer question has overtaken is of no interest, but for comparisons.
        match (kind, answered) {
            (Some("rows"), Answered::Rows(rows)) => {
                self.rows = rows;
                self.mark(area::TABLE);
                if self.selected.is_none() && !self.rows.rows.is_empty() {
                    let (row, place) = (self.rows.rows[0].row, self.rows.from);
                    self.select(row, Some(place));
                }
            }
            (Some("place"), Answered::Place { row, place }) if row == self.selected => {
                self.place = place;
                self.mark(area::TABLE | area::DETAILS);
            }
            (Some("next"), Answered::Place { row: Some(row), place }) => {
                self.select(row, place);
                if let Some(place) = place {
                    self.table.show(place, self.rows.of);
                }
                self.steps = self.steps.saturating_sub(1);
                if self.steps > 0 {
                    self.ask("next", Ask::NextRejected { from: Some(row), back: self.is_back });
                }
            }
            (Some("step"), Answered::Rows(rows)) => {
                if let Some(line) = rows.rows.first() {
                    self.select(line.row, Some(rows.from));
                }
            }
            (Some("explain"), Answered::Explained(explained)) => {
                bytes::follow(self, &explained);
                self.selected = Some(explained.row.row);
                self.explained = Some(explained);
                details::ask_lines(self);
                self.mark(area::DETAILS | area::BYTES | area::TABLE);
            }
            (Some("near"), Answered::Lines(lines)) => {
                self.near = lines;
                self.mark(area::DETAILS);
            }
            (Some("lines"), Answered::Lines(lines)) => {
                self.hex.lines = lines;
                self.mark(area::BYTES);
            }
            (Some("line"), Answered::Line(line)) => {
                self.hex.scroll.show(line, self.hex.lines.of.max(line + 1));
                self.mark(area::BYTES);
            }
            (Some("near-line"), Answered::Line(line)) => details::ask_lines_from(self, line),
            (Some("rejections"), Answered::Rejections(rejections)) => {
                self.rejections.1 = rejections;
                self.mark(area::BYTES);
            }
            (Some("alone"), Answered::Alone(alone)) => {
                self.alone = Some((self.queries, alone));
                self.mark(area::TABLE);
            }
            (_, Answered::Compared(compared)) => {
                self.compared.insert((compared.old, compared.new), *compared);
                self.mark(area::CHANGES);
            }
            _ => {}
        }
    }

    /// Draws what was marked: first what reads sizes, then the rest.
    fn draw(&mut self) {
        self.has_frame = false;
        let areas = std::mem::take(&mut self.marked);
        let marked = |area: u32| areas & area != 0;
        let view = match self.view {
            View::First => "first",
            View::Stations => "stations",
            View::Cars => "cars",
            View::Bytes => "bytes",
            View::Changes => "changes",
        };
        if get("main")
            .owner_document()
            .and_then(|d| d.body())
            .is_some_and(|body| body.get_attribute("data-view").as_deref() != Some(view))
        {
            if let Some(body) = super::dom::document().body() {
                let _ = body.set_attribute("data-view", view);
            }
            for tab in ["stations", "cars", "bytes", "changes"] {
                let is = tab == view;
                set_attr(&format!("tab-{tab}"), "aria-selected", if is { "true" } else { "false" });
                set_attr(&format!("tab-{tab}"), "tabindex", if is { "0" } else { "-1" });
            }
        }
        // Where it is not shown it has no size, and is drawn once it is.
        if marked(area::TABLE) && self.view == View::Cars {
            self.table.read();
        }
        if marked(area::BYTES) && self.view == View::Bytes {
            self.hex.scroll.read();
        }
        if marked(area::STATIONS) {
            self.station_scroll.read();
        }
        if marked(area::TOP) {
            top::draw(self);
        }
        if marked(area::FILTER) {
            filter::draw(self);
        }
        if marked(area::STATIONS) {
            stations::draw(self);
        }
        if marked(area::TIMELINE) && self.view == View::Cars {
            timeline::draw(self);
        }
        if marked(area::BARS) && self.view == View::Cars {
            charts::draw(self);
        }
        if marked(area::TABLE) && self.view == View::Cars {
            table::draw(self);
        }
        if marked(area::DETAILS) && self.view == View::Cars {
            details::draw(self);
        }
        if marked(area::BYTES) && self.view == View::Bytes {
            bytes::draw(self);
        }
        if marked(area::CHANGES) && self.view == View::Changes {
            changes::draw(self);
        }
    }
}
