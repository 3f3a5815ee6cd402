//! Terminals, pipes, shells and manuals.

use std::path::Path;
use std::process::Command;

use crate::hostile::{End, Hostile, Refusing, Script};
use crate::inspect::bare;
use crate::table::Row;
use crate::terminal::Terminal;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("comfort::a table as wide as the terminal", widths),
        Row::new("comfort::colours on a terminal, and NO_COLOR", colours),
        Row::new("comfort::a dumb terminal is sent no escapes", |exe| {
            for progress in ["auto", "always"] {
                let seen = seen(exe, 100, &["--progress", progress], &[("TERM", "dumb")]);
                assert!(!seen.contains('\u{1b}'), "{seen:?}");
                assert!(seen.contains("peugeot") && seen.contains("refused"), "{seen:?}");
            }
        }),
        Row::new("comfort::a pipe is sent no escapes", pipe),
        Row::new("comfort::the manual", |exe| {
            let man = bare(exe, ["man"], [""; 0]);
            assert_eq!(man.code, 0, "{man}");
            let text = String::from_utf8(man.stdout.clone()).expect("text");
            assert!(text.lines().any(|line| line.starts_with(".TH")), "roff\n{man}");
            // A hyphen is escaped in roff.
            let text = text.replace("\\-", "-");
            for flag in FLAGS {
                assert!(text.contains(flag), "{flag}\n{man}");
            }
        }),
        Row::new("comfort::completions of a shell that is none", |exe| {
            for args in [&["completions", "tcsh"][..], &["completions"]] {
                let said = bare(exe, args, [""; 0]);
                assert_eq!(said.code, 2, "{args:?}\n{said}");
            }
        }),
        Row::new("comfort::manual and completions whatever is set", |exe| {
            for args in [&["man"][..], &["completions", "zsh"]] {
                let mut run = Command::new(exe);
                run.env("CARWATCH_CLIENT_FORMAT", "bogus");
                run.env("CARWATCH_CLIENT_CONFIG", "/nonexistent/c.toml");
                let said = run.args(args).output().expect("it runs");
                let stderr = String::from_utf8_lossy(&said.stderr);
                assert_eq!((said.status.code(), &*stderr), (Some(0), ""), "{args:?}");
            }
        }),
        Row::new("comfort::every flag and its variable is in --help", |exe| {
            let help = bare(exe, ["--help"], [""; 0]);
            let text = String::from_utf8(help.stdout.clone()).expect("text");
            for flag in FLAGS {
                let name = flag.trim_start_matches('-').to_uppercase().replace('-', "_");
                let variable = format!("CARWATCH_CLIENT_{name}");
                assert!(text.contains(flag), "{flag}\n{help}");
                let has_none = ["--demo", "--config", "--help"].contains(&flag);
                assert!(has_none || text.contains(&variable), "{variable}\n{help}");
            }
        }),
    ];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        rows.push(Row::new(format!("comfort::completions for {shell}"), move |exe| {
            let script = bare(exe, ["completions", shell], [""; 0]);
            assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{script}");
            let text = String::from_utf8(script.stdout.clone()).expect("text");
            let name = exe.file_name().and_then(|name| name.to_str()).expect("text");
            for word in [name, "watch", "keep-partial", "inspect"] {
                assert!(text.contains(word), "{word}\n{script}");
            }
        }));
    }
    rows
}

/// All that cli.md has of a client, but for TLS.
const FLAGS: [&str; 25] = [
    "--demo",
    "--format",
    "--output",
    "--into",
    "--parquet",
    "--concurrency",
    "--connect-timeout",
    "--idle-timeout",
    "--deadline",
    "--retries",
    "--max-response",
    "--max-memory",
    "--min-ok",
    "--keep-partial",
    "--strict",
    "--watch",
    "--capture",
    "--progress",
    "--summary",
    "--summary-file",
    "--csv-raw",
    "--config",
    "--tag",
    "--log-format",
    "--log-file",
];

/// What a terminal is sent by a gather from a station that answers and one that does not.
fn seen(exe: &Path, columns: u16, args: &[&str], env: &[(&str, &str)]) -> String {
    let brand = "a brand of many words that goes on and on and on until it is too long for most";
    let wire = format!("97264836:peugeot:red.today:{brand}:blue.x");
    let (fine, gone) = (Hostile::new(Script::new(wire, End::Fin)), Refusing::new());
    let names = [format!("gate={}", fine.address()), format!("gone={}", gone.address())];
    let names = names.iter().map(String::as_str);
    let args = ["-q", "-f", "table"].into_iter().chain(args.iter().copied()).chain(names);
    let (code, seen) = Terminal::new(columns).run(exe, args, env);
    assert_eq!(code, 1, "{seen}");
    seen
}

/// By the terminal's own word, and by COLUMNS.
fn widths(exe: &Path) {
    for (columns, fits) in [(60, false), (200, true)] {
        let name = columns.to_string();
        let of = [
            seen(exe, columns, &["--progress", "never"], &[("NO_COLOR", "1")]),
            seen(exe, columns, &["--progress", "never"], &[("NO_COLOR", "1"), ("COLUMNS", &name)]),
        ];
        for seen in of {
            let widest = seen.lines().map(|line| line.trim_end().chars().count()).max();
            assert!(widest <= Some(columns.into()), "{widest:?} of {columns} columns\n{seen}");
            let whole = seen.lines().any(|line| line.contains("too long for most"));
            assert_eq!(whole, fits, "at {columns} columns\n{seen}");
            for word in ["97264836", "peugeot", "red", "today", "blue", "refused"] {
                assert!(seen.contains(word), "{word} at {columns} columns\n{seen}");
            }
        }
    }
}

fn colours(exe: &Path) {
    let is_coloured = |text: &str| {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("\u{1b}[") {
            let end = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            if end.starts_with('m') {
                return true;
            }
            rest = after;
        }
        false
    };
    let plain = seen(exe, 100, &[], &[]);
    assert!(is_coloured(&plain), "colours where they are welcome: {plain:?}");
    for progress in ["auto", "never"] {
        let without = seen(exe, 100, &["--progress", progress], &[("NO_COLOR", "1")]);
        assert!(!is_coloured(&without), "{without:?}");
    }
    // An empty one is none (no-color.org).
    assert!(is_coloured(&seen(exe, 100, &[], &[("NO_COLOR", "")])));
}

fn pipe(exe: &Path) {
    let (fine, gone) = (Hostile::new(Script::new("1:a:b.x", End::Fin)), Refusing::new());
    let names = [format!("gate={}", fine.address()), format!("gone={}", gone.address())];
    for progress in ["auto", "always", "never"] {
        let args = ["-v", "-f", "table", "--progress", progress];
        let said = bare(exe, args, &names);
        assert_eq!(said.code, 1, "{said}");
        let both = [said.stdout.as_slice(), said.stderr.as_bytes()].concat();
        assert!(!both.contains(&0x1b) && !both.contains(&b'\r'), "{said}");
    }
}
