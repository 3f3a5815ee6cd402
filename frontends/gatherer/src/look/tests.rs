use carwatch_formats::Look;

use super::of;

fn look(terminal: Option<Option<u16>>, variables: &[(&str, &str)]) -> Look {
    let with = [("TERM", "xterm")].into_iter().chain(variables.iter().copied());
    let with: Vec<_> = with.collect();
    // The last one counts, so that a test can say otherwise.
    of(terminal, |name| Some(with.iter().rev().find(|(n, _)| *n == name)?.1.into()))
}

const TERMINAL: Option<Option<u16>> = Some(Some(80));
const PIPE: Option<Option<u16>> = None;

#[test]
fn columns_are_the_terminals_unless_the_environment_says_otherwise() {
    assert_eq!(look(TERMINAL, &[]).width, Some(80));
    assert_eq!(look(PIPE, &[]).width, None);
    assert_eq!(look(Some(None), &[]).width, None);
    for (columns, width) in [("60", 60), ("200", 200), ("1", 1), ("65536", 65535), (" 60 ", 60)] {
        for stream in [TERMINAL, PIPE, Some(None)] {
            assert_eq!(look(stream, &[("COLUMNS", columns)]).width, Some(width), "{columns}");
        }
    }
    for no_number in ["", "0", "-60", "+60", "60.5", "wide", "0x10", "00"] {
        assert_eq!(look(TERMINAL, &[("COLUMNS", no_number)]).width, Some(80), "{no_number}");
        assert_eq!(look(PIPE, &[("COLUMNS", no_number)]).width, None, "{no_number}");
    }
}

#[test]
fn colours_are_for_a_terminal_that_is_not_dumb_and_for_nobody_who_minds() {
    assert!(look(TERMINAL, &[]).color && look(Some(None), &[]).color);
    assert!(look(TERMINAL, &[("NO_COLOR", "")]).color);
    assert!(!look(PIPE, &[]).color && !look(PIPE, &[("COLUMNS", "80")]).color);
    for variable in [("NO_COLOR", "1"), ("NO_COLOR", "0"), ("TERM", "dumb"), ("TERM", "")] {
        assert!(!look(TERMINAL, &[variable]).color, "{variable:?}");
    }
}
