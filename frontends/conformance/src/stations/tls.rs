//! TLS: only who belongs gets in, and the end of a snapshot can be trusted.

mod beside;
mod ends;
mod handshakes;
mod mutual;
mod private;
mod readers;
mod renewal;
mod silent;
mod startup;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::ClientConfig;

use crate::fixtures::Large;
use crate::station::Station;
use crate::table::Row;
use crate::tls::{BOTH, Certificates, Who, client_config};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = ends::rows();
    rows.extend(readers::rows());
    rows.extend(handshakes::rows());
    rows.extend(silent::rows());
    rows.extend(mutual::rows());
    rows.extend(private::rows());
    rows.extend(beside::rows());
    rows.extend(renewal::rows());
    rows.extend(startup::rows());
    rows
}

/// A station that listens in plain text and, on its second address, in TLS.
struct Secured {
    station: Station,
    of: Certificates,
}

impl Secured {
    fn spawn(exe: &Path, args: &[&str]) -> Self {
        let of = Certificates::new();
        let mut command = both(exe, &of);
        command.args(args);
        Self { station: Station::launch(command, 2), of }
    }

    /// One that knows all of `large`.
    fn large(exe: &Path, large: &Large, args: &[&str]) -> Self {
        let source = large.file.path().to_str().expect("text");
        let secured = Self::spawn(exe, &[&["--source", source], args].concat());
        large.wait_until_known(&secured.station);
        secured
    }

    fn tls(&self) -> SocketAddr {
        self.station.addresses()[1]
    }

    /// A caller that knows the CA and shows no certificate.
    fn caller(&self) -> Arc<ClientConfig> {
        client_config(&self.of, None, BOTH)
    }
}

/// A station with the good certificate, on a plain and a TLS listener.
fn both(exe: &Path, of: &Certificates) -> Command {
    let mut command = Command::new(exe);
    command.args(["--listen", "tcp://127.0.0.1:0", "--listen", "tls://127.0.0.1:0"]);
    identity(&mut command, of, Who::Good);
    command
}

fn identity(command: &mut Command, of: &Certificates, who: Who) {
    command.arg("--tls-cert").arg(of.cert(who)).arg("--tls-key").arg(of.key(who));
}

/// A receive buffer that keeps nearly all of a large snapshot on the station's side.
const NARROW: usize = 16 * 1024;
