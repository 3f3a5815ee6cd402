//! The state of the view as the fragment of a link, with the hash of the file that it is of: it
//! opens again when that file is dropped.

use super::app::{App, View};
use super::dom::set_text;
use super::saving::copy;
use crate::messages::ToWorker;

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    hash: String,
    query: String,
    view: String,
    row: Option<usize>,
}

impl Link {
    /// That of the page's own address.
    pub(crate) fn of_page() -> Option<Self> {
        let fragment = web_sys::window()?.location().hash().ok()?;
        let mut link =
            Self { hash: String::new(), query: String::new(), view: String::new(), row: None };
        for part in fragment.trim_start_matches('#').split('&') {
            let (name, value) = part.split_once('=')?;
            let value = js_sys::decode_uri_component(value).ok()?.as_string()?;
            match name {
                "sha256" => link.hash = value,
                "q" => link.query = value,
                "view" => link.view = value,
                "row" => link.row = value.parse().ok(),
                _ => {}
            }
        }
        (!link.hash.is_empty()).then_some(link)
    }

    fn fragment(&self) -> String {
        let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
        let row = self.row.map(|row| format!("&row={row}")).unwrap_or_default();
        format!("#sha256={}&view={}&q={}{row}", self.hash, self.view, encoded(&self.query))
    }
}

/// All files have been read: if a link waits for one, it is asked whether this is it.
pub(crate) fn ask_hash(app: &App) {
    if app.link.is_some() && !app.overview.files.is_empty() {
        app.send(&ToWorker::Hash(app.overview.files.len() - 1), &[]);
    }
}

/// Copies a link to what is seen; it has to know the file's hash first.
pub(crate) fn copy_link(app: &mut App) {
    if app.overview.files.is_empty() {
        return;
    }
    match app.hashes.get(&0).cloned() {
        Some(hash) => write(app, &hash),
        None => {
            app.wants_link = true;
            set_text("live", "Making the link: the file's hash is computed");
            app.send(&ToWorker::Hash(0), &[]);
        }
    }
}

pub(crate) fn take_hash(app: &mut App, file: usize, hash: String) {
    if let Some(link) = app.link.take_if(|link| link.hash == hash) {
        let view = match link.view.as_str() {
            "bytes" => View::Bytes,
            "changes" => View::Changes,
            _ => View::Cars,
        };
        app.set_query(&link.query);
        app.set_view(view);
        if let Some(row) = link.row.filter(|row| *row < app.overview.rows) {
            app.select(row, None);
        }
        set_text("live", "This is the file of the link: its view is open again");
    }
    app.hashes.insert(file, hash.clone());
    if app.wants_link && file == 0 {
        app.wants_link = false;
        write(app, &hash);
    }
}

fn write(app: &App, hash: &str) {
    let view = match app.view {
        View::Bytes => "bytes",
        View::Changes => "changes",
        _ => "cars",
    };
    let link = Link {
        hash: hash.to_owned(),
        query: app.query.text().to_owned(),
        view: view.to_owned(),
        row: app.selected,
    };
    let fragment = link.fragment();
    let Some(window) = web_sys::window() else { return };
    // The page's own address says it as well, so that a reload or a bookmark keeps it.
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&fragment));
    }
    copy(&window.location().href().unwrap_or(fragment), "Link copied");
}
