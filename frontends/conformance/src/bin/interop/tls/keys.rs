//! `SSLKEYLOGFILE`: both sides of a connection write the same keys, whoever wrote the other side.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conformance::fixtures::Folder;
use conformance::kernel::until;
use conformance::station::{self, Station};
use conformance::tls::Certificates;

use super::{Files, gate, our_client, their_client, their_station, verified};
use crate::cars;
use crate::case::{Case, Peers, case, text};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("the keys of our client are those of a python ssl station", |peers| {
            let (of, folder, cars) = (Certificates::new(), Folder::new(), cars::many());
            let files = Files::of(&of);
            let [ours, theirs] = [folder.path("ours"), folder.path("theirs")];
            fs::write(&ours, EARLIER).expect("a folder");
            let mut python = peers.python("station_ssl.py");
            python.env("SSLKEYLOGFILE", &theirs);
            let station = their_station(python, &files.for_their_station(true), &cars);
            let run = our_client(peers, &files, true).env("SSLKEYLOGFILE", text(&ours));
            run.arg(gate(&station)).run().assert_station(0, &verified(&cars));
            assert_same(&ours, &theirs, 1);
            assert!(fs::read(&ours).expect("a file").starts_with(EARLIER), "added to it");
        }),
        case("the keys of our station are those of a python ssl client", our_station),
    ]
}

fn our_station(peers: &Peers) {
    let (of, folder, cars) = (Certificates::new(), Folder::new(), cars::many());
    let files = Files::of(&of);
    let [ours, theirs] = [folder.path("ours"), folder.path("theirs")];
    let source = cars::source(&cars);
    let mut command = station::command(&peers.server);
    command.args(["--source", text(source.path()), "--format", "ndjson"]);
    command.args(files.for_our_station(true)).env("SSLKEYLOGFILE", &ours);
    let station = Station::launch(command, 1);
    // How much of the list it knows already is no matter here.
    for connections in 1..=2 {
        let mut client = their_client(peers, "client_ssl.py", &station, &files.for_client(true));
        let called = client.env("SSLKEYLOGFILE", &theirs).output().expect("python");
        assert!(called.status.success(), "{}", crate::case::said(&called));
        assert_same(&ours, &theirs, connections);
    }
}

/// Panics unless both files hold the same secrets of so many connections of TLS 1.3.
#[track_caller]
fn assert_same(ours: &Path, theirs: &Path, connections: usize) {
    // Whoever is faster has written more for a moment.
    let secrets = until("both have written all keys", || {
        let [ours, theirs] = [secrets(ours), secrets(theirs)];
        let missing = LABELS.iter().any(|label| {
            ours.iter().filter(|line| line.starts_with(&format!("{label} "))).count() < connections
        });
        (!missing && ours == theirs).then_some(ours)
    });
    assert_eq!(secrets.len(), connections * LABELS.len(), "{secrets:#?}");
}

/// The lines that hold what decrypts a connection. Either writes another, `EXPORTER_SECRET`.
fn secrets(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let label = |line: &&str| LABELS.iter().any(|label| line.starts_with(&format!("{label} ")));
    text.lines().filter(label).map(str::to_owned).collect()
}

const LABELS: [&str; 4] = [
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
];

const EARLIER: &[u8] = b"# keys of an earlier connection\n";
