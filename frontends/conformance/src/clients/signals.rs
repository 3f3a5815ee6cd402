//! SIGINT and SIGTERM: what had arrived is printed, and a second one stops at once.

use std::io::Read;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use crate::client::Client;
use crate::hostile::{End, Hostile, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("signals::SIGINT prints what had arrived", |exe| arrived(exe, Signal::INT, 130)),
        Row::new("signals::SIGTERM prints what had arrived", |exe| arrived(exe, Signal::TERM, 143)),
        Row::new("signals::a second SIGINT stops at once", |exe| second(exe, Signal::INT, 130)),
        Row::new("signals::a second SIGTERM stops at once", |exe| second(exe, Signal::TERM, 143)),
        Row::new("signals::--min-ok does not hide a signal", |exe| {
            let (fine, stalled) = stations("1:a:b");
            let run = Client::new(exe).args(["--min-ok", "1", "-f", "wire"]);
            let running = run.args([fine.address(), stalled.address()]).start();
            fine.wait(|progress| progress.over == 1);
            stalled.wait(|progress| progress.delivered == 1);
            running.signal(Signal::INT);
            let finished = running.finish();
            finished.assert_stdout("1:a:b");
            finished.assert_code(130);
        }),
    ]
}

fn stations(bytes: &str) -> (Hostile, Hostile) {
    let fine = Hostile::new(Script::new(bytes, End::Fin));
    (fine, Hostile::new(Script::new("2:c:d.3:e", End::Stall)))
}

fn arrived(exe: &Path, signal: Signal, code: i32) {
    let (fine, stalled) = stations("1:a:b");
    let run = Client::new(exe).args(["--keep-partial", "-f", "ndjson"]);
    let names = [format!("one={}", fine.address()), format!("two={}", stalled.address())];
    let running = run.args(names).start();
    fine.wait(|progress| progress.over == 1);
    stalled.wait(|progress| progress.delivered == 1);
    running.signal(signal);
    let finished = running.finish();
    finished.assert_station(0, &json!({"outcome": "complete", "cars": 1}));
    finished.assert_station(1, &json!({"outcome": "partial", "reason": "cancelled", "cars": 1}));
    finished.assert_stdout(concat!(
        r#"{"station":"one","time":"1","brand":"a","color":"b"}"#,
        "\n",
        r#"{"station":"two","time":"2","brand":"c","color":"d","partial":true}"#,
        "\n",
    ));
    finished.assert_code(code);
}

/// The first signal makes it print more than a pipe holds, where nobody reads on.
fn second(exe: &Path, signal: Signal, code: i32) {
    let (fine, stalled) = stations(&vec!["1:peugeot:red"; 300_000].join("."));
    let run = Client::new(exe).args(["-f", "ndjson", &fine.address(), &stalled.address()]);
    let mut running = run.start_unread();
    let mut stdout = running.take_stdout();
    fine.wait(|progress| progress.over == 1);
    stalled.wait(|progress| progress.delivered == 1);
    running.signal(signal);
    stdout.read_exact(&mut [0]).expect("it prints");
    running.signal(signal);
    let finished = running.finish();
    assert_eq!(finished.code, code, "{finished}");
}
