//! NDJSON lines.

use crate::common::told;
use carwatch_ingest::Format::Ndjson;

fn one(line: &str) -> String {
    let mut told = told(Ndjson, line);
    assert_eq!(told.len(), 1, "{line}");
    told.remove(0)
}

#[test]
fn strings_are_taken_as_they_are_and_numbers_as_their_source_text() {
    for (line, expected) in [
        (r#"{"time":"97264836","brand":"peugeot","color":"red"}"#, "1 97264836:peugeot:red"),
        (r#"{"time":97264836,"brand":"a","color":"b"}"#, "1 97264836:a:b"),
        (r#"{"time":12.50,"brand":"a","color":"b"}"#, "1 12%2E50:a:b"),
        (r#"{"time":-1e400,"brand":500,"color":0}"#, "1 -1e400:500:0"),
        (
            r#"{"time":123456789012345678901234567890,"brand":"","color":""}"#,
            "1 123456789012345678901234567890::",
        ),
        (
            r#"{"time":" 1 ","brand":"B.M.W","color":"a%2Eb:\n\"\u00e9\ud83d\ude97"}"#,
            "1  1 :B%2EM%2EW:a%252Eb%3A\n\"é🚗",
        ),
        ("\t{ \"time\" : 1 , \"brand\" : \"a\" }\t", "1 1:a:"),
        (r#"{"ti\u006de":"1"}"#, "1 1::"),
        (
            r#"{"color":"c","brand":"b","time":"a","picture":{"x":[1,{"y":"\u0000"}]},"n":null}"#,
            "1 a:b:c",
        ),
    ] {
        assert_eq!(one(line), expected, "{line}");
    }
}

#[test]
fn other_names_stand_in_and_the_first_listed_wins() {
    for (line, expected) in [
        (r#"{"timestamp":1,"make":"a","colour":"b"}"#, "1 1:a:b"),
        (r#"{"timestamp":2,"time":1,"make":"x","brand":"a","colour":"y","color":"b"}"#, "1 1:a:b"),
        (r#"{"time":null,"timestamp":2,"brand":null,"make":"x"}"#, "1 2:x:"),
        (r#"{"time":1,"time":2}"#, "1 2::"),
    ] {
        assert_eq!(one(line), expected, "{line}");
    }
}

#[test]
fn what_is_unknown_is_empty_but_a_sighting_has_a_time() {
    for (line, expected) in [
        (r#"{"time":1}"#, "1 1::"),
        (r#"{"time":1,"brand":null,"color":null}"#, "1 1::"),
        (r#"{"time":null}"#, "1 ::"),
        (r#"{"time":"","brand":"","color":""}"#, "1 ::"),
        ("{}", r#"1! a JSON object with neither "time" nor "timestamp""#),
        (
            r#"{"brand":"a","color":"b","Time":1}"#,
            r#"1! a JSON object with neither "time" nor "timestamp""#,
        ),
    ] {
        assert_eq!(one(line), expected, "{line}");
    }
}

#[test]
fn bad_lines_are_refused_with_words() {
    for (line, expected) in [
        ("peugeot", "1! not JSON at column 1: expected value"),
        ("{\"time\":1", "1! not JSON at column 9: EOF while parsing an object"),
        ("{\"time\":1}x", "1! not JSON at column 11: trailing characters"),
        ("{\"time\":01}", "1! not JSON at column 10: invalid number"),
        (
            r#"{"time":1,"color":"\ud800"}"#,
            "1! not JSON at column 26: unexpected end of hex escape",
        ),
        ("[1]", "1! an array where a JSON object is needed"),
        ("  \"a\"", "1! a string where a JSON object is needed"),
        ("12", "1! a number where a JSON object is needed"),
        ("null", "1! null where a JSON object is needed"),
        ("true", "1! a boolean where a JSON object is needed"),
        (
            r#"{"time":1,"brand":["a"]}"#,
            r#"1! "brand" at column 19 is an array where a string or a number is needed"#,
        ),
        (
            r#"{"time":{"s":1}}"#,
            r#"1! "time" at column 9 is an object where a string or a number is needed"#,
        ),
        (
            r#"{"time":1,"colour":true}"#,
            r#"1! "colour" at column 20 is a boolean where a string or a number is needed"#,
        ),
    ] {
        assert_eq!(one(line), expected, "{line}");
    }
    assert_eq!(told(Ndjson, b"{\"time\":\"\xc3\"}"), ["1! not UTF-8 at byte offset 9"]);
}

#[test]
fn deep_nesting_is_no_trouble() {
    let deep = "[".repeat(100_000);
    let shut = "]".repeat(100_000);
    assert_eq!(one(&format!("{{\"time\":1,\"x\":{deep}{shut}}}")), "1 1::");
    assert!(one(&format!("{{\"time\":{deep}{shut}}}")).contains("is an array"));
    assert!(one(&format!("{deep}{shut}")).contains("an array"));
}
