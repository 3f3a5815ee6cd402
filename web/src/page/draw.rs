//! Drawing: once a frame, and only what was marked.

use super::app::{App, View, area};
use super::dom::{document, get, set_attr};
use super::{bytes, changes, charts, details, filter, stations, table, timeline, top};

impl App {
    /// Draws what was marked: first what reads sizes, then the rest.
    pub(super) fn draw(&mut self) {
        self.has_frame = false;
        let marked = std::mem::take(&mut self.marked);
        let areas = self.now(marked);
        let marked = |area: u32| areas & area != 0;
        self.show_view();
        // Where it is not shown it has no size, and is drawn once it is.
        if marked(area::TABLE) && self.view == View::Cars {
            self.table.read();
        }
        if marked(area::BYTES | area::HEX) && self.view == View::Bytes {
            self.hex.scroll.read();
        }
        if marked(area::BYTES) && self.view == View::Bytes {
            self.inspector_width = get("inspector").client_width().into();
        }
        if marked(area::DETAILS) && self.view == View::Cars {
            let width: f64 = get("details").client_width().into();
            if width != self.details_width {
                self.details_width = width;
                details::ask_lines(self);
            }
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
        if self.view == View::Bytes && marked(area::BYTES | area::HEX) {
            bytes::draw(self, marked(area::BYTES));
        }
        if marked(area::CHANGES) && self.view == View::Changes {
            changes::draw(self);
        }
    }

    /// Shows what fills the page, if that is another.
    pub(super) fn show_view(&self) {
        let view = match self.view {
            View::First => "first",
            View::Stations => "stations",
            View::Cars => "cars",
            View::Bytes => "bytes",
            View::Changes => "changes",
        };
        let body = document().body();
        if let Some(body) =
            body.filter(|body| body.get_attribute("data-view").as_deref() != Some(view))
        {
            let _ = body.set_attribute("data-view", view);
            for tab in ["stations", "cars", "bytes", "changes"] {
                let is = tab == view;
                set_attr(&format!("tab-{tab}"), "aria-selected", if is { "true" } else { "false" });
                set_attr(&format!("tab-{tab}"), "tabindex", if is { "0" } else { "-1" });
            }
        }
    }

    /// What is drawn in this frame. All at once would take long: the lists go first, and what
    /// stands around them is put off, once.
    fn now(&mut self, marked: u32) -> u32 {
        let due = std::mem::take(&mut self.put_off);
        if marked & !AROUND == 0 {
            return marked;
        }
        self.put_off = marked & AROUND & !due;
        if self.put_off != 0 {
            self.mark(self.put_off);
        }
        marked & !self.put_off
    }
}

/// The filter, the stations and the charts.
const AROUND: u32 = area::FILTER | area::STATIONS | area::TIMELINE | area::BARS;
