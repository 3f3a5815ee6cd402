//! Stations that demand a certificate of whoever calls.

use serde_json::json;

use super::{client, gather, refused};
use crate::client::Client;
use crate::table::Row;
use crate::tls::{BOTH, Certificates, End, ONLY_12, ONLY_13, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::a station that demands a certificate gets one", |exe| {
            for versions in [BOTH, ONLY_13, ONLY_12] {
                let of = Certificates::new();
                let station = demanding(&of, versions);
                let run = with(client(exe, &of).args(["--tls-min", "1.2"]), &of, Who::Client);
                let finished = run.arg(station.named("gate")).run();
                finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
                finished.assert_code(0);
            }
        }),
        Row::new("tls::a client without a certificate is told that one is demanded", |exe| {
            let of = Certificates::new();
            // Of TLS 1.3 the refusal comes after the client's handshake (RFC 8446 4.4.2.4).
            let finished = gather(exe, &of, &demanding(&of, ONLY_13), &[]);
            refused(&finished, &["client certificate", "--cert"]);
        }),
        Row::new("tls::the same in TLS 1.2", |exe| {
            let of = Certificates::new();
            let station = demanding(&of, ONLY_12);
            let finished = gather(exe, &of, &station, &["--tls-min", "1.2"]);
            refused(&finished, &[]);
        }),
        Row::new("tls::a certificate that the station does not believe is tls", |exe| {
            let of = Certificates::new();
            for who in [Who::StrangeClient, Who::ExpiredClient, Who::SelfSigned, Who::Good] {
                for versions in [ONLY_13, ONLY_12] {
                    let station = demanding(&of, versions);
                    let run = with(client(exe, &of).args(["--tls-min", "1.2"]), &of, who);
                    refused(&run.arg(station.named("gate")).run(), &["certificate"]);
                }
            }
        }),
        Row::new("tls::a certificate harms nothing where none is demanded", |exe| {
            let of = Certificates::new();
            let config = server_config(&of, Who::Good, false, BOTH);
            let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
            let finished = with(client(exe, &of), &of, Who::Client).arg(station.named("a")).run();
            finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
        }),
    ]
}

fn demanding(of: &Certificates, versions: &[&'static rustls::SupportedProtocolVersion]) -> Station {
    let config = server_config(of, Who::Good, true, versions);
    Station::new(config, Script::new("1:a:b", End::CloseNotify))
}

fn with(run: Client, of: &Certificates, who: Who) -> Client {
    run.args(["--cert", &of.cert(who), "--key", &of.key(who)])
}
