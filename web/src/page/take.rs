//! What the worker says, taken into the state of the page.

use carwatch_viewer::say::{Counts, FileLine, Lines, Overview, Rows};
use carwatch_viewer::{Answered, Ask};
use wasm_bindgen::JsValue;

use super::app::{App, View, area};
use super::dom::say;
use super::{bytes, changes, details, link, report, saving};
use crate::messages::ToPage;

impl App {
    /// Takes what the worker says.
    pub(crate) fn take(&mut self, message: ToPage, beside: &[JsValue]) {
        match message {
            ToPage::Ready => {}
            ToPage::Fault(words) => self.take_fault(words),
            ToPage::Overview(overview) => self.take_overview(*overview),
            ToPage::Moved(moves) => self.follow(&moves),
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
                    saving::save(&name, blob);
                }
            }
            ToPage::Unreadable(file) => {
                self.unreadable.insert(file);
                self.wants_link = None;
                self.mark(area::TOP);
            }
            ToPage::Hash(file, hash) => link::take_hash(self, file, hash),
        }
    }

    fn take_overview(&mut self, overview: Overview) {
        let had = self.overview.files.len();
        let was_reading = self.overview.is_reading;
        let had_day = self.day();
        self.overview = overview;
        // What a file is, its first bytes have to say.
        let is_ours = |file: &FileLine| file.foreign.is_none() && (file.read > 0 || !file.is_open);
        if self.overview.files.is_empty() {
            self.forget();
        } else if self.overview.files.iter().any(is_ours) {
            if self.view == View::First {
                self.set_view(View::Cars);
            }
        } else if self.view != View::First && self.overview.files.iter().all(is_foreign) {
            self.set_view(View::First);
        }
        // Each file has a rate and percents of its own.
        let reading = self.overview.files.iter().position(|file| file.is_open);
        if reading != self.reading {
            (self.reading, self.began, self.spoken) = (reading, js_sys::Date::now(), 0);
        }
        // The last line of bytes may have become longer.
        self.hex.scroll.is_stale |= self.overview.is_reading || was_reading;
        if had_day != self.day() && self.query.text().contains("time") {
            // Clock times are of another day now.
            self.send_query();
        }
        if (was_reading || had < self.overview.files.len()) && !self.overview.is_reading {
            link::ask_hashes(self);
            self.compared.clear();
            if self.view == View::Changes {
                changes::enter(self);
            }
        }
        self.mark(area::TOP | area::STATIONS | area::FILTER | area::BYTES | area::CHANGES);
    }

    /// Nothing is open any more, and nothing that was asked about it counts.
    pub(super) fn forget(&mut self) {
        self.counts = Counts::default();
        self.rows = Rows::default();
        (self.selected, self.place, self.explained) = (None, None, None);
        (self.near, self.alone, self.rejections) = Default::default();
        self.rejections.0 = usize::MAX;
        self.listed = Default::default();
        self.asked.clear();
        self.compared.clear();
        self.dismissed.clear();
        self.unreadable.clear();
        self.hashes.clear();
        self.wants_link = None;
        (self.hex.answer, self.hex.caret, self.hex.wanted) = (0, None, None);
        self.hex.lines = Lines::default();
        self.pair = None;
        self.held = None;
        (self.steps, self.station_at, self.spoken) = (0, 0, 0);
        // The worker begins anew as well.
        self.sort = None;
        self.view = View::First;
        self.mark(area::ALL);
    }

    fn take_answer(&mut self, number: u32, answered: Answered) {
        let kind = self.asked.iter().find(|(_, asked)| asked.0 == number).map(|(kind, _)| *kind);
        kind.map(|kind| self.asked.remove(kind));
        // What a newer question has overtaken is of no interest, but for comparisons.
        match (kind, answered) {
            (Some("rows"), Answered::Rows(rows)) => {
                self.rows = rows;
                self.mark(area::TABLE);
                // Unless something else is about to be.
                let is_free = self.selected.is_none() && !self.asked.contains_key("explain");
                if is_free && !self.rows.rows.is_empty() {
                    let (row, place) = (self.rows.rows[0].row, self.rows.from);
                    self.select(row, Some(place));
                }
            }
            (Some("held"), Answered::Place { place, .. }) => match (self.held, place) {
                (Some((_, below)), Some(place)) => {
                    self.table.hold(place, below);
                    self.mark(area::TABLE);
                }
                _ => self.held = None,
            },
            (Some("place"), Answered::Place { row, place }) if row == self.selected => {
                self.place = place;
                self.mark(area::TABLE | area::DETAILS);
            }
            (Some("show"), Answered::Place { row, place }) if row == self.selected => {
                self.place = place;
                place.inspect(|place| self.table.show(*place, self.rows.of));
                self.mark(area::TABLE | area::DETAILS);
            }
            (Some("next"), Answered::Place { row: None, .. }) => {
                self.steps = 0;
                say("Nothing was rejected");
            }
            (Some("next"), Answered::Place { row: Some(row), place }) => {
                if place.is_none() {
                    say("The filter hides this rejected record");
                }
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
                // Where it came from its bytes, the table follows.
                if self.selected.replace(explained.row.row) != Some(explained.row.row) {
                    self.place = None;
                    self.ask("show", Ask::Place { row: explained.row.row });
                }
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
                self.mark(area::HEX);
            }
            (Some("line"), Answered::Line(line)) => {
                self.hex.scroll.show(line, self.hex.lines.of.max(line + 1));
                self.mark(area::HEX);
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
}

const fn is_foreign(file: &FileLine) -> bool {
    file.foreign.is_some()
}
