//! Map files that are wrong, each at its place.

use carwatch_ingest::Map;

fn wrong(text: &str) -> String {
    Map::from_toml(text).expect_err(text).to_string()
}

#[test]
fn the_least_that_is_a_map() {
    Map::from_toml("time = \"t\"").unwrap();
    Map::from_toml("[csv]\ntime = \"t\"").unwrap();
    // Without a path: how the cells of a column are to be read.
    Map::from_toml("brand = { value = ['v', 'w'], unknown = [] }\n[csv]\ntime = 't'\nbrand = 'b'")
        .unwrap();
    Map::from_toml("time = 't'\nutc = false\ntime_format = 'seconds'").unwrap();
    Map::from_toml("time = \"$.t\"\ncolour = 'c'\nbrand = { path = ['a', \"$.b[0][1].c\"] }")
        .unwrap();
}

#[test]
fn the_one_in_the_manual() {
    let manual = include_str!("../../docs/maps.md");
    let example = manual.split("```").find_map(|part| part.strip_prefix("toml\n")).unwrap();
    Map::from_toml(example).unwrap();
    let misspelt = example.replacen("utc = true", "\nbrnad = 'b'", 1);
    assert!(wrong(&misspelt).ends_with(": brnad: is no key of a map"));
}

#[test]
fn every_fault_has_its_place() {
    for (text, expected) in [
        ("", "line 1, column 1: time: is missing: where the time stands"),
        (
            "time = 5",
            "line 1, column 8: time: is of the type integer where it needs a string or a list of strings",
        ),
        (
            "time = ['a', 5]",
            "line 1, column 14: time: is of the type integer where it needs a string",
        ),
        ("time = 't'\n\nbrnad = 'b'", "line 3, column 1: brnad: is no key of a map"),
        ("time = 't'\n\"br\\u001b\" = 'b'", "line 2, column 1: br\\u{1b}: is no key of a map"),
        (
            "time = 't'\n[brand]\npath = 'é'\nmin = 1",
            "line 4, column 1: brand.min: is no key of a map",
        ),
        ("'é' = 't' x", "line 1, column 11: unexpected key or value"),
        ("time = 't'\ntime = 'u'", "line 2, column 1: duplicate key"),
        ("time = 'a..b'", "line 1, column 8: time: an empty key in a path"),
        ("time = ''", "line 1, column 8: time: an empty key in a path"),
        ("time = 'a[x]'", "line 1, column 8: time: the \"[…]\" of a path needs a number"),
        ("time = 'a[0'", "line 1, column 8: time: a path is keys"),
        ("time = 'a[0]b'", "line 1, column 8: time: a path is keys"),
        ("time = '$x'", "line 1, column 8: time: a \".\" is needed after the \"$\""),
        ("time = 't'\ntime_format = 'iso'", "line 2, column 15: time_format: is none of"),
        (
            "time = 't'\ntime_format = 'seconds'\nutc = true",
            "line 3, column 7: utc: goes with time_format = \"rfc3339\" alone",
        ),
        (
            "time = 't'\ntime_format = 'auto'\nutc = true",
            "line 3, column 7: utc: goes with time_format = \"rfc3339\" alone",
        ),
        (
            "utc = true\ntime = 't'",
            "line 1, column 7: utc: goes with time_format = \"rfc3339\" alone",
        ),
        ("time = '$'", "line 1, column 8: time: \"$\" is the whole line"),
        ("time = ['t', '$']", "line 1, column 14: time: \"$\" is the whole line"),
        ("time = 't'\nid = ['a', '$']", "line 2, column 12: id: \"$\" is the whole line"),
        ("time = 't'\nbrand = '$'", "line 2, column 9: brand: \"$\" is the whole line"),
        ("time = 't'\nbrand.path = '$'", "line 2, column 14: brand.path: \"$\" is the whole line"),
        ("time = []", "line 1, column 8: time: is empty: leave it out"),
        ("time = 't'\nid = []", "line 2, column 6: id: is empty: leave it out"),
        ("time = 't'\neach = []", "line 2, column 8: each: is empty: leave it out"),
        ("time = 't'\nbrand = []", "line 2, column 9: brand: is empty: leave it out"),
        ("time = 't'\n[brand]\npath = []", "line 3, column 8: brand.path: is empty"),
        (
            "time = 't'\nbrand = { path = 'a', value = [] }",
            "line 2, column 31: brand.value: is empty",
        ),
        ("time = 't'\n[brand]\nunknown = 'x'", "line 2, column 1: brand.path: is missing"),
        ("time = 't'\n[colour]\nvalue = 'x'", "line 2, column 1: colour.path: is missing"),
        (
            "time = 't'\nbrand = {}\n[csv]\ntime = 't'\ncolor = 'c'",
            "line 2, column 9: brand.path: is missing",
        ),
        (
            "time = 't'\ncolour = 'c'\ncolor = 'd'",
            "line 3, column 1: color: says the same as colour before it",
        ),
        (
            "time = 't'\ncolor = 'c'\n[colour]\npath = 'd'",
            "line 3, column 2: colour: says the same as color before it",
        ),
        (
            "[csv]\ntime = 't'\ncolor = 'c'\ncolour = 'd'",
            "line 4, column 1: csv.colour: says the same as color before it",
        ),
        ("[csv]\ntime = []", "line 2, column 8: csv.time: is empty"),
        ("[csv]\ntime = 't'\nid = []", "line 3, column 6: csv.id: is empty"),
        (
            "time = 't'\nutc = 1",
            "line 2, column 7: utc: is of the type integer where it needs true or false",
        ),
        (
            "time = 't'\nwhen = 'x'",
            "line 2, column 8: when: is of the type string where it needs a list of tables",
        ),
        ("time = 't'\n[[when]]\npath = 'x'", "line 2, column 1: when.is: is missing"),
        ("time = 't'\n[[when]]\nis = 'x'", "line 2, column 1: when.path: is missing"),
        ("time = 't'\n[[when]]\npath = 'a'\nis = []", "line 4, column 6: when.is: is empty"),
        (
            "time = 't'\n[[when]]\npath = 'a'\nis = 1\nnot = 2",
            "line 5, column 1: when.not: \"is\" and \"not\" exclude",
        ),
        (
            "time = 't'\n[[when]]\npath = 'a'\nis = [[1]]",
            "line 4, column 7: when.is: is of the type array",
        ),
        (
            "time = 't'\nbrand = { path = 'a', score = 's' }",
            "line 2, column 31: brand.score: needs a value beside it",
        ),
        (
            "time = 't'\nbrand = { path = 'a', value = 'v', min_score = 1 }",
            "line 2, column 48: brand.min_score: needs a score beside it",
        ),
        (
            "time = 't'\nbrand = { path = 'a', value = 'v', score = 's', min_score = nan }",
            "line 2, column 61: brand.min_score: is out of range",
        ),
        (
            "time = 't'\nbrand = { path = 'a', value = 'v', score = 's', min_score = 'x' }",
            "line 2, column 61: brand.min_score: is of the type string where it needs a number",
        ),
        (
            "time = 't'\n[[when]]\npath = 'a'\nis = 0x10",
            "line 4, column 6: when.is: is of the type integer",
        ),
        ("time = 't'\n[csv]\nbrand = 'b'", "line 3, column 1: csv.time: is missing"),
        ("[csv]\ntime = 't'\nbrnad = 'b'", "line 3, column 1: csv.brnad: is no key of a map"),
        (
            "[csv]\ntime = 't'\n[[csv.when]]\npath = 'b'",
            "line 4, column 1: csv.when.path: is no key of a map",
        ),
    ] {
        let words = wrong(text);
        assert!(words.starts_with(expected), "{text}\n{words}\n{expected}");
        assert!(!words.contains(|c: char| c.is_control()), "{words}");
    }
}
