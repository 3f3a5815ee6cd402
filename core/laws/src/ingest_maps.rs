//! Maps: whatever a file holds, it is a map or is told why not; whatever a detector writes is
//! read through one the same in any segments, and from a post as from a file.

use std::sync::Arc;

use carwatch_ingest::{Format, Lines, Map, Reading, Time, posted};

use crate::bytes::Bytes;
use crate::ingest_line::read;

/// Panics if `input` breaks that: a byte for which map it is and how times are written, one for
/// the length of the segments; then, where the map is none of ours, the map up to a line of three
/// dashes; and what the detector writes.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let options = bytes.byte();
    let by = usize::from(bytes.byte()).max(1);
    let rest = bytes.take(usize::MAX);
    let (map, source) = match Map::NAMES.get(usize::from(options & 7)) {
        Some(name) => (Map::named(name).expect("it is ours"), rest),
        None => {
            let place = rest.windows(DASHES.len()).position(|window| window == DASHES);
            let (text, source) = match place {
                Some(place) => (&rest[..place], &rest[place + DASHES.len()..]),
                None => (rest, &b""[..]),
            };
            match Map::from_toml(&String::from_utf8_lossy(text)) {
                Ok(map) => (map, source),
                Err(why) => return assert!(!why.to_string().is_empty()),
            }
        }
    };
    let map = Some(Arc::new(map));
    let time = if options & 8 == 0 { Time::Text } else { Time::Unix };
    let format = if options & 16 == 0 { Format::Ndjson } else { Format::Csv };
    let reading = Reading { format, map, time, ..Reading::default() };
    let whole = read(Lines::with(reading.clone()), [source].into_iter());
    assert!(whole.is_sorted_by(|a, b| a.0 <= b.0), "in order: {whole:?}");
    assert_eq!(read(Lines::with(reading.clone()), source.chunks(by)), whole, "by {by} bytes");
    let has_many = whole.iter().map(|(number, _)| number).max().is_some_and(|&last| last > 1);
    if format == Format::Ndjson && has_many {
        as_a_post(source, &reading, &whole);
    }
}

/// A post of several lines is all of its cars, or its first refusal.
fn as_a_post(source: &[u8], reading: &Reading, lines: &[crate::ingest_line::Read]) {
    let mut cars = Vec::new();
    let taken = posted(source, reading, &mut |car, id| {
        cars.push(id.map_or(car.to_record(), |id| format!("{}\n{id}", car.to_record())));
    });
    let text = source.strip_prefix("\u{feff}".as_bytes()).unwrap_or(source);
    let is_object = text.trim_ascii_start().first() == Some(&b'{')
        && lines.first().is_some_and(|(_, line)| line.is_err());
    let refused = lines.iter().find_map(|(_, line)| line.as_ref().err());
    match (taken, refused) {
        (Ok(_), None) => {
            let read: Vec<_> = lines.iter().filter_map(|(_, line)| line.clone().ok()).collect();
            let read: Vec<_> = read.into_iter().filter(|line| !line.is_empty()).collect();
            assert_eq!(cars, read);
        }
        // One object over several lines is read as such in a post, and nowhere else.
        (_, Some(_)) if is_object => {}
        (Err(bad), Some(refusal)) => assert_eq!(bad.refusal, *refusal),
        (Ok(_), Some(refusal)) => panic!("good as a post, and as lines {refusal}"),
        (Err(bad), None) => panic!("good as lines, and as a post {bad}"),
    }
}

const DASHES: &[u8] = b"\n---\n";
