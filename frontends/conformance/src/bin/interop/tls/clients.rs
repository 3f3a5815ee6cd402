//! Clients of others, served by our stations.

use conformance::tls::Certificates;

use super::{Files, assert_whole, their_client};
use crate::cars::{self, Cars};
use crate::case::{Case, Peers, case, output, said};

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (name, cars) in cars::cases() {
        all.push(case(format!("python ssl, asyncio and twisted clients: {name}"), move |peers| {
            each(peers, &cars);
        }));
    }
    all.push(case("python ssl client without the certificate that is demanded", undocumented));
    all.push(case("python ssl client of TLS 1.2", old));
    all
}

fn each(peers: &Peers, cars: &Cars) {
    let of = Certificates::new();
    let files = Files::of(&of);
    for demands in [false, true] {
        let station = cars::station(&peers.server, cars, &files.for_our_station(demands));
        let client = |script| their_client(peers, script, &station, &files.for_client(demands));
        let said = assert_whole(client("client_ssl.py"), cars);
        assert!(said.contains("version: TLSv1.3"), "{said}");
        let came = output(client("client_asyncio.py")).stdout;
        assert!(came == cars::escaped(cars).as_bytes(), "{} bytes", came.len());
        cars::assert_printed(output(client("client_twisted.py")), cars);
    }
}

/// It is told so, by the alert that TLS has for it.
fn undocumented(peers: &Peers) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let mut args = files.for_our_station(true);
    args.extend(["--tls-min", "1.2"]);
    let cars = cars::many();
    let station = cars::station(&peers.server, &cars, &args);
    for version in ["1.3", "1.2"] {
        let mut client = their_client(peers, "client_ssl.py", &station, &files.for_client(false));
        let refused = client.args(["--version", version]).output().expect("it ran before");
        let said = said(&refused);
        assert!(said.contains("ended: TLSV13_ALERT_CERTIFICATE_REQUIRED"), "{version}: {said}");
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{said}");
    }
    // And it alone is.
    let client = their_client(peers, "client_ssl.py", &station, &files.for_client(true));
    assert_whole(client, &cars);
}

fn old(peers: &Peers) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let cars = cars::many();
    let client = |station: &_| {
        let mut client = their_client(peers, "client_ssl.py", station, &files.for_client(true));
        client.args(["--version", "1.2"]);
        client
    };
    let station = cars::station(&peers.server, &cars, &files.for_our_station(true));
    let refused = client(&station).output().expect("it ran before");
    let why = said(&refused);
    assert!(why.contains("ended: TLSV1_ALERT_PROTOCOL_VERSION"), "{why}");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{why}");

    let mut args = files.for_our_station(true);
    args.extend(["--tls-min", "1.2"]);
    let station = cars::station(&peers.server, &cars, &args);
    let said = assert_whole(client(&station), &cars);
    assert!(said.contains("version: TLSv1.2"), "{said}");
}
