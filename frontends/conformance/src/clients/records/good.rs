//! Responses of which every byte is a car's: the grammar and its escapes.

use serde_json::json;

use super::{Response, complete};

pub(super) fn grammar() -> Vec<Response> {
    let empty = ["", "", ""];
    vec![
        complete("tutorial", b"today:peugeot:red", &[["today", "peugeot", "red"]], json!([])),
        complete(
            "two cars in order",
            b"97264836:peugeot:red.97264837:opel:blue",
            &[["97264836", "peugeot", "red"], ["97264837", "opel", "blue"]],
            json!([]),
        ),
        complete("zero bytes are zero cars", b"", &[], json!([])),
        complete("empty fields", b"::.1::", &[empty, ["1", "", ""]], json!([])),
        complete(
            "text beyond ascii",
            "1:citroën:日本.2:🚗:é".as_bytes(),
            &[["1", "citroën", "日本"], ["2", "🚗", "é"]],
            json!([]),
        ),
        complete(
            "white space and quotes are text",
            b" 1 :a\r\n:\tb,\"c\"\\",
            &[[" 1 ", "a\r\n", "\tb,\"c\"\\"]],
            json!([]),
        ),
        complete("nul is text", b"1:\0:b", &[["1", "\0", "b"]], json!([])),
        complete(
            "the same car twice is two cars",
            b"1:a:b.1:a:b",
            &[["1", "a", "b"], ["1", "a", "b"]],
            json!([]),
        ),
    ]
}

pub(super) fn escapes() -> Vec<Response> {
    vec![
        complete(
            "escapes in upper case",
            b"12%2E5:Lynk%3ACo:50%25",
            &[["12.5", "Lynk:Co", "50%"]],
            json!([]),
        ),
        complete(
            "escapes in lower case",
            b"12%2e5:Lynk%3aCo:50%25",
            &[["12.5", "Lynk:Co", "50%"]],
            json!([]),
        ),
        complete(
            "every other percent stays",
            b"100% red:%:%2.%41:%2f%2F:%zz.1:%%2E:%2%2E.1:%:3A",
            &[
                ["100% red", "%", "%2"],
                ["%41", "%2f%2F", "%zz"],
                ["1", "%.", "%2."],
                ["1", "%", "3A"],
            ],
            json!([]),
        ),
        complete(
            "an escape is undone once",
            b"%252E:%25253A:%2525",
            &[["%2E", "%253A", "%25"]],
            json!([]),
        ),
    ]
}
