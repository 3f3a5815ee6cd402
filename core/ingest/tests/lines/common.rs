//! Lines read as a whole and in segments.

use carwatch::Car;
use carwatch_ingest::{Format, Line, Lines, Refusal};
use proptest::prelude::{Just, Strategy, any, prop_oneof};

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
    let mut sink = |line: Line<'_>| seen.extend(owned(line));
    let mut lines = Lines::new(format, limit);
    for segment in segments {
        lines.feed(segment, &mut sink);
    }
    lines.finish(&mut sink);
    seen
}

/// What a line came to, but for those that a map ignores.
pub(crate) fn owned(line: Line<'_>) -> Option<Read> {
    match line {
        Line::Car { number, car, .. } => Some((number, Ok(car.into_owned()))),
        Line::Refused { number, refusal } => Some((number, Err(refusal))),
        Line::Ignored { .. } => None,
    }
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

/// Input made of what the formats react to, and of anything.
pub(crate) fn input() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        4 => prop_oneof![
            Just("\n"), Just("\r\n"), Just("\r"), Just("\""), Just("\"\""), Just(","), Just(":"),
            Just("."), Just("%2E"), Just("{"), Just("}"), Just(" "), Just("\u{feff}"), Just("é"),
            Just("1,a,b\n"), Just("1:a:b\n"), Just(",\"x"), Just("y\",z\n"),
            Just("{\"time\":1,\"brand\":\"a\"}\n"), Just("{\"time\":\"\\u00"), Just("\"x\n"),
        ].prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    let head = prop_oneof![
        Just(""),
        Just("\u{feff}"),
        Just("\n"),
        Just("time,brand,color\n"),
        Just("time,brand\n"),
        Just("\u{feff}colour,\"x\ny\",brand,time\r\n"),
        Just("{\"time\":1}\n"),
    ];
    (head, proptest::collection::vec(token, 0..30))
        .prop_map(|(head, tokens)| [head.as_bytes(), &tokens.concat()].concat())
}
