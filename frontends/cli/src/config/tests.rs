use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::{LogArgs, LogFormat, Refusal, duration, parse_from};

/// A program with an argument of every kind.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    /// Where to listen
    #[arg(long, value_delimiter = ',', value_parser = address, default_value = "127.0.0.1:8000")]
    listen: Vec<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1024)]
    max_connections: usize,
    /// How long
    #[arg(long, value_parser = duration, default_value = "1s")]
    wait: Duration,
    /// How often
    #[arg(long, allow_negative_numbers = true, default_value = "1")]
    rate: f64,
    /// Go on
    #[arg(long)]
    follow: bool,
    /// What to keep
    #[arg(long, value_name = "LIMIT")]
    keep: Vec<String>,
    /// Of two that need each other, the one
    #[arg(long, requires = "key")]
    cert: Option<PathBuf>,
    /// And the other
    #[arg(long)]
    key: Option<PathBuf>,
    /// Instead of them
    #[arg(long, conflicts_with = "cert")]
    plain: bool,
    /// With a word that reads like a switch
    #[arg(long)]
    colour: Option<bool>,
    /// Nothing goes without it
    #[arg(long)]
    name: String,
    /// The file
    #[arg(long)]
    config: Option<PathBuf>,
    /// Only look
    #[arg(long)]
    check: bool,
    /// What has no name
    place: Vec<String>,
    #[command(flatten)]
    log: LogArgs,
}

fn address(text: &str) -> Result<String, String> {
    if text.contains(':') { Ok(text.to_owned()) } else { Err("no port: write host:port".into()) }
}

/// A folder with a file of that `text`, and the file.
fn file(text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("station.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn parse(path: &Path, argv: &[&str]) -> Result<Program, Refusal> {
    let mut line: Vec<OsString> = vec!["program".into(), "--config".into(), path.into()];
    line.extend(argv.iter().map(Into::into));
    parse_from("program", "CARWATCH_TEST", line)
}

fn parsed(text: &str, argv: &[&str]) -> Program {
    let (_folder, path) = file(text);
    parse(&path, argv).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.text()))
}

/// What is said, with FILE for the path.
fn said(text: impl AsRef<[u8]>, argv: &[&str]) -> String {
    let (_folder, path) = file(text);
    let refusal = parse(&path, argv).unwrap_err();
    assert_eq!(refusal.code(), 2);
    refusal.text().replace(path.to_str().unwrap(), "FILE")
}

#[test]
fn every_kind_of_argument_can_stand_in_the_file() {
    let text = r#"
# A comment.
name = "gate"
listen = ["127.0.0.1:0", "[::1]:0"]
max-connections = 0x4_0
wait = "250ms"
rate = -0.5
follow = true
keep = [100000, "7d"]
colour = true
log-format = "json"
log-file = "/var/log/a b"
verbose = 2
quiet = true
"#;
    let program = parsed(text, &[]);
    assert_eq!(program.listen, ["127.0.0.1:0", "[::1]:0"]);
    assert_eq!(program.max_connections, 64);
    assert_eq!((program.wait, program.rate), (Duration::from_millis(250), -0.5));
    assert!(program.follow);
    assert_eq!(program.keep, ["100000", "7d"]);
    assert_eq!((program.name.as_str(), program.colour), ("gate", Some(true)));
    assert_eq!((program.log.verbose, program.log.quiet), (2, 1));
    assert_eq!(program.log.log_format, LogFormat::Json);
    assert_eq!(program.log.log_file, Some("/var/log/a b".into()));
    assert_eq!((program.config.is_some(), program.check), (true, false));
}

#[test]
fn one_value_and_commas_make_a_list_as_they_do_in_a_flag() {
    let text = "name = 'n'\nlisten = 'a:1,b:2'\nkeep = 100_000\n";
    let program = parsed(text, &[]);
    assert_eq!(
        (program.listen, program.keep),
        (vec!["a:1".into(), "b:2".into()], vec!["100000".into()])
    );
    assert_eq!(parsed("name = ''\nlisten = ['a:1,b:2', 'c:3']", &[]).listen.len(), 3);
    assert_eq!(parsed("name = ''\nkeep = [1, 2]", &[]).keep, ["1", "2"]);
}

#[test]
fn the_command_line_replaces_what_the_file_says() {
    let text =
        "name = 'n'\nlisten = ['a:1', 'b:2']\nmax-connections = 5\nverbose = 2\nkeep = ['7d']";
    let program = parsed(
        text,
        &["--listen", "c:3", "--max-connections", "7", "-v", "--keep=1", "--keep=2", "--follow"],
    );
    assert_eq!(program.listen, ["c:3"]);
    assert_eq!((program.max_connections, program.log.verbose), (7, 1));
    assert_eq!(program.keep, ["1", "2"]);
    assert!(program.follow);
}

#[test]
fn what_ends_the_flags_on_the_command_line_does_not_end_the_files() {
    let program = parsed("name = 'n'\nverbose = 1", &["a", "--", "--follow"]);
    assert_eq!(program.place, ["a", "--follow"]);
    assert_eq!((program.name.as_str(), program.log.verbose, program.follow), ("n", 1, false));
}

#[test]
fn a_switch_that_is_off_and_an_empty_file_change_nothing() {
    let program = parsed("follow = false\nverbose = 0\nquiet = false\n", &["--name", "n"]);
    assert_eq!((program.follow, program.log.verbose, program.log.quiet), (false, 0, 0));
    let program = parsed("\u{feff}# nothing\r\n\r\n", &["--name", "n"]);
    assert_eq!((program.listen, program.max_connections), (vec!["127.0.0.1:8000".into()], 1024));
}

#[test]
fn values_that_look_like_flags_are_values() {
    let program = parsed("name = '--follow'\nlog-file = '-'\nkeep = ['', '--', '=']", &[]);
    assert_eq!((program.name.as_str(), program.follow), ("--follow", false));
    assert_eq!(program.log.log_file, Some("-".into()));
    assert_eq!(program.keep, ["", "--", "="]);
}

#[test]
fn what_needs_or_excludes_what_holds_for_the_file_too() {
    assert!(parsed("name = 'n'\ncert = 'c'\nkey = 'k'", &[]).cert.is_some());
    assert!(parsed("name = 'n'\ncert = 'c'", &["--key", "k"]).cert.is_some());
    for text in ["name = 'n'\ncert = 'c'", "cert = 'c'\nkey = 'k'\nname = 'n'\nplain = true"] {
        let said = said(text, &[]);
        assert!(said.lines().next().unwrap().ends_with(" (with the values of FILE)"), "{said}");
    }
    // Not the file's fault.
    for argv in [&[][..], &["--name", "n", "--bogus"], &["--name", "n", "--wait", "1"]] {
        let said = said("verbose = 1", argv);
        assert!(!said.contains("FILE"), "{said}");
    }
}

#[test]
fn the_same_command_line_gives_what_the_file_says_by_then() {
    let (_folder, path) = file("name = 'n'\nmax-connections = 1\n");
    assert_eq!(parse(&path, &[]).unwrap().max_connections, 1);
    std::fs::write(&path, "name = 'n'\nmax-connections = 2\n").unwrap();
    assert_eq!(parse(&path, &[]).unwrap().max_connections, 2);
    std::fs::write(&path, "name = 'n'\n").unwrap();
    assert_eq!(parse(&path, &[]).unwrap().max_connections, 1024);
}

#[test]
fn each_error_names_file_line_column_and_key() {
    let errors: Vec<_> = [
        "max-connections = \"many\"",
        "# one\n\nwait = 10",
        "listen = ['a:1', 'b']",
        "listen = [\n  'a:1',\n  'b:2,c',\n]",
        "log-format = 'xml'",
        "max_connections = 5",
        "Follow = true",
        "lisen = 'a:1'",
        "zzz = 1",
        "'' = 1",
        "'a=b' = 1",
        "help = true",
        "config = 'other.toml'",
        "check = true",
        "name = 'a'\nname = 'b'",
        "follow = 1",
        "follow = 'yes'",
        "verbose = 256",
        "verbose = -1",
        "verbose = 'much'",
        "name = true",
        "name = ['a']",
        "name = 1979-05-27",
        "name = { a = 1 }",
        "[name]\na = 1",
        "[station]\nname = 'n'",
        "name.first = 'n'",
        "keep = []",
        "keep = ['7d', [100000]]",
        "keep = [100000, true]",
        "keep = [['7d']]",
        "keep = [true]",
        "keep = [07:32:00]",
        "max-connections = 170141183460469231731687303715884105728",
        "name = 'n",
        "name = n",
        "wait = 10s",
        "wait = 1.5.0",
        "listen = 127.0.0.1:8000",
        "name",
        "follow = true\n  = 3",
        "name = \"\u{e9}\u{e9}\" x",
    ]
    .map(|text| format!("{text}\n--> {}", said(text, &["--name", "n"])))
    .into();
    for error in &errors {
        assert!(error.contains("--> error: FILE:"), "{error}");
    }
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn what_is_not_utf_8_is_found() {
    let said = said(b"name = 'n'\n# caf\xe9\n", &[]);
    assert!(said.starts_with("error: FILE:2:6: this is not UTF-8\n"), "{said}");
}

#[test]
fn a_wrong_value_is_wrong_even_where_a_flag_is_over_it() {
    let said = said("max-connections = 'x'", &["--name", "n", "--max-connections", "1"]);
    assert!(said.starts_with("error: FILE:1:19: invalid value 'x' for '--max-connections <N>'"));
}

#[test]
fn errors_show_the_control_characters_that_the_file_has() {
    for text in [
        r#"max-connections = "\u001b[31mred\nerror: forged""#,
        r#""\u001b[31mred\nerror: forged" = 1"#,
        "name = \u{1b}[31mred",
        r#"listen = ["a:1", "\u202e\u001b[31m"]"#,
    ] {
        let said = said(text, &["--name", "n"]);
        assert!(
            !said.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'),
            "{said:?}"
        );
        assert!(!said.contains("\nerror: forged"), "{said}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no\nsuch");
    for (path, cause) in [(missing.as_path(), "No such file"), (folder.path(), "Is a directory")] {
        let refusal = parse(path, &["--name", "n"]).unwrap_err();
        assert_eq!(refusal.code(), 2);
        let shown = path.to_str().unwrap().replace('\n', r"\u{a}");
        let begin = format!("error: cannot read {shown}: {cause}");
        assert!(refusal.text().starts_with(&begin), "{}", refusal.text());
    }
    let (_folder, path) = file(vec![b'#'; 2 << 20]);
    let text = parse(&path, &["--name", "n"]).unwrap_err().text();
    assert!(text.contains("more than 1 MiB"), "{text}");
}

#[test]
fn help_and_the_command_lines_own_errors_come_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    assert_eq!(parse(&missing, &["--help"]).unwrap_err().code(), 0);
    assert_eq!(parse(&missing, &["--version"]).unwrap_err().code(), 0);
    let argv = ["p", "--name", "n", "--config"];
    let text = parse_from::<Program>("p", "CARWATCH_TEST", argv).unwrap_err().text();
    assert!(text.contains("a value is required for '--config"), "{text}");
    let text = parse(&missing, &["--config", "b"]).unwrap_err().text();
    assert!(text.contains("cannot be used multiple times"), "{text}");
}

#[test]
fn a_log_says_it_in_one_line() {
    let (_folder, path) = file("log-format = 'xml'");
    let line = parse(&path, &[]).unwrap_err().line();
    let path = path.display();
    assert_eq!(
        line,
        format!(
            "{path}:1:14: invalid value 'xml' for '--log-format <text|json>' \
             [possible values: text, json]"
        )
    );
}

#[test]
fn a_command_without_config_reads_no_file() {
    #[derive(Debug, Parser)]
    struct Without {
        #[arg(long)]
        name: Option<String>,
    }
    let said = |argv: &[&str]| parse_from::<Without>("p", "CARWATCH_TEST", argv);
    assert_eq!(said(&["p", "--name", "n"]).unwrap().name.as_deref(), Some("n"));
    assert!(said(&["p", "--config", "x"]).unwrap_err().text().contains("unexpected argument"));
}
