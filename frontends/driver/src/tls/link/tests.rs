//! Both ends of a connection in one process; the other one is rustls itself, or this one.

use std::io::IoSlice;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use async_io::{Async, block_on};
use futures_util::future::{join, poll_fn};
use rustls::{ServerConfig, ServerConnection};

use super::super::tests::Files;
use super::*;

type Socket = Async<TcpStream>;

/// A connection between two sockets.
pub(in super::super) fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

/// Both ends of a connection that speaks TLS: a client's, and a station's.
fn pair() -> (Link<Socket>, Link<Socket>) {
    let files = Files::of(&["gate"]);
    let (client, station) = sockets();
    let (client, station) = (Async::new(client).unwrap(), Async::new(station).unwrap());
    let to = files.connector().to("gate").unwrap();
    let acceptor = files.acceptor().unwrap();
    let (client, station) = block_on(join(to.connect(client), acceptor.accept(station)));
    let Ok(station) = station else { panic!("no handshake") };
    (client.unwrap_or_else(|fault| panic!("{fault:?}")), station)
}

fn read(link: &mut Link<Socket>) -> io::Result<(Got, Vec<u8>)> {
    let mut buffer = [0; 64];
    let got = block_on(poll_fn(|cx| link.poll_read(cx, &mut buffer)))?;
    let bytes = if let Got::Bytes(n) = got { buffer[..n].to_vec() } else { Vec::new() };
    Ok((got, bytes))
}

fn write(link: &mut Link<Socket>, bytes: &[u8]) {
    assert_eq!(
        block_on(poll_fn(|cx| link.poll_write(cx, &[IoSlice::new(bytes)], false))).unwrap(),
        bytes.len()
    );
    block_on(poll_fn(|cx| link.poll_flush(cx))).unwrap();
}

#[test]
fn what_is_written_last_arrives_whole_before_the_end() {
    let list: Vec<u8> = (0..16 << 20).map(|at| (at % 251) as u8).collect();
    let (mut client, station) = sockets();
    let mut station = Link::Plain(Async::new(station).unwrap());
    let mut rest = &list[..];
    let write = |station: &mut Link<_>, cx: &mut Context<'_>, rest: &mut &[u8]| {
        let written = station.poll_write(cx, &[IoSlice::new(rest)], true);
        written.map(|n| *rest = &rest[n.unwrap()..])
    };
    // More than the kernel takes: the others wait until there is room.
    while block_on(poll_fn(|cx| Poll::Ready(write(&mut station, cx, &mut rest)))).is_ready() {}
    let reading = thread::spawn(move || {
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        received
    });
    while !rest.is_empty() {
        block_on(poll_fn(|cx| write(&mut station, cx, &mut rest)));
    }
    block_on(poll_fn(|cx| station.poll_finish(cx))).unwrap();
    assert!(reading.join().unwrap() == list);
}

#[test]
fn only_whoever_finishes_says_goodbye() {
    let (mut client, mut station) = pair();
    write(&mut station, b"1:vw:red");
    block_on(poll_fn(|cx| station.poll_finish(cx))).unwrap();
    assert_eq!(read(&mut client).unwrap().1, b"1:vw:red");
    assert_eq!(read(&mut client).unwrap().0, Got::CloseNotify);
    // It says so again, and the station may still hear.
    assert_eq!(read(&mut client).unwrap().0, Got::CloseNotify);
    block_on(poll_fn(|cx| {
        client.answer_goodbye(cx);
        Poll::Ready(())
    }));
    assert_eq!(read(&mut station).unwrap().0, Got::CloseNotify);
    // What comes after that is no TLS, and is to be read all the same.
    std::io::Write::write_all(&mut client.socket().get_ref(), b"more").unwrap();
    client.socket().get_ref().shutdown(std::net::Shutdown::Write).unwrap();
    let mut discard = || block_on(poll_fn(|cx| station.poll_discard(cx))).unwrap();
    assert_eq!((discard(), discard()), (Some(4), None));

    let (mut client, mut station) = pair();
    write(&mut station, b"1:vw:red");
    drop(station);
    assert_eq!(read(&mut client).unwrap().1, b"1:vw:red");
    assert_eq!(read(&mut client).unwrap().0, Got::Truncated);
}

#[test]
fn a_side_that_says_no_more_still_gets_everything() {
    let (mut client, mut station) = pair();
    client.answer_goodbye(&mut Context::from_waker(std::task::Waker::noop()));
    assert_eq!(read(&mut station).unwrap().0, Got::CloseNotify);
    write(&mut station, b"1:vw:red");
    block_on(poll_fn(|cx| station.poll_finish(cx))).unwrap();
    assert_eq!(read(&mut client).unwrap().1, b"1:vw:red");
    assert_eq!(read(&mut client).unwrap().0, Got::CloseNotify);
}

/// A list and a fatal alert that arrive as one segment.
#[test]
fn what_came_before_an_error_is_had_before_it() {
    let files = Files::of(&["gate"]);
    let (client, mut socket) = sockets();
    let to = files.connector().to("gate").unwrap();
    let (cert, key) = (files.path("cert.pem"), files.path("key.pem"));
    let (chain, key) =
        super::super::pem::identity(super::super::Identity { cert: &cert, key: &key }).unwrap();
    let config = ServerConfig::builder_with_provider(super::super::provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let station = thread::spawn(move || {
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        while tls.is_handshaking() {
            tls.complete_io(&mut socket).unwrap();
        }
        tls.writer().write_all(b"1:vw:red").unwrap();
        // What makes it send an alert.
        tls.read_tls(&mut &b"\x17\x03\x03\x00\x01x"[..]).unwrap();
        tls.process_new_packets().unwrap_err();
        let mut segment = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut segment).unwrap();
        }
        socket.write_all(&segment).unwrap();
        // Until the other side is gone: the connection has no other end than the alert.
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let connected = block_on(to.connect(Async::new(client).unwrap()));
    let mut client = connected.unwrap_or_else(|fault| panic!("{fault:?}"));
    assert_eq!(read(&mut client).unwrap().1, b"1:vw:red");
    let error = read(&mut client).unwrap_err();
    assert_eq!(super::super::of_reading(&error).reason, carwatch::Reason::Tls);
    drop(client);
    station.join().unwrap();
}
