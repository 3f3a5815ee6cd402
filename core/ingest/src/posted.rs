//! Cars from the body of a post: one JSON object, or NDJSON.

#[cfg(test)]
mod tests;

use std::fmt;

use carwatch::Car;
use serde::de::IgnoredAny;

use crate::ndjson::bad_json;
use crate::reader::Reader;
use crate::split::{TooLong, is_blank, without_cr};
use crate::{Line, NDJSON_LINE, Reading, Refusal};

/// Why a post is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The number of the first line that is not as it should be, from 1.
    pub line: u64,
    /// Why.
    pub refusal: Refusal,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.refusal)
    }
}

impl std::error::Error for Bad {}

/// Reads the body of a post (cli.md, `--admin-token-file`) and hands each car on, with the
/// detector's id for it. It is NDJSON, or one JSON object over as many lines as it likes;
/// either way an object has at most [`NDJSON_LINE`] bytes. Of `reading` its map, its times
/// and its record limit count, not its format. Blank lines are passed over, and what the map
/// says is no car gives none.
///
/// Returns how many objects the map ignored: those that are about something else.
///
/// ```
/// # use carwatch_ingest::{Reading, posted};
/// let mut seen = Vec::new();
/// let body = b"{\"time\":1,\"make\":\"vw\"}\n{\"time\":2,\"color\":\"red\"}\n";
/// let ignored = posted(body, &Reading::default(), &mut |car, _id| seen.push(car.to_record()))?;
/// assert_eq!(ignored, 0);
/// assert_eq!(seen, ["1:vw:", "2::red"]);
///
/// let bad = posted(b"{\"time\":1}\n\n{}\n", &Reading::default(), &mut |_, _| {}).unwrap_err();
/// assert_eq!((bad.line, bad.refusal.reason()), (3, "no_time"));
/// # Ok::<(), carwatch_ingest::Bad>(())
/// ```
///
/// # Errors
///
/// The first line that is bad. Then what was handed on is to be thrown away: of a post all
/// is taken, or nothing.
pub fn posted(
    body: &[u8],
    reading: &Reading,
    sink: &mut impl FnMut(Car<'_>, Option<&str>),
) -> Result<u64, Bad> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let reader = Reader::Ndjson(reading.map.clone(), reading.time);
    let mut post = Post { reader, reading, ignored: 0 };
    if let Some(start) = over_lines(body) {
        let before = newlines(&body[..start]);
        return post
            .object(body[start..].trim_ascii_end(), sink)
            .map(|()| post.ignored)
            .map_err(|(down, refusal)| Bad { line: 1 + before + down, refusal });
    }
    for (line, text) in (1..).zip(body.split(|byte| *byte == b'\n')) {
        post.line(text, sink).map_err(|refusal| Bad { line, refusal })?;
    }
    Ok(post.ignored)
}

struct Post<'r> {
    reader: Reader,
    reading: &'r Reading,
    /// How many objects were none of the map's.
    ignored: u64,
}

impl Post<'_> {
    /// Reads a line, or an object over several; the first refusal ends it.
    fn line(
        &mut self,
        text: &[u8],
        sink: &mut impl FnMut(Car<'_>, Option<&str>),
    ) -> Result<(), Refusal> {
        let mut result = Ok(());
        let line = match without_cr(text).len() > NDJSON_LINE {
            true => Err(TooLong { limit: NDJSON_LINE }),
            false => Ok(text),
        };
        // The number is the caller's to know.
        self.reader.line(0, line, self.reading.record_limit, &mut |line| match line {
            Line::Car { car, id, .. } if result.is_ok() => sink(car, id.as_deref()),
            Line::Refused { refusal, .. } if result.is_ok() => result = Err(refusal),
            Line::Ignored { .. } => self.ignored += 1,
            _ => {}
        });
        result
    }

    /// Reads an object over several lines. A refusal comes with how far down it is.
    fn object(
        &mut self,
        text: &[u8],
        sink: &mut impl FnMut(Car<'_>, Option<&str>),
    ) -> Result<(), (u64, Refusal)> {
        if text.len() <= NDJSON_LINE
            && std::str::from_utf8(text).is_ok()
            && let Err(error) = serde_json::from_slice::<IgnoredAny>(text)
        {
            let down = u64::try_from(error.line()).unwrap_or(1).saturating_sub(1);
            return Err((down, bad_json(&error, 0)));
        }
        self.line(text, sink).map_err(|mut refusal| {
            // Its place is counted from the start of the text, not of its line.
            let (place, first) = match &mut refusal {
                Refusal::NotText { column, .. } | Refusal::BadJson { column, .. } => (column, 1),
                Refusal::InvalidUtf8 { at } => (at, 0),
                _ => return (0, refusal),
            };
            let before = &text[..(*place - first).min(text.len())];
            *place -= before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            (newlines(before), refusal)
        })
    }
}

/// Where in `body` an object begins that has more than one line, if it is one: its first line
/// ends too early, and the body is one value. If it is none, either that value has a fault, or
/// the body is NDJSON whose first line was cut short: then a line after it is an object by
/// itself, and not indented.
fn over_lines(body: &[u8]) -> Option<usize> {
    let is_value = |text: &[u8]| serde_json::from_slice::<IgnoredAny>(text).map(|_| ());
    let mut start = 0;
    for line in body.split(|byte| *byte == b'\n') {
        if !is_blank(line) {
            let is_cut = line.trim_ascii_start().starts_with(b"{")
                && is_value(line).is_err_and(|error| error.is_eof());
            let text = &body[start..];
            let mut rest = text.split(|byte| *byte == b'\n').skip(1);
            let is_object = |line: &[u8]| line.starts_with(b"{") && is_value(line).is_ok();
            return (is_cut && (is_value(text).is_ok() || !rest.any(is_object))).then_some(start);
        }
        start += line.len() + 1;
    }
    None
}

fn newlines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
