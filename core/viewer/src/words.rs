//! Verdicts and reasons in words (viewer.md, Verdicts), the same as those of the command line
//! where it has them.

use carwatch::{Fault, Reason, Verdict};
use carwatch_formats::visible::visible;

use crate::say::Foreign;
use crate::text::count;

/// `verified`, `unverified`, `partial` or `failed`.
pub(crate) const fn mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Complete { verified: true } => "verified",
        Verdict::Complete { verified: false } => "unverified",
        Verdict::Partial(_) => "partial",
        Verdict::Failed(_) => "failed",
    }
}

/// The verdict in a word or two.
pub(crate) fn chip(verdict: &Verdict) -> String {
    match verdict.fault() {
        None => mark(verdict).to_owned(),
        Some(fault) => format!("{}: {}", mark(verdict), reason(fault.reason)),
    }
}

/// The verdict in full, of an answer of so many bytes and cars.
pub(crate) fn in_full(verdict: &Verdict, bytes: u64, is_raw: bool) -> String {
    let empty = if bytes == 0 { " Zero bytes, zero cars: the station has seen none." } else { "" };
    match verdict {
        Verdict::Complete { verified: true } => format!(
            "Complete and verified. TLS said goodbye (close_notify): nothing can be missing.{empty}"
        ),
        Verdict::Complete { verified: false } if is_raw => format!(
            "Complete, unverified. Raw bytes do not say how their connection ended: a station that \
             dies mid-write can look the same, so the last car is provisional.{empty}"
        ),
        Verdict::Complete { verified: false } => format!(
            "Complete, unverified. A plain end: a station that dies mid-write can look the same, so \
             the last car is provisional.{empty}"
        ),
        Verdict::Partial(fault) => format!(
            "Partial: {}. What arrived is shown and marked, {} of it; there may be more that never \
             came.{}",
            sentence_of(fault.reason),
            count(bytes, "byte"),
            detail(fault)
        ),
        Verdict::Failed(fault) => format!(
            "Failed: {}. Nothing usable arrived. This is not an empty list.{}",
            sentence_of(fault.reason),
            detail(fault)
        ),
    }
}

/// How the end of an answer is drawn.
pub(crate) const fn end(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Complete { verified: true } => "notify",
        Verdict::Complete { verified: false } => "fin",
        Verdict::Partial(fault) | Verdict::Failed(fault) => match fault.reason {
            Reason::Reset | Reason::Refused | Reason::Tls => "reset",
            Reason::Truncated | Reason::Capture => "truncated",
            Reason::ConnectTimeout | Reason::IdleTimeout | Reason::Deadline => "clock",
            Reason::Unreachable
            | Reason::NameNotFound
            | Reason::TooLarge
            | Reason::Io
            | Reason::Cancelled => "none",
        },
    }
}

/// The last car of an answer like this, and any other: whether it is whole, and why.
pub(crate) fn whole(verdict: Option<&Verdict>, is_last: bool, is_provisional: bool) -> String {
    let why = match verdict {
        None => "The answer is still being read.",
        Some(_) if is_provisional => {
            "Provisional: it is the last of an unverified answer, which may have been cut here."
        }
        Some(Verdict::Complete { verified: true }) if is_last => {
            "Whole: TLS said goodbye behind it."
        }
        Some(_) => "Whole: a separator follows it.",
    };
    why.to_owned()
}

/// What probably happened to a record that was rejected, and what to do.
pub(crate) fn remedy(reason: &str) -> &'static str {
    match reason {
        "cut" => {
            "The connection ended within this record. Its rest never came: gather this station again."
        }
        "empty" => {
            "There is nothing between two separators, or behind the last one. A station that ends \
             each record with a dot, instead of putting dots between them, sends this."
        }
        "too_long" => {
            "It is longer than a record may be. Probably a separator is missing, or this is no list \
             of cars: see what the station was fed."
        }
        "invalid_utf8" => {
            "A byte here is not UTF-8. The station was probably fed Latin-1 or another older \
             encoding: convert its source."
        }
        "too_few_fields" => {
            "A record has three fields, time:brand:color. A dot within a field splits it in two, \
             unless it was sent as %2E: a station that does not escape sends this."
        }
        "too_many_fields" => {
            "A record has three fields, time:brand:color. A colon within a field makes one too many, \
             unless it was sent as %3A: a station that does not escape sends this."
        }
        _ => "",
    }
}

/// What a file is that is none of ours, by its first bytes.
pub(crate) fn foreign(head: &[u8]) -> Option<Foreign> {
    let (magic, kind) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic))?;
    let hex = |bytes: &[u8]| {
        let all: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        all.join(" ")
    };
    let shown = &head[..head.len().min(16)];
    let named = magic.len().max(4).min(head.len());
    let text: String = shown
        .iter()
        .map(|byte| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '·' })
        .collect();
    let carets = "^^ ".repeat(named);
    Some(Foreign {
        magic: hex(&head[..named]),
        kind: (*kind).to_owned(),
        carets: format!("{}  {text}\n{}", hex(shown), carets.trim_end()),
    })
}

fn reason(reason: Reason) -> String {
    reason.as_str().replace('_', " ")
}

const fn sentence_of(reason: Reason) -> &'static str {
    match reason {
        Reason::Refused => "nothing listens there",
        Reason::Unreachable => "there is no way to it",
        Reason::NameNotFound => "its name has no address",
        Reason::ConnectTimeout => "it did not answer in time",
        Reason::IdleTimeout => "it said nothing for too long",
        Reason::Deadline => "the gather ran out of time",
        Reason::Reset => "the connection was reset",
        Reason::Truncated => "it ended without TLS's goodbye",
        Reason::TooLarge => "there is more than the limit",
        Reason::Tls => "TLS failed",
        Reason::Io => "reading failed",
        Reason::Cancelled => "reading was stopped",
        Reason::Capture => "not all of it was captured",
    }
}

fn detail(fault: &Fault) -> String {
    match fault.detail.as_deref() {
        Some(detail) => format!(" In the words of whoever said so: {}", stop(detail)),
        None => String::new(),
    }
}

/// With a full stop.
pub(crate) fn stop(text: &str) -> String {
    let text = visible(text).to_string();
    if text.ends_with(['.', '!', '?']) { text } else { text + "." }
}

const MAGICS: &[(&[u8], &str)] = &[
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program for Linux"),
    (b"MZ\x90\x00", "a program for Windows"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x00asm", "a WebAssembly module"),
    (b"<!doctype html", "an HTML page"),
    (b"<!DOCTYPE html", "an HTML page"),
    (b"OggS", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
];

#[cfg(test)]
mod tests {
    use carwatch::{Fault, Reason, Verdict};

    use super::{MAGICS, chip, end, foreign, in_full};

    #[test]
    fn every_reason_has_words() {
        let mut said = std::collections::HashSet::new();
        for reason in Reason::ALL {
            let failed = Verdict::Failed(Fault::from(reason));
            let partial = Verdict::Partial(Fault::new(reason, "so it was"));
            assert_eq!(chip(&failed), format!("failed: {}", reason.as_str().replace('_', " ")));
            assert!(said.insert(in_full(&failed, 0, false)), "{reason:?} says what another says");
            let words = in_full(&partial, 5, false);
            assert!(words.contains("5 bytes") && words.ends_with("so it was."), "{words}");
            assert!(["reset", "truncated", "clock", "none"].contains(&end(&failed)));
        }
        let plain = Verdict::Complete { verified: false };
        assert_ne!(in_full(&plain, 1, true), in_full(&plain, 1, false));
    }

    #[test]
    fn what_is_none_of_ours_is_named() {
        for (magic, kind) in MAGICS {
            let told = foreign(&[magic, &b"and so on"[..]].concat()).expect("it is foreign");
            assert_eq!(told.kind, *kind);
            let carets = told.carets.lines().nth(1).expect("two lines");
            assert_eq!(carets.split(' ').count(), told.magic.split(' ').count());
        }
        assert_eq!(foreign(b"97264836:peugeot:red"), None);
        assert_eq!(foreign(b""), None);
    }
}
