//! What is looked at, and what was asked about it.

use std::collections::{BTreeMap, BTreeSet};

use carwatch_query::{Day, Query};
use carwatch_viewer::Ask;
use carwatch_viewer::say::{Compared, Counts, Explained, Lines, Overview, RejectionLine, Rows};
use js_sys::Function;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::engine::Engine;
use super::link::Link;
use super::scroll::Scroll;
use super::{bytes, changes, filter, with};
use crate::messages::{SortBy, ToWorker};

/// The state of the page.
pub(crate) struct App {
    pub(super) engine: Engine,
    pub(crate) overview: Overview,
    pub(crate) counts: Counts,
    pub(crate) query: Query,
    /// How many queries were sent; counts of an earlier one are not for this one.
    pub(crate) queries: u32,
    pub(crate) view: View,
    pub(crate) sort: Option<(SortBy, bool)>,
    pub(crate) rows: Rows,
    pub(crate) table: Scroll,
    /// A row that stays as far below the top of the table as it was, until it is drawn there.
    pub(crate) held: Option<(usize, f64)>,
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
    /// Which rejected records are listed: of which answer, how many of how many.
    pub(crate) listed: (String, usize, u64),
    /// How wide the inspector and the details are, in pixels.
    pub(crate) inspector_width: f64,
    pub(crate) details_width: f64,
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
    /// The file whose hash a link waits for.
    pub(crate) wants_link: Option<usize>,
    /// Files that could be read, and no longer can.
    pub(crate) unreadable: BTreeSet<usize>,
    /// The file that is being read.
    pub(crate) reading: Option<usize>,
    /// How many steps to rejected records were asked for and not yet made.
    pub(crate) steps: usize,
    pub(crate) is_back: bool,
    pub(crate) began: f64,
    pub(crate) spoken: u64,
    /// The latest question of each kind that has no answer yet, and its number.
    pub(super) asked: BTreeMap<&'static str, (u32, Ask)>,
    number: u32,
    /// The areas that are to be drawn, and whether a frame was asked for.
    pub(super) marked: u32,
    /// Those that are drawn a frame later.
    pub(super) put_off: u32,
    pub(super) has_frame: bool,
    /// What gets the focus once it is drawn, as a selector.
    pub(super) focus_next: Option<&'static str>,
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
    /// Only the lines of bytes: they were scrolled, or have come.
    pub(crate) const HEX: u32 = 512;
    pub(crate) const ALL: u32 = 1023;
}

impl App {
    pub(crate) fn new(spawn: Function) -> Self {
        Self {
            engine: Engine::new(spawn),
            overview: Overview::default(),
            counts: Counts::default(),
            query: Query::default(),
            queries: 0,
            view: View::First,
            sort: None,
            rows: Rows::default(),
            table: Scroll::new("grid", "--row", 26),
            held: None,
            selected: None,
            place: None,
            explained: None,
            near: Lines::default(),
            hex: Hex { scroll: Scroll::new("hex", "", 20), ..Hex::default() },
            rejections: (usize::MAX, Vec::new()),
            alone: None,
            compared: BTreeMap::new(),
            pair: None,
            listed: Default::default(),
            inspector_width: 0.0,
            details_width: 0.0,
            twins: Vec::new(),
            panel: "brand",
            brush: None,
            pointed: None,
            station_scroll: Scroll::new("station-list", "--station", 54),
            station_at: 0,
            dismissed: Vec::new(),
            link: Link::of_page(),
            hashes: BTreeMap::new(),
            wants_link: None,
            unreadable: BTreeSet::new(),
            reading: None,
            steps: 0,
            is_back: false,
            began: 0.0,
            spoken: 0,
            asked: BTreeMap::new(),
            number: 0,
            marked: 0,
            put_off: 0,
            has_frame: false,
            focus_next: None,
        }
    }

    /// Draws what there is, and opens what was chosen before the page could take it.
    pub(crate) fn begin(&mut self) {
        self.mark(area::ALL);
        super::events::open_chosen(self);
    }

    pub(crate) fn send(&self, message: &ToWorker, beside: &[JsValue]) {
        self.engine.send(message, beside);
    }

    /// Asks a question of a kind, of which only the latest counts.
    pub(crate) fn ask(&mut self, kind: &'static str, ask: Ask) {
        self.number += 1;
        self.asked.insert(kind, (self.number, ask.clone()));
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

    /// Takes over at once what was typed, so that what follows does not lose it.
    pub(crate) fn take_typed(&mut self) {
        let typed = filter::input().value();
        self.set_query(&typed);
    }

    pub(crate) fn send_query(&mut self) {
        self.queries += 1;
        self.send(&ToWorker::Query(self.query.text().to_owned()), &[]);
    }

    /// Sorts by something, falling if the flag is set; or as it came.
    pub(crate) fn set_sort(&mut self, sort: Option<(SortBy, bool)>) {
        self.sort = sort;
        self.table.is_stale = true;
        self.send(&ToWorker::Sort(sort), &[]);
        self.mark(area::TABLE);
    }

    /// Chooses a row; what is shown of it follows.
    pub(crate) fn select(&mut self, row: usize, place: Option<usize>) {
        self.selected = Some(row);
        self.place = place;
        self.ask("explain", Ask::Explain { row });
        if place.is_none() {
            self.ask("show", Ask::Place { row });
        }
        self.mark(area::TABLE | area::BYTES | area::DETAILS);
    }

    pub(crate) fn set_view(&mut self, view: View) {
        if view == View::First || !self.overview.files.is_empty() {
            self.view = view;
            self.show_view();
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
}
