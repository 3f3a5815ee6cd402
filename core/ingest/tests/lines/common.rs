//! Lines read as a whole and in segments.

use carwatch::Car;
use carwatch_ingest::{Format, Line, Lines, Refusal};

/// What a line came to, owned.
pub(crate) type Read = (u64, Result<Car<'static>, Refusal>);

/// Reads `segments` one after the other.
pub(crate) fn read<'a>(format: Format, segments: impl IntoIterator<Item = &'a [u8]>) -> Vec<Read> {
    read_with_limit(format, carwatch::limits::RECORD, segments)
}

/// The same, refusing records of more than `limit` bytes.
pub(crate) fn read_with_limit<'a>(
    format: Format,
    limit: usize,
    segments: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<Read> {
    let mut seen = Vec::new();
    let mut sink = |line: Line<'_>| {
        seen.push(match line {
            Line::Car { number, car } => (number, Ok(car.into_owned())),
            Line::Refused { number, refusal } => (number, Err(refusal)),
        });
    };
    let mut lines = Lines::new(format, limit);
    for segment in segments {
        lines.feed(segment, &mut sink);
    }
    lines.finish(&mut sink);
    seen
}

/// Reads `text` in one piece; a line is `number record` or `number! words`.
pub(crate) fn told(format: Format, text: impl AsRef<[u8]>) -> Vec<String> {
    read(format, [text.as_ref()])
        .into_iter()
        .map(|(number, read)| match read {
            Ok(car) => format!("{number} {}", car.to_record()),
            Err(refusal) => format!("{number}! {refusal}"),
        })
        .collect()
}
