//! `--demo`: three stations inside this process, so that a gather can be seen without
//! anything else. Two are real ones, the driver's own; the third refuses.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch::{Host, OwnLimits, Roster, Target};
use carwatch_driver::server::{self, Connection, Control};
use carwatch_driver::{Accepted, clock};
use carwatch_ingest::simulate::Simulator;
use futures_util::FutureExt;
use futures_util::future::join3;
use socket2::{Domain, Socket, Type};

/// The stations, bound to free ports of the loopback and not serving yet.
#[derive(Debug)]
pub(crate) struct Demo {
    gate: TcpListener,
    bridge: TcpListener,
    /// Bound and not listening: it refuses, and nobody else can take its port.
    tunnel: Socket,
    addresses: [SocketAddr; 3],
}

impl Demo {
    /// How many of them can be complete.
    pub(crate) const MIN_OK: usize = 2;

    /// Binds the three.
    ///
    /// # Errors
    ///
    /// The system's, if it lacks ports or descriptors.
    pub(crate) fn open() -> io::Result<Self> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let limits = StationLimits::default();
        let gate = server::bind(free, &limits)?;
        let bridge = server::bind(free, &limits)?;
        let tunnel = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        tunnel.bind(&free.into())?;
        let refusing = tunnel.local_addr()?.as_socket().unwrap_or(free);
        let addresses = [gate.local_addr()?, bridge.local_addr()?, refusing];
        Ok(Self { gate, bridge, tunnel, addresses })
    }

    /// The three, as if they were given on the command line.
    pub(crate) fn targets(&self) -> Vec<Target> {
        named(self.addresses)
    }

    /// The three where they could not be opened, for the report of that.
    pub(crate) fn unopened() -> Vec<Target> {
        named([SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3])
    }

    /// Serves until `gather` is done, then stops as a station does.
    pub(crate) async fn serve_while<S: Accepted, T>(
        self,
        gather: impl Future<Output = ()>,
        spawn: impl Fn(Connection) -> T,
    ) {
        let gathered = gather.shared();
        let station = |listener: TcpListener, seed| {
            let stop = gathered.clone().map(|()| DRAIN);
            let control = Control::default();
            server::serve::<S, T>(vec![listener.into()], simulated(seed), control, stop, &spawn)
        };
        let (gate, bridge) = (station(self.gate, 1), station(self.bridge, 2));
        let (gate, bridge, ()) = join3(gate, bridge, gathered.clone()).await;
        for (name, end) in [("gate", gate), ("bridge", bridge)] {
            if let Err(error) = end {
                tracing::error!(station = name, %error, "the simulated station failed");
            }
        }
        drop(self.tunnel);
    }
}

fn named(addresses: [SocketAddr; 3]) -> Vec<Target> {
    let named = ["gate", "bridge", "tunnel"].into_iter().zip(addresses);
    let target = |(name, address): (&str, SocketAddr)| Target {
        name: name.into(),
        address: address.to_string(),
        host: Host::Ip(address.ip()),
        port: address.port(),
        own: OwnLimits::default(),
    };
    named.map(target).collect()
}

/// Twenty cars, the same in every demo.
fn simulated(seed: u64) -> Arc<Mutex<Roster>> {
    let mut roster = Roster::default();
    let mut cars = Simulator::new(seed);
    for _ in 0..CARS {
        // A simulated car is far shorter than the record limit.
        let _ = roster.append(&cars.next(), clock::now());
    }
    Arc::new(Mutex::new(roster))
}

/// So few that two stations fit on a screen.
const CARS: usize = 20;

/// Its only client is done by then.
const DRAIN: Duration = Duration::from_secs(1);
