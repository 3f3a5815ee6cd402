//! The bar, the progress, notices, and what is no capture.

use carwatch_viewer::say::{FileLine, Foreign};

use super::app::App;
use super::dom::{E, button, e, get, mark, set, set_attr, set_text};
use super::numbers::{count, grouped, size};

pub(crate) fn draw(app: &mut App) {
    draw_files(app);
    draw_progress(app);
    let foreign = draw_foreign(app);
    set("notices", notices(app).into_iter().chain(foreign));
}

fn draw_files(app: &App) {
    let files = &app.overview.files;
    let kids = match &files[..] {
        [] => Vec::new(),
        [file] => vec![
            e("b").text(&file.name),
            e("span").text(size(file.size)),
            e("span").text(&file.kind),
        ],
        many => {
            let bytes = many.iter().map(|file| file.size).sum();
            vec![e("b").text(count(many.len() as u64, "file")), e("span").text(size(bytes))]
        }
    };
    set("file", kids);
    get("export").set_hidden(app.overview.rows == 0 && app.overview.stations.is_empty());
}

/// How far the file is that is being read.
pub(crate) fn reading(app: &App) -> Option<(&FileLine, f64)> {
    let file = app.overview.files.iter().find(|file| file.is_open)?;
    let share = if file.size == 0 { 1.0 } else { file.read as f64 / file.size as f64 };
    Some((file, share))
}

fn draw_progress(app: &mut App) {
    let place = get("progress");
    let Some((file, share)) = reading(app) else {
        if !place.hidden() {
            place.set_hidden(true);
            let cars = count(app.overview.cars, "car");
            let is_all = app.overview.files.iter().all(|file| file.read >= file.size);
            let what = if is_all { "Read." } else { "Read in part." };
            set_text(
                "live",
                &format!("{what} {cars}, {} rejected.", grouped(app.overview.rejected)),
            );
        }
        app.spoken = 0;
        return;
    };
    let percent = (share * 100.0) as u64;
    let name = file.name.clone();
    place.set_hidden(false);
    set_attr("progress", "aria-valuenow", &percent.to_string());
    if let Ok(Some(bar)) = place.query_selector("i") {
        use wasm_bindgen::JsCast as _;
        let bar: web_sys::HtmlElement = bar.unchecked_into();
        let _ = bar.style().set_property("width", &format!("{percent}%"));
    }
    // It speaks every ten percent.
    if percent / 10 > app.spoken {
        app.spoken = percent / 10;
        set_text("live", &format!("Reading {name}: {} percent", app.spoken * 10));
    }
}

fn notices(app: &App) -> Vec<E> {
    let mut all = Vec::new();
    if let Some(fault) = &app.engine.fault {
        let (words, act, does) = if fault.is_last {
            (
                "What is shown stays; to go on, start anew and open the other files.",
                "anew",
                "Start anew",
            )
        } else {
            ("The other files were opened again.", "seen", "Dismiss")
        };
        let does = button(act, "").class("button").text(does);
        all.push(
            e("div")
                .class("notice red")
                .attr("id", "fault")
                .kid(mark("failed"))
                .kid(e("p").text(format!("{} {words}", fault.words)))
                .kid(e("div").class("row").kid(does)),
        );
    }
    if let Some((file, share)) = reading(app).filter(|_| !app.engine.is_over()) {
        let mut words =
            format!("{:.0} %, {} of {}", share * 100.0, size(file.read), size(file.size));
        let passed = (js_sys::Date::now() - app.began) / 1000.0;
        if passed > 0.5 && share > 0.0 {
            let rate = file.read as f64 / passed;
            words += &format!(", {}/s", size(rate as u64));
            let left = (file.size - file.read) as f64 / rate;
            words += &format!(", {left:.0} s left");
        }
        all.push(
            e("div")
                .class("notice")
                .kid(mark("reading"))
                .kid(e("p").kid(e("b").text(format!("Reading {}. ", file.name))).text(words))
                .kid(
                    e("div")
                        .class("row")
                        .kid(button("stop", "").class("button").text("Stop (Esc)")),
                ),
        );
    }
    all.extend(app.unreadable.iter().filter_map(|nth| {
        let name = &app.overview.files.get(*nth)?.name;
        let words = " can no longer be read: it was changed, moved or removed since it was opened. \
                     Its cars stay; to see its bytes, open it again.";
        let words = e("p").kid(e("b").text(name)).text(words);
        Some(e("div").class("notice amber").kid(mark("partial")).kid(words))
    }));
    let files = app.overview.files.iter().enumerate();
    all.extend(files.filter_map(|(nth, file)| amber(app, nth, file)));
    all
}

/// What has to be known of a file: the first sentences, and the others where they are asked for.
fn amber(app: &App, nth: usize, file: &FileLine) -> Option<E> {
    let mut told: Vec<&str> = Vec::new();
    for notice in &file.notices {
        if !told.contains(&notice.as_str()) {
            told.push(notice);
        }
    }
    let key = format!("{nth}\n{}", told.first()?);
    if app.dismissed.contains(&key) {
        return None;
    }
    let (first, rest) = told.split_at(told.len().min(TOLD));
    let mut words =
        e("div").kid(e("p").kid(e("b").text(format!("{}. ", file.name))).text(first.join(" ")));
    if !rest.is_empty() {
        let more = e("summary")
            .attr("data-value", format!("more\n{key}"))
            .text(format!("{} more", rest.len()));
        words = words.kid(
            e("details")
                .attr("data-value", &key)
                .kid(more)
                .kids(rest.iter().map(|rest| e("p").text(rest))),
        );
    }
    let close = button("dismiss", &key).class("button").text("Dismiss");
    let row = e("div").class("row").kid(close);
    Some(e("div").class("notice amber").kid(mark("partial")).kid(words).kid(row))
}

/// How many sentences are told of a file at once.
const TOLD: usize = 2;

/// What is no capture: a card before anything is open, else a notice.
fn draw_foreign(app: &App) -> Vec<E> {
    let files = app.overview.files.iter().enumerate();
    let shown: Vec<(usize, &FileLine, &Foreign)> = files
        .filter_map(|(nth, file)| Some((nth, file, file.foreign.as_ref()?)))
        .filter(|(nth, ..)| !app.dismissed.contains(&format!("{nth}\n")))
        .collect();
    let is_first = app.view == super::app::View::First;
    let card = |(nth, file, foreign): &(usize, &FileLine, &Foreign)| {
        let (bytes, carets) = foreign.carets.split_once('\n').unwrap_or_default();
        let buttons = e("div")
            .class("row")
            .kid(
                button("anyway", nth.to_string())
                    .class("button")
                    .text("Read it as a raw answer anyway"),
            )
            .kid(button("dismiss", format!("{nth}\n")).class("button").text("Dismiss"));
        let title = format!("{} is not a capture", file.name);
        let why = format!(
            "It begins with {}, which is how {} begins. {} of {} were read, and nothing of it is \
             shown.",
            foreign.magic,
            foreign.kind,
            size(file.read),
            size(file.size)
        );
        if is_first {
            e("div")
                .class("foreign")
                .kid(e("h2").text(title))
                .kid(e("p").text(why))
                .kid(
                    e("pre")
                        .attr("tabindex", "0")
                        .attr("aria-label", "Its first bytes")
                        .text(format!("{bytes}\n"))
                        .kid(e("span").class("caret").text(carets)),
                )
                .kid(buttons)
        } else {
            let words = e("p").kid(e("b").text(format!("{title}. "))).text(why);
            e("div").class("notice red").kid(mark("failed")).kid(words).kid(buttons)
        }
    };
    let all: Vec<E> = shown.iter().map(card).collect();
    set("foreign", if is_first { all.clone() } else { Vec::new() });
    if is_first { Vec::new() } else { all }
}
