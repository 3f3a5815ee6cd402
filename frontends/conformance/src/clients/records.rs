//! protocol.md, Grammar, Escaping and bad records: each response in one piece, byte by
//! byte and in random splits.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;
use crate::hostile::{End, Hostile, Pieces, Script};
use crate::table::Row;

/// A response, and what a client makes of it.
struct Response {
    name: &'static str,
    bytes: Vec<u8>,
    end: End,
    cars: Vec<[String; 3]>,
    rejections: Value,
}

fn complete(name: &'static str, bytes: &[u8], cars: &[[&str; 3]], rejections: Value) -> Response {
    let cars = cars.iter().map(|car| car.map(str::to_owned)).collect();
    Response { name, bytes: bytes.to_vec(), end: End::Fin, cars, rejections }
}

fn reset(name: &'static str, bytes: &[u8], cars: &[[&str; 3]], rejections: Value) -> Response {
    Response { end: End::Reset, ..complete(name, bytes, cars, rejections) }
}

pub(super) fn rows() -> Vec<Row> {
    let responses =
        grammar().into_iter().chain(escapes()).chain(rejected()).chain(cut()).chain(long());
    responses
        .map(|response| {
            Row::new(format!("records::{}", response.name), move |exe| check(exe, &response))
        })
        .collect()
}

fn check(exe: &Path, response: &Response) {
    for pieces in Pieces::ALL {
        let station = Hostile::new(Script::new(&response.bytes, response.end).in_pieces(pieces));
        let run = Client::new(exe).args(["--keep-partial", "-f", "ndjson"]);
        let finished = run.arg(format!("gate={}", station.address())).run();
        let rejected = response.rejections.as_array().expect("rejections").len();
        let is_complete = response.end == End::Fin;
        finished.assert_station(
            0,
            &json!({
                "name": "gate", "address": station.address(), "verified": false, "attempts": 1,
                "outcome": if is_complete { "complete" } else { "partial" },
                "reason": if is_complete { Value::Null } else { json!("reset") },
                "cars": response.cars.len(), "rejected": rejected,
                "bytes": response.bytes.len(), "rejections": response.rejections,
            }),
        );
        let printed: Vec<[String; 3]> = finished.lines().iter().map(fields).collect();
        assert!(printed == response.cars, "{pieces:?}: cars {printed:?}\n{finished}");
        finished.assert_code(if is_complete { 0 } else { 3 });
        assert_eq!(station.wait(|progress| progress.over == 1).heard, 0, "clients send nothing");
    }
}

fn fields(car: &Value) -> [String; 3] {
    ["time", "brand", "color"].map(|key| car[key].as_str().expect("a string").to_owned())
}

fn grammar() -> Vec<Response> {
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

fn escapes() -> Vec<Response> {
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

fn rejected() -> Vec<Response> {
    let (first, last) = (["1", "a", "b"], ["3", "d", "e"]);
    vec![
        complete(
            "leading dot",
            b".1:a:b",
            &[first],
            json!([{"index": 0, "start": 0, "end": 0, "reason": "empty"}]),
        ),
        complete(
            "trailing dot",
            b"1:a:b.",
            &[first],
            json!([{"index": 1, "start": 6, "end": 6, "reason": "empty"}]),
        ),
        complete(
            "dot after dot",
            b"1:a:b..3:d:e",
            &[first, last],
            json!([{"index": 1, "start": 6, "end": 6, "reason": "empty"}]),
        ),
        complete(
            "nothing but a dot",
            b".",
            &[],
            json!([
                {"index": 0, "start": 0, "end": 0, "reason": "empty"},
                {"index": 1, "start": 1, "end": 1, "reason": "empty"},
            ]),
        ),
        complete(
            "too few fields",
            b"1:a:b.hello.2:c.3:d:e",
            &[first, last],
            json!([
                {"index": 1, "start": 6, "end": 11, "reason": "too_few_fields", "found": 1},
                {"index": 2, "start": 12, "end": 15, "reason": "too_few_fields", "found": 2},
            ]),
        ),
        complete(
            "too many fields",
            b"1:a:b.2:c:d:x.::::.3:d:e",
            &[first, last],
            json!([
                {"index": 1, "start": 6, "end": 13, "reason": "too_many_fields", "found": 4},
                {"index": 2, "start": 14, "end": 18, "reason": "too_many_fields", "found": 5},
            ]),
        ),
        complete(
            "an escaped colon parts no fields",
            b"1:a%3Ab.3:d:e",
            &[last],
            json!([{"index": 0, "start": 0, "end": 7, "reason": "too_few_fields", "found": 2}]),
        ),
        complete(
            "not utf-8",
            b"1:a:b.2:\xff:c.3:d:e",
            &[first, last],
            json!([{"index": 1, "start": 6, "end": 11, "reason": "invalid_utf8", "at": 8}]),
        ),
        complete(
            "a character without its end",
            b"1:\xe6\x97:\xc3\xa9.3:d:e.\xf0\x9f\x9a",
            &[last],
            json!([
                {"index": 0, "start": 0, "end": 7, "reason": "invalid_utf8", "at": 2},
                {"index": 2, "start": 14, "end": 17, "reason": "invalid_utf8", "at": 14},
            ]),
        ),
        complete(
            "surrogates and overlong forms are not utf-8",
            b"1:\xed\xa0\x80:x.1:a:\xc0\xaf",
            &[],
            json!([
                {"index": 0, "start": 0, "end": 7, "reason": "invalid_utf8", "at": 2},
                {"index": 1, "start": 8, "end": 14, "reason": "invalid_utf8", "at": 12},
            ]),
        ),
        complete(
            "not utf-8 comes before the number of fields",
            b"\xff.:::\xff",
            &[],
            json!([
                {"index": 0, "start": 0, "end": 1, "reason": "invalid_utf8", "at": 0},
                {"index": 1, "start": 2, "end": 6, "reason": "invalid_utf8", "at": 5},
            ]),
        ),
    ]
}

fn cut() -> Vec<Response> {
    let first = ["1", "a", "b"];
    vec![
        reset(
            "the tail of a reset answer is cut",
            b"1:a:b.2:c:d",
            &[first],
            json!([{"index": 1, "start": 6, "end": 11, "reason": "cut"}]),
        ),
        reset("a last dot leaves nothing cut", b"1:a:b.", &[first], json!([])),
        reset(
            "nothing but a cut tail",
            b"1:a",
            &[],
            json!([{"index": 0, "start": 0, "end": 3, "reason": "cut"}]),
        ),
        reset(
            "cut comes before every other reason",
            b"1:a:b..\xff\xff",
            &[first],
            json!([
                {"index": 1, "start": 6, "end": 6, "reason": "empty"},
                {"index": 2, "start": 7, "end": 9, "reason": "cut"},
            ]),
        ),
        reset(
            "a reset after a dot alone",
            b".",
            &[],
            json!([{"index": 0, "start": 0, "end": 0, "reason": "empty"}]),
        ),
    ]
}

/// The record limit, to the byte.
fn long() -> Vec<Response> {
    let record = |len: usize| format!("1:{}:b", "a".repeat(len - 4));
    let brand = "a".repeat(LIMIT - 4);
    let around = |middle: &[u8]| [b"1:a:b.", middle, b".3:d:e"].concat();
    let (first, last) = (["1", "a", "b"], ["3", "d", "e"]);
    let too_long = |end: usize| json!([{"index": 1, "start": 6, "end": end, "reason": "too_long", "limit": LIMIT}]);
    vec![
        complete(
            "64 KiB is a record",
            &around(record(LIMIT).as_bytes()),
            &[first, ["1", &brand, "b"], last],
            json!([]),
        ),
        complete(
            "64 KiB and a byte is too long",
            &around(record(LIMIT + 1).as_bytes()),
            &[first, last],
            too_long(6 + LIMIT + 1),
        ),
        complete(
            "too long comes before not utf-8",
            &around(&[0xff; LIMIT + 1]),
            &[first, last],
            too_long(6 + LIMIT + 1),
        ),
        complete(
            "a limit of bytes on the wire, escapes and all",
            &around(format!("1:{}:b", "%2E".repeat(LIMIT / 3)).as_bytes()),
            &[first, last],
            too_long(6 + LIMIT / 3 * 3 + 4),
        ),
        complete(
            "a last record that is too long",
            record(LIMIT + 1).as_bytes(),
            &[],
            json!([{"index": 0, "start": 0, "end": LIMIT + 1, "reason": "too_long", "limit": LIMIT}]),
        ),
    ]
}

const LIMIT: usize = 64 * 1024;
