//! What is said of files and stations.

use carwatch_formats::visible::visible;
use carwatch_index::Chunk;

use crate::file::Answer;
use crate::say::{FileLine, Overview, StationLine};
use crate::text::shown;
use crate::{Session, words};

pub(crate) fn overview(session: &Session) -> Overview {
    let answers = session.index.answers();
    let stations: Vec<StationLine> = session
        .answers
        .iter()
        .enumerate()
        .map(|(nth, answer)| line(session, nth, answer))
        .collect();
    let partial = answers.iter().filter(|answer| answer.is_partial);
    Overview {
        files: session.files.iter().map(file).collect(),
        rows: session.index.len(),
        cars: session.index.len() as u64 - session.index.rejected(),
        rejected: session.index.rejected(),
        partial: partial.map(|answer| answer.rows.len() as u64).sum(),
        provisional: answers.iter().filter(|answer| answer.provisional.is_some()).count() as u64,
        bytes: answers.iter().map(|answer| answer.bytes).sum(),
        span: session.index.span(),
        is_reading: session.files.iter().any(|file| file.is_open),
        stations,
    }
}

fn file(file: &crate::file::File) -> FileLine {
    FileLine {
        name: shown(&file.name),
        size: file.size,
        read: file.read,
        kind: file.kind.to_owned(),
        notices: file.notices.clone(),
        foreign: file.foreign.clone(),
        is_open: file.is_open,
    }
}

fn line(session: &Session, nth: usize, answer: &Answer) -> StationLine {
    let rows = &session.index.answers()[nth];
    let report = &answer.report;
    let is_raw = session.files[answer.file].kind.starts_with("raw");
    // A failed one may have sent bytes that are not kept.
    let bytes =
        if answer.verdict.is_some() { rows.bytes.max(report.outcome.bytes) } else { rows.bytes };
    let (mark, chip, verdict, end) = match &answer.verdict {
        None => ("reading", "reading".to_owned(), "Still being read.".to_owned(), "none"),
        Some(verdict) => (
            words::mark(verdict),
            words::chip(verdict),
            words::in_full(verdict, bytes, is_raw),
            words::end(verdict),
        ),
    };
    let fault = answer.verdict.as_ref().and_then(|verdict| verdict.fault());
    let why = fault.map(|fault| match &fault.detail {
        Some(detail) => visible(detail).to_string(),
        None => fault.reason.as_str().replace('_', " "),
    });
    let millis = |duration: std::time::Duration| duration.as_secs_f64() * 1000.0;
    StationLine {
        name: shown(&report.name),
        value: report.name.clone(),
        base: answer.detail.station.clone(),
        address: shown(&report.address),
        file: answer.file,
        mark: mark.to_owned(),
        chip,
        verdict,
        cars: rows.cars(),
        rejected: rows.rejected,
        bytes,
        took: report.elapsed.map(millis),
        connected_at: answer.detail.connected_at.map(|at| at as f64 / 1e6),
        chunks: drawn(&rows.chunks, rows.bytes),
        chunk_count: rows.chunks.len(),
        end: end.to_owned(),
        why,
    }
}

/// At most as many as can be told apart: those that came within the same part of the whole time
/// are drawn as one.
fn drawn(chunks: &[Chunk], bytes: u64) -> Vec<(f64, u64)> {
    let last = chunks.iter().filter_map(|chunk| chunk.at).max().unwrap_or(0).max(1);
    let mut drawn: Vec<(f64, u64)> = Vec::new();
    let mut part = None;
    for (nth, chunk) in chunks.iter().enumerate() {
        let end = chunks.get(nth + 1).map_or(bytes, |next| next.start);
        let length = end.saturating_sub(chunk.start);
        let at = chunk.at.unwrap_or(0);
        let this = (u128::from(at) * DRAWN / u128::from(last)) as u64;
        match drawn.last_mut() {
            Some((_, sum)) if part == Some(this) => *sum += length,
            _ => drawn.push((at as f64 / 1e6, length)),
        }
        part = Some(this);
    }
    drawn
}

/// How many chunks are drawn at most.
const DRAWN: u128 = 200;
