//! `--retries`, and which of several attempts counts.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;
use crate::hostile::{Deaf, End, Hostile, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("retries::two resets, then an answer", |exe| {
            let reset = Script::new("", End::Reset);
            let scripts = vec![reset.clone(), reset, Script::new("1:a:b", End::Fin)];
            serve(exe, scripts, "2", &json!({"outcome": "complete", "attempts": 3, "cars": 1}), 0);
        }),
        Row::new("retries::none unless asked for", |exe| {
            let scripts = vec![Script::new("", End::Reset), Script::new("1:a:b", End::Fin)];
            let expected = json!({"outcome": "failed", "reason": "reset", "attempts": 1});
            serve(exe, scripts, "0", &expected, 3);
        }),
        Row::new("retries::a complete answer is not asked for again", |exe| {
            let scripts = vec![Script::new("1:a:b", End::Fin), Script::new("", End::Reset)];
            serve(exe, scripts, "3", &json!({"outcome": "complete", "attempts": 1}), 0);
        }),
        Row::new("retries::partial beats failed", |exe| {
            let scripts = vec![Script::new("1:a:b.", End::Reset), Script::new("", End::Reset)];
            let expected = json!({"outcome": "partial", "attempts": 2, "cars": 1, "bytes": 6});
            serve(exe, scripts, "1", &expected, 3);
        }),
        Row::new("retries::the later of equals", |exe| {
            let scripts =
                vec![Script::new("1:a:b.2:c:d.", End::Reset), Script::new("3:e:f.", End::Reset)];
            let expected = json!({"outcome": "partial", "attempts": 2, "cars": 1, "bytes": 6});
            serve(exe, scripts, "1", &expected, 3);
        }),
        Row::new("retries::idle_timeout", |exe| {
            let scripts = vec![Script::new("", End::Stall), Script::new("1:a:b", End::Fin)];
            let args = ["--retries", "1", "--idle-timeout", "300ms"];
            let station = Hostile::each(scripts);
            let finished = Client::new(exe).args(args).arg(station.address()).run();
            finished.assert_station(0, &json!({"outcome": "complete", "attempts": 2}));
            finished.assert_code(0);
        }),
        Row::new("retries::refused", |exe| {
            let refusing = Refusing::new();
            let finished = Client::new(exe).args(["--retries", "2", &refusing.address()]).run();
            finished.assert_station(0, &json!({"reason": "refused", "attempts": 3}));
            finished.assert_code(3);
        }),
        Row::new("retries::connect_timeout", |exe| {
            let deaf = Deaf::new();
            let args = ["--retries", "1", "--connect-timeout", "200ms", &deaf.address()];
            let finished = Client::new(exe).args(args).run();
            finished.assert_station(0, &json!({"reason": "connect_timeout", "attempts": 2}));
        }),
        Row::new("retries::unreachable", |exe| {
            let finished = Client::new(exe).args(["--retries", "1", "127.255.255.255:9"]).run();
            finished.assert_station(0, &json!({"reason": "unreachable", "attempts": 2}));
        }),
        Row::new("retries::name_not_found", |exe| {
            let finished = Client::new(exe).args(["--retries", "1", "nonexistent.invalid:9"]).run();
            finished.assert_station(0, &json!({"reason": "name_not_found", "attempts": 2}));
        }),
        Row::new("retries::too_large is final", |exe| {
            let station = Hostile::new(Script::new("", End::Endless));
            let args = ["--retries", "3", "--max-response", "10KiB", &station.address()];
            let finished = Client::new(exe).args(args).run();
            finished.assert_station(0, &json!({"reason": "too_large", "attempts": 1}));
        }),
        Row::new("retries::the deadline is for all attempts", |exe| {
            let station = Hostile::new(Script::new("", End::Reset));
            let args = ["--retries", "1000000", "--deadline", "1s", &station.address()];
            let finished = Client::new(exe).args(args).run();
            let line = finished.station(0);
            assert_eq!(line["outcome"], "failed", "{finished}");
            assert!(line["attempts"].as_u64().is_some_and(|n| n > 1), "{line}");
            finished.assert_code(3);
        }),
    ]
}

fn serve(exe: &Path, scripts: Vec<Script>, retries: &str, expected: &Value, code: i32) {
    let station = Hostile::each(scripts);
    let finished = Client::new(exe).args(["--retries", retries, &station.address()]).run();
    finished.assert_station(0, expected);
    finished.assert_code(code);
}
