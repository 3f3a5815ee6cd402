//! All that is known of one record.

use std::ops::Range;

use carwatch::wire::{self, Piece, RejectReason, Rejection, Tail};
use carwatch_formats::caret;
use carwatch_index::Index;

use crate::Answered;
use crate::say::Explained;
use crate::session::Part;
use crate::{Session, rows, words};

/// How many bytes around a record its explanation shows, at most.
const AROUND: u64 = 512;

/// How many bytes of a record are looked at.
const MOST: u64 = 64 * 1024;

/// Which bytes of which answer explain a row.
pub(crate) fn needs(index: &Index, row: usize) -> Option<(usize, Range<u64>)> {
    if row >= index.len() {
        return None;
    }
    let row = index.row(row);
    let bytes = index.answers()[row.answer].bytes;
    let end = row.at.end.min(row.at.start + MOST);
    Some((row.answer, row.at.start.saturating_sub(AROUND)..(end + AROUND).min(bytes)))
}

pub(crate) fn explained(session: &Session, number: usize, part: &Part<'_>) -> Answered {
    if number >= session.index.len() {
        return Answered::Nothing;
    }
    let row = session.index.row(number);
    let of = &session.index.answers()[row.answer];
    let answer = &session.answers[row.answer];
    let rejection =
        row.reason.and_then(|reason| rejection(reason, row.piece, row.at.clone(), part));
    let carets = rejection.map(|rejection| {
        caret(&answer.report.name, &rejection, of.bytes, part.bytes, part.start, Some(80))
    });
    let (reason, carets) = match carets.as_deref().and_then(|all| all.split_once('\n')) {
        Some((head, carets)) => {
            let words = head.rsplit_once(": ").map_or(head, |(_, words)| words);
            (words.to_owned(), carets.to_owned())
        }
        None => (row.reason.unwrap_or_default().replace('_', " "), String::new()),
    };
    let chunk = of.chunk(row.chunk);
    let is_last = number + 1 == of.rows.end;
    Answered::Explained(Box::new(Explained {
        row: rows::line(session, number),
        reason,
        remedy: row.reason.map(words::remedy).unwrap_or_default().to_owned(),
        carets,
        whole: if row.reason.is_some() {
            String::new()
        } else {
            words::whole(answer.verdict.as_ref(), is_last, row.is_provisional)
        },
        chunk_at: chunk.as_ref().and_then(|(_, at)| *at).map(|at| at as f64 / 1e6),
        chunk_bytes: chunk.map(|(bytes, _)| (bytes.start, bytes.end)),
    }))
}

/// The rejection of a row, with what only its bytes say.
fn rejection(reason: &str, index: u64, at: Range<u64>, part: &Part<'_>) -> Option<Rejection> {
    let begin = usize::try_from(at.start.checked_sub(part.start)?).ok()?;
    let end = usize::try_from(at.end.checked_sub(part.start)?).ok()?.min(part.bytes.len());
    let piece = part.bytes.get(begin..end)?;
    let reason = match reason {
        "cut" => RejectReason::Cut,
        "empty" => RejectReason::Empty,
        "too_long" => RejectReason::TooLong { limit: carwatch::limits::RECORD as u64 },
        _ => {
            let mut found = None;
            wire::split(piece, usize::MAX, Tail::Whole, &mut |piece| {
                if let Piece::Rejected(rejection) = piece {
                    found = Some(rejection.reason);
                }
            });
            match found? {
                RejectReason::InvalidUtf8 { at: bad } => {
                    RejectReason::InvalidUtf8 { at: at.start + bad }
                }
                reason => reason,
            }
        }
    };
    Some(Rejection { index, at, reason })
}
