//! Whom a client does not believe, and in what words it says so.

use std::path::Path;

use serde_json::json;

use super::{client, failed, gather, refused};
use crate::client::Client;
use crate::forged;
use crate::table::Row;
use crate::tls::{BOTH, Certificates, End, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    let faults: &[(&str, Who, &[&str])] = &[
        ("expired", Who::Expired, &["expired on", "2020-12-31"]),
        ("not yet valid", Who::Early, &["not yet valid", "2120-01-01"]),
        (
            "for somebody else",
            Who::Elsewhere,
            &["wrong name", "bridge.example", "192.0.2.7", "127.0.0.1"],
        ),
        ("of an unknown issuer", Who::Stranger, &["unknown issuer"]),
        ("signed by itself", Who::SelfSigned, &["issuer"]),
        ("a client's", Who::Client, &[]),
    ];
    let mut rows: Vec<Row> = faults
        .iter()
        .map(|&(name, who, words)| {
            Row::new(format!("tls::a certificate that is {name} is tls, in words"), move |exe| {
                let of = Certificates::new();
                let station = showing(&of, who);
                let finished = gather(exe, &of, &station, &[]);
                refused(&finished, words);
                assert_eq!(station.seen().delivered, 0, "nobody sends to whom it refused");
            })
        })
        .collect();
    rows.extend([
        Row::new("tls::without --ca the system's roots count", system),
        Row::new("tls::--ca stands in place of the system's roots", |exe| {
            let of = Certificates::new();
            let station = showing(&of, Who::Stranger);
            let run = client(exe, &of).env("SSL_CERT_FILE", &of.path("other.pem"));
            refused(&run.arg(station.named("gate")).run(), &["unknown issuer"]);
        }),
        Row::new("tls::a CA file of several takes each", |exe| {
            let of = Certificates::new();
            let both = ["other.pem", "ca.pem"]
                .map(|name| std::fs::read_to_string(of.path(name)).expect("it is there"));
            of.folder().write("both.pem", both.concat());
            let (good, stranger) = (showing(&of, Who::Good), showing(&of, Who::Stranger));
            let run = Client::new(exe).args(["--ca", &of.path("both.pem")]);
            let finished = run.args([good.named("a"), stranger.named("b")]).run();
            finished.assert_code(0);
        }),
        Row::new("tls::a self-signed certificate is believed as its own CA", |exe| {
            // What people make who have one station and no CA.
            let of = Certificates::new();
            let station = showing(&of, Who::SelfSigned);
            let run = Client::new(exe).args(["--ca", &of.cert(Who::SelfSigned)]);
            let finished = run.arg(station.named("gate")).run();
            finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
        }),
        Row::new("tls::what stands in a stranger's certificate is printed safely", |exe| {
            let of = Certificates::new();
            let station = showing(&of, Who::Forged);
            for args in [&[][..], &["-v", "-v"], &["--log-format", "json"]] {
                let finished = gather(exe, &of, &station, args);
                failed(&finished, "tls");
                forged::assert_safe("the report", &finished.stderr);
            }
        }),
        Row::new("tls::one that is not believed costs itself alone", |exe| {
            let of = Certificates::new();
            let stations =
                [Who::Good, Who::Expired, Who::Early, Who::Elsewhere, Who::Stranger, Who::Renewed]
                    .map(|who| showing(&of, who));
            let named = stations.iter().enumerate().map(|(n, s)| s.named(&format!("s{n}")));
            let finished = client(exe, &of).args(["-f", "wire"]).args(named).run();
            finished.assert_code(1);
            finished.assert_stdout("1:a:b.1:a:b");
            for nth in 1..=4 {
                finished.assert_station(nth, &json!({"outcome": "failed", "reason": "tls"}));
            }
        }),
    ]);
    rows
}

fn showing(of: &Certificates, who: Who) -> Station {
    let config = server_config(of, who, false, BOTH);
    Station::new(config, Script::new("1:a:b", End::CloseNotify))
}

fn system(exe: &Path) {
    let of = Certificates::new();
    let station = showing(&of, Who::Good);
    let run = |roots: &str| {
        let run = Client::new(exe).env("SSL_CERT_FILE", roots).env("SSL_CERT_DIR", "");
        run.arg(station.named("gate")).run()
    };
    let finished = run(&of.ca());
    finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
    finished.assert_code(0);
    let finished = run(&of.path("other.pem"));
    failed(&finished, "tls");
    refused(&finished, &["unknown issuer"]);
}
