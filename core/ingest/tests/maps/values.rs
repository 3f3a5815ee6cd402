//! What a map makes of single values, by the words of maps.md.

use std::sync::Arc;

use carwatch_ingest::{Format, Line, Lines, Map, Reading};

/// What the lines give: `time brand color`, `ignored`, or the reason.
fn told(map: &str, format: Format, text: impl AsRef<[u8]>) -> Vec<String> {
    let map = Some(Arc::new(Map::from_toml(map).unwrap()));
    let mut seen = Vec::new();
    let mut sink = |line: Line<'_>| {
        seen.push(match line {
            Line::Car { car, .. } => format!("{} {} {}", car.time, car.brand, car.color),
            Line::Ignored { .. } => "ignored".to_owned(),
            Line::Refused { refusal, .. } => format!("{}: {refusal}", refusal.reason()),
        });
    };
    let mut lines = Lines::with(Reading { format, map, ..Reading::default() });
    lines.feed(text.as_ref(), &mut sink);
    lines.finish(&mut sink);
    seen
}

#[test]
fn tuples_in_a_cell_are_lists() {
    let map = "[csv]\ntime = 't'\nbrand = 'b'\n[brand]\nvalue = 'make'\nscore = 'score'";
    let cell = "[{'make': 'Opel', 'box': (1, (2, 3)), 'score': 0.5}, {'make': 'VW', 'score': 0.7}]";
    assert_eq!(told(map, Format::Csv, format!("t,b\n1,\"{cell}\"\n")), ["1 VW "]);
    let cell = "[{'make': 'Opel', 'box': (1, 2}]";
    let refused = told(map, Format::Csv, format!("t,b\n1,\"{cell}\"\n"));
    assert!(refused[0].starts_with("bad_cell"), "{refused:?}");
}

#[test]
fn a_null_is_nobody_s_value_and_a_bare_name_has_no_score() {
    let map = "time = 't'\nbrand = { path = 'b', value = 'v', score = 's', min_score = 0.5 }";
    let one = |brand: &str| told(map, Format::Ndjson, format!("{{\"t\":1,\"b\":{brand}}}"));
    assert_eq!(one("[null, {\"v\":\"vw\",\"s\":0.5}, {\"v\":\"seat\",\"s\":0.5}]"), ["1 vw "]);
    assert_eq!(one("[\"fiat\"]"), ["1  "], "0 is less than is asked for");
    assert_eq!(one("[null]"), ["1  "]);
    let anything = "time = 't'\nbrand = { path = 'b', value = 'v' }";
    let bare = "{\"t\":1,\"b\":[null,\"fiat\",\"vw\"]}";
    assert_eq!(told(anything, Format::Ndjson, bare), ["1 fiat "], "the first of equals");
}

#[test]
fn what_counts_is_compared_as_it_is_written() {
    for (word, counts, other) in [
        ("1.5", "1.5", "1.50"),
        ("7", "7", "7.0"),
        ("true", "true", "false"),
        ("'end'", "\"e\\u006ed\"", "\"End\""),
    ] {
        let map = format!("time = 't'\n[[when]]\npath = 'k'\nis = {word}");
        let line = |value: &str| format!("{{\"t\":1,\"k\":{value}}}");
        assert_eq!(told(&map, Format::Ndjson, line(counts)), ["1  "], "{word}");
        assert_eq!(told(&map, Format::Ndjson, line(other)), ["ignored"], "{word}");
    }
    // A string with half of a pair is no text to compare.
    let map = "time = 't'\n[[when]]\npath = 'k'\nis = 'x'";
    let refused = told(map, Format::Ndjson, "{\"t\":1,\"k\":\"\\ud800\"}");
    assert!(refused[0].starts_with("bad_json"), "{refused:?}");
}

#[test]
fn lines_and_headers_that_no_map_can_read() {
    let refused = told("time = 't'", Format::Ndjson, b"{\"t\":\"\xff\"}\n{\"t\":2}");
    assert_eq!(refused, ["invalid_utf8: not UTF-8 at byte offset 6", "2  "]);
    let map = "[csv]\ntime = ['when', 'seen']\nbrand = 'make'\ncolor = 'paint'";
    assert_eq!(
        told(map, Format::Csv, "when,other\n1,2\n"),
        [
            "missing_columns: the CSV header has no column for the map's csv.brand, for the \
             map's csv.color; no line after it can be read",
            "no_header: the CSV header was refused"
        ]
    );
    assert_eq!(told(map, Format::Csv, " SEEN,Paint,Make\n1,red,vw\n"), ["1 vw red"]);
    let refused = told(map, Format::Csv, "make,paint\nvw,red\n");
    assert!(refused[0].contains("csv.time"), "{refused:?}");
}
