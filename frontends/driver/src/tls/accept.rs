//! A station's side.

use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_io::Timer;
use futures_rustls::TlsAcceptor;
use futures_util::future::{Either, select};
use futures_util::io::AsyncReadExt;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{Error, KeyLogFile, ServerConfig};

use super::link::{self, Link};
use super::paced::Paced;
use super::{Identity, Version, pem, provider, words};
use crate::socket::Socket;

/// How a station speaks TLS.
#[derive(Clone, Debug)]
pub struct Acceptor(Arc<ServerConfig>);

/// Two are equal if they are one: what the files held may differ each time they are read.
impl PartialEq for Acceptor {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Why a connection did not come to speak TLS, for people.
#[derive(Debug)]
pub(crate) struct Unsecured(pub(crate) String);

impl Acceptor {
    /// One that says who it is; with `client_ca` it demands a certificate which one of the CAs in
    /// that file issued.
    ///
    /// Where `SSLKEYLOGFILE` names a file, the keys of each connection are added to it.
    ///
    /// # Errors
    ///
    /// In words for people, which name the file.
    pub fn from_files(
        identity: Identity<'_>,
        client_ca: Option<&Path>,
        least: Version,
    ) -> Result<Self, String> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(least.and_later())
            .map_err(|error| words::of_tls(&error))?;
        let builder = match client_ca {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let roots = Arc::new(pem::roots(file)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
                let verifier = verifier.build();
                let verifier = verifier.map_err(|error| format!("{}: {error}", file.display()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let (chain, key) = pem::identity(identity)?;
        let config = builder.with_single_cert(chain, key);
        let mut config = config.map_err(|error| pem::misfit(identity, &error))?;
        // In TLS 1.3, and in 1.2: nobody resumes a session.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.key_log = Arc::new(KeyLogFile::new());
        Ok(Self(Arc::new(config)))
    }

    /// Shakes hands over a connection that was just accepted, within [`HANDSHAKE_TIME`].
    ///
    /// If that comes to nothing, the connection is reset; but somebody who speaks TLS is told why
    /// first, and is given the time to hear it.
    pub(crate) async fn accept<S: Socket>(self, socket: S) -> Result<Link<S>, Unsecured> {
        let accepting = TlsAcceptor::from(self.0)
            .accept_with(Paced::of_a_client(socket), |session| {
                session.set_buffer_limit(Some(UNSENT));
            })
            .into_fallible();
        let accepted = match select(pin!(accepting), Timer::after(HANDSHAKE_TIME)).await {
            Either::Left((accepted, _)) => accepted,
            Either::Right(_) => {
                return Err(Unsecured(format!("no TLS handshake within {HANDSHAKE_TIME:?}")));
            }
        };
        match accepted {
            Ok(stream) => Ok(Link::tls(stream)),
            Err((error, paced)) => {
                let (mute, socket) = (paced.is_mute(), paced.socket);
                if !mute && tells_by_alert(&error) {
                    end(socket).await;
                }
                Err(Unsecured(words::of_accepting(&error)))
            }
        }
    }
}

/// Whether the other side speaks TLS and was sent an alert. Who does not was sent none
/// ([`Paced::of_a_client`]), and who sent an alert needs none.
fn tells_by_alert(error: &io::Error) -> bool {
    words::tls_error(error)
        .is_some_and(|error| !matches!(error, Error::InvalidMessage(_) | Error::AlertReceived(_)))
}

/// Closes a connection whose last bytes are queued, so that they arrive: unread input would make
/// the kernel reset it.
async fn end<S: Socket>(mut socket: S) {
    if link::finish(&socket).is_err() {
        return;
    }
    let drain = pin!(async {
        let mut left = DRAIN_BYTES;
        let mut discarded = [0; 1024];
        while left > 0 {
            match socket.read(&mut discarded).await {
                Ok(1..) => left = left.saturating_sub(discarded.len()),
                _ => break,
            }
        }
    });
    select(drain, Timer::after(DRAIN_TIME)).await;
}

/// How long a handshake may take (limits.md).
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// How long a client that was refused has to hear it, and how much it may say (protocol.md,
/// duty 2).
const DRAIN_TIME: Duration = Duration::from_secs(2);
const DRAIN_BYTES: usize = 64 * 1024;
/// How much is kept encrypted for a slow reader, beside what the kernel keeps (limits.md).
const UNSENT: usize = 16 * 1024;
