//! Whether a term holds, by its definition and without regard to speed. It shares no code
//! with the matchers but the folding of single characters by the standard library.

use carwatch_query::{Field, Is, Item, Moment, Pattern, Piece, Record, Row, Term, Test, Values};

/// Whether `term` holds for `row`, whose time is on the day that clock times are of.
pub(crate) fn holds(term: &Term, row: &Row<'_>) -> bool {
    let start_of_day = row.unix_seconds.unwrap_or(0).div_euclid(DAY) * DAY;
    let found = match &term.test {
        Test::Word(word) => {
            let word: Vec<Option<char>> =
                [vec![None], wanted(word), vec![None]].into_iter().flatten().collect();
            texts(row).iter().any(|text| fits(&word, text))
        }
        Test::Text(field, patterns) => {
            let text = match (field, row.record) {
                (Field::Station, _) => row.station,
                (Field::Brand, Record::Car { brand, .. }) => brand,
                (Field::Color, Record::Car { color, .. }) => color,
                (_, Record::Rejected(_)) => return term.leaves_out,
            };
            patterns.iter().any(|pattern| fits(&wanted(pattern), text))
        }
        Test::Time(values) => row
            .unix_seconds
            .is_some_and(|time| is_in(values, time.into(), |moment| seconds(moment, start_of_day))),
        Test::Bytes(values) => {
            let first = row.bytes.start;
            let after = match values {
                Values::AnyOf(_) => row.bytes.end.max(first + 1),
                _ => first + 1,
            };
            (first..after).any(|byte| is_in(values, byte.into(), |n| (n.into(), n.into())))
        }
        Test::Chunk(values) => is_in(values, row.chunk.into(), |n| (n.into(), n.into())),
        Test::Is(values) => values.iter().any(|is| match (is, row.record) {
            (Is::Rejected, Record::Rejected(_)) => true,
            (Is::Rejected, Record::Car { .. }) | (Is::NoClock, Record::Rejected(_)) => false,
            (Is::NoClock, Record::Car { .. }) => row.unix_seconds.is_none(),
            (Is::Provisional, _) => row.provisional,
            (Is::Partial, _) => row.partial,
            (Is::Escaped, _) => row.escaped,
        }),
    };
    found != term.leaves_out
}

/// Every text of a row in which a word is looked for.
fn texts(row: &Row<'_>) -> Vec<String> {
    let station = row.station.to_owned();
    match row.record {
        Record::Car { time, brand, color } => {
            vec![station, time.to_owned(), brand.to_owned(), color.to_owned()]
        }
        Record::Rejected(raw) => vec![station, String::from_utf8_lossy(raw).into_owned()],
    }
}

/// Whether `number` is asked for, where each value lies between two numbers, both included.
fn is_in<P: Copy>(values: &Values<P>, number: i128, lies: impl Fn(P) -> (i128, i128)) -> bool {
    match values {
        Values::AnyOf(items) => items.iter().any(|item| match item {
            Item::One(point) => lies(*point).0 <= number && number <= lies(*point).1,
            Item::Range(from, until) => {
                from.is_none_or(|from| lies(from).0 <= number)
                    && until.is_none_or(|until| number < lies(until).0)
            }
        }),
        Values::Past(point) => number > lies(*point).1,
        Values::From(point) => number >= lies(*point).0,
        Values::Before(point) => number < lies(*point).0,
        Values::UpTo(point) => number <= lies(*point).1,
    }
}

fn seconds(moment: Moment, start_of_day: i64) -> (i128, i128) {
    let (first, more) = match moment {
        Moment::Unix(time) => (time, 0),
        Moment::Minute(minutes) => (start_of_day + i64::from(minutes) * 60, 59),
        Moment::Second(seconds) => (start_of_day + i64::from(seconds), 0),
    };
    (first.into(), i128::from(first) + more)
}

fn wanted(pattern: &Pattern) -> Vec<Option<char>> {
    let of_piece = |piece: &Piece| match piece {
        Piece::Any => vec![None],
        Piece::Text(text) => folded(text).into_iter().map(Some).collect(),
    };
    pattern.pieces().iter().flat_map(of_piece).collect()
}

/// By a table of which parts of the text each part of the pattern fits.
fn fits(wanted: &[Option<char>], text: &str) -> bool {
    let text = folded(text);
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for wanted in wanted {
        let mut next = vec![false; text.len() + 1];
        for end in 0..=text.len() {
            next[end] = match wanted {
                None => fits[end] || (end > 0 && next[end - 1]),
                Some(c) => end > 0 && fits[end - 1] && text[end - 1] == *c,
            };
        }
        fits = next;
    }
    fits[text.len()]
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

const DAY: i64 = 86_400;
