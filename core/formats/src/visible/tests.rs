use super::{is_dangerous, visible};

#[test]
fn what_limits_md_names_is_shown_as_its_code_point() {
    for (raw, shown) in [
        ("\0", r"\u{0}"),
        ("a\nb\r\tc", r"a\u{a}b\u{d}\u{9}c"),
        ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
        ("\u{7f}\u{80}\u{9b}\u{9f}", r"\u{7f}\u{80}\u{9b}\u{9f}"),
        ("\u{200b}\u{200d}\u{feff}", r"\u{200b}\u{200d}\u{feff}"),
        (
            "\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{61c}",
            r"\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{61c}",
        ),
        ("\u{2028}\u{2029}\u{ad}\u{180e}", r"\u{2028}\u{2029}\u{ad}\u{180e}"),
        ("\u{e0001}\u{e0041}\u{e007f}", r"\u{e0001}\u{e0041}\u{e007f}"),
        ("\u{fff9}\u{fffb}", r"\u{fff9}\u{fffb}"),
    ] {
        assert_eq!(visible(raw).to_string(), shown);
    }
}

#[test]
fn every_other_character_stays() {
    let text = "Citroën \\ \"車\" 🚗 café\u{301} \u{a0}\u{fffd}";
    assert_eq!(visible(text).to_string(), text);
    assert_eq!(visible("").to_string(), "");
}

#[test]
fn whole_ranges_are_dangerous() {
    let controls = (0..0x20).chain(0x7f..0xa0).chain(0x200b..0x2010).chain(0x2028..0x202f);
    for code in controls.chain(0x2060..0x2070).chain(0xe0000..0xe0080) {
        let c = char::from_u32(code).expect("no surrogate");
        assert!(is_dangerous(c), "{code:x}");
    }
    assert!((' '..='~').all(|c| !is_dangerous(c)));
}
