//! Whoever calls a station over TLS, and knows how that ended to the letter.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, ClientConnection, Error};

use crate::PATIENCE;

/// How what a station sent ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// `close_notify`, and then FIN and nothing else.
    CloseNotify,
    /// `close_notify`, and then this.
    NotifiedThen(String),
    /// FIN without `close_notify`.
    Fin,
    /// RST.
    Reset,
    /// A fatal alert.
    Alert(AlertDescription),
    /// Something else, which is in no rule.
    Other(String),
}

/// What a station sent, and how that ended.
#[derive(Debug)]
pub struct Heard {
    /// Every byte that came, decrypted.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub end: End,
}

impl Heard {
    /// The bytes of an answer that ended by `close_notify` and FIN.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[must_use]
    #[track_caller]
    pub fn complete(self) -> Vec<u8> {
        assert_eq!(self.end, End::CloseNotify, "after {} bytes", self.bytes.len());
        self.bytes
    }
}

/// A connection to a TLS station.
pub struct Caller {
    tls: ClientConnection,
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Caller {
    /// Takes a connection over; nothing is sent yet.
    ///
    /// # Panics
    ///
    /// If rustls will not have the configuration.
    #[must_use]
    pub fn begin(stream: TcpStream, config: &Arc<ClientConfig>) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        let name = ServerName::try_from("localhost").expect("a name");
        let tls = ClientConnection::new(Arc::clone(config), name).expect("a configuration");
        Self { tls, stream, bytes: Vec::new() }
    }

    /// Connects; nothing is sent yet.
    ///
    /// # Panics
    ///
    /// If nobody listens.
    #[must_use]
    #[track_caller]
    pub fn connect(station: SocketAddr, config: &Arc<ClientConfig>) -> Self {
        Self::begin(TcpStream::connect(station).expect("it listens"), config)
    }

    /// The socket beneath.
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// The handshake, to the last byte that this side sends of it.
    ///
    /// # Errors
    ///
    /// How the station ended it.
    pub fn handshake(&mut self) -> Result<(), End> {
        while self.tls.is_handshaking() || self.tls.wants_write() {
            self.send()?;
            if self.tls.is_handshaking() && self.receive()? == 0 {
                return Err(End::Fin);
            }
        }
        Ok(())
    }

    /// The handshake, but for the last that this side sends of it (TLS 1.3).
    ///
    /// # Errors
    ///
    /// How the station ended it.
    pub fn all_but_the_last_flight(&mut self) -> Result<(), End> {
        self.send()?;
        while self.tls.is_handshaking() {
            if self.receive()? == 0 {
                return Err(End::Fin);
            }
        }
        Ok(())
    }

    /// The certificate that the station showed.
    ///
    /// # Panics
    ///
    /// If the handshake is not over.
    #[must_use]
    #[track_caller]
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.tls.peer_certificates().expect("the handshake is over")[0].clone().into_owned()
    }

    /// The first bytes that this side sends, which are not sent by this.
    ///
    /// # Panics
    ///
    /// Never: there are such.
    #[must_use]
    pub fn hello(&mut self) -> Vec<u8> {
        let mut hello = Vec::new();
        self.tls.write_tls(&mut hello).expect("a buffer");
        hello
    }

    /// Sends `bytes` encrypted.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn talk(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(16 * 1024) {
            self.tls.writer().write_all(piece)?;
            while self.tls.wants_write() {
                self.tls.write_tls(&mut self.stream)?;
            }
        }
        Ok(())
    }

    /// Says `close_notify`: that this side sends no more.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn notify(&mut self) -> io::Result<()> {
        self.tls.send_close_notify();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.stream)?;
        }
        Ok(())
    }

    /// Reads until at least `count` bytes came, or the end.
    ///
    /// # Errors
    ///
    /// The end.
    pub fn read_some(&mut self, count: usize) -> Result<(), End> {
        while self.bytes.len() < count {
            self.step()?;
        }
        Ok(())
    }

    /// Does what is left of the handshake and reads to the end.
    #[must_use]
    pub fn read_on(mut self) -> Heard {
        let end = match self.handshake() {
            Err(end) => end,
            Ok(()) => loop {
                if let Err(end) = self.step() {
                    break end;
                }
            },
        };
        Heard { bytes: self.bytes, end }
    }

    /// What is decrypted already, or else what comes next.
    fn step(&mut self) -> Result<(), End> {
        let mut buffer = [0; 16 * 1024];
        match self.tls.reader().read(&mut buffer) {
            Ok(0) => return Err(self.after_notify()),
            Ok(n) => self.bytes.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.receive()?;
            }
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Err(End::Fin),
            Err(e) => return Err(broken(&e)),
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<usize, End> {
        let count = self.tls.read_tls(&mut self.stream).map_err(|e| broken(&e))?;
        let processed = self.tls.process_new_packets();
        if processed.is_err() {
            // What was decrypted before it.
            let _ = self.tls.reader().read_to_end(&mut self.bytes);
        }
        match processed {
            Ok(_) => Ok(count),
            Err(Error::AlertReceived(alert)) => Err(End::Alert(alert)),
            Err(e) => {
                // It is told why.
                let _ = self.send();
                Err(End::Other(e.to_string()))
            }
        }
    }

    fn send(&mut self) -> Result<(), End> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.stream).map_err(|e| broken(&e))?;
        }
        Ok(())
    }

    fn after_notify(&mut self) -> End {
        match self.stream.read(&mut [0; 1024]) {
            Ok(0) => End::CloseNotify,
            Ok(n) => End::NotifiedThen(format!("{n} bytes")),
            Err(e) => End::NotifiedThen(e.to_string()),
        }
    }
}

/// Connects, shakes hands, and reads to the end.
#[must_use]
pub fn call(station: SocketAddr, config: &Arc<ClientConfig>) -> Heard {
    Caller::connect(station, config).read_on()
}

fn broken(error: &io::Error) -> End {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => End::Reset,
        _ => End::Other(error.to_string()),
    }
}
