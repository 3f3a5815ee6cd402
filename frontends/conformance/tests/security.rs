//! security.md names tests; each of them is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What stands in the last column of the tables, and in brackets below them.
fn named(page: &str) -> BTreeSet<&str> {
    let in_tables = page.lines().filter(|line| line.starts_with('|')).filter_map(|line| {
        let columns: Vec<_> = line.trim_matches('|').split(" | ").collect();
        (columns.len() == 3).then(|| columns[2])
    });
    let in_brackets = page.split("(`").skip(1).filter_map(|rest| rest.split_once("`)"));
    in_tables
        .flat_map(ticked)
        .chain(in_brackets.flat_map(|(inner, _)| inner.split("`, `")))
        .filter(|name| name.contains("::") || name.contains('_') || name.contains(' '))
        .filter(|name| !name.contains('=') && !name.starts_with('.'))
        .collect()
}

fn ticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// All tests, as text.
fn sources() -> String {
    let mut text = String::new();
    for part in ["core", "frontends", "web/tests"] {
        read(&Path::new(ROOT).join(part), &mut text);
    }
    text
}

fn read(folder: &Path, text: &mut String) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !["node_modules", "target"].contains(&name) {
            read(&path, text);
        } else if name.ends_with(".rs") || name.ends_with(".mjs") {
            text.push_str(&fs::read_to_string(&path).expect("text"));
        }
    }
}

/// A test function, or a row or test by its name.
fn is_there(name: &str, sources: &str) -> bool {
    let row = |name: &str| {
        ["\"", "'"].iter().any(|quote| sources.contains(&format!("{quote}{name}{quote}")))
    };
    match name.contains([':', ' ']) {
        true => row(name),
        false => sources.contains(&format!("fn {name}(")),
    }
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let page = format!("{ROOT}/frontends/docs/security.md");
    let page = fs::read_to_string(page).expect("the page");
    let (named, sources) = (named(&page), sources());
    assert!(named.len() > 80, "found too few: {named:#?}");
    let missing: Vec<_> = named.into_iter().filter(|name| !is_there(name, &sources)).collect();
    assert_eq!(missing, [""; 0], "security.md names tests that are not there");
}

#[test]
fn one_that_is_not_there_is_seen() {
    let page = "| a | b | `tls::no such row`, `no_such_fn` |\nbelow (`tls::nor this`, `a b`)\n";
    assert_eq!(named(page).len(), 4);
    assert!(named(page).into_iter().all(|name| !is_there(name, "fn no_such_fn2() \"a b c\"")));
    assert!(is_there("tls::a", "Row::new(\"tls::a\", f)") && is_there("f", "fn f() {}"));
}
