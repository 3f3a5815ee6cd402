//! Drawing: once a frame, and only what was marked. All at once would take long; so what does not
//! fit into a frame is put off to the next one, where it comes first.

use wasm_bindgen::JsCast as _;

use super::app::{App, View, area};
use super::dom::{document, focus, get, set_attr};
use super::{bytes, changes, charts, details, filter, stations, table, timeline, top};

/// What is drawn one after the other: the lists first, then what stands around them.
const ORDER: [u32; 9] = [
    area::TOP,
    area::TABLE,
    area::BYTES | area::HEX,
    area::CHANGES,
    area::DETAILS,
    area::FILTER,
    area::STATIONS,
    area::TIMELINE,
    area::BARS,
];

/// After how many milliseconds the rest is put off: the browser needs about as long again to lay
/// out what was drawn, and a frame is to take less than 50.
const BUDGET: f64 = 4.0;

impl App {
    /// Draws what was marked: first all reading of sizes, then all writing.
    pub(super) fn draw(&mut self) {
        self.has_frame = false;
        let marked = std::mem::take(&mut self.marked);
        let due = std::mem::take(&mut self.put_off) & marked;
        self.show_view();
        self.read_sizes(marked);
        let begun = js_sys::Date::now();
        for areas in [due, marked & !due] {
            for area in ORDER.into_iter().map(|area| area & areas).filter(|area| *area != 0) {
                if js_sys::Date::now() - begun < BUDGET {
                    self.draw_area(area);
                } else {
                    self.put_off |= area;
                }
            }
        }
        if self.put_off == 0 {
            self.focus_drawn();
        } else {
            self.mark(self.put_off);
        }
    }

    /// Where something is not shown it has no size, and is drawn once it is.
    fn read_sizes(&mut self, marked: u32) {
        let marked = |area: u32| marked & area != 0;
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
    }

    fn draw_area(&mut self, areas: u32) {
        match areas {
            area::TOP => top::draw(self),
            area::FILTER => filter::draw(self),
            area::STATIONS => stations::draw(self),
            area::TIMELINE if self.view == View::Cars => timeline::draw(self),
            area::BARS if self.view == View::Cars => charts::draw(self),
            area::TABLE if self.view == View::Cars => table::draw(self),
            area::DETAILS if self.view == View::Cars => details::draw(self),
            area::CHANGES if self.view == View::Changes => changes::draw(self),
            _ if areas & (area::BYTES | area::HEX) != 0 && self.view == View::Bytes => {
                bytes::draw(self, areas & area::BYTES != 0);
            }
            _ => {}
        }
    }

    /// Gives the focus to what was to have it once it is there.
    fn focus_drawn(&mut self) {
        let Some(selector) = self.focus_next.take() else { return };
        if let Ok(Some(element)) = document().query_selector(selector) {
            focus(element.unchecked_ref());
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
}
