//! cli.md, exit codes: the first row that holds, whatever the order of the stations.

use std::fs::File;
use std::path::Path;

use crate::client::{Client, Finished};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("exits::do not depend on the order of the stations", permutations),
        Row::new("exits::--strict", strict),
        Row::new("exits::a cut tail is no error under --strict", |exe| {
            let finished = gather(exe, &["--strict", "--min-ok", "1"], &[fine(), cut()]);
            finished.assert_code(0);
        }),
        Row::new("exits::--strict sees bad records of partial stations", |exe| {
            let bad = Script::new("1:a:b.x.2:c", End::Reset);
            gather(exe, &["--strict", "--min-ok", "1"], &[fine(), bad.clone()]).assert_code(5);
            gather(exe, &["--strict"], &[fine(), bad]).assert_code(1);
        }),
        Row::new("exits::a full disk", |exe| {
            let full = File::options().write(true).open("/dev/full").expect("full(4)");
            let station = Hostile::new(fine());
            let run = Client::new(exe).args(["-f", "ndjson", &station.address()]);
            let finished = run.stdout(full).run();
            finished.assert_code(4);
            assert!(finished.stderr.contains("No space left"), "{finished}");
        }),
        Row::new("exits::a full disk and no cars", |exe| {
            let full = File::options().write(true).open("/dev/full").expect("full(4)");
            let station = Hostile::new(Script::new("", End::Fin));
            let run = Client::new(exe).args(["-f", "csv", &station.address()]);
            run.stdout(full).run().assert_code(4);
        }),
        Row::new("exits::a closed pipe ends it quietly", closed_pipe),
    ]
}

fn fine() -> Script {
    Script::new("1:a:b", End::Fin)
}

fn cut() -> Script {
    Script::new("1:a:b.2", End::Reset)
}

fn gather(exe: &Path, args: &[&str], scripts: &[Script]) -> Finished {
    let stations: Vec<Hostile> = scripts.iter().cloned().map(Hostile::new).collect();
    Client::new(exe).args(args).args(stations.iter().map(Hostile::address)).run()
}

fn permutations(exe: &Path) {
    let (fine, cut, gone) = (Hostile::new(fine()), Hostile::new(cut()), Refusing::new());
    let other = Hostile::new(Script::new("x", End::Fin));
    let [f, c, g, o] = [fine.address(), cut.address(), gone.address(), other.address()];
    let cases: [(&[&str], &[&str], i32); 11] = [
        (&[], &[&f, &o], 0),
        (&[], &[&f, &c, &g], 1),
        (&[], &[&f, &g], 1),
        (&[], &[&c, &g], 3),
        (&["--min-ok", "1"], &[&f, &c, &g], 0),
        (&["--min-ok", "2"], &[&f, &c, &g], 1),
        (&["--min-ok", "1"], &[&c, &g], 3),
        (&["--strict"], &[&f, &o], 5),
        (&["--strict"], &[&f, &o, &g], 1),
        (&["--strict", "--min-ok", "2"], &[&f, &o, &g], 5),
        (&["--keep-partial"], &[&c, &g], 3),
    ];
    for (args, stations, code) in cases {
        for order in orders(stations) {
            let finished = Client::new(exe).args(args).args(&order).run();
            finished.assert_code(code);
        }
    }
}

/// All permutations, of which there are few.
fn orders<'a>(of: &[&'a str]) -> Vec<Vec<&'a str>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for nth in 0..of.len() {
        let mut rest = of.to_vec();
        let first = rest.remove(nth);
        all.extend(orders(&rest).into_iter().map(|order| [vec![first], order].concat()));
    }
    all
}

fn strict(exe: &Path) {
    for (bytes, code) in
        [("1:a:b", 0), ("", 0), ("1:a:b.", 5), (".", 5), ("1:a", 5), ("1:2:3:4", 5)]
    {
        let finished = gather(exe, &["--strict"], &[Script::new(bytes, End::Fin)]);
        finished.assert_code(code);
        gather(exe, &[], &[Script::new(bytes, End::Fin)]).assert_code(0);
    }
}

fn closed_pipe(exe: &Path) {
    // More than a pipe holds, so that writing meets the closed end whenever it closes.
    let station = Hostile::new(Script::new(vec!["1:peugeot:red"; 50_000].join("."), End::Fin));
    for format in ["ndjson", "csv", "json", "wire", "table"] {
        let run = Client::new(exe).args(["-q", "--summary", "none", "-f", format]);
        let mut running = run.arg(station.address()).start_unread();
        drop(running.take_stdout());
        let finished = running.finish();
        finished.assert_code(4);
        assert_eq!(finished.stderr, "", "{format}: quietly");
    }
}
