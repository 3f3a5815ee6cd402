//! The tutorial's wire, in plain text, with Twisted as it is in the tutorial.

use conformance::client::Client;
use conformance::station::Station;
use serde_json::json;

use crate::cars::{self, Cars};
use crate::case::{Case, Peers, case, output};

pub(crate) fn cases() -> Vec<Case> {
    let both = |(name, cars): (&str, Cars)| {
        let sent = cars.clone();
        [
            case(format!("twisted station: {name}"), move |peers| their_station(peers, &sent)),
            case(format!("twisted client: {name}"), move |peers| their_client(peers, &cars)),
        ]
    };
    cars::cases().into_iter().flat_map(both).collect()
}

fn their_station(peers: &Peers, cars: &Cars) {
    let mut command = peers.python("station.py");
    command.arg("-");
    let station = Station::launch_fed(command, cars::lines(cars).as_bytes());
    let run = Client::new(&peers.client).args(["-f", "ndjson"]);
    let finished = run.arg(format!("gate={}", station.address())).run();
    finished.assert_code(0);
    finished.assert_station(
        0,
        &json!({"outcome": "complete", "verified": false, "cars": cars.len(), "rejected": 0,
            "bytes": cars::snapshot(cars).len()}),
    );
    cars::assert_gathered(&finished, cars);
}

fn their_client(peers: &Peers, cars: &Cars) {
    let station = cars::station(&peers.server, cars, &[]);
    let mut client = peers.python("client.py");
    client.arg(station.address().ip().to_string()).arg(station.address().port().to_string());
    cars::assert_printed(output(client), cars);
}
