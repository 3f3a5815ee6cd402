//! What queries find, by examples at the edges of each rule.

use carwatch_query::{Day, Matcher, Query, Record, Row};

/// 06:40:00 of the day.
const TIME: i64 = 97_200_000 + 6 * 3600 + 40 * 60;

fn car<'a>(brand: &'a str, color: &'a str) -> Row<'a> {
    Row {
        station: "Gate",
        record: Record::Car { time: "97224000", brand, color },
        unix_seconds: Some(TIME),
        bytes: 112..115,
        chunk: 3,
        provisional: false,
        partial: false,
        escaped: false,
    }
}

fn rejected(raw: &[u8]) -> Row<'_> {
    Row { record: Record::Rejected(raw), ..car("", "") }
}

fn matcher(term: &str) -> Matcher {
    let query = Query::parse(term);
    assert_eq!(query.wrong().next(), None, "{term}");
    let filter = query.filter(Day::of(TIME));
    let [matcher] = filter.matchers() else { panic!("{term} is no single term") };
    matcher.clone()
}

#[track_caller]
fn finds(terms: &[&str], row: &Row<'_>) {
    for term in terms {
        assert!(matcher(term).matches(row), "{term} finds {row:?}");
        assert!(!matcher(&format!("-{term}")).matches(row), "-{term} finds {row:?}");
    }
}

#[track_caller]
fn misses(terms: &[&str], row: &Row<'_>) {
    for term in terms {
        assert!(!matcher(term).matches(row), "{term} finds {row:?}");
        assert!(matcher(&format!("-{term}")).matches(row), "-{term} does not find {row:?}");
    }
}

#[test]
fn texts_are_whole_and_of_any_case() {
    let rover = car("Land Rover", "");
    finds(&["brand:\"land rover\"", "BRAND:audi,land*", "brand:*\" \"*", "colour:\"\""], &rover);
    misses(&["brand:land", "brand:\"land*\"", "brand:\"\"", "color:land*", "color:?"], &rover);
    finds(&["station:gate", "station:*"], &rover);
    finds(&["brand:a:b", "brand:\"a:b\""], &car("A:B", ""));
    finds(&["brand:a\"..\"b", "brand:\"a..b\""], &car("a..b", ""));
}

#[test]
fn words_are_anywhere() {
    let row = car("B.M.W", "dark, red");
    finds(&["m.w", "gat", "9722", "dark,", "\", r\"", "d*k"], &row);
    misses(&["bmw", "\"*\"", "gate9", "\"b.m.w dark\""], &row);
    finds(&["peu", "gate", "\u{fffd}"], &rejected(b"1:Peugeot\xff"));
    misses(&["97224000"], &rejected(b"1:Peugeot"));
}

#[test]
fn a_rejected_record_has_no_brand_and_no_colour() {
    misses(&["brand:*", "brand:\"\"", "color:\"\"", "is:no-clock"], &rejected(b""));
    finds(&["is:rejected", "is:ERROR", "station:gate", "time:06:40"], &rejected(b""));
}

#[test]
fn a_clock_time_is_a_minute_or_a_second_of_the_day() {
    let at = |seconds| Row { unix_seconds: Some(TIME + seconds), ..car("", "") };
    for (term, first, last) in [
        ("time:06:40", 0, 59),
        ("time:6:40:30", 30, 30),
        ("time:06:40..06:50", 0, 599),
        ("time:06:40:05..06:41", 5, 59),
        ("time:97224000", 0, 0),
        ("time:97224000..97224010", 0, 9),
        ("time:97224005..06:41", 5, 59),
    ] {
        finds(&[term], &at(first));
        finds(&[term], &at(last));
        misses(&[term], &at(first - 1));
        misses(&[term], &at(last + 1));
    }
    finds(&["time>06:40", "time:06:41..", "time>97224059"], &at(60));
    misses(&["time>06:40", "time:06:41..", "time>97224059"], &at(59));
    finds(&["time<=06:40", "time:..06:41", "time<06:41"], &at(59));
    misses(&["time<=06:40", "time:..06:41", "time<06:41"], &at(60));
    finds(&["time:23:00..24:00"], &at(86_399 - 24_000));
    misses(&["time:23:00..24:00"], &at(86_400 - 24_000));
    misses(&["time:00:00..24:00"], &at(-24_001));
}

#[test]
fn what_has_no_time_is_at_none() {
    let row = Row { unix_seconds: None, ..car("", "") };
    misses(&["time:00:00..24:00", "time>0", "time<0", "time:0.."], &row);
    finds(&["is:no-clock", "is:partial,no-clock"], &row);
    misses(&["is:no-clock", "is:rejected", "is:partial,escaped"], &car("", ""));
}

#[test]
fn offsets_find_the_record_that_holds_them() {
    let row = car("", "");
    finds(&["bytes:112", "bytes:114", "bytes:0x70", "bytes:5,113", "bytes:..113"], &row);
    finds(&["bytes:114..", "bytes:0..1000", "bytes:113..114"], &row);
    misses(&["bytes:111", "bytes:115", "bytes:..112", "bytes:115..", "bytes:100..112"], &row);
    finds(&["bytes>111", "bytes>=112", "bytes<113", "bytes<=112"], &row);
    misses(&["bytes>112", "bytes>=113", "bytes<112", "bytes<=111"], &row);
    let empty = Row { bytes: 5..5, ..rejected(b"") };
    finds(&["bytes:5", "bytes:5..6"], &empty);
    misses(&["bytes:4", "bytes:6", "bytes:4..5"], &empty);
    let last = Row { bytes: u64::MAX - 1..u64::MAX, chunk: u64::MAX, ..rejected(b"") };
    finds(&["bytes:18446744073709551614", "chunk:18446744073709551615", "chunk>5"], &last);
    misses(&["chunk>18446744073709551615", "chunk<18446744073709551615"], &last);
}

#[test]
fn chunks_and_flags() {
    let row = Row { provisional: true, ..car("", "") };
    finds(&["chunk:3", "chunk:1,3", "chunk:1..4", "chunk>=3", "is:provisional"], &row);
    misses(&["chunk:1..3", "chunk>3", "chunk:1..2,5", "is:partial", "is:escaped"], &row);
    finds(&["is:partial"], &Row { partial: true, ..car("", "") });
    finds(&["is:escaped"], &Row { escaped: true, ..car("", "") });
}

#[test]
fn every_term_has_to_hold_and_wrong_ones_are_left_out() {
    let passes = |text: &str| Query::parse(text).filter(Day::of(TIME)).passes(&car("bmw", "red"));
    assert!(passes("") && passes("brand:bmw color:red") && passes("brand:bmw colr:blue"));
    assert!(!passes("brand:bmw color:blue") && !passes("brand:bmw -color:red"));
}

/// What an index asks, so that it need not ask for every row.
#[test]
fn words_say_whether_they_may_be_in_numbers() {
    let matcher = |text: &str| {
        let filter = Query::parse(text).filter(Day::default());
        filter.matchers()[0].clone()
    };
    for (text, may) in [("97", true), ("9*7", true), ("*", true), ("a9", false), ("brand:9", false)]
    {
        assert_eq!(matcher(text).may_find_number(), may, "{text}");
    }
    assert!(matcher("26").finds_bytes(b"97264836") && !matcher("27").finds_bytes(b"97264836"));
    assert!(matcher("\u{fffd}").finds_bytes(b"a\xff") && !matcher("a").finds_bytes(b"\xff"));
    assert!(matcher("brand:vw").finds_bytes(b"VW") && !matcher("brand:vw").finds_bytes(b"\xff"));
    assert!(!matcher("time:5").finds_bytes(b"5"));
}
