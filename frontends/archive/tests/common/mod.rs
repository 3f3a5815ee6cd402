//! Rounds of gathering that never saw a network, and what a database has of them.

use std::error::Error;
use std::path::Path;

use carwatch::follow::{Ends, Follow, How};
use carwatch::time::Unix;
use carwatch::{Fault, Outcome, Reason, Report, StationReport, Verdict};
use carwatch_archive::{Archive, ArchiveError, Followed, Gathered, Stored};
use rusqlite::Connection;

/// What a test returns.
pub(crate) type Tested = Result<(), Box<dyn Error + Send + Sync>>;

/// One station's answer in a report.
pub(crate) fn answered(name: &str, response: &[u8], ends: Ends) -> StationReport {
    let verdict = match ends {
        Ends::Verified => Verdict::Complete { verified: true },
        Ends::Unverified => Verdict::Complete { verified: false },
        Ends::Partial => Verdict::Partial(Fault::new(Reason::Reset, "connection reset by peer")),
    };
    let outcome = Outcome {
        verdict,
        bytes: response.len() as u64,
        response: response.to_vec(),
        cars: 0,
        rejected: 0,
        bad: 0,
        rejections: Vec::new(),
        first_byte: None,
    };
    StationReport {
        name: name.to_owned(),
        address: "127.0.0.1:8000".to_owned(),
        outcome,
        attempts: 1,
        first_byte: None,
        elapsed: None,
    }
}

/// Follows one station a step, and stores that round; how it went on, and how many were added.
pub(crate) fn round(
    archive: &mut Archive,
    follow: &mut Follow,
    response: &[u8],
    ends: Ends,
) -> Result<(How, Stored), ArchiveError> {
    round_told(archive, follow, response, ends, true)
}

/// The same, where the tail is printed with it or is not.
pub(crate) fn round_told(
    archive: &mut Archive,
    follow: &mut Follow,
    response: &[u8],
    ends: Ends,
    told: bool,
) -> Result<(How, Stored), ArchiveError> {
    let report = Report { stations: vec![answered("gate", response, ends)], elapsed: None };
    let what = follow.next(response, ends);
    let followed = [Some(Followed { what, ends, follow })];
    let stored = archive.store(&Gathered {
        started: Unix::from_millis(1_000),
        report: &report,
        followed: &followed,
        record_limit: carwatch::limits::RECORD,
        told,
    })?;
    Ok((what.how, stored))
}

/// The rows of a query, each as its columns joined by `|`, NULL as nothing.
pub(crate) fn rows(file: &Path, query: &str) -> rusqlite::Result<Vec<String>> {
    use rusqlite::types::ValueRef;
    let connection = Connection::open(file)?;
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => String::new(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned()
                }
            })
        });
        lines.push(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"));
    }
    Ok(lines)
}
