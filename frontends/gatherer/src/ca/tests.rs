//! What is said to whoever made certificates.

use std::path::Path;

use carwatch_authority::{Certificate, Host, Made};
use insta::assert_snapshot;

use super::{CaArgs, order, run, said};
use crate::args::{Args, Command, ENV_PREFIX};
use crate::hints::Run;

fn certificate(dir: &str, name: &str, hosts: &[&str], is_new: bool) -> Certificate {
    Certificate {
        name: name.into(),
        hosts: hosts.iter().map(|host| host.parse::<Host>().expect("a host")).collect(),
        pem: Path::new(dir).join(format!("{name}.pem")),
        key: Path::new(dir).join(format!("{name}.key")),
        is_new,
        until: "2029-02-24".into(),
        fingerprint: "AB:CD".into(),
    }
}

fn made(dir: &str, stations: &[(&str, &[&str])], clients: &[&str], is_new: bool) -> Made {
    Made {
        dir: dir.into(),
        authority: certificate(dir, "ca", &[], is_new),
        stations: stations
            .iter()
            .map(|(name, hosts)| certificate(dir, name, hosts, true))
            .collect(),
        clients: clients.iter().map(|name| certificate(dir, name, &[], is_new)).collect(),
        notes: Vec::new(),
    }
}

fn said(made: &Made, by_cargo: bool) -> String {
    said::text(made, &Run { program: "client-smol".into(), by_cargo })
}

#[test]
fn the_commands_that_come_next_are_all_there() {
    let first = made("carwatch-ca", &[("gate", &["192.0.2.7", "gate.example"])], &["client"], true);
    assert_snapshot!("one_station", said(&first, false));
    assert_snapshot!("by_cargo", said(&first, true));
    let hosts: [(&str, &[&str]); 2] = [("h.example", &["h.example"]), ("b", &["2001:db8::1"])];
    assert_snapshot!("more_stations", said(&made("/etc/my ca", &hosts, &["client"], false), false));
    assert_snapshot!(
        "clients_alone",
        said(&made("it's:\u{1b}[2J", &[], &["desk", "pad"], true), false)
    );
}

fn parsed(words: &[&str]) -> Result<CaArgs, String> {
    let words = ["client-smol", "ca"].iter().chain(words);
    let args: Args = carwatch_cli::parse_from("client-smol", ENV_PREFIX, words)
        .map_err(|refusal| refusal.text())?;
    match args.command {
        Some(Command::Ca(args)) => Ok(args),
        _ => Err("another command".into()),
    }
}

#[test]
fn flags() {
    let args = parsed(&["gate=192.0.2.7"]).expect("arguments");
    let order = order(&args).expect("an order");
    assert_eq!(order.dir, Path::new("carwatch-ca"));
    assert_eq!((order.days, order.stations.len(), order.clients.len()), (None, 1, 0));
    let args = parsed(&["--client", "a", "--client", "b", "--days", "30", "--dir", "d"]);
    let order = super::order(&args.expect("arguments")).expect("an order");
    assert_eq!((order.days, order.stations.len(), order.clients.len()), (Some(30), 0, 2));
    for days in ["0", "-1", "soon", "99999999999"] {
        let refused = parsed(&["gate=h", "--days", days]).expect_err("no number of days");
        assert!(refused.contains("--days"), "{refused}");
    }
}

#[test]
fn help() {
    let help = parsed(&["--help"]).expect_err("help");
    for variable in ["DIR", "CLIENT", "DAYS"] {
        assert!(help.contains(&format!("CARWATCH_CLIENT_{variable}]")), "{help}");
    }
    assert_snapshot!(help);
}

#[test]
fn exit_codes() {
    let there = tempfile::tempdir().expect("a folder");
    let dir = there.path().join("ca");
    let dir = dir.to_str().expect("a name");
    let run = |words: &[&str]| {
        let args = parsed(&[&["--dir", dir], words].concat()).expect("arguments");
        run(&args, "client-smol").map_err(|code| format!("{code:?}"))
    };
    let code = |code: u8| Err(format!("{:?}", std::process::ExitCode::from(code)));
    assert_eq!(run(&[]), code(2));
    assert_eq!(run(&["gate=h:1"]), code(2));
    assert!(!Path::new(dir).exists());
    let text = run(&["gate=192.0.2.7"]).expect("made");
    assert!(text.contains("gate=tls://192.0.2.7:8000"), "{text}");
    assert_eq!(run(&["gate=192.0.2.7"]), code(4));
    std::fs::remove_file(Path::new(dir).join("ca.pem")).expect("it was there");
    assert_eq!(run(&["bridge=192.0.2.7"]), code(2));
}
