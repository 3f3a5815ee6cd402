//! Stations that are killed while they send.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use conformance::client::{Client, Finished};
use conformance::fixtures::{EIGHT_MB, Large};
use conformance::kernel::{is_connected, until};
use conformance::programs::{self, RUNTIMES};
use conformance::rng::Rng;
use conformance::station::Station;
use conformance::tls::{Certificates, Cut, Middle};
use rustix::process::Signal;
use serde_json::json;

/// How a station is spoken to that is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    Plain,
    Tls,
    /// With somebody between who makes a FIN of its reset.
    TlsBehindFin,
}

impl Spoken {
    /// What a client says of a station that was killed after some of its bytes had come.
    const fn reason(self) -> &'static str {
        match self {
            Self::Plain | Self::Tls => "reset",
            Self::TlsBehindFin => "truncated",
        }
    }
}

/// Kills a station after some of its bytes, a hundred times, half of them under each client: the
/// client knows. Then after so few or so many that it may not have begun, or be done, and at any
/// moment: whoever is killed before the end has not finished.
pub(super) fn killed(folder: &Path, runtime: &'static str, spoken: Spoken) {
    let (of, large) = (Certificates::new(), Large::new(EIGHT_MB));
    let server = programs::server(folder, runtime);
    let killing = Killing { folder, server: &server, of: &of, large: &large, spoken };
    let mut rng = Rng::new(6 + spoken as u64);
    for nth in 0..100 {
        // More than any handshake has, and less by far than all: what the station has sent
        // beyond is what fits into the buffers of the kernel.
        killing.after(RUNTIMES[nth % 2], FEWEST + rng.below(EIGHT_MB / 4 * 3 - FEWEST));
    }
    for nth in 0..10 {
        killing.about(RUNTIMES[nth % 2], 1 + rng.below(FEWEST));
        killing.about(RUNTIMES[nth % 2], EIGHT_MB / 4 * 3 + rng.below(EIGHT_MB / 4));
    }
    if spoken != Spoken::TlsBehindFin {
        for nth in 0..20 {
            let moment = Duration::from_micros(rng.below(20_000) as u64);
            killing.at(RUNTIMES[nth % 2], moment);
        }
    }
}

struct Killing<'a> {
    folder: &'a Path,
    server: &'a Path,
    of: &'a Certificates,
    large: &'a Large,
    spoken: Spoken,
}

impl Killing<'_> {
    /// Kills a station that has sent about so many bytes.
    fn after(&self, runtime: &str, bytes: usize) {
        let (station, address) = self.station();
        let ends = if self.spoken == Spoken::TlsBehindFin { Cut::Never } else { Cut::Nothing };
        let (middle, held) = Middle::holding(address, ends, bytes);
        let running = self.client(runtime, &middle.address()).start();
        held.wait();
        station.kill();
        held.release();
        let finished = running.finish();
        finished.assert_code(3);
        finished.assert_stdout("");
        finished.assert_station(
            0,
            &json!({"outcome": "partial", "reason": self.spoken.reason(), "verified": false}),
        );
    }

    /// Kills a station that has sent about so many bytes, which may be all that there are.
    fn about(&self, runtime: &str, bytes: usize) {
        let (station, address) = self.station();
        let ends = if self.spoken == Spoken::TlsBehindFin { Cut::Never } else { Cut::Nothing };
        let (middle, held) = Middle::holding(address, ends, bytes);
        let running = self.client(runtime, &middle.address()).start();
        held.wait();
        station.kill();
        held.release();
        self.whole_or_not(&running.finish(), &[self.spoken.reason(), "tls"]);
    }

    /// Kills a station so long after a client has connected to it.
    fn at(&self, runtime: &str, moment: Duration) {
        let (station, address) = self.station();
        let mut running = self.client(runtime, &address.to_string()).start();
        until("the client is connected", || {
            (is_connected(address) || running.has_ended()).then_some(())
        });
        let begin = Instant::now();
        while begin.elapsed() < moment {
            std::hint::spin_loop();
        }
        station.signal(Signal::KILL);
        self.whole_or_not(&running.finish(), &["reset"]);
    }

    /// The client has all of it, or knows that it has not, for one of these reasons.
    fn whole_or_not(&self, finished: &Finished, reasons: &[&str]) {
        if finished.station(0)["outcome"] == "complete" {
            // The kill came after the last byte: then nothing is missing.
            let whole = json!({"bytes": self.large.snapshot.len(), "reason": null,
                "verified": self.spoken != Spoken::Plain});
            finished.assert_station(0, &whole);
            finished.assert_code(0);
        } else {
            finished.assert_station(0, &json!({"verified": false}));
            let reason = finished.station(0)["reason"].as_str().expect("text").to_owned();
            assert!(reasons.contains(&&*reason), "{reason}");
            finished.assert_code(3);
            finished.assert_stdout("");
        }
    }

    /// A station that knows all its cars, and where it is.
    fn station(&self) -> (Station, SocketAddr) {
        if self.spoken == Spoken::Plain {
            let station = self.large.station(self.server, &[]);
            let address = station.address();
            return (station, address);
        }
        let station = super::tls::station(self.server, self.of, self.large.file.path(), &[]);
        self.large.wait_until_known(&station);
        let address = super::tls::tls_of(&station);
        (station, address)
    }

    fn client(&self, runtime: &str, address: &str) -> Client {
        let client = Client::new(&programs::client(self.folder, runtime));
        let client = match self.spoken {
            Spoken::Plain => client,
            Spoken::Tls | Spoken::TlsBehindFin => client.args(["--tls", "--ca", &self.of.ca()]),
        };
        client.arg(address)
    }
}

/// How many bytes have come at least when a station is killed.
const FEWEST: usize = 8 * 1024;
