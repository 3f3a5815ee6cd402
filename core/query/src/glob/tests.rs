use super::Glob;
use crate::pattern::Pattern;

fn glob(written: &str) -> Glob {
    Glob::whole(&Pattern::read(written, 0..written.len()))
}

#[test]
fn a_star_is_anything_also_nothing() {
    for (written, found, not_found) in [
        ("red", "red", "reds"),
        ("red*", "red", "dark red"),
        ("*red", "dark red", "redder"),
        ("*e*", "red", "blu"),
        ("r*d", "road", "roads"),
        ("a*a", "aa", "a"),
        ("*ab*ab", "abxab", "abx"),
        ("\"\"", "", " "),
        ("\"*\"", "*", "x"),
        ("*aab", "aaab", "aaba"),
    ] {
        assert!(glob(written).matches(found), "{written} finds {found}");
        assert!(!glob(written).matches(not_found), "{written} finds {not_found}");
    }
    assert!(glob("*").matches(""));
}

#[test]
fn case_is_of_no_account_in_any_script() {
    for (written, text) in [
        ("ROT", "rot"),
        ("weiß", "WEISS"),
        ("Όδος", "ΌΔΟΣ"),
        ("k", "\u{212a}"),
        ("ÉTOILE", "étoile"),
    ] {
        assert!(glob(written).matches(text), "{written} finds {text}");
        assert!(glob(text).matches(written), "{text} finds {written}");
    }
    assert!(!glob("e").matches("é"), "an accent is of account");
}

#[test]
fn bytes_are_searched_as_the_text_they_are_nearly() {
    let part = |written: &str| Glob::part(&Pattern::read(written, 0..written.len()));
    assert!(part("peugeot").matches_bytes(b"5:Peugeot:\xff"));
    assert!(part("\u{fffd}:x").matches_bytes(b"5:\xf0\x9f:X"));
    assert!(!part("\u{fffd}").matches_bytes("5:é:x".as_bytes()));
}

/// A matcher that tried every length for every `*` would not end in the life of the sun.
#[test]
fn many_stars_take_no_more_than_text_times_pattern() {
    let text = "a".repeat(20_000);
    assert!(!glob(&"*a".repeat(500)).matches(&(text.clone() + "b")));
    assert!(glob(&"*a".repeat(500)).matches(&text));
}
