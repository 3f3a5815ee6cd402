//! Bars by brand, colour and station: the share that passes over its whole.

use std::borrow::Cow;

use carwatch_index::{OTHER, WITHOUT};
use carwatch_query::{Field, Value};
use carwatch_viewer::say::{Bar, Bars};

use super::app::App;
use super::dom::{E, button, e, set};
use super::numbers::{count, grouped};

/// The fills of the parts: black to white, other words, no colour (viewer.md, Car colours).
pub(crate) const FILL: [&str; carwatch_index::PARTS] = [
    "#16181a",
    "#7a5233",
    "#777c83",
    "#2f6bc2",
    "#c5392f",
    "#3f9157",
    "#dd7a1c",
    "#e4bd1d",
    "#b8bdc4",
    "#fdfdfb",
    "url(#hatch)",
    "url(#hatch)",
];

/// How many bars are drawn; the others are counted, unless the query names them.
const DRAWN: usize = 7;

/// How many stations are told at most.
const MOST: usize = 500;

/// Whether a part is too dark or too light to be seen on each ground without an outline.
pub(crate) fn is_edged(part: usize) -> bool {
    matches!(part, 0 | 1 | 7 | 8 | 9 | OTHER | WITHOUT)
}

/// What of the cars is drawn as bars.
pub(crate) struct Panel<'a> {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    field: Field,
    bars: Cow<'a, Bars>,
}

impl Panel<'_> {
    /// Those that are drawn: the longest, and what the query names, which has to be released.
    pub(crate) fn drawn(&self, app: &App) -> Vec<&Bar> {
        let is_named = |bar: &Bar| {
            let value = Value::Text(self.field, &bar.value);
            app.query.names(value)
        };
        let all = self.bars.bars.iter().enumerate();
        all.filter(|(nth, bar)| *nth < DRAWN || is_named(bar)).map(|(_, bar)| bar).collect()
    }

    /// How many are not drawn, in words.
    pub(crate) fn rest(&self, drawn: usize) -> String {
        match self.bars.count.saturating_sub(drawn) {
            0 => String::new(),
            rest => format!("and {}", count(rest as u64, "other")),
        }
    }

    /// The greatest of the wholes.
    pub(crate) fn most(&self) -> u32 {
        self.bars.bars.iter().map(|bar| bar.all).max().unwrap_or(0).max(1)
    }
}

/// The three of them.
pub(crate) fn panels(app: &App) -> [Panel<'_>; 3] {
    let (brands, colors) = (Cow::Borrowed(&app.counts.brands), Cow::Borrowed(&app.counts.colors));
    let stations = Cow::Owned(stations(app));
    [
        Panel { id: "brand", title: "Brand", field: Field::Brand, bars: brands },
        Panel { id: "color", title: "Colour", field: Field::Color, bars: colors },
        Panel { id: "station", title: "Station", field: Field::Station, bars: stations },
    ]
}

pub(crate) fn draw(app: &App) {
    set("bars", panels(app).iter().map(|all| panel(app, all)));
}

fn stations(app: &App) -> Bars {
    let kept = app.counts.stations.iter();
    let mut bars: Vec<Bar> = app
        .overview
        .stations
        .iter()
        .zip(kept)
        .map(|(station, kept)| Bar {
            text: station.name.clone(),
            value: station.value.clone(),
            kept: *kept,
            all: station.cars.min(u32::MAX.into()) as u32,
        })
        .collect();
    // By the whole, as in the worker: what is kept would move them under the pointer.
    bars.sort_by(|one, other| other.all.cmp(&one.all).then_with(|| one.value.cmp(&other.value)));
    let count = bars.len();
    let mut nth = 0;
    bars.retain(|bar| {
        nth += 1;
        let value = Value::Text(Field::Station, &bar.value);
        nth <= MOST || app.query.names(value)
    });
    Bars { bars, count }
}

fn panel(app: &App, all: &Panel<'_>) -> E {
    let Panel { id, title, field, ref bars } = *all;
    let is_twin = app.twins.iter().any(|twin| twin == id);
    let tabs = [("brand", "Brand"), ("color", "Colour"), ("station", "Station")];
    let tab = |(tab, word): (&str, &str)| {
        button("panel", tab)
            .class("link tab")
            .attr("aria-pressed", if tab == id { "true" } else { "false" })
            .text(word)
    };
    let head = e("div").class("head").kid(e("h3").text(title)).kids(tabs.into_iter().map(tab)).kid(
        button("twin", id)
            .class("link tabs-end")
            .attr("aria-pressed", if is_twin { "true" } else { "false" })
            .attr("aria-label", format!("Table of {}", title.to_lowercase()))
            .text("Table"),
    );
    let most = all.most();
    let body = if is_twin {
        let rows: Vec<Vec<String>> = bars
            .bars
            .iter()
            .map(|bar| vec![named(&bar.text), grouped(bar.kept.into()), grouped(bar.all.into())])
            .collect();
        vec![twin(title, &[title, "Kept", "All"], &rows)]
    } else {
        let line = |bar: &Bar| e("li").kid(line(app, id, field, bar, most));
        let drawn = all.drawn(app);
        let more = e("p").class("rest").text(all.rest(drawn.len()));
        vec![e("ul").kids(drawn.into_iter().map(line)), more]
    };
    e("div")
        .class(if app.panel == id { "panel chosen" } else { "panel" })
        .attr("role", "group")
        .attr("aria-label", format!("Cars by {}", title.to_lowercase()))
        .kid(head)
        .kids(body)
}

fn line(app: &App, id: &str, field: Field, bar: &Bar, most: u32) -> E {
    let value = Value::Text(field, &bar.value);
    let (kept, out) = (app.query.keeps(value), app.query.leaves_out(value));
    let share = |n: u32| format!("width:{:.2}%", f64::from(n) / f64::from(most) * 100.0);
    let mut label = e("span").class("label");
    if id == "color" {
        label = label.kid(swatch(&bar.value));
    }
    let filled = if id == "color" { format!(";{}", look(&bar.value)) } else { String::new() };
    let label = label.kid(e("span").text(named(&bar.text)));
    let of = e("span")
        .class("of")
        .kid(e("b").text(grouped(bar.kept.into())))
        .kid(e("span").text(format!(" of {}", grouped(bar.all.into()))));
    button("keep", format!("{id}\n{}", bar.value))
        .class(if out { "bar out" } else { "bar" })
        .attr("aria-pressed", if kept { "true" } else { "false" })
        .attr("title", "Click keeps it, Alt-click leaves it out")
        .kid(label)
        .kid(
            e("span")
                .class("track")
                .attr("aria-hidden", "true")
                .kid(e("u").style(share(bar.all)))
                .kid(e("i").style(share(bar.kept) + &filled)),
        )
        .kid(of)
}

/// A colour beside its word.
pub(crate) fn swatch(color: &str) -> E {
    e("span").class("swatch").attr("aria-hidden", "true").style(look(color))
}

/// The part of a colour.
pub(crate) fn part(color: &str) -> usize {
    let word = if color.eq_ignore_ascii_case("gray") { "grey" } else { color };
    let known = carwatch_index::WORDS.iter().position(|known| known.eq_ignore_ascii_case(word));
    known.unwrap_or(OTHER)
}

/// A surface of a colour.
fn look(color: &str) -> String {
    let part = part(color);
    let fill = match part {
        OTHER => "repeating-linear-gradient(45deg,var(--edge) 0 1.5px,var(--surface) 1.5px 4px)",
        part => FILL[part],
    };
    let edge = if is_edged(part) { ";box-shadow:inset 0 0 0 1px var(--edge)" } else { "" };
    format!("background:{fill}{edge}")
}

/// An empty field has a word, too.
pub(crate) fn named(text: &str) -> String {
    if text.is_empty() { "(none)".to_owned() } else { text.to_owned() }
}

/// The numbers of a chart as a table.
pub(crate) fn twin(name: &str, heads: &[&str], rows: &[Vec<String>]) -> E {
    let head = heads.iter().map(|head| e("th").attr("scope", "col").text(head));
    let body = rows.iter().map(|row| e("tr").kids(row.iter().map(|cell| e("td").text(cell))));
    let table = e("table")
        .attr("aria-label", name)
        .kid(e("thead").kid(e("tr").kids(head)))
        .kid(e("tbody").kids(body));
    e("div")
        .class("twin")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", format!("{name}, as a table"))
        .kid(table)
}
