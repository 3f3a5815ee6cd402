use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use carwatch::Retention;
use carwatch::admit::Rules;
use carwatch_cli::parse_from;
use carwatch_ingest::{Format, Time};

use super::{Args, PREFIX, Source};

fn parsed(argv: &[&str]) -> Args {
    parse_from("server", PREFIX, [&["server"], argv].concat()).unwrap()
}

fn said(argv: &[&str]) -> String {
    let refusal = parse_from::<Args>("server", PREFIX, [&["server"], argv].concat()).unwrap_err();
    assert_eq!(refusal.code(), 2);
    refusal.text()
}

#[test]
fn help_lists_every_flag() {
    let refusal = parse_from::<Args>("server", PREFIX, ["server", "--help"]).unwrap_err();
    assert_eq!(refusal.code(), 0);
    insta::assert_snapshot!(refusal.text());
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let args = parsed(&[]);
    assert_eq!(args.listens(true), parsed(&["--listen", "127.0.0.1:8000"]).listen);
    assert_eq!(args.listens(false), [], "where sockets were handed over");
    assert_eq!((args.rules(), args.retention()), (Rules::default(), Retention::default()));
    assert_eq!((args.follow, args.check), (false, false));
    assert_eq!((args.store, args.admin), (None, None));
    assert_eq!((&args.source, args.format), (&Source::Simulate, Format::Auto));
    assert_eq!((args.rate, args.seed), (1.0, None));
    assert_eq!(args.max_connections, 1024);
    assert_eq!(args.write_timeout, Duration::from_secs(30));
    assert_eq!(args.drain, Duration::from_secs(10));
}

#[test]
fn values_reach_the_limits() {
    let limits = parsed(&["--max-connections", "7", "--write-timeout", "250ms"]).limits();
    assert_eq!((limits.connections, limits.write_timeout), (7, Duration::from_millis(250)));
    assert_eq!(parsed(&["--drain", "0s"]).drain, Duration::ZERO);
    assert_eq!(parsed(&["--rate", "0", "--seed", "18446744073709551615"]).seed, Some(u64::MAX));
}

#[test]
fn addresses_add_up() {
    let args = parsed(&["--listen", "127.0.0.1:0,[::1]:0", "--listen", "localhost:1"]);
    assert_eq!(args.listen.len(), 3);
}

#[test]
fn flags_of_another_source_are_not_ignored_in_silence() {
    assert_eq!(parsed(&[]).unused(false), None);
    assert_eq!(parsed(&["--rate", "2", "--seed", "1"]).unused(false), None);
    assert_eq!(parsed(&["--source", "-", "--format", "csv"]).unused(false), None);
    assert!(parsed(&["--source", "-", "--seed", "1"]).unused(false).is_some());
    assert!(parsed(&["--source", "-", "--rate", "0"]).unused(false).is_some());
    assert!(parsed(&["--format", "csv"]).unused(false).is_some());
}

#[test]
fn who_may_connect_and_what_is_kept_add_up() {
    let args = parsed(&["--allow", "10.0.0.0/8,::1", "--allow", "192.0.2.1"]);
    assert_eq!(args.rules().allow.map(|networks| networks.len()), Some(3));
    assert_eq!(parsed(&["--max-per-source", "4"]).rules().per_source, Some(4));
    let retention = parsed(&["--keep", "100", "--keep", "7d,20"]).retention();
    assert_eq!((retention.cars, retention.bytes), (Some(20), None));
    assert_eq!(retention.age, Some(Duration::from_hours(7 * 24)));
}

#[test]
fn a_time_is_text_but_under_a_map() {
    let time = |argv: &[&str]| parsed(argv).reading().unwrap().time;
    assert_eq!(time(&[]), Time::Text);
    assert_eq!(time(&["--map", "frigate"]), Time::Unix);
    assert_eq!(time(&["--map", "frigate", "--time", "text"]), Time::Text);
    assert_eq!(time(&["--time", "unix"]), Time::Unix);
}

#[test]
fn what_is_followed_is_a_file() {
    assert_eq!(parsed(&["--follow", "--source", "cars.csv"]).contradiction(), None);
    assert!(parsed(&["--follow"]).contradiction().is_some());
    assert!(parsed(&["--follow", "--source", "-"]).contradiction().is_some());
}

#[test]
fn a_replay_needs_a_file_and_no_flag_about_cars() {
    let said = |argv: &[&str]| parsed(&[&["--replay"], argv].concat()).contradiction();
    let file = ["--source", "a.pcapng"];
    assert_eq!(said(&file), None);
    let rest =
        ["--admin", "127.0.0.1:0", "--allow", "::1", "--drain", "1s", "--max-per-source", "1"];
    assert_eq!(said(&[&file[..], &rest].concat()), None);
    for source in [&[][..], &["--source", "-"], &["--source", "simulate"]] {
        assert!(said(source).unwrap().contains("--source"));
    }
    for flag in [
        &["--follow"][..],
        &["--format", "csv"],
        &["--map", "frigate"],
        &["--time", "unix"],
        &["--rate", "2"],
        &["--seed", "1"],
        &["--store", "a.db"],
        &["--keep", "7d"],
        &["--admin-token-file", "token"],
    ] {
        let said = said(&[&file[..], flag].concat()).expect(flag[0]);
        assert!(said.ends_with(flag[0]), "{said}");
    }
    let both = said(&[&file[..], &["--keep", "1", "--follow"]].concat()).unwrap();
    assert!(both.ends_with("--follow, --keep"), "{both}");
}

#[test]
fn a_map_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, "time = 1\n").unwrap();
    let path = path.to_str().unwrap();
    for (map, place) in [("frigat", "frigat"), ("./no.toml", "./no.toml"), (path, path)] {
        let said = parsed(&["--map", map]).reading().unwrap_err();
        assert!(said.starts_with("--map: ") && said.contains(place), "{said}");
    }
}

#[test]
fn only_what_a_start_heeds_waits_for_one() {
    let old = parsed(&["--store", "a", "--keep", "1", "--allow", "::1", "-q"]);
    let new = parsed(&["--store", "b", "--keep", "2", "--max-per-source", "1", "--drain", "1s"]);
    assert_eq!(new.fixed_since(&old), ["--store", "the log's flags"]);
    assert_eq!(old.fixed_since(&old), [""; 0]);

    let pair =
        |cert, more: &[&str]| parsed(&[&["--tls-cert", cert, "--tls-key", "k"], more].concat());
    let secured = pair("c", &[]);
    assert_eq!(secured.fixed_since(&parsed(&[])), ["--tls-cert"]);
    let renewed = pair("d", &["--client-ca", "ca", "--tls-min", "1.2"]);
    assert_eq!(renewed.fixed_since(&secured), [""; 0]);
    let listening = |place| parsed(&["--listen", place]);
    assert_eq!(listening("[::1]:1").fixed_since(&listening("tcp://[::1]:1")), ["--listen"]);
}

#[test]
fn a_source_is_a_word_or_a_path() {
    assert_eq!(parsed(&["--source", "-"]).source, Source::Stdin);
    assert_eq!(parsed(&["--source", "simulate"]).source, Source::Simulate);
    assert_eq!(parsed(&["--source", "./simulate"]).source, Source::File("./simulate".into()));
    let path = OsString::from_vec(b"cars\xff.csv".to_vec());
    let argv = ["server".into(), "--source".into(), path.clone()];
    let args: Args = parse_from("server", PREFIX, argv).unwrap();
    assert_eq!(args.source, Source::File(PathBuf::from(path)));
}

#[test]
fn each_error_in_usage_names_its_place() {
    let errors: Vec<_> = [
        &["--listen", "127.0.0.1"][..],
        &["--listen", "::1:8000"],
        &["--listen", "udp://127.0.0.1:8000"],
        &["--listen", "tls://127.0.0.1"],
        &["--listen"],
        &["--source", ""],
        &["--format", "xml"],
        &["--rate", "-1"],
        &["--rate", "nan"],
        &["--rate", "inf"],
        &["--seed", "1.5"],
        &["--seed", "-1"],
        &["--max-connections", "0"],
        &["--max-connections", "many"],
        &["--max-per-source", "0"],
        &["--allow", "10.0.0.0/33"],
        &["--allow", "gate"],
        &["--allow", ""],
        &["--keep", "7w"],
        &["--keep", "0"],
        &["--keep", "-1"],
        &["--store", "-"],
        &["--store", ""],
        &["--time", "local"],
        &["--admin", "8080"],
        &["--admin", "tls://127.0.0.1:9180"],
        &["--tls-cert", ""],
        &["--tls-cert", "a", "--tls-cert", "b"],
        &["--tls-min", "1.1"],
        &["--tls-min", "TLSv1.2"],
        &["--write-timeout", "0s"],
        &["--write-timeout", "30"],
        &["--drain", "10 s"],
        &["--drain", "5min"],
        &["--log-format", "xml"],
        &["--seed", "1", "--seed", "2"],
        &["--lisen", "127.0.0.1:0"],
        &["cars.csv"],
    ]
    .map(|argv| format!("$ server {}\n{}", argv.join(" "), said(argv)))
    .into();
    insta::assert_snapshot!(errors.join("\n"));
}
