//! Complete responses with bad records among the good ones.

use serde_json::json;

use super::{Response, complete};

pub(super) fn rejected() -> Vec<Response> {
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

/// The record limit, to the byte.
pub(super) fn long() -> Vec<Response> {
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
