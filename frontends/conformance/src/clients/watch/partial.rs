//! Rounds in which a station is partial or fails: nothing is lost by them, nothing doubled.

use std::path::Path;

use super::{fins, ndjson, watch};
use crate::client::Finished;
use crate::hostile::{End, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("watch::a round that fails changes nothing", |exe| {
            let mut rounds = fins(&["1:a:b.2:c:d"]);
            rounds.insert(0, Script::new("", End::Reset));
            rounds.push(Script::new("", End::Reset));
            rounds.extend(fins(&["1:a:b.2:c:d.3:e:f", "2:c:d.3:e:f"]));
            let finished = watch(exe, &["-f", "ndjson"], rounds);
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d", "3:e:f"]));
        }),
        Row::new("watch::cars of a partial round come when a round is complete", |exe| {
            let finished = watch(exe, &["-f", "ndjson"], rounds());
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d", "3:e:f", "4:g:h", "5:i:j"]));
        }),
        Row::new("watch::--keep-partial prints and marks them, once", kept),
        Row::new("watch::--keep-partial, and less than was known", |exe| {
            let rounds = vec![
                Script::new("1:a:b.2:c:d.3:e:f", End::Fin),
                Script::new("1:a:b.2:c:d.", End::Reset),
                Script::new("1:a:b.2:c", End::Reset),
                Script::new("1:a:b.2:c:d.3:e:f.4:g:h", End::Fin),
            ];
            let finished = watch(exe, &["--keep-partial", "-f", "ndjson"], rounds);
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d", "3:e:f", "4:g:h"]));
        }),
        Row::new("watch::a response that is too large changes nothing", |exe| {
            let rounds = vec![
                Script::new("1:a:b.2:c:d", End::Fin),
                Script::new("1:a:b.2:c:d.3:e:f.4:g:", End::Endless),
                Script::new("1:a:b.2:c:d.3:e:f", End::Fin),
            ];
            let args = ["-f", "ndjson", "--max-response", "10KiB", "--keep-partial"];
            let finished = watch(exe, &args, rounds);
            finished.assert_stdout(&ndjson("gate", &["1:a:b", "2:c:d", "3:e:f"]));
        }),
    ]
}

fn rounds() -> Vec<Script> {
    vec![
        Script::new("1:a:b.2:c:d.3:e", End::Reset),
        Script::new("1:a:b.2:c:d.3:e:f.4:g:h", End::Fin),
        Script::new("2:c:d.3:e:f.4:g:h.5:i", End::Reset),
        Script::new("3:e:f.4:g:h.5:i:j", End::Fin),
    ]
}

fn kept(exe: &Path) {
    let finished = watch(exe, &["--keep-partial", "-f", "ndjson"], rounds());
    let partial = |finished: &Finished| {
        let printed = finished.lines();
        let of = |car: &serde_json::Value| (car["time"].to_string(), car["partial"] == true);
        printed.iter().map(of).collect::<Vec<_>>()
    };
    let printed = partial(&finished);
    let times: Vec<&str> = printed.iter().map(|(time, _)| time.as_str()).collect();
    assert_eq!(times, ["\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\""], "{finished}");
    assert!(printed[0].1 && printed[1].1, "these were only in a partial one\n{finished}");
    assert!(!printed[2].1 && !printed[4].1, "these in a complete one\n{finished}");
}
