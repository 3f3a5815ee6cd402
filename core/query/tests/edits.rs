//! What clicks make of a query, to the letter.

use carwatch_query::{Day, Field, Is, Query, Value};

fn brand(text: &str) -> Value<'_> {
    Value::Text(Field::Brand, text)
}

#[test]
fn a_click_keeps_and_another_releases() {
    for (before, value, after) in [
        ("", brand("bmw"), "brand:bmw"),
        ("color:red", brand("bmw"), "color:red brand:bmw"),
        ("color:red ", brand("bmw"), "color:red brand:bmw"),
        ("Brand:bmw color:red", brand("land rover"), "Brand:bmw,\"land rover\" color:red"),
        ("brand:bmw,audi,fiat", brand("AUDI"), "brand:bmw,fiat"),
        ("brand:bmw,audi", brand("audi"), "brand:bmw"),
        ("x  brand:\"Bmw\"  y", brand("bmw"), "x  y"),
        ("x brand:bmw", brand("bmw"), "x"),
        ("-brand:bmw,audi", brand("bmw"), "-brand:audi brand:bmw"),
        ("brand:b*", brand("bmw"), "brand:b*,bmw"),
        ("brand:b* brand:*w", brand("audi"), "brand:b*,audi brand:*w,audi"),
        ("brand:*", brand("*"), "brand:*,\"*\""),
        ("", brand(""), "brand:\"\""),
        ("", brand("a\"b"), "brand:\"a\"\"b\""),
        ("brand:bmw,", brand("bmw"), "brand:bmw, brand:bmw"),
        ("color:\"dark", brand("a b"), "brand:\"a b\" color:\"dark"),
        ("is:partial", Value::Is(Is::Rejected), "is:partial,rejected"),
        ("is:partial,error", Value::Is(Is::Rejected), "is:partial"),
        ("station:gate", Value::Text(Field::Station, "gate"), ""),
    ] {
        assert_eq!(Query::parse(before).toggle_kept(value), after, "{value:?} in {before}");
    }
}

#[test]
fn a_click_with_alt_leaves_out_and_another_does_not() {
    for (before, value, after) in [
        ("", brand("bmw"), "-brand:bmw"),
        ("-brand:bmw", brand("bmw"), ""),
        ("-brand:bmw -brand:fiat", brand("audi"), "-brand:bmw,audi -brand:fiat"),
        ("brand:bmw,fiat", brand("bmw"), "brand:fiat -brand:bmw"),
        ("brand:bmw", brand("bmw"), "-brand:bmw"),
    ] {
        assert_eq!(Query::parse(before).toggle_left_out(value), after, "{value:?} in {before}");
    }
    assert_eq!(Query::parse("brand:a,b -brand:a x").released(brand("a")), "brand:b x");
}

#[test]
fn what_is_kept_or_left_out_is_named() {
    for (text, is_named) in [
        ("brand:bmw", true),
        ("-brand:audi,BMW", true),
        ("brand:b*", false),
        ("color:bmw", false),
        ("bmw", false),
        ("", false),
    ] {
        assert_eq!(Query::parse(text).names(brand("bmw")), is_named, "{text}");
    }
}

#[test]
fn the_brush_sets_the_one_time_that_is_kept() {
    let day = Day::of(97_264_836);
    for (before, range, after) in [
        ("color:red", 97_264_800..97_265_400, "color:red time:18:00..18:10"),
        ("time:1..5 color:red", 97_264_836..97_265_400, "time:18:00:36..18:10:00 color:red"),
        ("time>5 x -time:7 time<9", 97_286_340..97_286_400, "time:23:59..24:00 x -time:7"),
        ("time:5", 97_286_340..97_286_460, "time:97286340..97286460"),
        ("x", 97_264_800..97_265_401, "x time:18:00:00..18:10:01"),
        ("time:06:4x", 97_264_800..97_265_400, "time:06:4x time:18:00..18:10"),
        ("x time:5 y time>4", 5..5, "x y"),
        ("x", 5..5, "x"),
    ] {
        assert_eq!(Query::parse(before).with_time(range, day), after, "in {before}");
    }
}

#[test]
fn any_term_can_be_taken_away() {
    let query = Query::parse(" a  colr:x\t\"b c\" ");
    let without = |nth| query.without_term(nth);
    assert_eq!(without(0), " colr:x\t\"b c\" ");
    assert_eq!(without(1), " a  \"b c\" ");
    assert_eq!(without(2), " a  colr:x");
    assert_eq!(without(3), query.text());
}

#[test]
fn the_brush_is_the_one_range_that_is_kept() {
    let time = |text: &str| {
        let range = Query::parse(text).time(Day::default());
        range.map(|range| (range.start, range.end))
    };
    assert_eq!(time("color:red time:06:40..06:50"), Some((24_000, 24_600)));
    assert_eq!(time("-time:5 time:06:40"), Some((24_000, 24_060)));
    assert_eq!(time("time>=24000"), Some((24_000, i128::MAX)));
    for text in ["", "color:red", "-time:5", "time:1,3", "time:1..2 time:3..4", "time:x"] {
        assert_eq!(time(text), None, "{text}");
    }
}
