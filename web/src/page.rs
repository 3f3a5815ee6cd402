//! The page: what is looked at, and drawing it. It asks its worker and never computes itself, so
//! that nothing here takes long.
//!
//! [`App`] holds the state; a change marks the areas that show it, and they are drawn once in the
//! next frame. The text of the query is the state of the filter: everything edits that text.

mod acts;
mod app;
mod brush;
mod bytes;
mod changes;
mod charts;
mod details;
mod dom;
mod draw;
mod engine;
mod events;
mod filter;
mod follow;
mod help;
mod hex;
mod keys;
mod link;
mod numbers;
mod picture;
mod report;
mod saving;
mod scroll;
mod stations;
mod table;
mod take;
mod timeline;
mod top;

use std::cell::RefCell;

use app::App;
pub(crate) use report::report;

thread_local! {
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Starts the page over a worker, which `spawn` makes.
pub(crate) fn start(spawn: js_sys::Function) {
    APP.set(Some(App::new(spawn)));
    events::listen();
    with(App::begin);
}

/// Lends the app. What happens while it is lent (an event that a change of the page causes at
/// once) is passed over.
fn with<T>(act: impl FnOnce(&mut App) -> T) -> Option<T> {
    APP.with(|app| app.try_borrow_mut().ok().and_then(|mut app| app.as_mut().map(act)))
}
