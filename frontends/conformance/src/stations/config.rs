//! `--config` and `--check`: a file of the same names, weaker than flags and environment.

use std::path::Path;
use std::process::Command;

use crate::caller::call;
use crate::fixtures::{Folder, lines, snapshot};
use crate::http::get;
use crate::station::{Station, command, end_of};
use crate::store;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("config::every flag by its name", every_flag),
        Row::new("config::the environment wins over it, and a flag over both", precedence),
        Row::new("config::by the environment", |exe| {
            let folder = Folder::new();
            folder.write("cars", lines(0..5));
            let config = with_source(&folder, "listen = \"127.0.0.1:0\"\n");
            let mut command = Command::new(exe);
            command.env("CARWATCH_STATION_CONFIG", config);
            Station::launch(command, 1).wait_until_it_serves(snapshot(0..5));
        }),
        Row::new("config::a file that is not there", |exe| {
            let folder = Folder::new();
            refused(exe, &folder.path("none.toml"), &[]);
        }),
        Row::new("check::a good one is exit 0, and does not listen", good),
        Row::new("check::of the store that a station runs on", while_it_runs),
        Row::new("check::reads what the flags name", |exe| {
            let folder = Folder::new();
            folder.write("bad.toml", "[fields\n");
            folder.write("text.db", "no database, for sure\n".repeat(100));
            folder.fifo("fifo");
            folder.fifo("fifo.toml");
            for (flag, name) in [
                ("--map", "bad.toml"),
                ("--map", "none.toml"),
                ("--map", "fifo.toml"),
                ("--store", "text.db"),
                ("--admin-token-file", "none"),
                ("--admin-token-file", "fifo"),
                ("--source", "none"),
            ] {
                let mut command = command(exe);
                command.args(["--admin", "127.0.0.1:0", "--check", flag]).arg(folder.path(name));
                let (code, said, _) = end_of(command);
                assert!(code == 1 || code == 2, "{flag} {name}: {code} {said}");
                assert!(said.contains(name), "{flag}: it names the file: {said}");
            }
        }),
    ];
    let bad: &[(&str, &str, &[&str])] = &[
        ("an unknown key", "rate = 0\nkep = \"100\"\n", &["kep", "2"]),
        ("a value that is none", "rate = 0\n\nkeep = \"many\"\n", &["keep", "3"]),
        (
            "a value of another kind",
            "rate = 0\nmax-connections = [\"a\"]\n",
            &["max-connections", "2"],
        ),
        ("no TOML", "rate = 0\nkeep = \n", &["2"]),
        ("a key twice", "rate = 0\nrate = 1\n", &["rate", "2"]),
        ("not UTF-8", "rate = 0 # \u{fffd}\n", &[]),
        ("a table", "[station]\nrate = 0\n", &["station", "1"]),
    ];
    rows.extend(bad.iter().map(|&(name, text, words)| {
        Row::new(format!("config::{name} is exit 2, named with its line"), move |exe| {
            let folder = Folder::new();
            let bytes = match text.find('\u{fffd}') {
                Some(at) => [&text.as_bytes()[..at], b"\xff\n"].concat(),
                None => text.as_bytes().to_vec(),
            };
            let path = folder.write("station.toml", bytes);
            refused(exe, &path, words);
        })
    }));
    rows
}

/// A config file with that and the source of the folder.
pub(super) fn with_source(folder: &Folder, text: &str) -> std::path::PathBuf {
    let source = folder.path("cars");
    folder.write("station.toml", format!("source = {:?}\n{text}", source.to_str().expect("text")))
}

/// Exit 2 with or without `--check`, and these words with the file's name.
#[track_caller]
fn refused(exe: &Path, config: &Path, words: &[&str]) {
    for check in [&[][..], &["--check"]] {
        let mut command = command(exe);
        command.arg("--config").arg(config).args(check);
        let (code, said, _) = end_of(command);
        assert_eq!(code, 2, "{said}");
        assert!(!said.contains("listening on") && !said.contains("panicked"), "{said}");
        let path = config.to_str().expect("text");
        assert!(said.contains(path), "it names the file: {said}");
        // The file's own name may have digits.
        let said = said.replace(path, "");
        for word in words {
            let apart = |c: char| !c.is_ascii_alphanumeric() && c != '-';
            assert!(
                said.split(apart).any(|part| part.trim_matches('-') == *word),
                "{word} in {said}"
            );
        }
    }
}

fn every_flag(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..20));
    folder.write("token", "secret-secret-secret");
    let path = |name| folder.path(name).to_str().expect("text").to_owned();
    let text = format!(
        "# A station.\nlisten = [\"127.0.0.1:0\", \"[::1]:0\"]\nfollow = true\n\
        format = \"record\"\ntime = \"text\"\nstore = {:?}\nkeep = [\"5\", \"7d\"]\n\
        max-connections = 7\nmax-per-source = 5\nwrite-timeout = \"5s\"\n\
        allow = [\"127.0.0.0/8\", \"::1/128\"]\nadmin = \"127.0.0.1:0\"\n\
        admin-token-file = {:?}\ndrain = \"1s\"\nlog-format = \"json\"\nlog-file = {:?}\n",
        path("cars.db"),
        path("token"),
        path("log"),
    );
    let config = with_source(&folder, &text);
    let mut command = Command::new(exe);
    command.arg("--config").arg(&config);
    let station = Station::launch(command, 2);
    let _ = station.snapshot_when(|bytes| bytes == snapshot(15..20));
    folder.append("cars", lines(20..21));
    let _ = station.snapshot_when(|bytes| bytes == snapshot(16..21));
    assert_eq!(store::snapshot(&folder.path("cars.db")), snapshot(16..21));
    assert_eq!(get(station.admin(), "/healthz").status, 200);
    let _ = station.stop();
    let log = std::fs::read_to_string(folder.path("log")).expect("the log is a file");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
    assert!(!log.is_empty());
}

fn precedence(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..20));
    let config = with_source(&folder, "keep = \"7\"\nlisten = \"127.0.0.1:1\"\n");
    for (env, flag, left) in
        [(None, None, 7), (Some("5"), None, 5), (None, Some("3"), 3), (Some("5"), Some("9"), 9)]
    {
        let mut command = command(exe);
        command.arg("--config").arg(&config);
        if let Some(env) = env {
            command.env("CARWATCH_STATION_KEEP", env);
        }
        if let Some(flag) = flag {
            command.args(["--keep", flag]);
        }
        let station = Station::launch(command, 1);
        let expected = snapshot(20 - left..20);
        assert_eq!(call(station.address()).complete(), expected, "{env:?} {flag:?}");
        // The first row's address was the flag's, too.
        assert_ne!(station.address().port(), 1);
    }
}

fn good(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..5));
    let store = folder.path("cars.db");
    let text = format!("store = {:?}\nkeep = \"5\"\n", store.to_str().expect("text"));
    let config = with_source(&folder, &text);
    let mut command = command(exe);
    command.arg("--config").arg(&config).arg("--check");
    let (code, said, _) = end_of(command);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("listening on"), "{said}");
    assert!(!store.exists() || store::count(&store) == 0, "it takes no car");
}

fn while_it_runs(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..5));
    let store = folder.path("cars.db");
    // On the very port that is taken.
    let text = format!("store = {:?}\nfollow = true\n", store.to_str().expect("text"));
    let config = with_source(&folder, &text);
    let mut started = command(exe);
    started.arg("--config").arg(&config);
    let station = Station::launch(started, 1);
    station.wait_until_it_serves(snapshot(0..5));
    for _ in 0..3 {
        let mut check = Command::new(exe);
        check.arg("--config").arg(&config).arg("--check");
        check.args(["--listen", &station.address().to_string()]);
        let (code, said, _) = end_of(check);
        assert_eq!(code, 0, "{said}");
        station.wait_until_it_serves(snapshot(0..5));
    }
    folder.append("cars", lines(5..9));
    station.wait_until_it_serves(snapshot(0..9));
    store::assert_sound(&store);
}
