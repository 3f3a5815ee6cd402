//! The state of the view as the fragment of a link, with the hash of the file that it is of: it
//! opens again when that file is dropped, whatever else is open.

use carwatch_viewer::Ask;

use super::app::{App, View};
use super::dom::say;
use super::saving::copy;
use super::{bytes, table};
use crate::messages::{SortBy, ToWorker};

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    hash: String,
    query: String,
    view: String,
    sort: Option<(SortBy, bool)>,
    /// A byte: of which of the file's answers, and which of its bytes.
    at: Option<(usize, u64)>,
}

impl Link {
    /// That of the page's own address.
    pub(crate) fn of_page() -> Option<Self> {
        let fragment = web_sys::window()?.location().hash().ok()?;
        let mut link = Self::default();
        for part in fragment.trim_start_matches('#').split('&') {
            let (name, value) = part.split_once('=')?;
            let value = js_sys::decode_uri_component(value).ok()?.as_string()?;
            match name {
                "sha256" => link.hash = value,
                "q" => link.query = value,
                "view" => link.view = value,
                "sort" => {
                    let falling = value.strip_prefix('-');
                    let by = table::sort_of(falling.unwrap_or(&value));
                    link.sort = by.map(|by| (by, falling.is_some()));
                }
                "at" => {
                    let at = value.split_once('.');
                    link.at =
                        at.and_then(|(answer, byte)| answer.parse().ok().zip(byte.parse().ok()));
                }
                _ => {}
            }
        }
        (!link.hash.is_empty()).then_some(link)
    }

    fn fragment(&self) -> String {
        let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
        let sort = self.sort.and_then(|(by, is_falling)| {
            let minus = if is_falling { "-" } else { "" };
            Some(format!("&sort={minus}{}", table::name_of(by)?))
        });
        let at = self.at.map(|(answer, byte)| format!("&at={answer}.{byte}"));
        let (sort, at) = (sort.unwrap_or_default(), at.unwrap_or_default());
        format!("#sha256={}&view={}&q={}{sort}{at}", self.hash, self.view, encoded(&self.query))
    }
}

/// The address has another fragment: perhaps it is a link to what is open.
pub(crate) fn take_page(app: &mut App) {
    app.link = Link::of_page();
    let known = app
        .hashes
        .iter()
        .find(|(_, hash)| app.link.as_ref().is_some_and(|link| link.hash == **hash));
    match known.map(|(file, hash)| (*file, hash.clone())) {
        Some((file, hash)) => take_hash(app, file, hash),
        None => ask_hashes(app),
    }
}

/// All files have been read: if a link waits for one, each is asked whether this is it.
pub(crate) fn ask_hashes(app: &App) {
    if app.link.is_some() {
        let files = 0..app.overview.files.len();
        for file in files.filter(|file| !app.hashes.contains_key(file)) {
            app.send(&ToWorker::Hash(file), &[]);
        }
    }
}

/// Copies a link to what is seen; it has to know the file's hash first.
pub(crate) fn copy_link(app: &mut App) {
    if app.overview.files.is_empty() {
        return;
    }
    let (file, _) = place(app);
    match app.hashes.get(&file).cloned() {
        Some(hash) => write(app, hash),
        None => {
            app.wants_link = Some(file);
            say("Making the link: the file's hash is computed");
            app.send(&ToWorker::Hash(file), &[]);
        }
    }
}

pub(crate) fn take_hash(app: &mut App, file: usize, hash: String) {
    if let Some(link) = app.link.take_if(|link| link.hash == hash) {
        app.set_query(&link.query);
        if app.sort != link.sort {
            app.set_sort(link.sort);
        }
        // Of several files the answers stand one behind the other.
        let first = app.overview.stations.iter().position(|station| station.file == file);
        if let Some((nth, byte)) = link.at
            && let Some(answer) = first.map(|first| first + nth)
            && app.overview.stations.get(answer).is_some_and(|line| line.file == file)
        {
            app.explained = None;
            match link.view.as_str() {
                "bytes" => bytes::go(app, answer, byte),
                _ => app.ask("explain", Ask::ExplainAt { answer, offset: byte }),
            }
        }
        app.set_view(match link.view.as_str() {
            "bytes" => View::Bytes,
            "changes" => View::Changes,
            _ => View::Cars,
        });
        say("This is the file of the link: its view is open again");
    }
    app.hashes.insert(file, hash.clone());
    if app.wants_link.take_if(|wanted| *wanted == file).is_some() {
        write(app, hash);
    }
}

/// The file that is looked at, and the byte: which of its answers, and where in it.
fn place(app: &App) -> (usize, Option<(usize, u64)>) {
    let chosen =
        app.explained.as_ref().map(|explained| (explained.row.answer, explained.row.start));
    let at = match app.view {
        View::Bytes => app.hex.caret.map(|caret| (app.hex.answer, caret)).or(chosen),
        _ => chosen,
    };
    let stations = &app.overview.stations;
    let Some((answer, byte)) = at.filter(|(answer, _)| *answer < stations.len()) else {
        return (0, None);
    };
    let file = stations[answer].file;
    let first = stations.iter().position(|station| station.file == file).unwrap_or(answer);
    (file, Some((answer - first, byte)))
}

fn write(app: &App, hash: String) {
    let view = match app.view {
        View::Bytes => "bytes",
        View::Changes => "changes",
        _ => "cars",
    };
    let (_, at) = place(app);
    let query = app.query.text().to_owned();
    let fragment = Link { hash, query, view: view.to_owned(), sort: app.sort, at }.fragment();
    let Some(window) = web_sys::window() else { return };
    // The page's own address says it as well, so that a reload or a bookmark keeps it.
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&fragment));
    }
    copy(&window.location().href().unwrap_or(fragment), "Link copied");
}
