//! A client's side.

use std::path::Path;
use std::sync::Arc;

use carwatch::Fault;
use futures_rustls::TlsConnector;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, KeyLogFile, RootCertStore};

use super::link::Link;
use super::paced::Paced;
use super::{Identity, Version, pem, provider, words};
use crate::socket::Socket;

/// How a client speaks TLS.
#[derive(Clone, Debug)]
pub struct Connector(Arc<ClientConfig>);

/// How one station is spoken to.
#[derive(Clone, Debug)]
pub struct To {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Connector {
    /// One that believes what `ca` issued, or without it what the system's roots did; and that
    /// shows `identity` to stations which demand a certificate.
    ///
    /// Where `SSLKEYLOGFILE` names a file, the keys of each connection are added to it.
    ///
    /// # Errors
    ///
    /// In words for people, which name the file.
    pub fn from_files(
        ca: Option<&Path>,
        identity: Option<Identity<'_>>,
        least: Version,
    ) -> Result<Self, String> {
        let roots = ca.map_or_else(system_roots, pem::roots)?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(least.and_later())
            .map_err(|error| words::of_tls(&error))?
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = pem::identity(identity)?;
                let authenticated = builder.with_client_auth_cert(chain, key);
                authenticated.map_err(|error| pem::misfit(identity, &error))?
            }
        };
        config.resumption = Resumption::disabled();
        config.key_log = Arc::new(KeyLogFile::new());
        Ok(Self(Arc::new(config)))
    }

    /// For a station whose certificate must be for `name`: a DNS name or an IP address.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn to(&self, name: &str) -> Result<To, String> {
        match server_name(name) {
            Some(name) => Ok(To { config: Arc::clone(&self.0), name }),
            None => Err("it is neither a DNS name nor an IP address".into()),
        }
    }
}

impl To {
    /// Shakes hands over a connection that was just made.
    pub(crate) async fn connect<S: Socket>(self, socket: S) -> Result<Link<S>, Fault> {
        let connecting = TlsConnector::from(self.config).connect(self.name, Paced::new(socket));
        match connecting.await {
            Ok(stream) => Ok(Link::tls(stream)),
            Err(error) => Err(words::of_connecting(&error)),
        }
    }
}

/// Whether a certificate can be for `name`: a DNS name or an IP address.
#[must_use]
pub fn is_server_name(name: &str) -> bool {
    server_name(name).is_some()
}

fn server_name(name: &str) -> Option<ServerName<'static>> {
    // A certificate has none, and means the same.
    let name = name.strip_suffix('.').unwrap_or(name);
    ServerName::try_from(name.to_owned()).ok()
}

fn system_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(found.certs);
    if taken > 0 {
        return Ok(roots);
    }
    let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
    Err(format!("this system has no certificates of CAs{why}: --ca names a file with some"))
}
