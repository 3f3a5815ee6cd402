//! Lists that grow, are trimmed, are cut, begin again: what of them is new.

use std::path::Path;

use super::{fins, ndjson, prints, station, watch};
use crate::client::{Client, Finished};
use crate::hostile::{End, Gate, Script};
use crate::rng::Rng;
use crate::table::Row;
use crate::watching::Watching;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("watch::a list that grows", |exe| {
            let _ = prints(
                exe,
                &["", "1:a:b", "1:a:b.2:c:d", "1:a:b.2:c:d.3:e:f.4:g:h"],
                &["1:a:b", "2:c:d", "3:e:f", "4:g:h"],
            );
        }),
        Row::new("watch::a list that stays is printed once", |exe| {
            let same = ["1:a:b.2:c:d"; 4];
            let _ = prints(exe, &same, &["1:a:b", "2:c:d"]);
        }),
        Row::new("watch::a trimmed front is recognised", |exe| {
            let rounds =
                ["1:a:b.2:c:d.3:e:f", "2:c:d.3:e:f.4:g:h", "3:e:f.4:g:h", "3:e:f.4:g:h.5:i:j"];
            let _ = prints(exe, &rounds, &["1:a:b", "2:c:d", "3:e:f", "4:g:h", "5:i:j"]);
        }),
        Row::new("watch::a list cut at every place is one list", cut),
        Row::new("watch::ten identical records are ten cars", |exe| {
            let of = |count: usize| vec!["7:car:red"; count].join(".");
            let rounds = [of(1), of(2), of(5), of(5), of(10)];
            let rounds: Vec<&str> = rounds.iter().map(String::as_str).collect();
            let _ = prints(exe, &rounds, &["7:car:red"; 10]);
        }),
        Row::new("watch::a tail is held until a later round says what it was", held),
        Row::new("watch::a tail that comes again is confirmed", confirmed),
        Row::new("watch::a tail is printed at the end", |exe| {
            let _ = prints(exe, &["1:a:b.2:c:d"], &["1:a:b", "2:c:d"]);
        }),
        Row::new("watch::a tail that was no car becomes one", |exe| {
            let _ = prints(exe, &["1:a:b.2:c", "1:a:b.2:c:d.3:e:f"], &["1:a:b", "2:c:d", "3:e:f"]);
        }),
        Row::new("watch::a tail that was a car becomes none", |exe| {
            let _ = prints(exe, &["1:a:b.2:c:d", "1:a:b.2:c:d:e.3:e:f"], &["1:a:b", "3:e:f"]);
        }),
        Row::new("watch::rejected pieces count among the pieces", |exe| {
            let rounds = ["x.1:a:b.x.2:c:d", "x.2:c:d.x", "2:c:d.x.3:e:f"];
            let _ = prints(exe, &rounds, &["1:a:b", "2:c:d", "3:e:f"]);
        }),
        Row::new("watch::a restart is reported, and all of it is new", |exe| {
            let finished =
                watch(exe, &[], fins(&["1:a:b.2:c:d", "8:x:y.9:z:z", "8:x:y.9:z:z.10:u:v"]));
            let printed = String::from_utf8_lossy(&finished.stdout).into_owned();
            once_each(&finished, &["1:a:b", "2:c:d", "8:x:y", "9:z:z", "10:u:v"]);
            let place = |record| printed.find(&ndjson("gate", &[record])).expect("it is there");
            assert!(
                place("1:a:b") < place("8:x:y") && place("8:x:y") < place("9:z:z"),
                "{printed}"
            );
            restart_was_reported(&finished, "gate");
        }),
        Row::new("watch::a match of the tail alone is no overlap", |exe| {
            let finished = watch(exe, &[], fins(&["1:a:b.2:c:d", "2:c:d.3:e:f"]));
            once_each(&finished, &["1:a:b", "2:c:d", "2:c:d", "3:e:f"]);
            restart_was_reported(&finished, "gate");
            let finished = watch(exe, &[], fins(&["1:a:b.2:c:d", "2:c:dd.3:e:f"]));
            once_each(&finished, &["1:a:b", "2:c:d", "2:c:dd", "3:e:f"]);
            restart_was_reported(&finished, "gate");
            // Unless it was all there was.
            let _ = prints(exe, &["2:c:d", "2:c:dd.3:e:f"], &["2:c:dd", "3:e:f"]);
        }),
        Row::new("watch::an older list that was cut is not new", stale),
        Row::new("watch::what looks cut, and comes again, is a restart", |exe| {
            let rounds = ["1:vw:red.2:fiat:blue", "1:vw:", "1:vw:", "1:vw:.3:x:y.4:u:v"];
            let finished = watch(exe, &[], fins(&rounds));
            let all = ["1:vw:red", "2:fiat:blue", "1:vw:", "3:x:y", "4:u:v"];
            once_each(&finished, &all);
            restart_was_reported(&finished, "gate");
            // Not if something else came between.
            let whole = "1:vw:red.2:fiat:blue";
            let rounds = [whole, "1:vw:", whole, "1:vw:", "1:vw:r", "1:vw:", whole];
            let finished = prints(exe, &rounds, &["1:vw:red", "2:fiat:blue"]);
            let restarted = finished.stderr.to_lowercase().contains("restart");
            assert!(!restarted, "{finished}");
        }),
        Row::new("watch::continuity is each station's own", two),
        Row::new("watch::any growth, trimming and cut", any),
    ]
}

/// Panics unless each is printed once, in whatever order, and nothing else.
#[track_caller]
fn once_each(finished: &Finished, records: &[&str]) {
    let printed = String::from_utf8_lossy(&finished.stdout);
    let mut printed: Vec<&str> = printed.split_inclusive('\n').collect();
    let mut expected: Vec<String> =
        records.iter().map(|record| ndjson("gate", &[record])).collect();
    printed.sort_unstable();
    expected.sort_unstable();
    assert!(printed == expected, "{printed:#?}\nnot\n{expected:#?}\n{finished}");
}

#[track_caller]
fn restart_was_reported(finished: &Finished, station: &str) {
    let tells = |line: &str| line.contains(station) && line.to_lowercase().contains("restart");
    assert!(finished.stderr.lines().any(tells), "that it restarted is said\n{finished}");
}

/// By FIN, which cannot be told from a whole list.
fn cut(exe: &Path) {
    let whole = "1:a:b.22:cc:dd.3:e:f";
    for place in 0..=whole.len() {
        let rounds = [&whole[..place], whole, "22:cc:dd.3:e:f.4:g:h"];
        let finished = prints(exe, &rounds, &["1:a:b", "22:cc:dd", "3:e:f", "4:g:h"]);
        let restarted = finished.stderr.to_lowercase().contains("restart");
        // An empty list has no overlap with anything; whether that is worth a word is open.
        assert!(!restarted || place == 0, "cut at {place}, it went on\n{finished}");
    }
}

/// A list that is there already, cut by FIN at every byte; and then it is whole again.
fn stale(exe: &Path) {
    let whole = "1:a:b.22:cc:dd.3:e:f.4:g:h";
    // Without a byte, or with whole records alone, it is a restart by the rule.
    for place in (1..whole.len()).filter(|place| whole.as_bytes()[*place] != b'.') {
        let rounds = [whole, &whole[..place], whole, "22:cc:dd.3:e:f.4:g:h.5:i:j"];
        let cars = ["1:a:b", "22:cc:dd", "3:e:f", "4:g:h", "5:i:j"];
        let finished = prints(exe, &rounds, &cars);
        let restarted = finished.stderr.to_lowercase().contains("restart");
        assert!(!restarted, "cut at {place}, nothing restarted\n{finished}");
    }
}

fn held(exe: &Path) {
    let later = Gate::default();
    let rounds = vec![
        Script::new("1:a:b.2:c:blu", End::Fin),
        Script::new("1:a:b.2:c:blue.3:e", End::Fin).sent_after(&later),
    ];
    let station = station(rounds);
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
    let watching = Watching::start(run.arg(format!("gate={}", station.address())));
    station.wait(|progress| progress.accepted == 2);
    let printed = watching.wait_for_lines(1);
    assert_eq!(printed, ndjson("gate", &["1:a:b"]), "whether there is more of the tail is open");
    later.open();
    let printed = watching.wait_for_lines(2);
    assert_eq!(printed, ndjson("gate", &["1:a:b", "2:c:blue"]));
    station.wait(|progress| progress.accepted == 3);
    let finished = watching.stop();
    finished.assert_code(130);
    assert_eq!(String::from_utf8_lossy(&finished.stdout), printed, "`3:e` is no car");
}

fn confirmed(exe: &Path) {
    let station = station(fins(&["1:a:b.2:c:d", "1:a:b.2:c:d"]));
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
    let watching = Watching::start(run.arg(format!("gate={}", station.address())));
    station.wait(|progress| progress.accepted == 3);
    assert_eq!(watching.wait_for_lines(2), ndjson("gate", &["1:a:b", "2:c:d"]));
    watching.stop().assert_code(130);
}

/// Within a round they stand in the order given.
fn two(exe: &Path) {
    let gate =
        station(fins(&["1:a:b.2:c:d", "1:a:b.2:c:d", "1:a:b.2:c:d.3:e:f", "2:c:d.3:e:f.4:g:h"]));
    let bridge = station(fins(&["1:a:b", "1:a:b", "1:a:b.1:a:b", "8:x:y"]));
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "ndjson"]);
    let names = [format!("gate={}", gate.address()), format!("bridge={}", bridge.address())];
    let watching = Watching::start(run.args(names));
    gate.wait(|progress| progress.accepted == 5);
    bridge.wait(|progress| progress.accepted == 5);
    let finished = watching.stop();
    finished.assert_code(130);
    let printed = String::from_utf8_lossy(&finished.stdout);
    let of = |name: &str| {
        let is_its = |line: &&str| line.contains(name);
        printed.split_inclusive('\n').filter(is_its).collect::<String>()
    };
    assert_eq!(of("gate"), ndjson("gate", &["1:a:b", "2:c:d", "3:e:f", "4:g:h"]), "{finished}");
    assert_eq!(of("bridge"), ndjson("bridge", &["1:a:b", "1:a:b", "8:x:y"]), "{finished}");
    restart_was_reported(&finished, "bridge");
    assert!(printed.starts_with(&ndjson("gate", &["1:a:b"])), "{finished}");
}

/// Records that are distinct: each is printed once, in order, whatever is done to the list.
fn any(exe: &Path) {
    for seed in 0..12 {
        let mut rng = Rng::new(seed);
        let (mut from, mut to, mut known) = (0, 0, 0_usize);
        let mut rounds = Vec::new();
        for _ in 0..12 {
            to += rng.below(4);
            // At least two pieces of what the client knows stay.
            from = from.max(known.saturating_sub(2).min(from + rng.below(3)));
            let mut snapshot = records(from, to).join(".");
            match rng.below(4) {
                0 => {
                    let next = records(to, to + 1).remove(0);
                    snapshot += if snapshot.is_empty() { "" } else { "." };
                    snapshot += &next[..rng.below(next.len())];
                    rounds.push(Script::new(&snapshot, End::Fin));
                    // It is there from now on: a list only grows.
                    known = to;
                    to += 1;
                }
                1 => {
                    let place = rng.below(snapshot.len() + 1);
                    rounds.push(Script::new(&snapshot[..place], End::Reset));
                }
                _ => {
                    rounds.push(Script::new(&snapshot, End::Fin));
                    known = to;
                }
            }
        }
        rounds.push(Script::new(records(from, to).join("."), End::Fin));
        let described: Vec<String> = rounds.iter().map(|round| format!("{round:?}")).collect();
        let finished = watch(exe, &["-f", "ndjson"], rounds);
        let all = records(0, to);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let printed = String::from_utf8_lossy(&finished.stdout);
        assert!(printed == ndjson("gate", &all), "seed {seed}\n{described:#?}\n{finished}");
    }
}

fn records(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|nth| format!("{nth}:brand {}:red", nth % 3)).collect()
}
