//! Reasons not to start: files that are missing, broken or do not fit are exit 1, flags that make
//! no sense exit 2; `--check` finds them too.

use std::path::Path;
use std::process::Command;

use crate::fixtures::{Folder, lines, snapshot};
use crate::forged;
use crate::station::{Station, end_of};
use crate::table::Row;
use crate::tls::{BOTH, Certificates, Who, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    let files: &[(&str, Make, &[&str])] = &[
        ("a certificate that is not there", |of| pair(of, "none.pem", "good.key"), &["none.pem"]),
        ("a key that is not there", |of| pair(of, "good.pem", "none.key"), &["none.key"]),
        ("a certificate that is a folder", |of| pair(of, "", "good.key"), &[]),
        (
            "a certificate that is a FIFO",
            |of| pair(of, "fifo.pem", "good.key"),
            &["fifo.pem", "regular file"],
        ),
        ("no certificate", |of| pair(of, "text.pem", "good.key"), &["text.pem", "certificate"]),
        ("an empty file", |of| pair(of, "empty.pem", "good.key"), &["empty.pem", "certificate"]),
        ("a damaged certificate", |of| pair(of, "bad.pem", "good.key"), &["bad.pem"]),
        ("no key", |of| pair(of, "good.pem", "text.pem"), &["text.pem", "key"]),
        ("a certificate for a key", |of| pair(of, "good.pem", "good.pem"), &["good.pem", "key"]),
        ("a key for a certificate", |of| pair(of, "good.key", "good.key"), &["good.key"]),
        (
            "a key that does not fit its certificate",
            |of| pair(of, "good.pem", "renewed.key"),
            &["good.pem", "renewed.key", "fit"],
        ),
        (
            "a client CA that is not there",
            |of| more(of, "--client-ca", of.path("none.pem")),
            &["none.pem"],
        ),
        (
            "a client CA that is none",
            |of| more(of, "--client-ca", of.path("text.pem")),
            &["text.pem", "certificate"],
        ),
        (
            "a client CA that is a key",
            |of| more(of, "--client-ca", of.key(Who::Good)),
            &["good.key", "certificate"],
        ),
    ];
    let usage: &[(&str, Make, &[&str])] = &[
        ("--tls-cert alone", |of| flags(["--tls-cert", &of.cert(Who::Good)]), &["--tls-key"]),
        ("--tls-key alone", |of| flags(["--tls-key", &of.key(Who::Good)]), &["--tls-cert"]),
        ("--client-ca alone", |of| flags(["--client-ca", &of.ca()]), &["--tls-cert"]),
        ("--tls-min alone", |_| flags(["--tls-min", "1.2"]), &["--tls-cert"]),
        (
            "tls:// without --tls-cert",
            |_| flags(["--listen", "tls://127.0.0.1:0"]),
            &["--tls-cert"],
        ),
        ("--tls-min 1.1", |of| more(of, "--tls-min", "1.1".into()), &["--tls-min"]),
        ("--tls-min 2", |of| more(of, "--tls-min", "2".into()), &["--tls-min"]),
    ];
    let mut rows = Vec::new();
    for (cases, code) in [(files, 1), (usage, 2)] {
        rows.extend(cases.iter().map(|&(name, make, words)| {
            Row::new(format!("tls::startup: {name} is exit {code}, and named"), move |exe| {
                let of = broken();
                for check in [&[][..], &["--check"]] {
                    refused(exe, &[&make(&of)[..], &owned(check)].concat(), code, words);
                }
            })
        }));
    }
    rows.push(Row::new("tls::startup: a file's name is quoted safely", |exe| {
        let of = Certificates::new();
        let name = forged::argument();
        for args in [pair(&of, &name, "good.key"), pair(&of, "good.pem", &name)] {
            let mut command = Command::new(exe);
            command.args(["--listen", "127.0.0.1:0"]).args(args);
            let (code, said, _) = end_of(command);
            assert_eq!(code, 1, "{said}");
            forged::assert_safe("the error", &said);
        }
    }));
    rows.push(Row::new("tls::startup: --check of what is good is exit 0", |exe| {
        let (folder, of) = (Folder::new(), Certificates::new());
        let mut command = Command::new(exe);
        command.args(["--listen", "tls://127.0.0.1:0", "--check", "--source"]);
        command.arg(folder.write("cars", lines(0..5))).args(pair(&of, "good.pem", "good.key"));
        command.args(["--client-ca", &of.ca(), "--tls-min", "1.2"]);
        let (code, said, _) = end_of(command);
        assert_eq!(code, 0, "{said}");
    }));
    rows.push(Row::new("tls::startup: the environment stands for the flags", |exe| {
        let (folder, of) = (Folder::new(), Certificates::new());
        let mut command = Command::new(exe);
        command.env("CARWATCH_STATION_LISTEN", "127.0.0.1:0");
        command.env("CARWATCH_STATION_SOURCE", folder.write("cars", lines(0..5)));
        command.env("CARWATCH_STATION_TLS_CERT", of.cert(Who::Good));
        command.env("CARWATCH_STATION_TLS_KEY", of.key(Who::Good));
        command.env("CARWATCH_STATION_CLIENT_CA", of.ca());
        command.env("CARWATCH_STATION_TLS_MIN", "1.2");
        let station = Station::launch(command, 1);
        let config = client_config(&of, Some(Who::Client), BOTH);
        crate::kernel::until("it knows its cars", || {
            (call(station.address(), &config).complete() == snapshot(0..5)).then_some(())
        });
        let (_, _, help) = crate::station::run_to_its_end(exe, ["--help"]);
        let help = String::from_utf8(help).expect("text");
        for name in ["TLS_CERT", "TLS_KEY", "CLIENT_CA", "TLS_MIN"] {
            assert!(help.contains(&format!("CARWATCH_STATION_{name}")), "{name}\n{help}");
        }
    }));
    rows.push(Row::new("tls::startup: SSLKEYLOGFILE is written", |exe| {
        let (folder, of) = (Folder::new(), Certificates::new());
        let mut command = super::both(exe, &of);
        command.env("SSLKEYLOGFILE", folder.path("keys"));
        let station = Station::launch(command, 2);
        let _ = call(station.addresses()[1], &client_config(&of, None, BOTH)).complete();
        let keys = std::fs::read_to_string(folder.path("keys")).expect("it is written");
        assert!(keys.contains("SERVER_TRAFFIC_SECRET_0 "), "{keys}");
    }));
    rows
}

type Make = fn(&Certificates) -> Vec<String>;

/// Certificates, and files beside them that are none.
fn broken() -> Certificates {
    let of = Certificates::new();
    let folder = of.folder();
    folder.write("text.pem", "no certificate, for sure\n".repeat(100));
    folder.write("empty.pem", "");
    folder.fifo("fifo.pem");
    let begin = "-----BEGIN CERTIFICATE-----\n";
    folder.write("bad.pem", format!("{begin}AAAAAAAAAAAAAAAAAAAA\n-----END CERTIFICATE-----\n"));
    of
}

fn owned(args: &[&str]) -> Vec<String> {
    args.iter().map(|&arg| arg.to_owned()).collect()
}

fn flags(args: [&str; 2]) -> Vec<String> {
    owned(&args)
}

fn pair(of: &Certificates, cert: &str, key: &str) -> Vec<String> {
    owned(&["--tls-cert", &of.path(cert), "--tls-key", &of.path(key)])
}

fn more(of: &Certificates, flag: &str, value: String) -> Vec<String> {
    [pair(of, "good.pem", "good.key"), vec![flag.to_owned(), value]].concat()
}

#[track_caller]
fn refused(exe: &Path, args: &[String], code: i32, words: &[&str]) {
    let mut command = Command::new(exe);
    command.args(["--listen", "127.0.0.1:0"]).args(args);
    let (ended, said, stdout) = end_of(command);
    assert_eq!(ended, code, "{said}");
    assert_eq!(stdout, b"");
    assert!(!said.contains("listening on") && !said.contains("panicked"), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
}
