//! Bars by brand, colour and station: the share that passes over its whole.

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

/// How many bars are drawn; the others are counted.
const DRAWN: usize = 7;

pub(crate) fn draw(app: &App) {
    let stations = stations(app);
    let panels = [
        ("brand", "Brand", Field::Brand, &app.counts.brands),
        ("color", "Colour", Field::Color, &app.counts.colors),
        ("station", "Station", Field::Station, &stations),
    ];
    set(
        "bars",
        panels.into_iter().map(|(id, title, field, bars)| panel(app, id, title, field, bars)),
    );
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
    bars.sort_by_key(|bar| (std::cmp::Reverse(bar.kept), std::cmp::Reverse(bar.all)));
    let count = bars.len();
    bars.truncate(500);
    Bars { bars, count }
}

fn panel(app: &App, id: &str, title: &str, field: Field, bars: &Bars) -> E {
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
    let most = bars.bars.iter().map(|bar| bar.all).max().unwrap_or(0).max(1);
    let body = if is_twin {
        let rows: Vec<Vec<String>> = bars
            .bars
            .iter()
            .map(|bar| vec![named(&bar.text), grouped(bar.kept.into()), grouped(bar.all.into())])
            .collect();
        vec![twin(title, &[title, "Kept", "All"], &rows)]
    } else {
        let line = |bar: &Bar| e("li").kid(line(app, id, field, bar, most));
        let rest = bars.count.saturating_sub(DRAWN);
        let more = match rest {
            0 => String::new(),
            rest => format!("and {}", count(rest as u64, "other")),
        };
        vec![e("ul").kids(bars.bars.iter().take(DRAWN).map(line)), e("p").class("rest").text(more)]
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
                .kid(e("i").style(share(bar.kept))),
        )
        .kid(of)
}

/// A colour beside its word.
pub(crate) fn swatch(color: &str) -> E {
    let known = carwatch_index::WORDS.iter().position(|word| {
        word.eq_ignore_ascii_case(if color.eq_ignore_ascii_case("gray") { "grey" } else { color })
    });
    let style = match known {
        Some(part) => {
            let edge = matches!(part, 0 | 1 | 7 | 8 | 9);
            let edge = if edge { ";box-shadow:inset 0 0 0 1px var(--edge)" } else { "" };
            format!("background:{}{edge}", FILL[part])
        }
        None => "background:repeating-linear-gradient(45deg,var(--edge) 0 1.5px,var(--surface) \
                 1.5px 4px);box-shadow:inset 0 0 0 1px var(--edge)"
            .to_owned(),
    };
    e("span").class("swatch").attr("aria-hidden", "true").style(style)
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
