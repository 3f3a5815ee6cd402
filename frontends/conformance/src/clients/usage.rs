//! Usage errors: exit 2, said on stderr, and nothing else touched.

use std::fs;
use std::path::Path;

use crate::client::{Client, USAGE};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let cases: &[(&str, &[&str])] = &[
        ("an unknown flag", &["--no-such-flag", A]),
        ("a station without a port", &["127.0.0.1"]),
        ("a port that is none", &["127.0.0.1:70000"]),
        ("a port that is no number", &["127.0.0.1:http"]),
        ("a station without a host", &[":8000"]),
        ("an unknown scheme", &["udp://127.0.0.1:8000"]),
        ("an ipv6 address without brackets", &["::1:8000"]),
        ("the same address twice", &[A, A]),
        ("the same address under two names", &["a=127.0.0.1:9", "b=127.0.0.1:9"]),
        ("the same address with its scheme", &[A, "tcp://127.0.0.1:9"]),
        ("the same name twice", &["a=127.0.0.1:9", "a=127.0.0.1:10"]),
        ("a name that is another's address", &["127.0.0.1:9=127.0.0.1:10", A]),
        ("--min-ok more than there are", &["--min-ok", "2", A]),
        ("--min-ok more than --demo has", &["--demo", "--min-ok", "4"]),
        ("--keep-partial with wire", &["--keep-partial", "-f", "wire", A]),
        ("a list that is not there", &["@/nonexistent/list"]),
        ("an unknown format", &["-f", "xml", A]),
        ("a duration without its unit", &["--deadline", "10", A]),
        ("a duration that is none", &["--idle-timeout", "soon", A]),
        ("a size that is none", &["--max-response", "big", A]),
        ("no connection at once", &["-j", "0", A]),
        ("a negative number of retries", &["--retries=-1", A]),
        ("an unknown summary", &["--summary", "xml", A]),
    ];
    let mut rows: Vec<Row> = cases
        .iter()
        .map(|&(name, args)| Row::new(format!("usage::{name}"), move |exe| refused(exe, args)))
        .collect();
    rows.push(Row::new("usage::the environment is named in --help", |exe| {
        let finished = Client::new(exe).arg("--help").run();
        assert_eq!(finished.code, 0, "{finished}");
        let help = String::from_utf8(finished.stdout.clone()).expect("text");
        for flag in [
            "FORMAT",
            "OUTPUT",
            "CONCURRENCY",
            "CONNECT_TIMEOUT",
            "IDLE_TIMEOUT",
            "DEADLINE",
            "RETRIES",
            "MAX_RESPONSE",
            "MAX_MEMORY",
            "MIN_OK",
            "KEEP_PARTIAL",
            "STRICT",
            "PROGRESS",
            "SUMMARY",
            "SUMMARY_FILE",
            "CSV_RAW",
            "LOG_FORMAT",
            "LOG_FILE",
        ] {
            let name = format!("CARWATCH_CLIENT_{flag}");
            assert!(help.contains(&name), "{name}\n{help}");
        }
    }));
    rows.push(Row::new("usage::a bad environment variable", |exe| {
        let finished = Client::new(exe).env("CARWATCH_CLIENT_DEADLINE", "soon").arg(A).run();
        finished.assert_code(USAGE);
    }));
    rows
}

/// Never reached: nothing is connected to before all of the command line is understood.
const A: &str = "127.0.0.1:9";

fn refused(exe: &Path, args: &[&str]) {
    let run = Client::new(exe);
    let path = run.dir().join("cars");
    fs::write(&path, "old").expect("a temporary folder");
    let finished = run.arg("-o").arg(&path).args(args).run();
    finished.assert_code(USAGE);
    finished.assert_stdout("");
    assert!(!finished.stderr.trim().is_empty(), "it says why");
    assert!(!finished.stderr.contains("panicked"), "{finished}");
    assert_eq!(fs::read_to_string(path).expect("it is there"), "old");
    assert!(finished.report_text.is_none(), "no report\n{finished}");
    let entries = fs::read_dir(finished.dir.path()).expect("a folder").count();
    assert_eq!(entries, 1, "nothing is written beside");
}
