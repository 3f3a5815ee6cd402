//! The help: keys, and the language of the filter.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::dom::{E, button, e, get, set};

pub(crate) fn open() {
    set("help", content());
    let dialog: HtmlDialogElement = get("help").unchecked_into();
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}

pub(crate) fn close() -> bool {
    let dialog: HtmlDialogElement = get("help").unchecked_into();
    let was_open = dialog.open();
    dialog.close();
    was_open
}

fn content() -> Vec<E> {
    let groups: [(&str, &[(&str, &str)]); 4] = [
        (
            "Rows",
            &[
                ("j k", "next, previous; arrows too"),
                ("Enter", "its bytes"),
                ("e E", "next, previous rejected"),
                ("[ ]", "previous, next station"),
            ],
        ),
        (
            "Filter",
            &[
                ("/", "type a filter"),
                ("x", "clear it"),
                ("r", "only rejected"),
                ("b", "brush time; arrows move its end"),
            ],
        ),
        (
            "View",
            &[
                ("1 2 3", "cars, bytes, changes"),
                ("g", "go to an offset, 112 or 0x70"),
                ("t", "charts as tables"),
                ("d", "system, light, dark"),
            ],
        ),
        (
            "Take away",
            &[
                ("c", "copy the row"),
                ("s", "save CSV"),
                ("l", "copy a link to this view"),
                ("Esc", "close; stop reading"),
            ],
        ),
    ];
    let group = |(title, keys): &(&str, &[(&str, &str)])| {
        let key = |(key, does): &(&str, &str)| {
            let caps = key.split(' ').map(|cap| e("kbd").text(cap));
            [e("dt").kids(caps), e("dd").text(does)]
        };
        e("div").kid(e("h3").text(title)).kid(e("dl").kids(keys.iter().flat_map(key)))
    };
    let filter = e("p")
        .text("A filter is terms that all hold: ")
        .kid(e("code").text("brand:peugeot,fiat color:red -color:blue station:gate time:06:40..07:10 bytes>512 chunk:3 is:rejected word"))
        .text(". A comma means any of, .. a range, * anything, \"\" an empty field, - leaves out. Clicks on bars, stations and the time line edit this text; Alt-click leaves out.");
    let head = e("div")
        .class("dialog-head")
        .kid(e("h2").attr("id", "help-title").text("Keys and filter"))
        .kid(button("close-help", "").class("button quiet").text("Close"));
    vec![head, e("div").class("keys").kids(groups.iter().map(group)).kid(filter)]
}
