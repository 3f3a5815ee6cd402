//! Stations of others, gathered from by our clients.

use conformance::tls::Certificates;
use serde_json::json;

use super::{Files, gate, our_client, their_station, verified};
use crate::cars::{self, Cars};
use crate::case::{Case, Peers, case};

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (whose, script) in [
        ("python ssl", "station_ssl.py"),
        ("python asyncio", "station_asyncio.py"),
        ("twisted", "station_twisted.py"),
    ] {
        for (name, cars) in cars::cases() {
            // Twisted aborts a connection that is closed before its handshake is over, unless
            // there is something to send.
            if cars.is_empty() && script == "station_twisted.py" {
                continue;
            }
            all.push(case(format!("{whose} station: {name}"), move |peers| {
                complete(peers, script, &cars, false);
            }));
        }
        all.push(case(format!("{whose} station that demands a certificate"), move |peers| {
            complete(peers, script, &cars::many(), true);
            refused(peers, script);
        }));
    }
    all.push(case("twisted station: an empty station aborts, which is no empty list", aborted));
    all.push(case("python ssl station that closes without close_notify", truncated));
    all.push(case("python ssl station of TLS 1.2", old));
    all
}

/// All of it, verified; and the station, which waits for it, hears our `close_notify`.
fn complete(peers: &Peers, script: &str, cars: &Cars, demands: bool) {
    let (_of, files) = certificates();
    let args = files.for_their_station(demands);
    let station = their_station(peers.python(script), &args, cars);
    let finished = our_client(peers, &files, demands).arg(gate(&station)).run();
    finished.assert_code(0);
    finished.assert_station(0, &verified(cars));
    cars::assert_gathered(&finished, cars);
    match script {
        "station_ssl.py" => station.wait_for_line(|line| line == "the client said close_notify"),
        "station_asyncio.py" => station.wait_for_line(|line| line == "the connection is over"),
        _ => {}
    }
}

fn refused(peers: &Peers, script: &str) {
    let (_of, files) = certificates();
    let args = files.for_their_station(true);
    let station = their_station(peers.python(script), &args, &cars::many());
    let finished = our_client(peers, &files, false).arg(gate(&station)).run();
    finished.assert_code(3);
    // asyncio closes the connection before its alert is sent; so there is none to tell of.
    let told = script != "station_asyncio.py";
    let reason = if told { "tls" } else { "truncated" };
    finished.assert_station(
        0,
        &json!({"outcome": "failed", "reason": reason, "verified": false, "cars": 0, "bytes": 0}),
    );
    let detail = finished.station(0)["detail"].to_string();
    assert!(!told || detail.contains("a client certificate is demanded"), "{detail}");
}

fn aborted(peers: &Peers) {
    let (_of, files) = certificates();
    let args = files.for_their_station(false);
    let station = their_station(peers.python("station_twisted.py"), &args, &Vec::new());
    let finished = our_client(peers, &files, false).arg(gate(&station)).run();
    finished.assert_code(3);
    finished.assert_station(0, &json!({"outcome": "failed", "reason": "reset", "cars": 0}));
}

fn truncated(peers: &Peers) {
    for (_, cars) in cars::cases() {
        let (_of, files) = certificates();
        let mut args = files.for_their_station(false);
        args.extend(["--end", "close"]);
        let station = their_station(peers.python("station_ssl.py"), &args, &cars);
        let finished = our_client(peers, &files, false).arg(gate(&station)).run();
        finished.assert_code(3);
        let outcome = if cars.is_empty() { "failed" } else { "partial" };
        let expected = json!({"outcome": outcome, "reason": "truncated", "verified": false,
            "bytes": cars::snapshot(&cars).len()});
        finished.assert_station(0, &expected);
        finished.assert_stdout("");
    }
}

fn old(peers: &Peers) {
    let (_of, files) = certificates();
    let mut args = files.for_their_station(true);
    args.extend(["--version", "1.2"]);
    let station = their_station(peers.python("station_ssl.py"), &args, &cars::many());
    let finished = our_client(peers, &files, true).arg(gate(&station)).run();
    finished.assert_code(3);
    finished.assert_station(0, &json!({"outcome": "failed", "reason": "tls"}));
    let detail = finished.station(0)["detail"].to_string();
    assert!(detail.contains("--tls-min 1.2"), "{detail}");
    let finished = our_client(peers, &files, true).args(["--tls-min", "1.2"]);
    let finished = finished.arg(gate(&station)).run();
    finished.assert_station(0, &verified(&cars::many()));
    finished.assert_code(0);
    station.wait_for_line(|line| line == "the client said close_notify");
}

/// Fresh ones in files, which are there as long as the first of the two.
fn certificates() -> (Certificates, Files) {
    let of = Certificates::new();
    let files = Files::of(&of);
    (of, files)
}
