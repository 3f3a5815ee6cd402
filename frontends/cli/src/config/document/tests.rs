use proptest::prelude::*;

use super::place::Places;
use super::{Entry, Is, Place, Value, entries};

fn entry(text: &str) -> Entry {
    let mut entries = entries(text.as_bytes()).unwrap();
    assert_eq!(entries.len(), 1, "{text}");
    entries.remove(0)
}

fn is(text: &str) -> Is {
    entry(&format!("key = {text}")).value.is
}

#[test]
fn values_are_as_they_would_stand_on_a_command_line() {
    assert_eq!(is("64"), Is::Integer("64".into()));
    assert_eq!(is("+1_000"), Is::Integer("1000".into()));
    assert_eq!(is("-5"), Is::Integer("-5".into()));
    assert_eq!(is("0xFf"), Is::Integer("255".into()));
    assert_eq!(is("0o17"), Is::Integer("15".into()));
    assert_eq!(is("0b101"), Is::Integer("5".into()));
    assert_eq!(is("18446744073709551615"), Is::Integer(u64::MAX.to_string()));
    assert_eq!(is("1_0.5"), Is::Float("10.5".into()));
    assert_eq!(is("1e3"), Is::Float("1e3".into()));
    assert_eq!(is("true"), Is::Bool(true));
    assert_eq!(is(r#""a\tb\u00e9""#), Is::Text("a\tb\u{e9}".into()));
    assert_eq!(is("'''a\nb'''"), Is::Text("a\nb".into()));
    assert_eq!(is("1979-05-27T07:32:00Z"), Is::Date);
    assert_eq!(is("{}"), Is::Table(Vec::new()));
}

#[test]
fn places_are_lines_and_characters_from_one() {
    let at = |line, column| Place { line, column };
    let Entry { at: key, value, .. } = entry("\r\n'\u{e9}'='x'#");
    assert_eq!((key, value.at), (at(2, 1), at(2, 5)));
    let Entry { value: Value { is: Is::List(items), .. }, .. } = entry("key = [1,\n  2]") else {
        panic!("no list")
    };
    assert_eq!((items[0].at, items[1].at), (at(1, 8), at(2, 3)));
    let (place, _) = entries(b"a = 1\nb = \n").unwrap_err();
    assert_eq!(place.line, 2);
    assert_eq!(entry("\u{feff}a = 1").key, "a");
}

#[test]
fn tables_have_their_entries_in_order_and_in_place() {
    let at = |line, column| Place { line, column };
    for text in
        ["[[key]]\nz = 1\na = 2\n[[key]]\nb = 3\n", "key = [\n{z = 1,\na = 2}, {\n\nb = 3}\n]"]
    {
        let Is::List(items) = entry(text).value.is else { panic!("no list") };
        let tables = items.into_iter().map(|item| match item.is {
            Is::Table(entries) => entries,
            is => panic!("{is:?}"),
        });
        let keys: Vec<Vec<_>> = tables
            .map(|entries| entries.into_iter().map(|e| (e.key, e.at.line)).collect())
            .collect();
        assert_eq!(keys[0], [("z".to_owned(), 2), ("a".to_owned(), 3)], "{text}");
        assert_eq!(keys[1], [("b".to_owned(), 5)], "{text}");
    }
    let Is::Table(dotted) = entry("key.b = 1\n  key.a = 'x'").value.is else { panic!("no table") };
    assert_eq!((dotted[1].at, dotted[1].value.at), (at(2, 7), at(2, 11)));
}

#[test]
fn entries_come_in_the_order_of_the_file() {
    let keys: Vec<_> =
        entries(b"b = 1\na = 2\nc = 3").unwrap().into_iter().map(|e| e.key).collect();
    assert_eq!(keys, ["b", "a", "c"]);
}

proptest! {
    #[test]
    fn any_bytes_are_entries_or_an_error_inside_of_them(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err((at, words)) = entries(&bytes) {
            prop_assert!(at.line <= 1 + bytes.iter().filter(|byte| **byte == b'\n').count());
            prop_assert!(!words.is_empty());
        }
    }

    #[test]
    fn places_are_where_an_editor_says(
        lines in prop::collection::vec("[a-z\u{e9}\u{1f697}]{0,9}", 1..9),
        asked in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
    ) {
        let text = lines.join("\n");
        let offsets: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let places = Places::of(&text);
        // In any order, forwards and backwards.
        for nth in asked {
            let offset = *nth.get(&offsets);
            let (mut line, mut column) = (1, 1);
            for c in text[..offset].chars() {
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            prop_assert_eq!(places.at(offset), Place { line, column });
        }
    }
}
