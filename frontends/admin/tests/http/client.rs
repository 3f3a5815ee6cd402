//! A client that knows no more of HTTP than the tests need.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter().filter(|(field, _)| field == name);
        let first = fields.next().map(|(_, value)| &value[..]);
        assert!(fields.next().is_none(), "{name} twice: {self:?}");
        first
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn closes(&self) -> bool {
        self.field("connection") == Some("close")
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // A deadline for a test that hangs.
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).unwrap();
        self
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        self.stream.shutdown(Shutdown::Write).unwrap();
        self
    }

    /// The next reply, to anything but HEAD.
    pub(crate) fn reply(&mut self) -> Reply {
        let mut reply = self.head();
        let len = reply.field("content-length").map_or(0, |len| len.parse().unwrap());
        assert_eq!(reply.field("transfer-encoding"), None, "lengths are known");
        reply.body = self.body(len);
        reply
    }

    /// The next `len` bytes.
    pub(crate) fn body(&mut self, len: usize) -> Vec<u8> {
        while self.read.len() < len {
            assert!(self.more().unwrap() > 0, "cut after {} of {len} bytes", self.read.len());
        }
        self.read.drain(..len).collect()
    }

    /// The next reply without its body.
    pub(crate) fn head(&mut self) -> Reply {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let seen = String::from_utf8_lossy(&self.read).into_owned();
            assert!(self.more().unwrap() > 0, "no reply, only {seen:?}");
        };
        let head: Vec<u8> = self.read.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap();
        let status = status.strip_prefix("HTTP/1.").expect("a status line");
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(": ").expect("a field");
            (name.to_owned(), value.to_owned())
        });
        let (status, fields) = (status[2..5].parse().unwrap(), fields.collect());
        Reply { status, fields, body: Vec::new() }
    }

    /// Expects that the connection is ended, and nothing else comes.
    pub(crate) fn ended(&mut self) {
        while self.more().unwrap() > 0 {}
        assert_eq!(String::from_utf8_lossy(&self.read), "", "something came after the reply");
    }

    /// Expects that nothing has come for a moment.
    pub(crate) fn silent(&mut self) {
        self.stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
        let nothing = self.more().expect_err("nothing");
        assert!(matches!(nothing.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut));
        self.stream.set_read_timeout(Some(DEADLINE)).unwrap();
    }

    /// Reads once.
    pub(crate) fn more(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 64 * 1024];
        let count = self.stream.read(&mut bytes)?;
        self.read.extend_from_slice(&bytes[..count]);
        Ok(count)
    }
}

/// One request on a connection of its own.
pub(crate) fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Reply {
    Client::connect(address).send(request).reply()
}

/// A request without a body.
pub(crate) fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: station\r\n\r\n")
}

/// A post by somebody who may, with these header lines more.
pub(crate) fn post(fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let fields = format!("{fields}Content-Length: {}\r\n", body.len());
    let mut request = post_head(&fields).into_bytes();
    request.extend_from_slice(body);
    request
}

/// The head of a post by somebody who may.
pub(crate) fn post_head(fields: &str) -> String {
    format!("POST /cars HTTP/1.1\r\nHost: station\r\nAuthorization: Bearer s3cret\r\n{fields}\r\n")
}

pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
