//! Lists that are longer than what continuity remembers (65,536 pieces).

use std::path::Path;

use super::{fins, watch};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("watch::a list of a hundred thousand grows", |exe| {
            grows(exe, &[(0, 100_000), (0, 100_000), (0, 100_010), (0, 170_000)]);
        }),
        Row::heavy("watch::a list of a hundred thousand is trimmed", |exe| {
            grows(exe, &[(0, 100_000), (10, 100_010), (60_000, 100_020), (100_000, 100_030)]);
        }),
        Row::heavy(
            "watch::a list that is longer than is remembered, from one round to the next",
            |exe| {
                grows(exe, &[(0, 10), (0, 200_000), (190_000, 200_010)]);
            },
        ),
    ]
}

/// Serves these ranges of cars, each its own; each is printed once, in order.
fn grows(exe: &Path, rounds: &[(usize, usize)]) {
    let of = |(from, to): &(usize, usize)| {
        (*from..*to).map(|nth| format!("{nth}:car:red")).collect::<Vec<_>>().join(".")
    };
    let snapshots: Vec<String> = rounds.iter().map(of).collect();
    let snapshots: Vec<&str> = snapshots.iter().map(String::as_str).collect();
    let finished = watch(exe, &["-f", "wire"], fins(&snapshots));
    let all = of(&(0, rounds.last().expect("rounds").1));
    let is = String::from_utf8_lossy(&finished.stdout);
    let differs = is.split('.').zip(all.split('.')).position(|(is, should)| is != should);
    assert!(
        is == all,
        "{} cars of {}, first differing at {differs:?}\n{}",
        is.split('.').count(),
        all.split('.').count(),
        finished.stderr
    );
    assert!(!finished.stderr.to_lowercase().contains("restart"), "{}", finished.stderr);
}
