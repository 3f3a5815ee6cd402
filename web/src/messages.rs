//! What the page and its worker send each other. Files and blobs travel beside it.

use carwatch_viewer::Answered;
use carwatch_viewer::Ask;
use carwatch_viewer::say::{Counts, Moves, Overview};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// From the page to its worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// Open the files that are beside it.
    Open,
    /// Open the sample.
    Sample,
    /// Read a file that is none of ours as a raw answer.
    ReadAnyway(usize),
    /// Read no further.
    Stop,
    /// Close everything.
    CloseAll,
    /// Show what passes this query.
    Query(String),
    /// Sort.
    Sort(Option<(SortBy, bool)>),
    /// Answer a question, by its number.
    Ask(u32, Ask),
    /// The document of all open files, once they have been read.
    Report(u32),
    /// The rows that pass, as a file; CSV, else NDJSON.
    Export(bool),
    /// The bytes of an answer, as a file.
    Save(usize),
    /// The hash of a file.
    Hash(usize),
}

/// From the worker to its page.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToPage {
    Ready,
    /// It stops, and why.
    Fault(String),
    Overview(Box<Overview>),
    /// Rows have other numbers from here on.
    Moved(Moves),
    /// What passes the query with this number.
    Counts(u32, Box<Counts>),
    Answered(u32, Box<Answered>),
    Report(u32, String),
    /// A file that was read and now cannot be any more.
    Unreadable(usize),
    /// A file to be saved, by its name; the blob is beside it.
    Save(String),
    /// The SHA-256 of a file, in hexadecimal.
    Hash(usize, String),
}

/// By what rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SortBy {
    Station,
    Time,
    Brand,
    Color,
    Bytes,
    Rejected,
}

/// A message with what is beside it, as it is posted.
pub(crate) fn pack(message: &impl Serialize, beside: &[JsValue]) -> JsValue {
    let bytes = postcard::to_allocvec(message).expect("plain values become bytes");
    let items = beside.iter().cloned();
    let all: Array = std::iter::once(Uint8Array::from(&bytes[..]).into()).chain(items).collect();
    all.into()
}

/// What [`pack`] made.
pub(crate) fn unpack<T: for<'a> Deserialize<'a>>(posted: &JsValue) -> Option<(T, Vec<JsValue>)> {
    let mut all = posted.dyn_ref::<Array>()?.iter();
    let bytes = all.next()?.dyn_into::<Uint8Array>().ok()?.to_vec();
    Some((postcard::from_bytes(&bytes).ok()?, all.collect()))
}
