//! What changed between two polls of one station.

use carwatch_viewer::Ask;
use carwatch_viewer::say::{Changed, Compared};

use super::app::{App, area};
use super::dom::{E, button, e, set, svg};
use super::numbers::{count, grouped, short};

/// How many pairs are compared.
const MOST: usize = 200;

/// Each poll of a station with the one before it: those that a capture calls the same, and the raw
/// files that are called the same but for a number.
pub(crate) fn pairs(app: &App) -> Vec<(usize, usize)> {
    let mut last = std::collections::HashMap::new();
    let mut pairs = Vec::new();
    for (nth, station) in app.overview.stations.iter().enumerate() {
        let file = app.overview.files.get(station.file);
        let key = match file.is_some_and(|file| file.kind.starts_with("raw")) {
            true => (stem(&station.base), None),
            false => (station.base.as_str(), Some(&station.address)),
        };
        if let Some(before) = last.insert(key, nth) {
            pairs.push((before, nth));
        }
    }
    pairs.truncate(MOST);
    pairs
}

/// What a raw file is called without its number and what it ends in: `gate` of `gate-2.raw`, and
/// of `gate.raw#2`.
fn stem(name: &str) -> &str {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.rsplit_once('#').filter(|(_, n)| is_number(n)).map_or(name, |(name, _)| name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let numbered = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    numbered.trim_end_matches(['-', '_', '.', '#', ' '])
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
             gather that was repeated (--watch), or two answers of one station, such as \
             gate-1.raw and gate-2.raw."
        } else {
            "Each station's answer with the one before it, aligned by what they hold: above the \
             older, below the newer, to one scale."
        }))
        .kid(e("div").class("legend").kids(legend));
    // One scale for all of them, or their lengths could not be compared.
    let width = |(old, new): &(usize, usize)| {
        let [old_bytes, new_bytes] = [*old, *new].map(|nth| app.overview.stations[nth].bytes);
        let compared = app.compared.get(&(*old, *new));
        old_bytes.max(compared.map_or(0, |compared| compared.old_parts[0]) + new_bytes)
    };
    let most = pairs.iter().map(width).max().unwrap_or(1).max(1);
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
    let x = |bytes: u64| bytes as f64 / most as f64 * 1000.0;
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
