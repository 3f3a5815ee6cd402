//! protocol.md, Grammar, Escaping and bad records: each response in one piece, byte by
//! byte and in random splits.

mod bad;
mod cut;
mod good;

use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;
use crate::hostile::{End, Hostile, Pieces, Script};
use crate::table::Row;

/// A response, and what a client makes of it.
#[derive(Clone)]
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
        [good::grammar(), good::escapes(), bad::rejected(), cut::tails(), bad::long()].concat();
    responses
        .into_iter()
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
