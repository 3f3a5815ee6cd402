//! `--config`: flags and stations from a file, and which of them are meant.

use std::path::Path;

use serde_json::json;

use crate::client::{Client, Finished, USAGE};
use crate::forged;
use crate::hostile::{Deaf, End, Hostile, Script};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("config::stations, in the order of the file", |exe| {
            let of = [("gate", "1:a:b"), ("bridge", "2:c:d")];
            let finished = gather(exe, "", &of, &["-f", "wire"]);
            finished.assert_code(0);
            finished.assert_stdout("1:a:b.2:c:d");
            finished.assert_station(0, &json!({"name": "gate"}));
            finished.assert_station(1, &json!({"name": "bridge"}));
        }),
        Row::new("config::tags pick", tags),
        Row::new("config::time-outs of a station's own", own),
        Row::new("config::flag over environment over file over default", precedence),
        Row::new("config::the name defaults to the address", |exe| {
            let station = Hostile::new(Script::new("1:a:b", End::Fin));
            let text = format!("[[stations]]\naddress = \"{}\"\n", station.address());
            let finished = with(exe, &text, &[]);
            finished.assert_code(0);
            let address = station.address();
            finished.assert_station(0, &json!({"name": address, "address": address}));
        }),
        Row::new("config::a file that is not there", |exe| {
            let finished = Client::new(exe).args(["--config", "/nonexistent/c.toml", A]).run();
            finished.assert_code(USAGE);
            assert!(finished.stderr.contains("/nonexistent/c.toml"), "{finished}");
        }),
        Row::new("config::what is wrong is quoted safely", |exe| {
            let quoted = forged::one_line().replace('\u{7f}', "").replace('\u{1b}', "\\u001b");
            let quoted: String = quoted.chars().filter(|c| !c.is_ascii_control()).collect();
            for text in [
                format!("[[stations]]\naddress = \"{quoted}\"\n"),
                format!("[[stations]]\naddress = \"127.0.0.1:9\"\n\"{quoted}\" = 1\n"),
                format!("format = \"{quoted}\"\n"),
            ] {
                let finished = with(exe, &text, &[]);
                finished.assert_code(USAGE);
                forged::assert_safe("the error", &finished.stderr);
            }
        }),
    ];
    let wrong: [(&str, &str, &str); 10] = [
        ("an unknown key", "no-such-flag = 1\n", "no-such-flag"),
        ("an unknown key of a station", "[[stations]]\naddress = \"h:1\"\ncolour = 1\n", "colour"),
        ("a station without an address", "[[stations]]\nname = \"gate\"\n", "address"),
        ("no TOML", "stations = [\n", "config.toml"),
        ("a value of the wrong type", "concurrency = \"many\"\n", "concurrency"),
        ("a duration that is none", "deadline = \"soon\"\n", "soon"),
        (
            "a station's duration that is none",
            "[[stations]]\naddress = \"h:1\"\nidle-timeout = \"soon\"\n",
            "soon",
        ),
        (
            "the same name twice",
            "[[stations]]\nname = \"gate\"\naddress = \"h:1\"\n\
             [[stations]]\nname = \"gate\"\naddress = \"h:2\"\n",
            "gate",
        ),
        (
            "the same address twice",
            "[[stations]]\nname = \"a\"\naddress = \"h:1\"\n\
             [[stations]]\nname = \"b\"\naddress = \"h:1\"\n",
            "h:1",
        ),
        ("an address that is none", "[[stations]]\naddress = \"nowhere\"\n", "nowhere"),
    ];
    for (name, text, named) in wrong {
        rows.push(Row::new(format!("config::usage: {name}"), move |exe| {
            let finished = with(exe, text, &[]);
            finished.assert_code(USAGE);
            assert!(finished.stderr.contains(named), "it names {named}\n{finished}");
            assert!(!finished.stderr.contains("panicked"), "{finished}");
            assert!(finished.report_text.is_none(), "no report\n{finished}");
        }));
    }
    rows
}

/// Never reached.
const A: &str = "127.0.0.1:9";

fn with(exe: &Path, text: &str, args: &[&str]) -> Finished {
    let run = Client::new(exe);
    let path = run.dir().join("config.toml");
    std::fs::write(&path, text).expect("a temporary folder");
    run.arg("--config").arg(path).args(args).run()
}

/// From stations that the file names and that answer so.
fn gather(exe: &Path, more: &str, answers: &[(&str, &str)], args: &[&str]) -> Finished {
    let stations: Vec<Hostile> =
        answers.iter().map(|(_, bytes)| Hostile::new(Script::new(bytes, End::Fin))).collect();
    let tables = answers.iter().zip(&stations).map(|((name, _), station)| {
        // Its tags: what its name begins with, and what all have.
        let (address, first) = (station.address(), &name[..1]);
        format!(
            "[[stations]]\nname = \"{name}\"\naddress = \"{address}\"\ntags = [\"{first}\", \"all\"]\n"
        )
    });
    let text = format!("{more}{}", tables.collect::<String>());
    with(exe, &text, args)
}

fn tags(exe: &Path) {
    let of = [("gate", "1:a:b"), ("bridge", "2:c:d"), ("garage", "3:e:f")];
    for (args, expected) in [
        (&["--tag", "g"][..], "1:a:b.3:e:f"),
        (&["--tag", "b"], "2:c:d"),
        (&["--tag", "all"], "1:a:b.2:c:d.3:e:f"),
        (&["--tag", "b", "--tag", "g"], "1:a:b.2:c:d.3:e:f"),
    ] {
        let finished = gather(exe, "", &of, &[&["-f", "wire"], args].concat());
        finished.assert_code(0);
        finished.assert_stdout(expected);
    }
    // Stations of the command line stand in place of the file's: its tags have nothing to pick.
    let station = Hostile::new(Script::new("4:g:h", End::Fin));
    let named = format!("x={}", station.address());
    let finished = gather(exe, "tag = [\"g\"]\n", &of, &["-f", "wire", &named]);
    finished.assert_code(0);
    finished.assert_stdout("4:g:h");
    gather(exe, "", &of, &["--tag", "g", &named]).assert_code(USAGE);
    let finished = gather(exe, "", &of, &["--tag", "none"]);
    finished.assert_code(USAGE);
    assert!(finished.stderr.contains("none"), "{finished}");
}

/// Each is silent; what ends it is its own time-out, or the deadline of all.
fn own(exe: &Path) {
    let silent = || Hostile::new(Script::new("1:a:b.2", End::Stall));
    let (short, long, deaf) = (silent(), silent(), Deaf::new());
    let large = Hostile::new(Script::new("", End::Endless));
    let station = |name: &str, address: String, more: &str| {
        format!("[[stations]]\nname = \"{name}\"\naddress = \"{address}\"\n{more}\n")
    };
    let text = [
        "deadline = \"1500ms\"\nidle-timeout = \"1m\"\nmax-response = \"1GiB\"\n".to_owned(),
        station("short", short.address(), "idle-timeout = \"200ms\""),
        station("long", long.address(), ""),
        station("deaf", deaf.address(), "connect-timeout = \"200ms\""),
        station("large", large.address(), "max-response = \"10KiB\""),
    ];
    let finished = with(exe, &text.concat(), &[]);
    finished.assert_code(3);
    for (nth, reason) in
        ["idle_timeout", "deadline", "connect_timeout", "too_large"].iter().enumerate()
    {
        finished.assert_station(nth, &json!({"reason": reason}));
    }
}

fn precedence(exe: &Path) {
    let of = [("gate", "1:a:b")];
    gather(exe, "format = \"wire\"\n", &of, &[]).assert_stdout("1:a:b");
    let csv = "station,time,brand,color\r\ngate,1,a,b\r\n";
    gather(exe, "format = \"wire\"\n", &of, &["-f", "csv"]).assert_stdout(csv);
    let station = Hostile::new(Script::new("1:a:b", End::Fin));
    let run = Client::new(exe).env("CARWATCH_CLIENT_FORMAT", "csv");
    let path = run.dir().join("config.toml");
    std::fs::write(&path, "format = \"wire\"\n").expect("a temporary folder");
    let finished = run.arg("--config").arg(path).arg(format!("gate={}", station.address())).run();
    finished.assert_stdout(csv);
}
