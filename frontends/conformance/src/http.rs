//! A client of the station's HTTP that knows no more of it than HTTP/1.1 (RFC 9112).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use crate::PATIENCE;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its header fields; names in lower case.
    pub fields: Vec<(String, String)>,
    /// Its body, out of its chunks.
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection that is used for one request after another.
pub struct Http {
    stream: BufReader<TcpStream>,
}

impl Http {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If nobody listens.
    #[must_use]
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends a request, and reads the answer to it.
    ///
    /// # Errors
    ///
    /// The system's, or that what came is no answer of HTTP/1.1.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: station\r\n");
        for (name, value) in fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.exchange(&[(head + "\r\n").as_bytes(), body].concat())
    }

    /// Sends those bytes, whatever they are, and reads the answer to them.
    ///
    /// # Errors
    ///
    /// The system's, or that what came is no answer of HTTP/1.1.
    pub fn exchange(&mut self, bytes: &[u8]) -> io::Result<Reply> {
        let mut writer = self.stream.get_ref().try_clone()?;
        thread::scope(|scope| {
            // The answer may come before all of it was taken, and nobody takes the rest then.
            scope.spawn(move || writer.write_all(bytes));
            let reply = self.read_reply();
            if reply.as_ref().is_ok_and(|reply| reply.field("connection") == Some("close")) {
                let _ = self.stream.get_ref().shutdown(std::net::Shutdown::Both);
            }
            reply
        })
    }

    fn read_reply(&mut self) -> io::Result<Reply> {
        let status_line = self.line()?;
        let status = status_line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or_else(|| bad(&status_line))?;
        let mut reply = Reply { status, fields: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| bad(&line))?;
            reply.fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if status == 100 {
            return self.read_reply();
        }
        if reply.field("transfer-encoding") == Some("chunked") {
            loop {
                let line = self.line()?;
                let length = usize::from_str_radix(&line, 16).map_err(|_| bad(&line))?;
                self.take(length, &mut reply.body)?;
                let _ = self.line()?;
                if length == 0 {
                    break;
                }
            }
        } else if let Some(length) = reply.field("content-length") {
            let length = length.parse().map_err(|_| bad(length))?;
            self.take(length, &mut reply.body)?;
        } else if status != 204 {
            self.stream.read_to_end(&mut reply.body)?;
        }
        Ok(reply)
    }

    fn take(&mut self, length: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let begin = into.len();
        into.resize(begin + length, 0);
        self.stream.read_exact(&mut into[begin..])
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// What a GET is answered.
///
/// # Panics
///
/// If it is not answered.
#[must_use]
#[track_caller]
pub fn get(address: SocketAddr, path: &str) -> Reply {
    Http::connect(address).request("GET", path, &[], b"").expect("an answer")
}

/// What a POST of cars is answered that shows this token.
///
/// # Panics
///
/// If it is not answered.
#[must_use]
#[track_caller]
pub fn post(address: SocketAddr, token: &str, media: &str, body: &[u8]) -> Reply {
    let bearer = format!("Bearer {token}");
    let fields = [("Authorization", bearer.as_str()), ("Content-Type", media)];
    Http::connect(address).request("POST", "/cars", &fields, body).expect("an answer")
}

/// The value of a sample of `/metrics`, named with its labels as they stand there.
///
/// # Panics
///
/// If there are no metrics, or this is not among them.
#[must_use]
#[track_caller]
pub fn metric(address: SocketAddr, name: &str) -> f64 {
    let reply = get(address, "/metrics");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = reply.text();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    value.trim().parse().unwrap_or_else(|e| panic!("{name} {value}: {e}"))
}

fn bad(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP/1.1: {line:?}"))
}
