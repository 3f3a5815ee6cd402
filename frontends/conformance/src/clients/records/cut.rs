//! Answers that were reset: what becomes of their tail.

use serde_json::json;

use super::{Response, reset};

pub(super) fn tails() -> Vec<Response> {
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
