//! How a script is done to a connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};
use socket2::SockRef;

use super::script::{End, Opening, Script};
use super::station::{Shared, note};
use crate::PATIENCE;
use crate::kernel::wait_until_read;

pub(super) fn perform(
    mut stream: TcpStream,
    config: &Arc<ServerConfig>,
    script: &Script,
    seen: &Shared,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    if !opened(&mut stream, &mut tls, script.opening)? {
        return Ok(());
    }
    let name = tls.server_name().map(str::to_owned);
    note(seen, |seen| {
        seen.handshakes += 1;
        seen.names.push(name);
    });
    for chunk in script.chunks.iter() {
        // Written as it is made: the buffer of the sender has a bound.
        for piece in chunk.chunks(RECORD) {
            tls.writer().write_all(piece)?;
            flush(&mut tls, &mut stream)?;
        }
    }
    if script.hold.is_some() && !script.chunks.is_empty() {
        wait_until_read(stream.peer_addr()?, stream.local_addr()?);
    }
    note(seen, |seen| seen.delivered += 1);
    if let Some(gate) = &script.hold {
        gate.pass();
    }
    end(stream, &mut tls, script.end)
}

/// Whether the handshake is over.
fn opened(
    stream: &mut TcpStream,
    tls: &mut ServerConnection,
    opening: Opening,
) -> io::Result<bool> {
    match opening {
        Opening::Handshake => {
            while tls.is_handshaking() {
                tls.complete_io(stream)?;
            }
            flush(tls, stream)?;
            return Ok(true);
        }
        Opening::Silence => {}
        Opening::Begun(most) => {
            let answer = answer(stream, tls)?;
            stream.write_all(&answer[..most.min(answer.len())])?;
        }
        Opening::Trickle => {
            for byte in answer(stream, tls)? {
                // The pace of the trickle itself.
                thread::sleep(Duration::from_millis(20));
                stream.write_all(&[byte])?;
            }
        }
        Opening::Plain(bytes) => {
            stream.write_all(bytes)?;
            stream.shutdown(Shutdown::Write)?;
        }
        Opening::PlainHeld(bytes) => stream.write_all(bytes)?,
        Opening::Reset => {
            let _ = stream.read(&mut [0; 16 * 1024])?;
            SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?;
            return Ok(false);
        }
    }
    drain(stream)?;
    Ok(false)
}

/// What the first flight of a client is answered with.
fn answer(stream: &mut TcpStream, tls: &mut ServerConnection) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    while !tls.wants_write() {
        if tls.read_tls(stream)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        tls.process_new_packets().map_err(io::Error::other)?;
    }
    while tls.wants_write() {
        tls.write_tls(&mut answer)?;
    }
    Ok(answer)
}

fn end(mut stream: TcpStream, tls: &mut ServerConnection, end: End) -> io::Result<()> {
    let (client, here) = (stream.peer_addr()?, stream.local_addr()?);
    if matches!(end, End::CloseNotify | End::Held | End::NotifyReset) {
        tls.send_close_notify();
        flush(tls, &mut stream)?;
    }
    match end {
        End::Held | End::Stall => {}
        End::CloseNotify | End::Fin => stream.shutdown(Shutdown::Write)?,
        End::Dies => return Ok(()),
        End::Reset | End::NotifyReset => {
            wait_until_read(client, here);
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            return Ok(());
        }
        End::Alert => {
            // Whoever gets a record that does not decrypt answers it so.
            let mut garbage = &FORGED[..];
            tls.read_tls(&mut garbage)?;
            tls.process_new_packets().expect_err("it does not decrypt");
            flush(tls, &mut stream)?;
            stream.shutdown(Shutdown::Write)?;
        }
        End::ForgedAlert | End::ForgedNotify | End::ForgedRecord => {
            stream.write_all(match end {
                End::ForgedAlert => &[21, 3, 3, 0, 2, 2, 80],
                End::ForgedNotify => &[21, 3, 3, 0, 2, 1, 0],
                _ => FORGED,
            })?;
            stream.shutdown(Shutdown::Write)?;
        }
    }
    drain(&mut stream)
}

fn flush(tls: &mut ServerConnection, stream: &mut TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(stream)?;
    }
    Ok(())
}

/// Reads until the client has gone.
fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer)? > 0 {}
    Ok(())
}

/// The most that one record holds, RFC 8446 5.1.
const RECORD: usize = 16 * 1024;

/// A record of 32 bytes that nobody encrypted.
const FORGED: &[u8; 37] = b"\x17\x03\x03\x00\x20################################";
