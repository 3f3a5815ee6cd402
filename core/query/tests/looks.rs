//! What the reader sees while typing, to the letter: what is coloured how, and what is said
//! about what is wrong.

use std::fmt::Write as _;

use carwatch_query::{Query, TokenKind};

/// Each query, its tokens by letter, what is underlined, and the sentences.
fn looks(queries: &[&str]) -> String {
    let mut out = String::new();
    for text in queries {
        let query = Query::parse(text);
        let mut kinds: Vec<char> = vec![' '; text.chars().count()];
        for token in query.tokens() {
            let start = text[..token.span.start].chars().count();
            let len = text[token.span.clone()].chars().count();
            kinds[start..start + len].fill(letter(token.kind));
        }
        let kinds: String = kinds.into_iter().collect();
        writeln!(out, "{}\n{}", text.escape_debug(), kinds.trim_end()).expect("a String");
        for wrong in query.wrong() {
            writeln!(out, "  {}..{} {wrong}", wrong.span.start, wrong.span.end).expect("a String");
        }
        out.push('\n');
    }
    out
}

fn letter(kind: TokenKind) -> char {
    match kind {
        TokenKind::Minus => '-',
        TokenKind::Key => 'k',
        TokenKind::Op => 'o',
        TokenKind::Value => 'v',
        TokenKind::Word => 'w',
        TokenKind::Quote => '"',
        TokenKind::Between => ',',
        TokenKind::Any => '*',
        TokenKind::Wrong => '^',
    }
}

#[test]
fn colours() {
    insta::assert_snapshot!(looks(&[
        "brand:peugeot color:red station:gate time>97264836 -color:blue",
        "brand:peugeot,\"land rover\",B*W time:06:40..06:50 bytes:..0x70,5",
        "word -\"two words\" -x,y*z \"a \"\"b\"\" c\"",
        "Colour:a:b is:error,no-clock color:\"\"",
        "красный time>=6:40 chunk<3",
    ]));
}

#[test]
fn keys_and_operators_that_are_wrong() {
    insta::assert_snapshot!(looks(&[
        "brand:peugeot colr:red station:gate",
        "barnd:x model:y http://x",
        "brand=bmw color>5 time=06:40 is<=rejected",
        "time > 97264836 :x",
        "- brand:bmw",
        "-",
    ]));
}

#[test]
fn values_that_are_wrong() {
    insta::assert_snapshot!(looks(&[
        "brand: color:red",
        "time> chunk:",
        "brand:bmw, color:,red is:partial,,escaped",
        "time:25:00 time:06:60..07:00 time:yesterday,06:40 time:+5",
        "bytes:x chunk:-1 bytes:99999999999999999999 bytes:0x10000000000000000 chunk:1.5",
        "time:07:10..06:40 bytes:5..5 chunk:..",
        "bytes>1,2 time<=06:40..06:50",
        "brand:a..b color:x,\"a \"\"\"..b",
        "is:rejectd is:lost",
    ]));
}

#[test]
fn quotes_that_are_wrong() {
    insta::assert_snapshot!(looks(&[
        "color:red brand:\"land rover station:gate",
        "brand:\"a\"\" b",
        "\"\" word",
        "\"",
    ]));
}

/// What the reader pasted does not reorder or break the sentence about it, nor flood it.
#[test]
fn sentences_stay_sentences() {
    insta::assert_snapshot!(looks(&[
        "x\u{202e}y:z time:\u{1b}[2J is:\u{200b}",
        &format!("time:{}", "7:".repeat(40)),
        &format!("brand:\"{}\"..", "\"\"".repeat(50)),
    ]));
}
