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

/// The whole list, by the names and properties of Unicode's own tables; first and last.
const DANGEROUS: [(u32, u32); 23] = [
    // Cc: C0; DEL and C1.
    (0x00, 0x1f),
    (0x7f, 0x9f),
    // Default_Ignorable_Code_Point: soft hyphen, grapheme joiner, Arabic letter mark.
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    // Hangul fillers, Khmer inherent vowels, Mongolian selectors and vowel separator.
    (0x115f, 0x115f),
    (0x1160, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    // Zero width space to right-to-left mark.
    (0x200b, 0x200f),
    // Zl and Zp: line and paragraph separators.
    (0x2028, 0x2029),
    // Bidi embeddings and overrides; joiner, invisible operators, bidi isolates.
    (0x202a, 0x202e),
    (0x2060, 0x2064),
    (0x2065, 0x206f),
    (0x3164, 0x3164),
    // Byte order mark, halfwidth filler.
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    // Unassigned ignorables; interlinear annotations, which are Cf.
    (0xfff0, 0xfff8),
    (0xfff9, 0xfffb),
    // Shorthand and musical format controls.
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    // Tags; more variation selectors and the rest of their block.
    (0xe0000, 0xe007f),
    (0xe0080, 0xe0fff),
];

#[test]
fn exactly_the_list_is_dangerous() {
    for c in '\0'..=char::MAX {
        let code = u32::from(c);
        let listed = DANGEROUS.iter().any(|(first, last)| (*first..=*last).contains(&code));
        assert_eq!(is_dangerous(c), listed, "U+{code:04X}");
    }
}
