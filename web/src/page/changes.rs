//! What changed between two polls of one station.

use carwatch_viewer::Ask;
use carwatch_viewer::say::{Changed, Compared};

use super::app::{App, area};
use super::dom::{E, button, e, set, svg};
use super::numbers::{count, grouped, short};

/// How many pairs are compared.
const MOST: usize = 200;

/// Each poll of a station with the one before it: those that a capture calls the same.
pub(crate) fn pairs(app: &App) -> Vec<(usize, usize)> {
    let mut last = std::collections::HashMap::new();
    let mut pairs = Vec::new();
    for (nth, station) in app.overview.stations.iter().enumerate() {
        if let Some(before) = last.insert((&station.base, &station.address), nth) {
            pairs.push((before, nth));
        }
    }
    // Raw files have no names but their own: each with the one before it.
    if pairs.is_empty() {
        let raw =
            |nth: &usize| app.overview.stations[*nth].address == app.overview.stations[*nth].value;
        let raws: Vec<usize> = (0..app.overview.stations.len()).filter(raw).collect();
        pairs.extend(raws.windows(2).map(|two| (two[0], two[1])));
    }
    pairs.truncate(MOST);
    pairs
}

/// The view is shown now.
pub(crate) fn enter(app: &mut App) {
    let pairs = pairs(app);
    for (old, new) in &pairs {
        if !app.compared.contains_key(&(*old, *new)) {
            app.ask("compare", Ask::Compare { old: *old, new: *new });
        }
    }
    if app.pair.is_none_or(|pair| !pairs.contains(&pair)) {
        app.pair = pairs.first().copied();
    }
    app.mark(area::CHANGES);
}

pub(crate) fn draw(app: &App) {
    let pairs = pairs(app);
    let legend =
        [("p-same", "the same"), ("p-new", "new"), ("p-amended", "amended"), ("p-gone", "gone")];
    let legend =
        legend.into_iter().map(|(class, word)| e("span").kid(e("i").class(class)).text(word));
    let intro = e("div")
        .class("intro")
        .kid(e("h2").text("What changed between two polls"))
        .kid(e("p").text(if pairs.is_empty() {
            "There is nothing to compare: no station was polled twice here. Open a capture of a \
             gather that was repeated (--watch), or two answers of one station."
        } else {
            "Each station's answer with the one before it, aligned by what they hold: above the \
             older, below the newer, to one scale."
        }))
        .kid(e("div").class("legend").kids(legend));
    let most = pairs
        .iter()
        .flat_map(|(old, new)| {
            [app.overview.stations[*old].bytes, app.overview.stations[*new].bytes]
        })
        .max()
        .unwrap_or(1)
        .max(1);
    let mut all = vec![intro];
    all.extend(pairs.iter().map(|(old, new)| pair(app, *old, *new, most)));
    set("changes", all);
    let chosen = app.pair.and_then(|pair| app.compared.get(&pair));
    set("changed", chosen.map(|compared| records(app, compared)).unwrap_or_default());
}

fn pair(app: &App, old: usize, new: usize, most: u64) -> E {
    let station = &app.overview.stations[new];
    let before = &app.overview.stations[old];
    let row = button("pair", format!("{old} {new}")).class("pair").attr_if(
        app.pair == Some((old, new)),
        "aria-current",
        "true",
    );
    let name = e("span")
        .class("name")
        .kid(e("b").text(&station.name))
        .kid(e("span").class("dim").text(format!("after {}", before.name)));
    let Some(compared) = app.compared.get(&(old, new)) else {
        return row.kid(name).kid(e("span").class("dim").text("comparing…"));
    };
    let cell = |value: String, word: &str| e("span").kid(e("b").text(value)).text(word);
    let sums = e("span")
        .class("sums3")
        .kid(cell(short(before.cars), "cars then"))
        .kid(cell(short(station.cars), "cars now"))
        .kid(cell(short(compared.new_cars), "new"));
    let chip = e("span").class(&format!("verdict {}", look(&compared.kind))).text(&compared.kind);
    row.kid(name)
        .kid(strips(compared, most))
        .kid(sums)
        .kid(chip.style("justify-self:start"))
        .kid(e("span").class("says").text(&compared.says))
}

/// Which verdict a kind of change looks like.
fn look(kind: &str) -> &'static str {
    match kind {
        "continued" | "unchanged" => "unverified",
        "amended tail" | "trimmed front" => "partial",
        "restarted" => "failed",
        _ => "reading",
    }
}

/// The two answers, aligned by what is the same in both.
fn strips(compared: &Compared, most: u64) -> E {
    let [gone, same, amended] = compared.old_parts;
    let all = most + gone;
    let x = |bytes: u64| bytes as f64 / all as f64 * 1000.0;
    let rect = |from: u64, length: u64, y: f64, class: &str| {
        svg("rect")
            .at("x", x(from))
            .at("y", y)
            .at("width", x(length))
            .at("height", 12.0)
            .class(class)
    };
    let [_, now_amended, new] = compared.new_parts;
    svg("svg")
        .attr("viewBox", "0 0 1000 34")
        .attr("preserveAspectRatio", "none")
        .attr("role", "img")
        .attr("aria-label", &compared.says)
        .kid(rect(0, gone, 3.0, "p-gone"))
        .kid(rect(gone, same, 3.0, "p-same"))
        .kid(rect(gone + same, amended, 3.0, "p-amended"))
        .kid(rect(gone, same, 19.0, "p-same"))
        .kid(rect(gone + same, now_amended, 19.0, "p-amended"))
        .kid(rect(gone + same + now_amended, new, 19.0, "p-new"))
}

fn records(app: &App, compared: &Compared) -> Vec<E> {
    let name = app.overview.stations.get(compared.new).map(|s| s.name.clone()).unwrap_or_default();
    let differ = compared.records.len() as u64 + compared.more;
    let head = e("div")
        .class("head")
        .kid(e("h2").text(name))
        .kid(e("span").class("meta").text(format!("{} differ", count(differ, "record"))));
    let at = |at: Option<u64>| {
        e("span").class("o").text(at.map(|at| at.to_string()).unwrap_or_default())
    };
    let line = |record: &Changed| {
        let text = match record.amended_from {
            Some(from) => {
                let cut =
                    record.text.char_indices().nth(from).map_or(record.text.len(), |(at, _)| at);
                e("span").text(&record.text[..cut]).kid(e("u").text(&record.text[cut..]))
            }
            None => e("span").text(&record.text),
        };
        e("div")
            .class(if record.sign == '-' { "gone" } else { "add" })
            .kid(e("span").text(if record.sign == '-' { "−" } else { "+" }))
            .kid(at(record.old_at))
            .kid(at(record.new_at))
            .kid(text)
    };
    let mut diff = e("div")
        .class("diff")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", "Records that differ: −, offset before, offset now")
        .kids(compared.records.iter().map(line));
    if compared.more > 0 {
        diff = diff.kid(e("p").class("rest").text(format!("and {} more", grouped(compared.more))));
    }
    if compared.records.is_empty() {
        diff = e("div")
            .class("none")
            .kid(e("b").text("No record differs"))
            .kid(e("p").text(&compared.says));
    }
    vec![head, diff]
}
