//! TLS on the command line: which stations are spoken to in it, and whom the client believes.

use std::path::{Path, PathBuf};

use carwatch::Host;
use carwatch_cli::Own;
use carwatch_driver::tls::{Connector, Identity, To, Version};
use carwatch_formats::visible::visible;

use crate::stations::{Scheme, Shown, Station};

/// How stations are spoken to that speak TLS.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Speak TLS with every station that has no scheme of its own, tls:// or tcp://
    #[arg(long)]
    pub(crate) tls: bool,

    /// Trust the stations whose certificates were issued by the CAs in this file, in PEM
    /// [default: the CAs that the system trusts]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// The certificate to show stations that demand one, in PEM, and after it those of its
    /// issuers, but for the root
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,

    /// The private key of --cert, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// The name, or the IP address, that the stations' certificates must be for [default: what
    /// each is connected to by]
    #[arg(long, value_name = "N")]
    pub(crate) server_name: Option<String>,

    /// The least version of TLS: 1.2 or 1.3
    #[arg(long, value_name = "1.2|1.3", default_value = "1.3")]
    pub(crate) tls_min: Version,
}

impl TlsArgs {
    /// How each of `stations` is spoken to, in their order: `None` for plain text.
    ///
    /// # Errors
    ///
    /// A usage error: flags that contradict each other or have nothing to do, a file that does
    /// not hold what it should, or a station that no certificate can be for.
    pub(crate) fn to(&self, own: &Own, stations: &[Station]) -> Result<Vec<Option<To>>, String> {
        let identity = match (&self.cert, &self.key) {
            (None, None) => None,
            (Some(cert), Some(key)) => Some(Identity { cert, key }),
            (Some(_), None) => return Err("--cert needs --key, the file of its key".into()),
            (None, Some(_)) => return Err("--key needs --cert, the file of its certificate".into()),
        };
        let is_secure = |station: &Station| match station.scheme {
            Some(scheme) => scheme == Scheme::Tls,
            None => self.tls,
        };
        let named = |station: &&Station| station.server_name.is_some() && !is_secure(station);
        if let Some(station) = stations.iter().find(named) {
            return Err(format!(
                "{:?} has a server-name, which says whom to believe in TLS, and speaks plain text: \
                 begin its address with tls://",
                Shown(&station.target.name)
            ));
        }
        if !stations.iter().any(is_secure) {
            return match TYPED.iter().find(|flag| own.is_typed(flag)) {
                Some(flag) => Err(format!(
                    "--{flag} has nothing to do: no station speaks TLS; begin its address with \
                     tls://, or give --tls for all"
                )),
                None => Ok(stations.iter().map(|_| None).collect()),
            };
        }
        let connector = Connector::from_files(self.ca.as_deref(), identity, self.tls_min);
        let connector = connector.map_err(|why| visible(&why).to_string())?;
        if let Some(name) = &self.server_name {
            let named = connector.to(name);
            named.map_err(|why| format!("--server-name {:?}: {why}", Shown(name)))?;
        }
        let to = |station: &Station| {
            if !is_secure(station) {
                return Ok(None);
            }
            connector.to(&self.name(station)).map(Some).map_err(|_| {
                format!(
                    "{:?}: no certificate can be for {:?}; --server-name says what this one's is \
                     for",
                    Shown(&station.target.name),
                    Shown(&self.name(station)),
                )
            })
        };
        stations.iter().map(to).collect()
    }

    /// The files that are read, by their flags.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let files = [("--ca", &self.ca), ("--cert", &self.cert), ("--key", &self.key)];
        files.into_iter().filter_map(|(flag, file)| Some((flag, file.as_deref()?)))
    }

    /// What the certificate of a station must be for.
    fn name(&self, station: &Station) -> String {
        let said = station.server_name.as_ref().or(self.server_name.as_ref());
        said.cloned().unwrap_or_else(|| match &station.target.host {
            Host::Ip(address) => address.to_string(),
            Host::Name(name) => name.clone(),
        })
    }
}

/// The flags that are for TLS alone, where somebody typed them.
const TYPED: [&str; 5] = ["ca", "cert", "key", "server-name", "tls-min"];

#[cfg(test)]
mod tests;
