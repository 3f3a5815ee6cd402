//! What happens to the page: files, clicks, keys, scrolling, and what the worker says.

use js_sys::Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AddEventListenerOptions, ClipboardEvent, DataTransfer, DragEvent, Element, Event, EventTarget,
    File, FileSystemEntry, HtmlInputElement, KeyboardEvent, MouseEvent, PointerEvent,
    ResizeObserver,
};

use super::app::{App, area};
use super::dom::{document, get, say};
use super::{acts, brush, bytes, filter, hex, keys, link, with};

/// Listens to everything, from now on.
pub(crate) fn listen() {
    let window = web_sys::window().expect("a page has a window");
    with(|app| app.listen_to_worker());
    on(&document(), "click", click);
    on(&window, "hashchange", |_: Event| {
        with(link::take_page);
    });
    // A long press on a bar leaves it out, as Alt does.
    on(&document(), "contextmenu", |event: PointerEvent| {
        if event.pointer_type() == "touch"
            && let Some(bar) = closest(&event, "[data-act=keep]")
        {
            event.prevent_default();
            let value = bar.get_attribute("data-value").unwrap_or_default();
            with(|app| acts::act(app, "keep", &value, true));
        }
    });
    on(&document(), "dblclick", |event: MouseEvent| {
        if closest(&event, ".rows .tr").is_some() {
            with(|app| app.set_view(super::app::View::Bytes));
        }
    });
    on(&document(), "keydown", |event: KeyboardEvent| {
        if with(|app| keys::press(app, &event)) == Some(true) {
            event.prevent_default();
        }
    });
    on(&get("files"), "change", |_: Event| {
        with(open_chosen);
    });
    on(&document(), "paste", paste);
    drops(&window);
    let typed = Debounce::default();
    on(&filter::input(), "input", move |_: Event| {
        // What is typed is coloured at once; the rows follow after a moment of quiet.
        let text = filter::input().value();
        typed.run(60, move || {
            // Unless something else has changed it since then.
            if filter::input().value() == text {
                with(|app| app.set_query(&text));
            }
        });
        filter::scrolled();
    });
    on(&filter::input(), "scroll", |_: Event| filter::scrolled());
    passive(&get("grid"), "scroll", |_: Event| {
        with(|app| app.mark(area::TABLE));
    });
    passive(&get("hex"), "scroll", |_: Event| {
        with(|app| app.mark(area::HEX));
    });
    passive(&get("station-list"), "scroll", |_: Event| {
        with(|app| app.mark(area::STATIONS));
    });
    resizes();
    brush::listen();
}

/// Notices, chips and charts come and go: what scrolls is measured whenever it changes its size.
fn resizes() {
    let act = Closure::<dyn Fn()>::new(|| {
        after(0, || {
            with(|app| {
                app.table.measure();
                app.hex.scroll.measure();
                app.station_scroll.measure();
                app.mark(area::ALL);
            });
        });
    });
    if let Ok(observer) = ResizeObserver::new(act.as_ref().unchecked_ref()) {
        for id in ["grid", "hex", "station-list"] {
            observer.observe(&get(id));
        }
        // It listens as long as the page is there.
        std::mem::forget(observer);
    }
    act.forget();
}

fn click(event: MouseEvent) {
    if let Some(target) = closest(&event, "[data-act]") {
        let act = target.get_attribute("data-act").unwrap_or_default();
        let value = target.get_attribute("data-value").unwrap_or_default();
        with(|app| {
            app.take_typed();
            acts::act(app, &act, &value, event.alt_key());
        });
    } else if let Some(line) = closest(&event, "#hex .hl[data-start]") {
        byte_click(&event, &line);
    } else {
        acts::close_menu();
    }
}

/// A click on a line of bytes is turned into an offset by arithmetic.
fn byte_click(event: &MouseEvent, line: &Element) {
    let start: u64 = line.get_attribute("data-start").and_then(|s| s.parse().ok()).unwrap_or(0);
    let x = f64::from(event.client_x());
    for (class, letters) in [(".h", 3.0), (".a", 1.0)] {
        let Ok(Some(cell)) = line.query_selector(class) else { continue };
        let rect = cell.get_bounding_client_rect();
        if x < rect.left() || x >= rect.right() {
            continue;
        }
        let text = cell.text_content().unwrap_or_default().chars().count().max(1);
        let letter = (x - rect.left()) / (rect.width() / text as f64);
        with(|app| {
            let width = app.hex.width;
            let nth =
                if letters > 1.0 { hex::byte_at_column(letter, width) } else { letter as usize };
            bytes::go(app, app.hex.answer, start + nth as u64);
        });
    }
}

/// Opens what is chosen in the field.
pub(crate) fn open_chosen(app: &mut App) {
    let input: HtmlInputElement = get("files").unchecked_into();
    if let Some(files) = input.files() {
        app.open((0..files.length()).filter_map(|nth| files.get(nth)));
    }
    // So that the same file can be opened again.
    input.set_value("");
}

fn paste(event: ClipboardEvent) {
    let is_field = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| target.tag_name() == "INPUT" && target.id() != "files");
    let Some(data) = event.clipboard_data().filter(|_| !is_field) else { return };
    if let Some(files) = data.files().filter(|files| files.length() > 0) {
        with(|app| app.open((0..files.length()).filter_map(|nth| files.get(nth))));
    } else if let Some(text) = data.get_data("text/plain").ok().filter(|text| !text.is_empty()) {
        let parts = Array::of1(&JsValue::from_str(&text));
        if let Ok(file) = File::new_with_str_sequence(&parts, "pasted") {
            with(|app| app.open(std::iter::once(file)));
        }
    }
    event.prevent_default();
}

/// Files can be dropped anywhere, at any time.
fn drops(window: &web_sys::Window) {
    let holds_files = |event: &DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    for name in ["dragenter", "dragover"] {
        on(window, name, move |event: DragEvent| {
            if holds_files(&event) {
                event.prevent_default();
                get("over").set_hidden(false);
            }
        });
    }
    on(window, "dragleave", |event: DragEvent| {
        // It left the window, not an element in it.
        if event.related_target().is_none() {
            get("over").set_hidden(true);
        }
    });
    on(window, "drop", |event: DragEvent| {
        get("over").set_hidden(true);
        let Some(data) = event.data_transfer() else { return };
        let Some(files) = data.files() else { return };
        event.prevent_default();
        let folders = folders(&data);
        if let Some(folder) = folders.first() {
            say(&format!("{folder} is a folder: drop the files that are in it"));
        }
        let files = (0..files.length()).filter_map(|nth| files.get(nth));
        with(|app| app.open(files.filter(|file| !folders.contains(&file.name()))));
    });
}

/// The names of the folders among what is dropped: as files they could not be read.
fn folders(data: &DataTransfer) -> Vec<String> {
    let items = data.items();
    let entries =
        (0..items.length()).filter_map(|nth| items.get(nth)?.webkit_get_as_entry().ok()?);
    entries.filter(FileSystemEntry::is_directory).map(|entry| entry.name()).collect()
}

/// Runs something once this event is over.
pub(crate) fn later(act: impl FnOnce() + 'static) {
    after(40, act);
}

pub(crate) fn after(ms: i32, act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    if let Some(window) = web_sys::window() {
        let _ =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms);
    }
}

/// Runs the last of what comes in quick succession.
#[derive(Default)]
struct Debounce(std::cell::Cell<i32>);

impl Debounce {
    fn run<T>(&self, ms: i32, act: impl FnOnce() -> T + 'static) {
        let Some(window) = web_sys::window() else { return };
        window.clear_timeout_with_handle(self.0.get());
        let act = Closure::once_into_js(move || drop(act()));
        let timer =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms);
        self.0.set(timer.unwrap_or_default());
    }
}

pub(crate) fn closest(event: &Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok().flatten()
}

pub(crate) fn on<T: JsCast + wasm_bindgen::convert::FromWasmAbi + 'static>(
    target: &EventTarget,
    name: &str,
    act: impl Fn(T) + 'static,
) {
    let act = Closure::<dyn Fn(T)>::new(act);
    let _ = target.add_event_listener_with_callback(name, act.as_ref().unchecked_ref());
    act.forget();
}

fn passive<T: JsCast + wasm_bindgen::convert::FromWasmAbi + 'static>(
    target: &EventTarget,
    name: &str,
    act: impl Fn(T) + 'static,
) {
    let act = Closure::<dyn Fn(T)>::new(act);
    let options = AddEventListenerOptions::new();
    options.set_passive(true);
    let _ = target.add_event_listener_with_callback_and_add_event_listener_options(
        name,
        act.as_ref().unchecked_ref(),
        &options,
    );
    act.forget();
}
