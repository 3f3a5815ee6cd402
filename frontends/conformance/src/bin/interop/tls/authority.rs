//! The certificates of `ca`: from nothing to both sides knowing each other, and what OpenSSL
//! makes of them.

use std::path::Path;
use std::process::{Command, Stdio};

use conformance::fixtures::Folder;

use super::{Files, assert_whole, gate, our_client, their_client, their_station, verified};
use crate::cars;
use crate::case::{Case, Peers, case, output, said, text};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("`ca`, our station, our client and those of python and openssl", |peers| {
            let (_folder, files) = made(peers);
            let cars = cars::many();
            let station = cars::station(&peers.server, &cars, &files.for_our_station(true));
            let finished = our_client(peers, &files, true).arg(gate(&station)).run();
            finished.assert_code(0);
            finished.assert_station(0, &verified(&cars));
            cars::assert_gathered(&finished, &cars);
            for script in ["client_asyncio.py", "client_twisted.py"] {
                output(their_client(peers, script, &station, &files.for_client(true)));
            }
            let client = their_client(peers, "client_ssl.py", &station, &files.for_client(true));
            assert_whole(client, &cars);
        }),
        case("`ca`, our client and stations of python and twisted", |peers| {
            let (_folder, files) = made(peers);
            let cars = cars::many();
            for script in ["station_ssl.py", "station_asyncio.py", "station_twisted.py"] {
                let args = files.for_their_station(true);
                let station = their_station(peers.python(script), &args, &cars);
                let finished = our_client(peers, &files, true).arg(gate(&station)).run();
                finished.assert_code(0);
                finished.assert_station(0, &verified(&cars));
            }
        }),
        case("`ca`, and openssl verify", verify),
        case("`ca`: a station's certificate opens no other station", stolen),
    ]
}

/// What the first of the four commands makes.
fn made(peers: &Peers) -> (Folder, Files) {
    let folder = Folder::new();
    let mut ca = Command::new(&peers.client);
    ca.args(["ca", "gate=127.0.0.1,gate.example"]).current_dir(folder.root());
    output(ca);
    let path = |name: &str| text(&folder.path("carwatch-ca").join(name)).to_owned();
    let pair = |name: &str| [path(&format!("{name}.pem")), path(&format!("{name}.key"))];
    let files = Files { ca: path("ca.pem"), station: pair("gate"), client: pair("client") };
    (folder, files)
}

fn verify(peers: &Peers) {
    let (_folder, files) = made(peers);
    let (station, client) = (Path::new(&files.station[0]), Path::new(&files.client[0]));
    let good = |file: &Path, args: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.args(["verify", "-x509_strict", "-CAfile", &files.ca]).args(args).arg(file);
        openssl.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("openssl").success()
    };
    for (file, args, expected) in [
        (station, ["-purpose", "sslserver"], true),
        (station, ["-verify_ip", "127.0.0.1"], true),
        (station, ["-verify_hostname", "gate.example"], true),
        (client, ["-purpose", "sslclient"], true),
        (station, ["-purpose", "sslclient"], false),
        (station, ["-verify_ip", "127.0.0.2"], false),
        (station, ["-verify_hostname", "bridge.example"], false),
        (client, ["-purpose", "sslserver"], false),
    ] {
        assert_eq!(good(file, &args), expected, "{} {args:?}", file.display());
    }
    // Each key is that of its certificate.
    for [cert, key] in [&files.station, &files.client] {
        let public = |args: &[&str]| {
            let mut openssl = Command::new("openssl");
            openssl.args(args);
            output(openssl).stdout
        };
        let of_cert = public(&["x509", "-in", cert, "-noout", "-pubkey"]);
        assert_eq!(public(&["pkey", "-in", key, "-pubout"]), of_cert);
    }
}

/// Nor does a client's pose as a station.
fn stolen(peers: &Peers) {
    let (_folder, files) = made(peers);
    let swapped =
        Files { station: files.client.clone(), client: files.station.clone(), ..files.clone() };
    let cars = cars::many();
    let station = cars::station(&peers.server, &cars, &files.for_our_station(true));
    let mut client = their_client(peers, "client_ssl.py", &station, &swapped.for_client(true));
    let refused = client.output().expect("python");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{}", said(&refused));
    let posing = cars::station(&peers.server, &cars, &swapped.for_our_station(true));
    let mut client = their_client(peers, "client_ssl.py", &posing, &files.for_client(true));
    let refused = client.output().expect("python");
    let why = said(&refused);
    assert!(why.contains("ended: CERTIFICATE_VERIFY_FAILED"), "{why}");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{why}");
}
