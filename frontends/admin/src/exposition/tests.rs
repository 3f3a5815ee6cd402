use std::collections::{HashMap, HashSet};
use std::time::Duration;

use carwatch::Retention;
use carwatch::time::Unix;

use super::{Page, text};
use crate::metrics::{BuildInfo, Metrics, StoreMetrics};

fn full() -> Metrics {
    Metrics {
        build: BuildInfo { program: "server-\"smol\"\\\n", version: "0.1.0" },
        started: Some(Unix::from_millis(1_790_000_000_042)),
        cars: 3,
        snapshot_bytes: u64::MAX,
        cars_accepted: 5,
        cars_dropped: 2,
        cars_repeated: 5,
        retention: Retention {
            cars: Some(3),
            age: Some(Duration::from_millis(1500)),
            bytes: Some(4096),
        },
        lines_refused: vec![("too_long", 1), ("not_json", 2), ("too_long", 3)],
        lines_ignored: 7,
        ingest_lag: Duration::from_millis(250),
        last_commit: Some(Unix::from_millis(-1)),
        source_ended: true,
        source_offset: Some(99),
        snapshots_served: 11,
        bytes_sent: 12,
        connections: 13,
        connections_accepted: 14,
        connections_ended: vec![("whole", 1), ("stalled", 2)],
        connections_refused: vec![("not_allowed", 15), ("per_source", 16)],
        accept_errors: 17,
        store: Some(StoreMetrics {
            bytes: Some(18),
            rows: Some(19),
            write_failures: 20,
            writable: false,
        }),
    }
}

#[test]
fn every_number_is_there_under_its_name() {
    let page = parse(&text(&full(), true));
    let expected = [
        ("process_start_time_seconds", 1_790_000_000.042),
        ("carwatch_ready", 1.0),
        ("carwatch_cars", 3.0),
        ("carwatch_snapshot_bytes", u64::MAX as f64),
        ("carwatch_cars_accepted_total", 5.0),
        ("carwatch_cars_dropped_total", 2.0),
        ("carwatch_cars_repeated_total", 5.0),
        ("carwatch_retention_limit_cars", 3.0),
        ("carwatch_retention_limit_seconds", 1.5),
        ("carwatch_retention_limit_bytes", 4096.0),
        ("carwatch_lines_refused_total{reason=too_long}", 4.0),
        ("carwatch_lines_refused_total{reason=not_json}", 2.0),
        ("carwatch_lines_ignored_total", 7.0),
        ("carwatch_ingest_lag_seconds", 0.25),
        ("carwatch_last_commit_timestamp_seconds", -0.001),
        ("carwatch_source_ended", 1.0),
        ("carwatch_source_offset_bytes", 99.0),
        ("carwatch_snapshots_served_total", 11.0),
        ("carwatch_sent_bytes_total", 12.0),
        ("carwatch_connections", 13.0),
        ("carwatch_connections_accepted_total", 14.0),
        ("carwatch_connections_ended_total{cause=whole}", 1.0),
        ("carwatch_connections_ended_total{cause=stalled}", 2.0),
        ("carwatch_connections_refused_total{cause=not_allowed}", 15.0),
        ("carwatch_connections_refused_total{cause=per_source}", 16.0),
        ("carwatch_accept_errors_total", 17.0),
        ("carwatch_store_bytes", 18.0),
        ("carwatch_store_cars", 19.0),
        ("carwatch_store_write_failures_total", 20.0),
        ("carwatch_store_writable", 0.0),
        ("carwatch_build_info{program=server-\"smol\"\\\n,version=0.1.0}", 1.0),
    ];
    for (name, value) in expected {
        assert_eq!(page.get(name), Some(&value), "{name}");
    }
    assert_eq!(page.len(), expected.len(), "nothing else: {page:?}");
}

#[test]
fn what_there_is_not_is_left_out() {
    let page = parse(&text(&Metrics::default(), false));
    assert_eq!(page.get("carwatch_ready"), Some(&0.0));
    for absent in ["store", "retention", "commit", "start_time", "offset", "refused", "ended_"] {
        assert!(!page.keys().any(|name| name.contains(absent)), "{absent}: {page:?}");
    }
    assert_eq!(page.get("carwatch_cars"), Some(&0.0));
}

#[test]
fn help_is_escaped_and_quotes_in_it_are_not() {
    let mut page = Page(String::new());
    page.counter("x_total", "a \"b\" \\ c\nd", 1);
    assert_eq!(page.0, "# HELP x_total a \"b\" \\\\ c\\nd\n# TYPE x_total counter\nx_total 1\n");
}

/// Parses the text as strictly as the format is written down, and checks what promtool
/// checks: help and type once for each family and before its samples, families together,
/// no sample twice, and names that say what they count.
fn parse(text: &str) -> HashMap<String, f64> {
    assert!(text.ends_with('\n'), "the last line has an end");
    let (mut samples, mut helped, mut typed) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("help has words");
            assert!(helped.insert(name), "help twice: {line}");
            assert!(!help.trim().is_empty(), "empty help: {line}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{line}");
            family = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(name, family, "the type follows its help");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(matches!(kind, "counter" | "gauge"), "{line}");
            assert!(typed.insert(name, kind).is_none(), "type twice: {line}");
        } else {
            let (name, labels, value) = sample(line);
            assert_eq!(name, family, "samples stand with their family");
            assert!(typed.contains_key(name), "a type before its samples: {line}");
            let value: f64 = value.parse().expect("a number");
            assert!(value >= 0.0 || typed[name] == "gauge", "{line}");
            assert!(samples.insert(format!("{name}{labels}"), value).is_none(), "twice: {line}");
        }
    }
    samples
}

/// A line's name, its labels unescaped, and its value.
fn sample(line: &str) -> (&str, String, &str) {
    let end = line.find(['{', ' ']).expect("a name and more");
    let (name, rest) = line.split_at(end);
    if let Some(value) = rest.strip_prefix(' ') {
        return (name, String::new(), value);
    }
    let mut labels = String::new();
    let mut rest = &rest[1..];
    loop {
        let (label, after) = rest.split_once("=\"").expect("a label");
        assert!(label.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{line}");
        labels.push_str(if labels.is_empty() { "{" } else { "," });
        labels.push_str(label);
        labels.push('=');
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next().expect("a closing quote") {
                (at, '"') => break at,
                (_, '\\') => labels.push(match chars.next().expect("an escape").1 {
                    'n' => '\n',
                    c @ ('"' | '\\') => c,
                    c => panic!("no escape: {c}"),
                }),
                (_, c) => labels.push(c),
            }
        };
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
    }
    labels.push('}');
    (name, labels, rest.strip_prefix("} ").expect("the end of the labels"))
}
