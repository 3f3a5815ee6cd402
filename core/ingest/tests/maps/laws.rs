//! Laws over any input: it never panics, says something of every line, and reads values as
//! a parser does that builds the whole tree.

use std::sync::Arc;

use carwatch_ingest::{Format, Line, Lines, Map, Reading, Refusal, Time};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What one line gives.
fn read(
    map: &Arc<Map>,
    format: Format,
    time: Time,
    text: &str,
) -> Vec<Result<[String; 4], Refusal>> {
    let mut seen = Vec::new();
    let mut ignored = 0;
    let mut sink = |line: Line<'_>| match line {
        Line::Car { car, id, .. } => seen.push(Ok([
            car.time.into_owned(),
            car.brand.into_owned(),
            car.color.into_owned(),
            id.unwrap_or_default().into_owned(),
        ])),
        Line::Refused { refusal, .. } => seen.push(Err(refusal)),
        Line::Ignored { .. } => ignored += 1,
    };
    let mut lines =
        Lines::with(Reading { format, map: Some(Arc::clone(map)), time, ..Reading::default() });
    lines.feed(text.as_bytes(), &mut sink);
    lines.finish(&mut sink);
    assert_eq!(seen.is_empty(), ignored > 0 || text.trim_ascii().is_empty(), "{text}");
    seen
}

fn named() -> Vec<Arc<Map>> {
    Map::NAMES.iter().map(|name| Arc::new(Map::named(name).unwrap())).collect()
}

/// JSON of any shape, over the names that maps look for.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        "[\"\\\\{}\\[\\],:é\u{1}]{0,6}".prop_map(Value::from),
        prop_oneof![Just("car"), Just("end"), Just("alpr_group"), Just("2021-10-27T06:20:43Z")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    let known = [
        "type",
        "after",
        "id",
        "label",
        "sub_label",
        "start_time",
        "false_positive",
        "timestamp",
        "results",
        "data",
        "model_make",
        "make",
        "color",
        "score",
        "data_type",
        "epoch_start",
        "vehicle",
        "name",
        "best_uuid",
        "counterHistory",
        "area",
        "a",
    ];
    prop_oneof![
        9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[\"\\\\{}\\[\\],: é]{0,4}",
    ]
}

/// What the value at `a.b[1]` is as text: strings decoded, numbers as they stand.
fn expected(value: &Value) -> Option<String> {
    match &value["a"]["b"][1] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

proptest! {
    #[test]
    fn any_json_is_read(value in value(), cut in any::<prop::sample::Index>()) {
        let text = value.to_string();
        let cut = &text[..text.floor_char_boundary(cut.index(text.len() + 1))];
        for map in named() {
            for time in [Time::Text, Time::Unix] {
                for text in [&text, cut] {
                    for read in read(&map, Format::Ndjson, time, text) {
                        if let Err(refusal) = read {
                            prop_assert!(!refusal.to_string().contains(|c: char| c.is_control()));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,60}", cells in "[\\[\\]{}'\",: a\\\\xuU0NTone.-]{0,60}") {
        for map in named() {
            read(&map, Format::Ndjson, Time::Unix, &text);
            let record = cells.replace('"', "\"\"");
            let csv = format!(
                "timestamp,model_make,color,name,id,area\n1,\"{record}\",\"{record}\",car,1,2\n"
            );
            read(&map, Format::Csv, Time::Text, &csv);
        }
    }

    /// Where things stand is found as if the whole tree was built, in any layout.
    #[test]
    fn paths_find_what_stands_there(
        before in value(), wanted in value(), inner in key(), pretty in any::<bool>(),
    ) {
        let object = json!({
            &inner: before.clone(), "t": 1, "z": {"b": [0, 7]},
            "a": {&inner: before.clone(), "b": [before, wanted], "c": [[[]]]},
        });
        let map = Map::from_toml("time = 't'\nbrand = 'a.b[1]'\ncolor = '$.a.b[1]'").unwrap();
        let map = Arc::new(map);
        // What stands at `t` is 1 unless the other key took its place.
        let text = if pretty {
            let text = serde_json::to_string_pretty(&object).unwrap();
            text.replace('\n', " \t")
        } else {
            object.to_string()
        };
        let seen = read(&map, Format::Ndjson, Time::Text, &text);
        let found = expected(&object);
        match (&seen[..], found) {
            ([Ok([_, brand, color, _])], Some(found)) => {
                prop_assert_eq!(brand, &found);
                prop_assert_eq!(color, &found);
            }
            ([Ok([_, brand, _, _])], None) => prop_assert_eq!(brand, ""),
            ([Err(Refusal::NotText { .. })], None) => {}
            (other, found) => prop_assert!(false, "{:?} {:?}", other, found),
        }
    }

    /// A list of candidates as Python writes it gives what it gives as JSON.
    #[test]
    fn python_lists_are_json(names in prop::collection::vec(("\\PC{0,8}", -9_i32..9), 0..5)) {
        let map = Arc::new(Map::named("platerecognizer").unwrap());
        let list: Vec<_> =
            names.iter().map(|(make, score)| json!({"make": make, "score": score})).collect();
        let line = json!({
            "timestamp": "2021-10-27T06:20:43Z", "results": [{"model_make": list}],
        });
        let by_json = read(&map, Format::Ndjson, Time::Unix, &line.to_string());
        let python = names
            .iter()
            .map(|(make, score)| {
                let make = make.replace('\\', "\\\\").replace('\'', "\\'");
                format!("{{'make': '{make}', 'score': {score}, 'model': None}}")
            })
            .collect::<Vec<_>>()
            .join(", ");
        let cell = format!("[{python}]").replace('"', "\"\"");
        let csv =
            format!("timestamp,model_make,color\n2021-10-27T06:20:43Z,\"{cell}\",\n");
        prop_assert_eq!(read(&map, Format::Csv, Time::Unix, &csv), by_json);
    }
}

#[test]
fn the_last_of_equal_keys_counts() {
    let map = Arc::new(Map::from_toml("time = 'a.t'").unwrap());
    let text = r#"{"a":{"t":1,"t":2},"b":"}","a":{"t":3,"\u0074":4}}"#;
    let seen = read(&map, Format::Ndjson, Time::Text, text);
    assert_eq!(seen, [Ok(["4".into(), String::new(), String::new(), String::new()])]);
}

/// Deep nesting costs no stack, and no more time than its length.
#[test]
fn nesting_is_no_burden() {
    let map = Arc::new(Map::from_toml("each = 'a'\ntime = 't'\nbrand = '$.z'").unwrap());
    for deep in [1, 200, 500_000] {
        let text = format!(
            "{{\"z\":\"vw\",\"a\":{}null,{{\"t\":1}}{},\"z\":\"vw\"}}",
            "[".repeat(deep),
            "]".repeat(deep),
        );
        let seen = read(&map, Format::Ndjson, Time::Text, &text);
        assert_eq!(seen, [Ok(["1".into(), "vw".into(), String::new(), String::new()])], "{deep}");
    }
}

/// A line with a great many cars is not read anew for each of them.
#[test]
fn a_great_many_cars_on_a_line() {
    let map = Arc::new(Map::named("platerecognizer").unwrap());
    let many = 40_000;
    let text = format!(
        "{{\"results\":[{}{{}}],\"timestamp\":\"2021-10-27T06:20:43Z\"}}",
        "{\"color\":\"red\"},".repeat(many),
    );
    assert!(text.len() < carwatch_ingest::NDJSON_LINE);
    let seen = read(&map, Format::Ndjson, Time::Unix, &text);
    assert_eq!(seen.len(), many + 1);
    assert_eq!(seen.iter().flatten().filter(|car| car[2] == "red").count(), many);
}
