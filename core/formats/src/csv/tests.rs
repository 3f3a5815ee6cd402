use super::{is_plain_number, needs_guard};

#[test]
fn a_plain_number_is_what_limits_md_spells_out() {
    for plain in ["0", "007", "12", "-12", "+2", "1.5", "-1.5", "+12.50", "-0.0"] {
        assert!(is_plain_number(plain), "{plain:?}");
    }
    for other in [
        "",
        "+",
        "-",
        ".",
        "--1",
        "++1",
        "+-1",
        "-+1",
        "1-",
        "-1-1",
        "1.",
        ".5",
        "-.5",
        "-1.",
        "1.5.2",
        "-1..5",
        "-1.-5",
        "-1.+5",
        "1e5",
        "-1e5",
        "+1E5",
        "inf",
        "-inf",
        "+infinity",
        "-nan",
        "+NaN",
        "-1 ",
        "- 1",
        "-1\n",
        "-1,5",
        "-1_000",
        "-0x1",
        "-\u{661}",
        "-\u{ff11}",
        "\u{2212}1",
    ] {
        assert!(!is_plain_number(other), "{other:?}");
    }
}

#[test]
fn only_the_first_byte_makes_a_formula() {
    for formula in ["=", "=1", "+", "-", "@", "@1", "\t", "\t1", "\r", "\r1", "--1", "+1e5", "-inf"]
    {
        assert!(needs_guard(formula), "{formula:?}");
    }
    for text in ["", "-1", "+1.5", "1e5", "inf", " =1", "a=1", "\n=1", "'=1", "\u{ff1d}1", "\"=1"] {
        assert!(!needs_guard(text), "{text:?}");
    }
}
