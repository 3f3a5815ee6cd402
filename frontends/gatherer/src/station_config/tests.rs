//! Tables: what stands in a file, and which stations that comes to.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use carwatch::{OwnLimits, Target};
use carwatch_cli::{Own, parse_from_with};
use clap::Parser;
use insta::assert_snapshot;

use super::{OWN, targets};
use crate::stations::{Scheme, Station};

#[derive(Debug, Parser)]
struct Program {
    #[arg(long)]
    config: PathBuf,
    #[arg(long)]
    tag: Vec<String>,
}

/// What a file of that text holds, which errors then call FILE, and the tags that there are,
/// those of the command line or else of the file.
fn own(text: &str, tags: &[&str]) -> (Own, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("FILE");
    std::fs::write(&path, text).expect("written");
    let argv = ["p".into(), "--config".into(), path.into_os_string()];
    let tags = tags.iter().flat_map(|tag| ["--tag".into(), OsString::from(tag)]);
    let argv = argv.into_iter().chain(tags);
    let (program, own) = parse_from_with::<Program>("p", "CARWATCH_TEST", OWN, argv)
        .unwrap_or_else(|refusal| panic!("{}", refusal.text()));
    (own, program.tag)
}

fn args(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn stations(text: &str, arguments: &[&str], tags: &[&str]) -> Result<Vec<Station>, String> {
    let (own, tags) = own(text, tags);
    targets(&own, &args(arguments), &tags).map_err(|why| why.replace(own.file(), "FILE"))
}

fn asked(text: &str, arguments: &[&str], tags: &[&str]) -> Result<Vec<Target>, String> {
    let stations = stations(text, arguments, tags);
    stations.map(|all| all.into_iter().map(|station| station.target).collect())
}

fn names(text: &str, arguments: &[&str], tags: &[&str]) -> Vec<String> {
    let targets = asked(text, arguments, tags).expect("stations");
    targets.into_iter().map(|target| target.name).collect()
}

const THREE: &str = r#"
[[stations]]
name = "gate"
address = "10.0.0.5:8000"
tags = ["north", "paid"]
connect-timeout = "250ms"
idle-timeout = "1m"
max-response = "1MiB"

[[stations]]
address = "tcp://bridge.example.org:8000"
tags = ["north"]
max-response = 512

[[stations]]
tags = ["south"]
address = "[::1]:8000"
name = "the yard"
"#;

#[test]
fn a_table_says_how_its_station_is_spoken_to() {
    let text =
        "[[stations]]\nname = 'gate'\naddress = 'tls://10.0.0.5:1'\nserver-name = 'g.example'";
    for arguments in [&[][..], &["gate"]] {
        let gate = stations(text, arguments, &[]).expect("a station").remove(0);
        assert_eq!(gate.scheme, Some(Scheme::Tls));
        assert_eq!(gate.server_name.as_deref(), Some("g.example"));
        assert_eq!(gate.target.address, "10.0.0.5:1");
    }
}

#[test]
fn a_table_has_all_that_is_a_stations_own() {
    let targets = asked(THREE, &[], &[]).expect("stations");
    let [gate, bridge, yard] = targets.as_slice() else { panic!("{targets:?}") };
    assert_eq!((gate.name.as_str(), gate.address.as_str()), ("gate", "10.0.0.5:8000"));
    let own = OwnLimits {
        connect_timeout: Some(Duration::from_millis(250)),
        idle_timeout: Some(Duration::from_secs(60)),
        response: Some(1 << 20),
    };
    assert_eq!(gate.own, own);
    assert_eq!(bridge.name, "bridge.example.org:8000");
    assert_eq!(bridge.own, OwnLimits { response: Some(512), ..OwnLimits::default() });
    assert_eq!((yard.name.as_str(), yard.address.as_str()), ("the yard", "[::1]:8000"));
    assert_eq!(yard.own, OwnLimits::default());
    let inline = "stations = [{address = 'h:1'}, {address = 'h:2', name = 'b'}]";
    assert_eq!(names(inline, &[], &[]), ["h:1", "b"]);
}

#[test]
fn any_of_the_tags_picks() {
    assert_eq!(names(THREE, &[], &["north"]), ["gate", "bridge.example.org:8000"]);
    assert_eq!(names(THREE, &[], &["south", "paid"]), ["gate", "the yard"]);
    assert_eq!(names(THREE, &[], &["north", "south"]).len(), 3);
}

#[test]
fn stations_on_the_command_line_replace_those_of_the_file_unless_they_name_one() {
    assert_eq!(names(THREE, &["a=h:1", "the yard", "h:2"], &[]), ["a", "the yard", "h:2"]);
    let gate = asked(THREE, &["gate"], &[]).expect("a station");
    assert_eq!(gate[0].own.response, Some(1 << 20));
    // Nobody else's limits.
    let other = asked(THREE, &["gate=10.0.0.5:8000"], &[]).expect("a station");
    assert_eq!(other[0].own, OwnLimits::default());
    assert_eq!(asked("", &[], &[]), Ok(vec![]));
    assert_eq!(targets(&Own::default(), &args(&["h:1"]), &[]).map(|all| all.len()), Ok(1));
}

#[test]
fn tags_of_the_file_count_for_nothing_where_stations_are_named() {
    let text = format!("tag = ['north']\n{THREE}");
    assert_eq!(names(&text, &[], &[]), ["gate", "bridge.example.org:8000"]);
    assert_eq!(names(&text, &["x=h:1", "the yard"], &[]), ["x", "the yard"]);
    assert_eq!(names("tag = ['nobody']\n", &["x=h:1"], &[]), ["x"]);
    // Those of the command line are a slip, whatever is in the file.
    for text in [&text, THREE, ""] {
        let why = asked(text, &["x=h:1"], &["north"]).expect_err("both");
        assert!(why.starts_with("--tag picks from the stations of --config"), "{why}");
    }
    assert!(asked("tag = ['nobody']\n", &[], &[]).is_err());
}

#[test]
fn what_is_asked_for_and_is_not_there() {
    let many: String = (0..25)
        .map(|n| {
            format!("[[stations]]\naddress = 'h:{}'\ntags = ['t{n:02}', \"\\u001b[2J\"]\n", n + 1)
        })
        .collect();
    let told: Vec<_> = [
        (THREE, &[][..], &["nort\u{1b}h"][..]),
        (&many, &[], &["north"]),
        ("stations = [{address = 'h:1'}]", &[], &["north"]),
        ("", &[], &["north"]),
        (THREE, &["gate"], &["north"]),
        (THREE, &["gat"], &[]),
        (THREE, &["gate", "gate"], &[]),
        (THREE, &["gate", "10.0.0.5:8000"], &[]),
        ("", &["gate"], &[]),
        (THREE, &["gate", "h:0"], &[]),
        (THREE, &["man"], &[]),
        (THREE, &["gat", "h:0"], &[]),
        (THREE, &["h:0", "gat"], &[]),
    ]
    .iter()
    .map(|(text, arguments, tags)| asked(text, arguments, tags).expect_err("a usage error"))
    .collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_wrong_with_a_file_is_named_with_its_place() {
    let told: Vec<_> = [
        "stations = 'h:1'",
        "stations = []",
        "stations = ['h:1']",
        "[stations]\naddress = 'h:1'",
        "[[stations]]\nname = 'a'",
        "[[stations]]",
        "[[stations]]\naddress = 1",
        "[[stations]]\naddress = 'h'",
        "[[stations]]\naddress = 'ssl://h:1'",
        "[[stations]]\naddress = 'tls://h:1'\nserver-name = 'a b'",
        "[[stations]]\naddress = \"h\\u001b[31m:1\"",
        "[[stations]]\naddress = 'a=h:1'",
        "[[stations]]\n  adress = 'h:1'",
        "[[stations]]\n\"\\u001b\" = 'h:1'",
        "[[stations]]\naddress = 'h:1'\nname = ''",
        "[[stations]]\naddress = 'h:1'\nname = 'a=b'",
        "[[stations]]\naddress = 'h:1'\nname = '@a'",
        "[[stations]]\naddress = 'h:1'\nname = true",
        "[[stations]]\naddress = 'h:1'\ntags = 'north'",
        "[[stations]]\naddress = 'h:1'\ntags = []",
        "[[stations]]\naddress = 'h:1'\ntags = ['a', '']",
        "[[stations]]\naddress = 'h:1'\ntags = ['a', 2]",
        "[[stations]]\naddress = 'h:1'\nconnect-timeout = 3",
        "[[stations]]\naddress = 'h:1'\nconnect-timeout = '3'",
        "[[stations]]\naddress = 'h:1'\nidle-timeout = '0s'",
        "[[stations]]\naddress = 'h:1'\nmax-response = 0",
        "[[stations]]\naddress = 'h:1'\nmax-response = 1.5",
        "[[stations]]\naddress = 'h:1'\nmax-response = -1",
        "[[stations]]\naddress = 'h:1'\nmax-response = '1MB'",
        "[[stations]]\naddress = 'h:1'\n\n[[stations]]\naddress = 'H.:1'",
        "[[stations]]\naddress = 'h:1'\nname = 'a'\n[[stations]]\naddress = 'h:2'\nname = 'a'",
        "[[stations]]\naddress = 'h:1'\nname = 'a'\n[[stations]]\naddress = 'h:1'\nname = 'a'",
        "[[stations]]\naddress = 'h:1'\n[stations.tags]\na = 1",
    ]
    .iter()
    .map(|text| asked(text, &[], &[]).expect_err("a usage error"))
    .collect();
    for told in &told {
        assert!(told.starts_with("FILE:"), "{told}");
        assert!(!told.contains(char::is_control), "{told}");
    }
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_wrong_station_is_wrong_whatever_is_asked_for() {
    let text = format!("{THREE}\n[[stations]]\naddress = 'h'\n");
    for arguments in [&["gate"][..], &["h:1"], &[]] {
        assert!(asked(&text, arguments, &[]).is_err());
    }
}

#[test]
fn a_hundred_thousand_stations_and_no_more() {
    let station =
        |n: usize| format!("{{address='10.{}.{}.{}:8000'}},", n >> 16, n >> 8 & 255, n & 255);
    let all: String = (0..100_000).map(station).collect();
    assert_eq!(names(&format!("stations=[{all}]"), &[], &[]).len(), 100_000);
    let why = asked(&format!("stations=[{all}\n{}]", station(100_000)), &[], &[]);
    assert_eq!(why.expect_err("too many"), "FILE:2:1: more than 100,000 stations");
}
