//! What edits of a query do, and what they leave alone.

use carwatch_query::{
    Day, Field, Is, Item, Key, Matcher, Moment, Placed, Query, Record, Row, Term, Test, Value,
    Values,
};

/// Panics if an edit with the values of `row` breaks a law.
///
/// Each edit reads the whole query again, a few hundred times in all, so a long one would
/// keep the fuzzer from trying many: it has nothing to say here that a shorter one has not.
pub(crate) fn check(query: &Query, row: &Row<'_>) {
    if query.text().len() > LONGEST {
        return;
    }
    let (brand, color) = match row.record {
        Record::Car { brand, color, .. } => (brand, color),
        Record::Rejected(_) => ("", "*"),
    };
    values_are_kept_and_left_out(query, Value::Text(Field::Brand, brand), color);
    values_are_kept_and_left_out(query, Value::Text(Field::Color, color), brand);
    values_are_kept_and_left_out(query, Value::Text(Field::Station, row.station), brand);
    for is in Is::ALL {
        values_are_kept_and_left_out(query, Value::Is(is), "");
    }
    times_are_set(query, row);
    for nth in 0..=query.placed().len() {
        terms_are_taken_away(query, nth);
    }
}

fn values_are_kept_and_left_out(query: &Query, value: Value<'_>, other: &str) {
    let key = match value {
        Value::Text(field, _) => field.into(),
        Value::Is(_) => Key::Is,
    };
    let edited = |text: String| {
        let edited = Query::parse(&text);
        let not_of_key = |placed: &&Placed| term(placed).and_then(Term::key) != Some(key);
        assert_eq!(texts(query, not_of_key), texts(&edited, not_of_key), "{value:?} in {query:?}");
        edited
    };
    let state = |query: &Query| (query.keeps(value), query.leaves_out(value));

    let kept = edited(query.with_kept(value));
    assert_eq!(state(&kept), (true, false), "{value:?} kept in {:?}: {:?}", query, kept.text());
    if let Value::Text(_, text) = value {
        assert!(keeping(&kept, key).iter().all(|term| term.finds_text(text)), "{text} is kept");
        keeping_changes_nothing_for_others(query, &kept, value, other);
    }
    assert_eq!(kept.with_kept(value), kept.text(), "kept is kept");

    let left_out = edited(query.with_left_out(value));
    assert_eq!(state(&left_out), (false, true), "{value:?} left out of {query:?}");
    assert_eq!(left_out.with_left_out(value), left_out.text());

    let released = edited(query.released(value));
    assert_eq!(state(&released), (false, false), "{value:?} released in {query:?}");
    assert!(released.placed().len() <= query.placed().len());
    if state(query) == (false, false) {
        assert_eq!(released.text(), query.text(), "what is not there is not released");
    }

    let toggled = edited(query.toggle_kept(value));
    assert_eq!(toggled.keeps(value), !query.keeps(value));
    let toggled = edited(query.toggle_left_out(value));
    assert_eq!(toggled.leaves_out(value), !query.leaves_out(value));
}

/// Another text that passed beside the kept ones still does, and no other.
fn keeping_changes_nothing_for_others(old: &Query, new: &Query, value: Value<'_>, other: &str) {
    let Value::Text(field, _) = value else { return };
    let alone = Query::default().with_kept(value);
    let is_same = keeping(&Query::parse(&alone), field.into()).iter().all(|m| m.finds_text(other));
    let passed = keeping(old, field.into());
    if !is_same && !passed.is_empty() {
        let passes = keeping(new, field.into());
        assert_eq!(
            passed.iter().all(|term| term.finds_text(other)),
            passes.iter().all(|term| term.finds_text(other)),
            "{other:?} after {value:?} in {old:?}"
        );
        let state = |query: &Query| query.keeps(Value::Text(field, other));
        assert_eq!(state(old), state(new));
    }
}

fn times_are_set(query: &Query, row: &Row<'_>) {
    let day = Day::of(row.unix_seconds.unwrap_or(0));
    let is_other = |placed: &&Placed| {
        !term(placed).is_some_and(|term| term.key() == Some(Key::Time) && !term.leaves_out)
    };
    let start = row.unix_seconds.unwrap_or(0) / 60 * 60 + i64::from(row.escaped);
    let end = start + row.bytes.start as i64 * 60;
    let set = Query::parse(&query.with_time(start..end, day));
    assert_eq!(texts(query, is_other), texts(&set, is_other), "a brush on {query:?}");
    let times: Vec<&Term> = set.terms().filter(|term| is_time(term)).collect();
    if start == end {
        assert_eq!(times, Vec::<&Term>::new(), "an empty range is none");
        assert_eq!(set.text(), query.without_time());
        return;
    }
    let [time] = times.as_slice() else { panic!("{times:?} after a brush on {query:?}") };
    let Test::Time(Values::AnyOf(items)) = &time.test else { panic!("{time:?}") };
    assert!(matches!(items.as_slice(), [Item::Range(Some(_), Some(_))]));
    let matcher = Matcher::new(time, day);
    let at = |time| matcher.matches(&Row { unix_seconds: Some(time), ..row.clone() });
    assert_eq!([at(start - 1), at(start), at(end - 1), at(end)], [false, true, true, false]);
    if let [Item::Range(Some(Moment::Unix(_)), _)] = items.as_slice() {
        assert_ne!(
            Day::of(start),
            Day::of(end - 1),
            "what is on the day is written as clock times"
        );
    }
}

fn terms_are_taken_away(query: &Query, nth: usize) {
    let mut rest = texts(query, |_| true);
    if nth < rest.len() {
        rest.remove(nth);
    }
    let without = Query::parse(&query.without_term(nth));
    assert_eq!(texts(&without, |_| true), rest, "without the {nth}th of {query:?}");
}

/// The terms that keep texts of `key`, as matchers.
fn keeping(query: &Query, key: Key) -> Vec<Matcher> {
    let terms = query.terms().filter(|term| term.key() == Some(key) && !term.leaves_out);
    terms.map(|term| Matcher::new(term, Day::default())).collect()
}

fn texts(query: &Query, which: impl FnMut(&&Placed) -> bool) -> Vec<String> {
    let placed = query.placed().iter().filter(which);
    placed.map(|placed| query.text()[placed.span.clone()].to_owned()).collect()
}

fn is_time(term: &Term) -> bool {
    term.key() == Some(Key::Time) && !term.leaves_out
}

fn term(placed: &Placed) -> Option<&Term> {
    placed.term.as_ref().ok()
}

/// Bytes of a query that is edited.
const LONGEST: usize = 200;
