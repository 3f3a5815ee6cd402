//! The words in which the clients tell each fault of TLS: the line of the report for people.

use std::path::PathBuf;
use std::sync::LazyLock;

use conformance::client::Client;
use conformance::programs::{self, RUNTIMES};
use conformance::tls::{
    BOTH, Certificates, End, ONLY_12, ONLY_13, Opening, Script, Station, Who, server_config,
};
use insta::assert_snapshot;

#[test]
fn expired() {
    assert_snapshot!("expired", shown(Who::Expired));
}

#[test]
fn not_yet_valid() {
    assert_snapshot!("not_yet_valid", shown(Who::Early));
}

#[test]
fn wrong_name() {
    assert_snapshot!("wrong_name", shown(Who::Elsewhere));
}

#[test]
fn wrong_server_name() {
    let of = Certificates::new();
    let station = Station::new(server_config(&of, Who::Good, false, BOTH), car(End::CloseNotify));
    let args = ["--ca", &of.ca(), "--server-name", "bridge.example"];
    assert_snapshot!("wrong_server_name", told(&station, &args));
}

#[test]
fn unknown_issuer() {
    assert_snapshot!("unknown_issuer", shown(Who::Stranger));
}

#[test]
fn signed_by_itself() {
    assert_snapshot!("signed_by_itself", shown(Who::SelfSigned));
}

#[test]
fn no_client_certificate() {
    assert_snapshot!("no_client_certificate", demanded(None, ONLY_13));
}

#[test]
fn no_client_certificate_in_tls_1_2() {
    assert_snapshot!("no_client_certificate_in_tls_1_2", demanded(None, ONLY_12));
}

#[test]
fn a_client_certificate_of_another_ca() {
    let told = demanded(Some(Who::StrangeClient), ONLY_13);
    assert_snapshot!("a_client_certificate_of_another_ca", told);
}

#[test]
fn an_expired_client_certificate() {
    assert_snapshot!("an_expired_client_certificate", demanded(Some(Who::ExpiredClient), ONLY_13));
}

#[test]
fn plain_text() {
    let script = Script::opening(Opening::Plain(b"97264836:peugeot:red"));
    assert_snapshot!("plain_text", scripted(script));
}

#[test]
fn closed_in_the_handshake() {
    assert_snapshot!("closed_in_the_handshake", scripted(Script::opening(Opening::Plain(b""))));
}

#[test]
fn an_unanswered_handshake() {
    assert_snapshot!("an_unanswered_handshake", scripted(Script::opening(Opening::Silence)));
}

#[test]
fn tls_1_2_alone() {
    let of = Certificates::new();
    let config = server_config(&of, Who::Good, false, ONLY_12);
    let station = Station::new(config, car(End::CloseNotify));
    assert_snapshot!("tls_1_2_alone", told(&station, &["--ca", &of.ca()]));
}

#[test]
fn truncated() {
    assert_snapshot!("truncated", scripted(car(End::Fin)));
}

#[test]
fn an_alert_after_a_car() {
    assert_snapshot!("an_alert_after_a_car", scripted(car(End::Alert)));
}

#[test]
fn a_forged_end() {
    assert_snapshot!("a_forged_end", scripted(car(End::ForgedNotify)));
}

fn car(end: End) -> Script {
    Script::new("97264836:peugeot:red.", end)
}

/// Of a station that shows this certificate.
fn shown(who: Who) -> String {
    let of = Certificates::new();
    let station = Station::new(server_config(&of, who, false, BOTH), car(End::CloseNotify));
    told(&station, &["--ca", &of.ca()])
}

/// Of a station that demands a certificate, told whoever shows this one.
fn demanded(who: Option<Who>, versions: &[&'static rustls::SupportedProtocolVersion]) -> String {
    let of = Certificates::new();
    let config = server_config(&of, Who::Good, true, versions);
    let station = Station::new(config, car(End::CloseNotify));
    let mut args = vec!["--ca".to_owned(), of.ca(), "--tls-min".to_owned(), "1.2".to_owned()];
    if let Some(who) = who {
        args.extend(["--cert".to_owned(), of.cert(who), "--key".to_owned(), of.key(who)]);
    }
    told(&station, &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Of a station with a good certificate.
fn scripted(script: Script) -> String {
    let of = Certificates::new();
    let station = Station::new(server_config(&of, Who::Good, false, BOTH), script);
    told(&station, &["--ca", &of.ca(), "--connect-timeout", "300ms"])
}

/// The report of both clients, which is one; without its times and spaces.
fn told(station: &Station, args: &[&str]) -> String {
    let [first, second] = RUNTIMES.map(|runtime| {
        let run = Client::new(&programs::client(&FOLDER, runtime)).args(["-q", "-q"]).args(args);
        let finished = run.arg(station.named("gate")).run();
        finished.assert_code(3);
        finished.assert_stdout("");
        timeless(&finished.stderr.replace(&station.address(), "ADDRESS"))
    });
    assert_eq!(first, second, "whatever the runtime");
    first
}

fn timeless(report: &str) -> String {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_time = |nth: usize| {
            let unit = words.get(nth + 1).is_some_and(|word| matches!(*word, "ms" | "s"));
            unit && words[nth].starts_with(|first: char| first.is_ascii_digit())
        };
        let word = |nth: usize| if is_time(nth) { "#" } else { words[nth] };
        (0..words.len()).map(word).collect::<Vec<_>>().join(" ")
    };
    report.lines().map(line).collect::<Vec<_>>().join("\n")
}

static FOLDER: LazyLock<PathBuf> = LazyLock::new(programs::build);
