//! TLS: the flags about it, and what comes of the files that they name. How it is spoken is the
//! driver's affair, and which sockets speak it is decided in [`crate::listeners`].

use std::env;
use std::path::{Path, PathBuf};

use carwatch_driver::tls::{Acceptor, Identity, Version};
use carwatch_formats::visible::visible;
use clap::Args;

use crate::files::lasting;
use crate::listen::{Listen, Scheme};

/// The flags about TLS, a section of their own in the help.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Speak TLS on every listener but those that are tcp://, with the certificate in this file:
    /// PEM, first the station's own, then those of its issuers. SIGHUP reads it, its key and the
    /// client CAs again
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate: PEM, without a password
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Serve only those clients over TLS whose certificate one of the CAs in this file issued: PEM
    #[arg(long, value_name = "FILE")]
    client_ca: Option<PathBuf>,

    /// The least version of TLS that is spoken [default: 1.3]
    #[arg(long, value_name = "1.2|1.3")]
    tls_min: Option<Version>,
}

impl TlsArgs {
    /// Whether there is a certificate, and so TLS.
    pub(crate) fn is_given(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// Whether what is to speak `scheme` speaks TLS.
    pub(crate) fn secures(&self, scheme: Option<Scheme>) -> bool {
        scheme.map_or(self.is_given(), |scheme| scheme == Scheme::Tls)
    }

    /// What is wrong with flags that are fine one by one.
    pub(crate) fn contradiction(&self, listens: &[Listen]) -> Option<String> {
        let said = match (&self.tls_cert, &self.tls_key) {
            (Some(_), Some(_)) => return None,
            (Some(_), None) => "--tls-cert needs --tls-key, the private key of the certificate",
            (None, Some(_)) => "--tls-key needs --tls-cert, the certificate of the key",
            (None, None) if self.client_ca.is_some() => {
                "--client-ca needs --tls-cert and --tls-key"
            }
            (None, None) if self.tls_min.is_some() => "--tls-min needs --tls-cert and --tls-key",
            (None, None) => {
                let tls = listens.iter().find(|listen| listen.scheme == Some(Scheme::Tls))?;
                return Some(format!("--listen {tls} needs --tls-cert and --tls-key"));
            }
        };
        Some(said.into())
    }

    /// Reads the files, if there are any to be read. The error is for people and names the file.
    pub(crate) fn acceptor(&self) -> Result<Option<Acceptor>, String> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        for file in [Some(cert), Some(key), self.client_ca.as_ref()].into_iter().flatten() {
            lasting(file).map_err(|error| format!("cannot speak TLS: {error}"))?;
        }
        let least = self.tls_min.unwrap_or_default();
        let acceptor =
            Acceptor::from_files(Identity { cert, key }, self.client_ca.as_deref(), least)
                .map_err(|error| format!("cannot speak TLS: {}", visible(&error)))?;
        let client_ca = self.client_ca.as_deref().map(shown);
        tracing::info!(cert = shown(cert), client_ca, "TLS certificate read");
        if let Some(file) = env::var_os("SSLKEYLOGFILE").filter(|file| !file.is_empty()) {
            let file = shown(Path::new(&file));
            tracing::warn!(file, "SSLKEYLOGFILE is set: who has that file reads what is sent");
        }
        Ok(Some(acceptor))
    }

    /// The same for a station that runs, and that has listeners which speak TLS if `secured`:
    /// those cannot go without.
    pub(crate) fn renewed(&self, secured: bool) -> Result<Option<Acceptor>, String> {
        match self.acceptor()? {
            None if secured => Err("--tls-cert is gone, and there are listeners that speak TLS: \
                                    to end that takes a restart"
                .into()),
            acceptor => Ok(acceptor),
        }
    }
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests;
