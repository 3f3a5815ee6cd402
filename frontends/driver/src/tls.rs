//! TLS over a runtime's stream: who may speak, and how a stream of bytes is seen to be whole.
//!
//! The core knows of it only that a connection can end by `close_notify`
//! ([`carwatch::fetch::End::CloseNotify`]). Nobody resumes a session: a station sends one list,
//! and who may have it is asked anew each time.

mod accept;
mod connect;
mod discard;
mod link;
mod paced;
mod pem;
mod words;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use rustls::SupportedProtocolVersion;
use rustls::crypto::CryptoProvider;

pub use accept::Acceptor;
pub(crate) use accept::Unsecured;
pub use connect::{Connector, To, is_server_name};
pub(crate) use link::{Got, Link};
pub(crate) use words::of_reading;

/// The least version of TLS that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// TLS 1.2, RFC 5246.
    V1_2,
    /// TLS 1.3, RFC 8446.
    #[default]
    V1_3,
}

/// Who one side is: files in PEM.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The certificate, and after it those of its issuers, but for the root.
    pub cert: &'a Path,
    /// The private key of the first one: PKCS #8, PKCS #1 or SEC 1.
    pub key: &'a Path,
}

impl FromStr for Version {
    type Err = &'static str;

    /// Reads `1.2` or `1.3`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "1.2" => Ok(Self::V1_2),
            "1.3" => Ok(Self::V1_3),
            _ => Err("there are 1.2 and 1.3"),
        }
    }
}

impl Version {
    fn and_later(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::V1_2 => rustls::ALL_VERSIONS,
            Self::V1_3 => &ONLY_1_3,
        }
    }
}

/// The cryptography. It is named each time: a default of the process would be for whoever
/// comes first to choose.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS13];

#[cfg(test)]
mod tests;
