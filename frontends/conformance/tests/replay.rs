//! A bug report becomes a test: what a client captured of stations at their worst is played
//! again, and another client makes the same of it.

use std::path::Path;
use std::process::Command;

use conformance::client::{Client, Finished};
use conformance::fixtures::Cars;
use conformance::hostile::{End, Hostile, Pieces, Refusing, Script};
use conformance::programs::{self, RUNTIMES};
use conformance::station::Station;
use serde_json::Value;

#[test]
fn a_capture_is_played_as_it_was_lived() {
    let folder = programs::build();
    let captures = tempfile::tempdir().expect("a temporary folder");
    for (nth, runtime) in RUNTIMES.iter().enumerate() {
        let capture = captures.path().join(format!("{nth}.pcapng"));
        let other = RUNTIMES[1 - nth];
        let live = lived(&programs::client(&folder, runtime), &capture);
        let server = programs::server(&folder, runtime);
        let played = played(&programs::client(&folder, other), &server, &capture, NAMES.len());
        assert_eq!(played.stdout, live.stdout, "{live}\n{played}");
        for (nth, name) in NAMES.iter().enumerate() {
            let (live, played) = (live.station(nth), played.station(nth));
            for key in ["name", "outcome", "verified", "cars", "rejected", "bytes", "attempts"] {
                assert_eq!(played[key], live[key], "{key} of {name}: {live}, {played}");
            }
            assert_eq!(played["rejections"], live["rejections"], "{name}");
            // Whoever has accepted a connection cannot refuse it any more.
            let refused = live["reason"] == "refused";
            let reason = if refused { Value::from("reset") } else { live["reason"].clone() };
            assert_eq!(played["reason"], reason, "{name}: {live}, {played}");
        }
    }
}

/// Gathers from all kinds of stations, with a capture.
fn lived(client: &Path, capture: &Path) -> Finished {
    let cars = Cars::new(300).snapshot();
    let cut = &cars[..cars.len() / 2];
    let stations = [
        Hostile::new(Script::new(&cars, End::Fin).in_pieces(Pieces::Random(7))),
        Hostile::new(Script::new("", End::Fin)),
        Hostile::new(Script::new(cut, End::Reset).in_pieces(Pieces::Random(8))),
        Hostile::new(Script::new("", End::Reset)),
        Hostile::new(Script::new(cut, End::Stall)),
        Hostile::new(Script::new("1:a:b.\u{1b}[2J.2:c:d", End::Fin).in_pieces(Pieces::Bytes)),
        // Only the retry gets all of it.
        Hostile::each(vec![Script::new(cut, End::Reset), Script::new(&cars, End::Fin)]),
    ];
    let refusing = Refusing::new();
    let mut addresses: Vec<String> = stations.iter().map(Hostile::address).collect();
    addresses.push(refusing.address());
    let run = gather(client, addresses).arg("--capture").arg(capture);
    run.run()
}

/// Gathers from the replay of that capture, which holds so many stations.
fn played(client: &Path, server: &Path, capture: &Path, stations: usize) -> Finished {
    let mut command = Command::new(server);
    command.arg("--replay").arg("--source").arg(capture);
    for _ in 0..stations {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let station = Station::launch(command, stations);
    let finished = gather(client, station.addresses().iter().map(ToString::to_string)).run();
    let _ = station.stop();
    finished
}

fn gather(client: &Path, addresses: impl IntoIterator<Item = String>) -> Client {
    let named = NAMES.iter().zip(addresses).map(|(name, address)| format!("{name}={address}"));
    // As long as a station's silence may last on a busy machine, without being meant.
    let run = Client::new(client).args(["-f", "ndjson", "--keep-partial", "--retries", "1"]);
    run.args(["--idle-timeout", "2s"]).args(named)
}

const NAMES: [&str; 8] = ["whole", "empty", "cut", "broken", "silent", "odd", "second", "refusing"];
