//! The sockets that clients connect to: those that were handed over, then those of `--listen`;
//! and which of them speak TLS.

use std::net::{IpAddr, SocketAddr, TcpListener};

use carwatch::limits::StationLimits;
use carwatch_driver::server::{self, Listening};

use crate::args::Args;
use crate::listen::{Listen, Scheme};
use crate::secure::TlsArgs;

/// Sockets that listen.
pub(crate) struct Listeners {
    pub(crate) sockets: Vec<Listening>,
    /// For each of them, the number of the one that was handed over, or of the address that was
    /// given: a name has as many sockets as addresses.
    pub(crate) places: Vec<usize>,
}

impl Listeners {
    /// Binds what is to be bound, and warns of what strangers can read. The error is for people
    /// and names the address.
    pub(crate) fn open(
        args: &Args,
        inherited: Vec<(TcpListener, Option<Scheme>)>,
        listens: Vec<Listen>,
        limits: &StationLimits,
    ) -> Result<Self, String> {
        let mut sockets: Vec<_> = inherited
            .into_iter()
            .map(|(socket, scheme)| Listening { socket, tls: args.tls.secures(scheme) })
            .collect();
        let mut places: Vec<usize> = (0..sockets.len()).collect();
        for (nth, listen) in (sockets.len()..).zip(listens) {
            let tls = args.tls.secures(listen.scheme);
            let bound = listen.bind(|address| server::bind(address, limits))?;
            sockets.extend(bound.into_iter().map(|socket| Listening { socket, tls }));
            places.resize(sockets.len(), nth);
        }
        let listeners = Self { sockets, places };
        listeners.warn(&args.tls);
        Ok(listeners)
    }

    /// Whether one of them speaks TLS.
    pub(crate) fn secured(&self) -> bool {
        self.sockets.iter().any(|listener| listener.tls)
    }

    fn warn(&self, tls: &TlsArgs) {
        for address in self.exposed() {
            tracing::warn!(
                %address,
                "plain text, without TLS, on an address that is not loopback: whoever is on the \
                 way can read and change what clients get. Give --tls-cert and --tls-key and \
                 listen on tls://, or listen on 127.0.0.1"
            );
        }
        if tls.is_given() && !self.secured() {
            tracing::warn!("--tls-cert does nothing: no listener speaks TLS");
        }
    }

    /// Where other machines are spoken to in plain text.
    fn exposed(&self) -> Vec<SocketAddr> {
        let plain = self.sockets.iter().filter(|listener| !listener.tls);
        // An address that the system does not tell ends the start a moment later.
        let addresses = plain.filter_map(|listener| listener.socket.local_addr().ok());
        addresses.filter(|address| is_reachable(address.ip())).collect()
    }
}

/// Whether those that were handed over can speak what they are to. The error is one in usage.
pub(crate) fn fits(
    tls: &TlsArgs,
    inherited: &[(TcpListener, Option<Scheme>)],
) -> Result<(), String> {
    let secured = inherited.iter().any(|(_, scheme)| *scheme == Some(Scheme::Tls));
    if secured && !tls.is_given() {
        return Err("the inherited socket that is named tls needs --tls-cert and --tls-key".into());
    }
    Ok(())
}

/// Whether others than this machine may reach what is bound there.
const fn is_reachable(address: IpAddr) -> bool {
    !address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests;
