//! Which rows of a long list are in sight.
//!
//! All rows have one height, so a place is arithmetic. No element can be as high as ten million
//! rows: past a limit the height stays, and scrolling is scaled.

use wasm_bindgen::JsCast as _;

use super::dom::{document, get};

/// How high the inside of a list is at most, in pixels.
const MOST: f64 = 8_000_000.0;

/// Rows around those in sight that are drawn too.
const AROUND: usize = 6;

/// A list that scrolls.
#[derive(Debug, Default)]
pub(crate) struct Scroll {
    id: &'static str,
    /// The property of the style that has the height of a row, if one has.
    property: &'static str,
    pub(crate) row: f64,
    top: f64,
    /// Where it was scrolled to when it was last drawn.
    drawn_at: f64,
    /// How much of the list is above what is in sight, in pixels of the list: where scrolling is
    /// scaled, a pixel of the page is many of these.
    seen: f64,
    height: f64,
    pub(crate) width: f64,
    is_measured: bool,
    /// A place that has to be in sight, and in a list of at least how many.
    wanted: Option<(usize, usize)>,
    /// A place that has to be so far below the top.
    anchor: Option<(usize, f64)>,
    /// Whether its rows have to be asked for again.
    pub(crate) is_stale: bool,
}

/// What is drawn, and where.
pub(crate) struct Window {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Where the row `from` begins, in pixels.
    pub(crate) y: f64,
    /// How high the inside is.
    pub(crate) height: f64,
}

impl Scroll {
    pub(crate) const fn new(id: &'static str, property: &'static str, row: u32) -> Self {
        Self {
            id,
            property,
            row: row as f64,
            top: 0.0,
            drawn_at: 0.0,
            seen: 0.0,
            height: 0.0,
            width: 0.0,
            is_measured: false,
            wanted: None,
            anchor: None,
            is_stale: false,
        }
    }

    /// Its size may have changed.
    pub(crate) const fn measure(&mut self) {
        self.is_measured = false;
    }

    /// Reads its size, if that may have changed, and where it is scrolled to.
    pub(crate) fn read(&mut self) {
        let element = get(self.id);
        if !self.is_measured {
            self.height = element.client_height().into();
            self.width = element.client_width().into();
            if let Some(row) = self.row_height() {
                self.row = row;
            }
            self.is_measured = self.height > 0.0;
        }
        self.top = element.scroll_top().into();
    }

    fn row_height(&self) -> Option<f64> {
        if self.property.is_empty() {
            return None;
        }
        let root = document().document_element()?;
        let style = web_sys::window()?.get_computed_style(&root).ok()??;
        style.get_property_value(self.property).ok()?.trim().strip_suffix("px")?.parse().ok()
    }

    /// The rows in sight of `count`, with some around; scrolls first where a place is wanted, or
    /// where the scale is another than before, since nothing may move by itself.
    pub(crate) fn window(&mut self, count: usize) -> Window {
        let whole = count as f64 * self.row;
        let height = whole.min(MOST);
        let room = (height - self.inner()).max(0.0);
        let most = (whole - self.inner()).max(0.0);
        let scale = if room > 0.0 && whole > MOST { most / room } else { 1.0 };
        let is_scrolled = (self.top - self.drawn_at).abs() >= 1.0;
        let mut seen = if is_scrolled { self.top * scale } else { self.seen };
        if let Some((place, _)) = self.wanted.take_if(|(_, of)| *of <= count) {
            let at = place as f64 * self.row;
            // Left alone where it is in sight already.
            if at < seen || at + self.row > seen + self.inner() {
                seen = at - self.inner() / 2.0 + self.row;
            }
        }
        if let Some((place, below)) = self.anchor.take_if(|(place, _)| *place < count) {
            seen = place as f64 * self.row - below;
        }
        seen = seen.clamp(0.0, most);
        let top = (seen / scale).min(room).round();
        if (top - self.top).abs() >= 1.0 {
            self.scroll_to(top, height);
        }
        (self.seen, self.drawn_at) = (seen, self.top);
        let first = (seen / self.row) as usize;
        let from = first.saturating_sub(AROUND).min(count);
        let to = (first + (self.inner() / self.row) as usize + 1 + AROUND).min(count);
        let y = self.top - (seen - from as f64 * self.row);
        Window { from, to, y, height }
    }

    fn scroll_to(&mut self, top: f64, height: f64) {
        let element = get(self.id);
        // It cannot be scrolled further than it is high, and is drawn only after this.
        if let Ok(Some(rows)) = element.query_selector(":scope > .rows") {
            let rows: web_sys::HtmlElement = rows.unchecked_into();
            let _ = rows.style().set_property("height", &format!("{height}px"));
        }
        element.set_scroll_top(top as i32);
        self.top = element.scroll_top().into();
    }

    /// Brings a place of `count` into sight.
    pub(crate) const fn show(&mut self, place: usize, count: usize) {
        self.wanted = Some((place, count));
    }

    /// How far below the top a place is, where it is in sight.
    pub(crate) fn below(&self, place: usize) -> Option<f64> {
        let below = place as f64 * self.row - self.seen;
        (0.0..self.inner()).contains(&below).then_some(below)
    }

    /// The first place that is wholly in sight; nothing where the list is at its top.
    pub(crate) fn first(&self) -> Option<usize> {
        (self.seen > 0.0).then(|| (self.seen / self.row).ceil() as usize)
    }

    /// Scrolls so that a place is so far below the top.
    pub(crate) const fn hold(&mut self, place: usize, below: f64) {
        self.anchor = Some((place, below));
    }

    /// Whether it has still to be scrolled so.
    pub(crate) const fn is_holding(&self) -> bool {
        self.anchor.is_some()
    }

    /// How many rows fit.
    pub(crate) fn page(&self) -> usize {
        ((self.inner() / self.row) as usize).max(2) - 1
    }

    /// Without the line of names.
    fn inner(&self) -> f64 {
        if self.id == "grid" { (self.height - 28.0).max(0.0) } else { self.height }
    }
}
