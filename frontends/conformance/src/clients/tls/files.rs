//! Files that are missing or broken, and flags that make no sense, are configuration: exit 2,
//! and nobody is connected to.

use crate::client::{Client, USAGE};
use crate::forged;
use crate::hostile::{End as PlainEnd, Hostile, Script as PlainScript};
use crate::table::Row;
use crate::tls::{Certificates, Who};

pub(super) fn rows() -> Vec<Row> {
    let files: &[(&str, Make, &[&str])] = &[
        ("a CA that is not there", |of| ca(of, "none.pem"), &["none.pem"]),
        ("a CA that is a folder", |of| ca(of, ""), &[]),
        ("a CA that is no PEM", |of| ca(of, "text.pem"), &["text.pem", "certificate"]),
        ("a CA that is empty", |of| ca(of, "empty.pem"), &["empty.pem", "certificate"]),
        ("a CA that is a key", |of| ca(of, "good.key"), &["good.key", "certificate"]),
        ("a CA that is cut short", |of| ca(of, "cut.pem"), &["cut.pem"]),
        ("a CA that is a damaged certificate", |of| ca(of, "bad.pem"), &["bad.pem"]),
        (
            "a certificate that is not there",
            |of| pair(of, of.path("none.pem"), of.key(Who::Client)),
            &["none.pem"],
        ),
        (
            "a key that is not there",
            |of| pair(of, of.cert(Who::Client), of.path("none.key")),
            &["none.key"],
        ),
        (
            "a certificate that is none",
            |of| pair(of, of.path("text.pem"), of.key(Who::Client)),
            &["text.pem", "certificate"],
        ),
        (
            "a key that is none",
            |of| pair(of, of.cert(Who::Client), of.path("text.pem")),
            &["text.pem", "key"],
        ),
        (
            "a key that is a certificate",
            |of| pair(of, of.cert(Who::Client), of.cert(Who::Client)),
            &["client.pem", "key"],
        ),
        (
            "a key that is cut short",
            |of| pair(of, of.cert(Who::Client), of.path("cut.key")),
            &["cut.key"],
        ),
        (
            "a key that fits another certificate",
            |of| pair(of, of.cert(Who::Client), of.key(Who::Good)),
            &["good.key", "client.pem", "fit"],
        ),
        (
            "a certificate without its key",
            |of| vec!["--ca".into(), of.ca(), "--cert".into(), of.cert(Who::Client)],
            &["--key"],
        ),
        (
            "a key without its certificate",
            |of| vec!["--ca".into(), of.ca(), "--key".into(), of.key(Who::Client)],
            &["--cert"],
        ),
        ("an unknown version", |of| more(of, "--tls-min", "1.1"), &["--tls-min"]),
        ("a version in words", |of| more(of, "--tls-min", "TLSv1.3"), &["--tls-min"]),
        ("a server name that is none", |of| more(of, "--server-name", "no name"), &[]),
        ("an empty server name", |of| more(of, "--server-name", ""), &[]),
    ];
    let mut rows: Vec<Row> = files
        .iter()
        .map(|&(name, make, words)| {
            Row::new(format!("tls::files: {name} is exit 2, and named"), move |exe| {
                let of = broken();
                let station = Hostile::new(PlainScript::new("1:a:b", PlainEnd::Fin));
                let run = Client::new(exe).arg("--tls").args(make(&of)).arg(station.address());
                let finished = run.run();
                finished.assert_code(USAGE);
                finished.assert_stdout("");
                assert!(!finished.stderr.contains("panicked"), "{finished}");
                for word in words {
                    assert!(finished.stderr.contains(word), "{word}\n{finished}");
                }
                // Dropping it connects as well, but later.
                station.wait(|seen| seen.accepted == 0);
            })
        })
        .collect();
    rows.push(Row::new("tls::files: a key's text is never printed", |exe| {
        let of = broken();
        let key = std::fs::read_to_string(of.path("good.key")).expect("it is there");
        let secret = key.lines().nth(1).expect("base64");
        for args in [
            ca(&of, "good.key"),
            ca(&of, "cut.key"),
            pair(&of, of.key(Who::Good), of.path("cut.key")),
            pair(&of, of.cert(Who::Client), of.key(Who::Good)),
        ] {
            let finished = Client::new(exe).arg("--tls").args(args).arg("127.0.0.1:9").run();
            finished.assert_code(USAGE);
            assert!(!finished.stderr.contains(&secret[..20]), "{finished}");
        }
    }));
    rows.push(Row::new("tls::files: a file's name is quoted safely", |exe| {
        let of = Certificates::new();
        for args in [
            ca(&of, &forged::argument()),
            pair(&of, of.path(&forged::argument()), of.key(Who::Client)),
            more(&of, "--server-name", &forged::argument()),
        ] {
            let finished = Client::new(exe).arg("--tls").args(args).arg("127.0.0.1:9").run();
            finished.assert_code(USAGE);
            forged::assert_safe("the error", &finished.stderr);
        }
    }));
    rows
}

type Make = fn(&Certificates) -> Vec<String>;

/// Certificates, and files beside them that are none.
fn broken() -> Certificates {
    let of = Certificates::new();
    let folder = of.folder();
    let read = |name| std::fs::read_to_string(of.path(name)).expect("it is there");
    folder.write("text.pem", "no certificate, for sure\n".repeat(100));
    folder.write("empty.pem", "");
    folder.write("cut.pem", &read("ca.pem")[..200]);
    folder.write("cut.key", &read("good.key")[..100]);
    let begin = "-----BEGIN CERTIFICATE-----\n";
    folder.write("bad.pem", format!("{begin}AAAAAAAAAAAAAAAAAAAA\n-----END CERTIFICATE-----\n"));
    of
}

fn ca(of: &Certificates, name: &str) -> Vec<String> {
    vec!["--ca".into(), of.path(name)]
}

fn pair(of: &Certificates, cert: String, key: String) -> Vec<String> {
    vec!["--ca".into(), of.ca(), "--cert".into(), cert, "--key".into(), key]
}

fn more(of: &Certificates, flag: &str, value: &str) -> Vec<String> {
    vec!["--ca".into(), of.ca(), flag.into(), value.into()]
}
