use std::future::poll_fn;
use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;

use async_io::{Async, block_on};
use rustls::{ClientConfig, ClientConnection};

use super::super::link::tests::sockets;
use super::super::tests::Files;
use super::super::{pem, provider};
use super::*;

fn said(meant: u64, on_the_wire: u64) -> Said {
    Said { meant, on_the_wire, ..Said::default() }
}

#[test]
fn what_is_meant_counts_and_not_what_tls_makes_of_it() {
    // A byte a record, of the largest kind there is: TLS 1.2 with an explicit nonce.
    assert_eq!(said(1000, 30 * 1000).take(), 1000);
    assert_eq!(said(1 << 20, (1 << 20) + 64 * 22).take(), 1 << 20);
}

#[test]
fn what_means_nothing_counts_for_what_it_could_have_meant() {
    // Records of one byte and as much padding as fits.
    assert_eq!(said(1, 16 * 1024 + 22).take(), 512);
    assert_eq!(said(0, 1 << 20).take(), 32 * 1024);
}

#[test]
fn nothing_counts_twice() {
    let mut said = said(10, 33);
    assert_eq!((said.take(), said.take()), (10, 0));
    // What was counted as a part of a record is not counted again when the record is whole.
    said.on_the_wire += 16 * 1024;
    let part = said.take();
    said.meant += 16 * 1024;
    assert_eq!(part + said.take(), 16 * 1024);
}

/// A record that has not ended means nothing yet, and counts all the same; once it has, it counts
/// for what it means.
#[test]
fn what_it_takes_to_say_nothing_counts() {
    let files = Files::of(&["gate"]);
    let (mut socket, station) = sockets();
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_root_certificates(pem::roots(&files.path("cert.pem")).unwrap())
        .with_no_client_auth();
    let client = thread::spawn(move || {
        let mut tls = ClientConnection::new(Arc::new(config), "gate".try_into().unwrap()).unwrap();
        while tls.is_handshaking() || tls.wants_write() {
            tls.complete_io(&mut socket).unwrap();
        }
        (tls, socket)
    });
    let accepted = block_on(files.acceptor().unwrap().accept(Async::new(station).unwrap()));
    let Ok(Link::Tls(mut station)) = accepted else { panic!("no handshake") };
    let (mut tls, mut socket) = client.join().unwrap();
    tls.writer().write_all(&[b'?'; MEANT]).unwrap();
    let mut record = Vec::new();
    tls.write_tls(&mut record).unwrap();

    let (half, rest) = record.split_at(8 * 1024);
    socket.write_all(half).unwrap();
    let mut buffer = [0; 4 * 1024];
    let first = block_on(poll_fn(|cx| {
        let polled = station.poll_discard(cx, &mut buffer);
        let is_all_read = station.said.on_the_wire == half.len() as u64;
        if is_all_read && polled.is_pending() {
            return station.poll_discard(cx, &mut buffer);
        }
        polled
    }));
    assert_eq!(first.unwrap(), Some(half.len() / 32));

    socket.write_all(rest).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    let mut more = 0;
    while let Some(n) = block_on(poll_fn(|cx| station.poll_discard(cx, &mut buffer))).unwrap() {
        more += n;
    }
    assert_eq!(half.len() / 32 + more, MEANT);
}

/// A single record.
const MEANT: usize = 16_000;
