//! Rows of the table.

use carwatch_index::Row;

use crate::Session;
use crate::say::{RejectionLine, RowLine, Rows};
use crate::text::{shown, shown_bytes};

/// How many rows are told at once, at most.
const MOST: usize = 1000;

/// How many rejected records of an answer are listed.
const LISTED: usize = 500;

pub(crate) fn rows(session: &Session, from: usize, to: usize) -> Rows {
    let of = session.selection.len();
    let from = from.min(of);
    let to = to.min(of).min(from + MOST);
    let numbers: Vec<usize> = match &session.order {
        Some(order) => order.rows(from..to).iter().map(|row| *row as usize).collect(),
        None => session.selection.iter_from(from).take(to - from).collect(),
    };
    Rows { from, of, rows: numbers.into_iter().map(|row| line(session, row)).collect() }
}

/// Where a row stands in the list.
pub(crate) fn place(session: &Session, row: usize) -> Option<usize> {
    if !session.selection.has(row) {
        return None;
    }
    match &session.order {
        Some(order) => order.place(row),
        None => Some(session.selection.rank(row)),
    }
}

pub(crate) fn line(session: &Session, number: usize) -> RowLine {
    let row = session.index.row(number);
    RowLine {
        row: number,
        answer: row.answer,
        piece: row.piece,
        time: shown(&row.time_as_sent()),
        unix: row.unix_seconds.filter(|_| row.reason.is_none()),
        brand: row.brand.map(shown).unwrap_or_default(),
        color: row.color.map(shown).unwrap_or_default(),
        start: row.at.start,
        end: row.at.end,
        chunk: row.chunk,
        note: note(session, &row),
        is_rejected: row.reason.is_some(),
        raw: shown_bytes(row.raw, row.at.end - row.at.start),
    }
}

pub(crate) fn rejections(session: &Session, answer: usize) -> Vec<RejectionLine> {
    let Some(of) = session.index.answers().get(answer) else { return Vec::new() };
    let line = |number: usize| {
        let row = session.index.row(number);
        RejectionLine {
            row: number,
            reason: row.reason.unwrap_or_default().to_owned(),
            start: row.at.start,
            end: row.at.end,
            raw: shown_bytes(row.raw, row.at.end - row.at.start),
        }
    };
    session.index.rejected_in(of.rows.clone()).take(LISTED).map(line).collect()
}

/// What is odd about a row: the reason, or what a reader should know before relying on it.
fn note(session: &Session, row: &Row<'_>) -> String {
    let mut notes = Vec::new();
    match row.reason {
        Some("cut") => notes.push("cut off here"),
        Some(reason) => notes.push(reason),
        None => {}
    }
    if row.is_provisional {
        notes.push("provisional");
    }
    if row.reason.is_none() && session.index.answers()[row.answer].is_partial {
        notes.push("partial");
    }
    if row.is_escaped {
        notes.push("escaped");
    }
    notes.join(", ")
}
