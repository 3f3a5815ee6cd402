//! Peers that speak TLS by themselves: stations, callers, and who stands between the two.
//!
//! They are rustls over blocking sockets, and certificates that are made on the spot.

mod answering;
mod caller;
mod certificates;
mod middle;
mod records;
mod script;
mod serving;
mod station;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};

pub use caller::{Caller, End as Ended, Heard, call};
pub use certificates::{Certificates, Who};
pub use middle::{Cut, Held, Middle, Passed};
pub use script::{End, Opening, Script};
pub use station::{Seen, Station};

/// Both versions, and each alone.
pub const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
/// TLS 1.3 alone.
pub const ONLY_13: &[&SupportedProtocolVersion] = &[&TLS13];
/// TLS 1.2 alone.
pub const ONLY_12: &[&SupportedProtocolVersion] = &[&TLS12];

/// How a station says that it is `who`; with `demands` it wants a certificate of its CA.
///
/// # Panics
///
/// If rustls will not have it.
#[must_use]
pub fn server_config(
    of: &Certificates,
    who: Who,
    demands: bool,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("ring has both");
    let builder = if demands {
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots(of)), provider()).build();
        builder.with_client_cert_verifier(verifier.expect("a CA"))
    } else {
        builder.with_no_client_auth()
    };
    let (chain, key) = of.identity(who);
    Arc::new(builder.with_single_cert(chain, key).expect("a pair"))
}

/// How a caller that knows the CA says that it is `who`, or does not say.
///
/// # Panics
///
/// If rustls will not have it.
#[must_use]
pub fn client_config(
    of: &Certificates,
    who: Option<Who>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("ring has both")
        .with_root_certificates(roots(of));
    Arc::new(match who {
        Some(who) => {
            let (chain, key) = of.identity(who);
            builder.with_client_auth_cert(chain, key).expect("a pair")
        }
        None => builder.with_no_client_auth(),
    })
}

fn roots(of: &Certificates) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(of.authority()).expect("a CA");
    roots
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[cfg(test)]
mod tests;
