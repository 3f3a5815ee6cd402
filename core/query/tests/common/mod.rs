//! Strategies: queries as people type them, and terms as they may be meant.

use carwatch_query::{Field, Is, Item, Moment, Pattern, Query, Term, Test, Values};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Terms that are right, half right, or anything, with any white space between.
pub(crate) fn query() -> impl Strategy<Value = String> {
    vec((part(), select(vec![" ", "  ", "\t", "\u{3000}", ""])), 0..8)
        .prop_map(|parts| parts.into_iter().map(|(part, space)| part + space).collect())
}

/// A text without a line end, often one that a query finds.
pub(crate) fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["", "peugeot", "Dark Red", "a", "aab", "\"", "*", "straße", "ΣΑΣ", "06:40"])
            .prop_map(str::to_owned),
        any::<String>().prop_map(|text| text.replace('\n', "")),
    ]
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(vec!["", "-"]), key(), op(), value())
            .prop_map(|(minus, key, op, value)| format!("{minus}{key}{op}{value}")),
        1 => "[-\"*,.:<>=ab05\\\\ ]{0,8}",
        1 => any::<String>(),
        1 => term().prop_map(|term| term.to_string()),
    ]
}

fn key() -> impl Strategy<Value = &'static str> {
    let keys = ["brand", "Color", "colour", "STATION", "time", "bytes", "chunk", "is", "colr", ""];
    select(keys.to_vec())
}

fn op() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(":"), 1 => select(vec![">", ">=", "<", "<=", "=", ""])]
}

fn value() -> impl Strategy<Value = String> {
    let items = vec![
        "peugeot",
        "dark red",
        "\"dark red\"",
        "red*",
        "*",
        "**",
        "\"\"",
        "\"a\"\"b\"",
        "a",
        "A*b",
        "STRASSE",
        "σας",
        "\"",
        "..",
        "5..",
        "..0x1f",
        "5..9",
        "9..5",
        "5..5",
        "112",
        "06:40",
        "6:40:30",
        "06:40..06:50",
        "24:00",
        "24:01",
        "-5",
        "rejected",
        "no-clock",
        "Error",
        "lost",
        "18446744073709551616",
        "",
    ];
    vec(select(items), 1..4).prop_map(|items| items.join(","))
}

/// Any term that a query can hold.
pub(crate) fn term() -> impl Strategy<Value = Term> {
    let field = select(vec![Field::Brand, Field::Color, Field::Station]);
    let number = || prop_oneof![0..300_u64, any::<u64>()];
    let test = prop_oneof![
        pattern().prop_filter_map("a word of no characters", |word| {
            (word.as_literal() != Some("")).then_some(Test::Word(word))
        }),
        (field, vec(pattern(), 1..4)).prop_map(|(field, patterns)| Test::Text(field, patterns)),
        values(moment()).prop_map(Test::Time),
        values(number()).prop_map(Test::Bytes),
        values(number()).prop_map(Test::Chunk),
        vec(select(Is::ALL.to_vec()), 1..4).prop_map(Test::Is),
    ];
    // Ranges that are empty, or have no ends, cannot be written.
    let is_written = |test: &Test| match test {
        Test::Time(values) => can_be_written(values, |from, until| match (from, until) {
            (Moment::Unix(a), Moment::Unix(b)) => a < b,
            (Moment::Unix(_), _) | (_, Moment::Unix(_)) => true,
            (a, b) => since_midnight(a) < since_midnight(b),
        }),
        Test::Bytes(values) | Test::Chunk(values) => can_be_written(values, |a, b| a < b),
        _ => true,
    };
    let test = test.prop_filter("an empty range", is_written);
    (any::<bool>(), test).prop_map(|(leaves_out, test)| Term { leaves_out, test })
}

/// What a literal of each text is, with a `*` between each two.
fn pattern() -> impl Strategy<Value = Pattern> {
    let text = prop_oneof!["[-\"*,.:<>=a éΣ]{0,5}", any::<String>()];
    vec(text, 0..4).prop_map(|texts| {
        let texts = texts.iter().map(|text| Pattern::literal(text).to_string());
        let texts: Vec<String> =
            texts.map(|text| if text == "\"\"" { String::new() } else { text }).collect();
        let written = texts.join("*");
        let written = if written.is_empty() { "\"\"".to_owned() } else { written };
        let query = Query::parse(&format!("brand:{written}"));
        match query.terms().next().map(|term| term.test.clone()) {
            Some(Test::Text(_, patterns)) if patterns.len() == 1 => patterns[0].clone(),
            other => panic!("{written} reads as {other:?}"),
        }
    })
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        any::<i64>().prop_map(Moment::Unix),
        (0..=1440_u32).prop_map(Moment::Minute),
        (0..=86_400_u32).prop_map(Moment::Second),
    ]
}

fn values<P: Clone + std::fmt::Debug + 'static>(
    point: impl Strategy<Value = P> + 'static,
) -> impl Strategy<Value = Values<P>> {
    let point = point.boxed();
    let end = || proptest::option::of(point.clone());
    let item = prop_oneof![
        point.clone().prop_map(Item::One),
        (end(), end()).prop_map(|(from, until)| Item::Range(from, until)),
    ];
    prop_oneof![
        4 => vec(item, 1..4).prop_map(Values::AnyOf),
        1 => point.clone().prop_map(Values::Past),
        1 => point.clone().prop_map(Values::From),
        1 => point.clone().prop_map(Values::Before),
        1 => point.prop_map(Values::UpTo),
    ]
}

fn can_be_written<P: Copy>(values: &Values<P>, is_less: impl Fn(P, P) -> bool) -> bool {
    let Values::AnyOf(items) = values else { return true };
    items.iter().all(|item| match item {
        Item::Range(None, None) => false,
        Item::Range(Some(from), Some(until)) => is_less(*from, *until),
        _ => true,
    })
}

fn since_midnight(moment: Moment) -> u32 {
    match moment {
        Moment::Minute(minutes) => minutes * 60,
        Moment::Second(seconds) => seconds,
        Moment::Unix(_) => unreachable!("asked for clock times alone"),
    }
}
