//! Nobody reads along, and who may have a list is asked anew each time.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, Stream};

use super::Secured;
use crate::PATIENCE;
use crate::fixtures::snapshot;
use crate::table::Row;
use crate::tls::{ONLY_12, ONLY_13, Who, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::nothing of a list is in the clear, nor of who is who", |exe| {
            let (_folder, secured) = super::handshakes::five(exe, &["--tls-min", "1.2"]);
            let list = snapshot(0..5);
            let certificate = &secured.of.identity(Who::Good).0[0];
            for (versions, hidden) in [(ONLY_13, true), (ONLY_12, false)] {
                let config = client_config(&secured.of, Some(Who::Client), versions);
                let (_, passed) = fetch(&secured, &config);
                assert!(passed.len() > list.len(), "all of it went by");
                let is_there = |part: &[u8]| passed.windows(part.len()).any(|it| it == part);
                for record in list.split(|byte| *byte == b'.') {
                    assert!(!is_there(record), "{}", String::from_utf8_lossy(record));
                }
                assert_eq!(is_there(certificate), !hidden, "of TLS 1.2 certificates are seen");
            }
        }),
        Row::new("tls::no session is resumed", |exe| {
            let (_folder, secured) = super::handshakes::five(exe, &["--tls-min", "1.2"]);
            for versions in [ONLY_13, ONLY_12] {
                // It would resume, and send early data, wherever a station offers it.
                let mut config = Arc::unwrap_or_clone(client_config(&secured.of, None, versions));
                config.enable_early_data = true;
                let config = Arc::new(config);
                for _ in 0..3 {
                    let (tls, _) = fetch(&secured, &config);
                    assert_eq!(tls.handshake_kind(), Some(HandshakeKind::Full));
                }
            }
        }),
    ]
}

/// Gets the list of five cars; every byte that passed in either direction.
fn fetch(secured: &Secured, config: &Arc<ClientConfig>) -> (ClientConnection, Vec<u8>) {
    let name = ServerName::try_from("localhost").expect("a name");
    let mut tls = ClientConnection::new(Arc::clone(config), name).expect("a client");
    assert!(tls.early_data().is_none(), "there is no session to resume");
    let tcp = TcpStream::connect(secured.tls()).expect("it listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let (mut tapped, mut bytes) = (Tapped { tcp, passed: Vec::new() }, Vec::new());
    Stream::new(&mut tls, &mut tapped).read_to_end(&mut bytes).expect("close_notify");
    assert_eq!(bytes, snapshot(0..5));
    (tls, tapped.passed)
}

/// A socket that somebody listens in on.
struct Tapped {
    tcp: TcpStream,
    passed: Vec<u8>,
}

impl Read for Tapped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.tcp.read(buffer)?;
        self.passed.extend(&buffer[..read]);
        Ok(read)
    }
}

impl Write for Tapped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.tcp.write(bytes)?;
        self.passed.extend(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
