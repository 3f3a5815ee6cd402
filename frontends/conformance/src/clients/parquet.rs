//! `--parquet DIR`: parts by station and day, for programs that read such folders.

mod lake;

use std::fs;
use std::path::Path;

use crate::client::{Client, Finished};
use crate::fixtures::{Cars, Folder};
use crate::hostile::{End, Hostile, Refusing, Script};
use crate::table::Row;
use crate::watching::Watching;
use lake::{Stored, read, read_all, stored};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("parquet::parts by station and day", days),
        Row::new("parquet::five thousand cars of all sorts", sorts),
        Row::new("parquet::names that are no names of folders", names),
        Row::new("parquet::a second run adds", |exe| {
            let folder = Folder::new();
            for run in 1..4 {
                gather(exe, &folder, "gate", "1:a:b.2:c:d").assert_code(0);
                assert_eq!(read(&folder).len(), run * 2, "another gather is another part");
            }
        }),
        Row::new("parquet::a watch writes what it prints", watched),
        Row::new("parquet::partial cars only where they are asked for", partial),
        Row::new("parquet::no cars, no parts", |exe| {
            let folder = Folder::new();
            gather(exe, &folder, "gate", "").assert_code(0);
            let gone = Refusing::new();
            let run = Client::new(exe).arg("--parquet").arg(folder.path("lake"));
            run.arg(gone.address()).run().assert_code(3);
            assert_eq!(read(&folder), []);
        }),
        Row::new("parquet::a folder that cannot be written", |exe| {
            let folder = Folder::new();
            folder.write("lake", "a file");
            let finished = gather(exe, &folder, "gate", "1:a:b");
            finished.assert_code(4);
            assert!(finished.stderr.contains("lake"), "it names it\n{finished}");
            assert_eq!(fs::read_to_string(folder.path("lake")).expect("it is there"), "a file");
        }),
        Row::new("parquet::a disk that is full leaves nothing behind", full),
    ]
}

fn gather(exe: &Path, folder: &Folder, name: &str, bytes: &str) -> Finished {
    let station = Hostile::new(Script::new(bytes, End::Fin));
    let run = Client::new(exe).args(["-f", "ndjson", "--parquet"]).arg(folder.path("lake"));
    run.arg(format!("{name}={}", station.address())).run()
}

/// The day of a time is UTC's; what is no number, or no day, is `unknown`.
fn days(exe: &Path) {
    let folder = Folder::new();
    let gate = [
        ("97264836", "1973-01-30"),
        ("0", "1970-01-01"),
        ("86399", "1970-01-01"),
        ("86400", "1970-01-02"),
        ("-1", "1969-12-31"),
        ("1795330000", "2026-11-22"),
        ("951782400", "2000-02-29"),
        ("today", "unknown"),
        ("", "unknown"),
        ("12.5", "unknown"),
        ("99999999999999999999", "unknown"),
        ("2026-11-22T06:31:00Z", "unknown"),
    ];
    let escape = |time: &str| time.replace('.', "%2E").replace(':', "%3A");
    let wire: Vec<String> = gate.iter().map(|(time, _)| format!("{}:a:b", escape(time))).collect();
    gather(exe, &folder, "gate", &wire.join(".")).assert_code(0);
    gather(exe, &folder, "bridge", "97264836:c:d").assert_code(0);
    let mut expected: Vec<(String, Stored)> = gate
        .iter()
        .map(|(time, day)| {
            let unix = time.parse().ok();
            (format!("station=gate/date={day}"), stored("gate", [time, "a", "b"], unix))
        })
        .collect();
    let other = stored("bridge", ["97264836", "c", "d"], Some(97_264_836));
    expected.push(("station=bridge/date=1973-01-30".to_owned(), other));
    expected.sort();
    assert_eq!(read(&folder), expected);
}

fn sorts(exe: &Path) {
    let (folder, cars) = (Folder::new(), Cars::new(5_000));
    let finished = gather(exe, &folder, "gate", &cars.snapshot());
    finished.assert_code(0);
    let mut fields: Vec<[String; 3]> =
        read(&folder).into_iter().map(|(_, stored)| stored.fields).collect();
    let mut expected = cars.cars().to_vec();
    fields.sort();
    expected.sort();
    assert!(fields == expected, "each car once, as it was");
    assert_eq!(finished.lines().len(), 5_000, "and printed as without it");
}

/// They stay in the folder, whatever they are, and come back as they were.
fn names(exe: &Path) {
    let long = "x".repeat(5_000);
    let hostile = [
        "../../outside",
        "/etc/outside",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a b%2F%",
        "x=y:z",
        "\u{1b}[31m\nforged",
        "con?*\"<>|",
        "日本 é",
        ".hidden",
        "_hidden",
        "__HIVE_DEFAULT_PARTITION__",
        "Gate",
        "gate",
        &long,
    ];
    let folder = Folder::new();
    let stations = hostile.map(|_| Hostile::new(Script::new("97264836:a:b.today:c:d", End::Fin)));
    let named = hostile.iter().zip(&stations);
    let named = named.map(|(name, station)| format!("{name}={}", station.address()));
    // Names that hold `=` or `:` are for the file of `--config` to say.
    let usable: Vec<String> = named.filter(|station| station.matches('=').count() == 1).collect();
    let run = Client::new(exe).arg("--parquet").arg(folder.path("lake")).args(&usable);
    let finished = run.run();
    finished.assert_code(0);
    let rows = read_all(&folder);
    assert_eq!(rows.len(), usable.len() * 2, "{rows:#?}\n{finished}");
    for station in &usable {
        let (name, _) = station.split_once('=').expect("it was put together so");
        let of: Vec<_> = rows.iter().filter(|(_, stored)| stored.station == name).collect();
        assert_eq!(of.len(), 2, "{name:?} is what it was\n{rows:#?}");
        let folders: Vec<&str> = of.iter().filter_map(|(at, _)| at.split('/').next()).collect();
        let theirs = rows.iter().filter(|(at, _)| at.starts_with(&format!("{}/", folders[0])));
        assert_eq!(theirs.count(), 2, "{name:?} has a folder of its own\n{rows:#?}");
    }
    let around: Vec<_> = fs::read_dir(folder.root()).expect("a folder").collect();
    assert_eq!(around.len(), 1, "nothing is beside it: {around:?}");
}

fn watched(exe: &Path) {
    let folder = Folder::new();
    let rounds = ["1:a:b.2:c:bl", "1:a:b.2:c:blue.3:e:f", "2:c:blue.3:e:f.3:e:f"];
    let mut scripts: Vec<Script> =
        rounds.iter().map(|bytes| Script::new(bytes, End::Fin)).collect();
    scripts.push(Script::new("", End::Stall));
    let station = Hostile::each(scripts);
    let run = Client::new(exe).args(["--watch", "10ms", "-f", "wire", "--parquet"]);
    let run = run.arg(folder.path("lake")).arg(format!("gate={}", station.address()));
    let watching = Watching::start(run);
    station.wait(|progress| progress.accepted == 4);
    let finished = watching.stop();
    finished.assert_code(130);
    finished.assert_stdout("1:a:b.2:c:blue.3:e:f.3:e:f");
    let rows: Vec<String> =
        read(&folder).into_iter().map(|(_, stored)| stored.fields.join(":")).collect();
    assert_eq!(rows, ["1:a:b", "2:c:blue", "3:e:f", "3:e:f"], "{finished}");
}

fn partial(exe: &Path) {
    for (args, expected) in [(&[][..], &[][..]), (&["--keep-partial"], &["1:a:b"])] {
        let folder = Folder::new();
        let station = Hostile::new(Script::new("1:a:b.2:c", End::Reset));
        let run = Client::new(exe).args(args).arg("--parquet").arg(folder.path("lake"));
        let finished = run.arg(station.address()).run();
        finished.assert_code(3);
        let rows: Vec<String> =
            read(&folder).into_iter().map(|(_, stored)| stored.fields.join(":")).collect();
        assert_eq!(rows, expected, "{args:?}\n{finished}");
    }
}

/// As a limit on the size of files.
fn full(exe: &Path) {
    let folder = Folder::new();
    gather(exe, &folder, "gate", "1:a:b").assert_code(0);
    let before = read(&folder);
    // Of many days and one, whose part alone is too large; and hard to compress.
    let car = |nth: u64| {
        format!("{}:{:x}:red", nth % 7 * 86_400, nth.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    };
    let many: Vec<String> = (0..200_000).map(car).collect();
    let station = Hostile::new(Script::new(many.join("."), End::Fin));
    let run = Client::after("trap '' XFSZ; ulimit -f 100", exe).args(["-f", "table", "--parquet"]);
    let run = run.arg(folder.path("lake")).arg(station.address());
    let finished = run.stdout(std::process::Stdio::null()).run();
    finished.assert_code(4);
    assert_eq!(read(&folder), before, "all of a gather or nothing\n{finished}");
}
