//! Over TLS: Python's ssl, its asyncio, Twisted, and the program openssl, each on either side.

mod authority;
mod clients;
mod keys;
mod killed;
mod openssl;
mod stations;

use std::process::Command;

use conformance::client::Client;
use conformance::station::Station;
use conformance::tls::{Certificates, Who};
use serde_json::{Value, json};

use crate::cars::{self, Cars};
use crate::case::{Case, Peers, output, said};

pub(crate) fn cases() -> Vec<Case> {
    [
        stations::cases(),
        killed::cases(),
        clients::cases(),
        openssl::cases(),
        keys::cases(),
        authority::cases(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, run)| (format!("tls: {name}"), run))
    .collect()
}

/// Files in PEM, as arguments take them.
#[derive(Clone, Debug)]
struct Files {
    ca: String,
    station: [String; 2],
    client: [String; 2],
}

impl Files {
    fn of(certificates: &Certificates) -> Self {
        let pair = |who| [certificates.cert(who), certificates.key(who)];
        Self { ca: certificates.ca(), station: pair(Who::Good), client: pair(Who::Client) }
    }

    /// What a station of ours needs; with `demands` its clients need a certificate.
    fn for_our_station(&self, demands: bool) -> Vec<&str> {
        let [cert, key] = &self.station;
        let mut args = vec!["--tls-cert", cert, "--tls-key", key];
        if demands {
            args.extend(["--client-ca", &self.ca]);
        }
        args
    }

    /// What a client of anybody needs; with `shows` it shows its certificate.
    fn for_client(&self, shows: bool) -> Vec<&str> {
        let [cert, key] = &self.client;
        let mut args = vec!["--ca", &self.ca];
        if shows {
            args.extend(["--cert", cert, "--key", key]);
        }
        args
    }

    /// What a station in Python needs.
    fn for_their_station(&self, demands: bool) -> Vec<&str> {
        let [cert, key] = &self.station;
        let mut args = vec!["--cert", cert, "--key", key];
        if demands {
            args.extend(["--ca", &self.ca]);
        }
        args
    }
}

/// A station in Python that serves them.
fn their_station(mut command: Command, args: &[&str], cars: &Cars) -> Station {
    command.args(args);
    Station::launch_fed(command, cars::lines(cars).as_bytes())
}

/// A client of ours; nothing but an end ends it soon.
fn our_client(peers: &Peers, files: &Files, shows: bool) -> Client {
    let run = Client::new(&peers.client).args(["-f", "ndjson"]).args(files.for_client(shows));
    run.args(["--idle-timeout", "10m", "--deadline", "20m"])
}

fn gate(station: &Station) -> String {
    format!("gate=tls://{}", station.address())
}

fn verified(cars: &Cars) -> Value {
    json!({"outcome": "complete", "reason": null, "verified": true, "cars": cars.len(),
        "rejected": 0, "bytes": cars::snapshot(cars).len()})
}

/// A client in Python of a station of ours.
fn their_client(peers: &Peers, script: &str, station: &Station, args: &[&str]) -> Command {
    let mut command = peers.python(script);
    command.arg(station.address().ip().to_string()).arg(station.address().port().to_string());
    command.args(args);
    command
}

/// Panics unless that client of Python's ssl got all of it, and the end of it.
#[track_caller]
fn assert_whole(client: Command, cars: &Cars) -> String {
    let output = output(client);
    let said = said(&output);
    assert!(output.stdout == cars::escaped(cars).as_bytes(), "{} bytes", output.stdout.len());
    assert!(said.contains("ended: close_notify, then FIN"), "{said}");
    said
}
