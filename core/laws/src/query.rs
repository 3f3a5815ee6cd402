//! The laws of the viewer's filter language, over one input that holds a query and a row.
//!
//! The fuzzer looks for inputs that break them; the tests of carwatch-query try their own.

#[path = "query/edits.rs"]
mod edits;
#[path = "query/reference.rs"]
mod reference;

use carwatch_query::{Day, Key, Query, Record, Row, TokenKind};

/// Panics if `input` breaks a law.
///
/// Its lines are the query, the station, the time, the brand, the colour, and the numbers: a
/// byte each for flags (bits 0 to 4: rejected, provisional, partial, escaped, a clock time),
/// where the record begins, how long it is, and its chunk, and then the low bytes of its time.
pub(crate) fn check(input: &[u8]) {
    let mut lines = input.splitn(6, |byte| *byte == b'\n');
    // Longer ones show nothing that shorter ones do not, and each term is tried beside each.
    let mut line = || lines.next().map_or(&b""[..], |line| &line[..line.len().min(LONGEST)]);
    let raw: [&[u8]; 5] = [line(), line(), line(), line(), line()];
    let numbers = line();
    let [query, station, time, brand, color] = raw.map(String::from_utf8_lossy);
    let number = |nth: usize| numbers.get(nth).copied().unwrap_or_default();
    let flag = |bit: u8| number(0) >> bit & 1 == 1;
    let seconds = numbers.iter().skip(4).take(4).fold(0, |sum, byte| sum << 8 | i64::from(*byte));
    let start = u64::from(number(1));
    let row = Row {
        station: &station,
        record: if flag(0) {
            Record::Rejected(raw[3])
        } else {
            Record::Car { time: &time, brand: &brand, color: &color }
        },
        unix_seconds: flag(4).then_some(seconds),
        bytes: start..start + u64::from(number(2)),
        chunk: number(3).into(),
        provisional: flag(1),
        partial: flag(2),
        escaped: flag(3),
    };

    let query = Query::parse(&query);
    terms_are_what_white_space_parts(&query);
    each_term_reads_alone_as_it_reads_here(&query);
    tokens_are_the_terms(&query);
    terms_print_back(&query);
    matchers_find_what_the_reference_finds(&query, &row, Day::of(seconds));
    edits::check(&query, &row);
}

fn terms_are_what_white_space_parts(query: &Query) {
    let mut end = 0;
    for placed in query.placed() {
        let between = &query.text()[end..placed.span.start];
        assert!(between.chars().all(char::is_whitespace), "{between:?} is in no term");
        assert!(end == 0 || !between.is_empty(), "white space parts terms");
        assert!(!placed.span.is_empty(), "an empty term");
        if let Err(wrong) = &placed.term {
            let within = placed.span.start <= wrong.span.start && wrong.span.end <= placed.span.end;
            assert!(within && !wrong.span.is_empty(), "{wrong:?} is not in {placed:?}");
            assert!(query.text().get(wrong.span.clone()).is_some(), "half a character");
            let sentence = wrong.to_string();
            assert!(sentence.len() > 20 && sentence.len() < 1000, "{sentence}");
            assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
        }
        end = placed.span.end;
    }
    assert!(query.text()[end..].chars().all(char::is_whitespace), "text after the last term");
}

fn each_term_reads_alone_as_it_reads_here(query: &Query) {
    for placed in query.placed() {
        let alone = Query::parse(&query.text()[placed.span.clone()]);
        let [only] = alone.placed() else { panic!("{} parts alone", alone.text()) };
        match (&placed.term, &only.term) {
            (Ok(here), Ok(alone)) => assert_eq!(here, alone),
            (Err(here), Err(alone)) => {
                assert_eq!(here.why, alone.why);
                assert_eq!(here.span.start, alone.span.start + placed.span.start);
                assert_eq!(here.span.end, alone.span.end + placed.span.start);
            }
            _ => panic!("{} is right or wrong by its neighbours", alone.text()),
        }
    }
}

fn tokens_are_the_terms(query: &Query) {
    let tokens = query.tokens();
    let mut tokens = tokens.iter().peekable();
    for placed in query.placed() {
        let mut end = placed.span.start;
        let mut is_wrong = false;
        while let Some(token) = tokens.next_if(|token| token.span.start < placed.span.end) {
            assert_eq!(token.span.start, end, "a gap in {}", query.text());
            assert!(!token.span.is_empty() && query.text().get(token.span.clone()).is_some());
            is_wrong |= token.kind == TokenKind::Wrong;
            end = token.span.end;
        }
        assert_eq!(end, placed.span.end, "tokens are all of a term");
        assert_eq!(is_wrong, placed.term.is_err(), "wrong terms are underlined, no other");
    }
    assert_eq!(tokens.next(), None, "a token in no term");
}

fn terms_print_back(query: &Query) {
    let mut all = Vec::new();
    for term in query.terms() {
        let printed = term.to_string();
        let again = Query::parse(&printed);
        assert_eq!(again.placed().len(), 1, "{printed}");
        assert_eq!(again.terms().next(), Some(term), "{printed}");
        all.push(printed);
    }
    let again = Query::parse(&all.join(" "));
    assert!(again.terms().eq(query.terms()) && again.wrong().next().is_none(), "{all:?}");
}

fn matchers_find_what_the_reference_finds(query: &Query, row: &Row<'_>, day: Day) {
    let filter = query.filter(day);
    assert_eq!(filter.matchers().len(), query.terms().count());
    for (matcher, term) in filter.matchers().iter().zip(query.terms()) {
        assert_eq!(matcher.matches(row), reference::holds(term, row), "{term} of {row:?}");
        assert_eq!((matcher.key(), matcher.leaves_out()), (term.key(), term.leaves_out));
        texts_are_found_as_rows_are(matcher, row);
    }
    let all = |skipped: Option<Key>| {
        let mut terms = query.terms().filter(|term| skipped.is_none() || term.key() != skipped);
        terms.all(|term| reference::holds(term, row))
    };
    assert_eq!(filter.passes(row), all(None));
    assert_eq!(filter.passes_but(Key::Time, row), all(Some(Key::Time)));
}

/// What an index does that asks once for each distinct text.
fn texts_are_found_as_rows_are(matcher: &carwatch_query::Matcher, row: &Row<'_>) {
    let Record::Car { time, brand, color } = row.record else { return };
    let texts: &[&str] = match matcher.key() {
        None => &[row.station, time, brand, color],
        Some(Key::Station) => &[row.station],
        Some(Key::Brand) => &[brand],
        Some(Key::Color) => &[color],
        Some(_) => return assert!(!matcher.finds_text(brand), "a text of no key of texts"),
    };
    let found = texts.iter().any(|text| matcher.finds_text(text));
    assert_eq!(found != matcher.leaves_out(), matcher.matches(row));
}

/// Of a query, or of a field, in bytes.
const LONGEST: usize = 120;
