//! Lines of any source: segments do not matter, and a source can be left at any byte and taken up
//! again.

use carwatch_ingest::{Format, Line, Lines, Reading, Refusal, Time};

use crate::bytes::Bytes;

/// Panics if `input` breaks that: a byte for the format, the times and the record limit, one for
/// the length of the segments, one for where the source is left, and the source.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let options = bytes.byte();
    let (by, left) = (usize::from(bytes.byte()).max(1), usize::from(bytes.byte()));
    let source = bytes.take(usize::MAX);
    let reading = Reading {
        format: Format::ALL[usize::from(options) % Format::ALL.len()],
        time: if options & 16 == 0 { Time::Text } else { Time::Unix },
        record_limit: if options & 32 == 0 { carwatch::limits::RECORD } else { 9 },
        map: None,
    };
    let whole = read(Lines::with(reading.clone()), [source].into_iter());
    assert!(whole.is_sorted_by(|a, b| a.0 < b.0), "each line once, in order: {whole:?}");
    assert_eq!(read(Lines::with(reading.clone()), source.chunks(by)), whole, "by {by} bytes");
    for (number, car) in
        whole.iter().filter_map(|(number, line)| Some((number, line.as_ref().ok()?)))
    {
        assert!(car.len() <= reading.record_limit, "line {number} is too long: {car}");
    }

    // Left there, and taken up again.
    let (before, _) = source.split_at(left.min(source.len()));
    let mut seen = Vec::new();
    let mut lines = Lines::with(reading.clone());
    lines.feed(before, &mut |line| seen.push(owned(line)));
    let checkpoint = lines.checkpoint();
    let begin = usize::try_from(checkpoint.consumed).expect("it is short");
    assert!(begin <= before.len(), "nothing of the future");
    seen.extend(read(checkpoint.resume(reading), [&source[begin..]].into_iter()));
    // A line that is skipped for its length may be refused again.
    seen.dedup_by(|b, a| a == b && matches!(a.1, Err(Refusal::LineTooLong { .. })));
    assert_eq!(seen, whole, "left at byte {left}");
}

pub(crate) type Read = (u64, Result<String, Refusal>);

pub(crate) fn read<'a>(mut lines: Lines, segments: impl Iterator<Item = &'a [u8]>) -> Vec<Read> {
    let mut seen = Vec::new();
    let mut sink = |line: Line<'_>| seen.push(owned(line));
    for segment in segments {
        lines.feed(segment, &mut sink);
    }
    lines.finish(&mut sink);
    seen
}

/// A car is its record, and the detector's id for it behind a line end.
fn owned(line: Line<'_>) -> Read {
    match line {
        Line::Car { number, car, id: None } => (number, Ok(car.to_record())),
        Line::Car { number, car, id: Some(id) } => {
            (number, Ok(format!("{}\n{id}", car.to_record())))
        }
        Line::Ignored { number } => (number, Ok(String::new())),
        Line::Refused { number, refusal } => {
            assert!(!refusal.to_string().is_empty() && !refusal.reason().is_empty());
            (number, Err(refusal))
        }
    }
}
