use std::net::TcpListener;

use super::{Host, Listen};

fn host(text: &str) -> Host {
    Listen::parse(text).unwrap().host
}

#[test]
fn addresses_and_names_are_told_apart() {
    for (text, address) in [
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("tcp://0.0.0.0:0", "0.0.0.0:0"),
        ("[::1]:8000", "[::1]:8000"),
        ("tcp://[::]:65535", "[::]:65535"),
    ] {
        assert_eq!(host(text), Host::Address(address.parse().unwrap()), "{text}");
    }
    assert_eq!(host("localhost:0"), Host::Name("localhost".into(), 0));
    assert_eq!(host("tcp://gate-1.example:80"), Host::Name("gate-1.example".into(), 80));
}

#[test]
fn what_is_no_address_is_refused_for_what_it_lacks() {
    for (text, said) in [
        ("127.0.0.1", "no port: write host:port"),
        ("", "no port: write host:port"),
        (":8000", "no host: for every interface write 0.0.0.0:8000 or [::]:8000"),
        ("::1:8000", "an IPv6 address stands in brackets: [::1]:8000"),
        ("[::1]", "an IPv6 address stands in brackets: [::1]:8000"),
        ("[gate]:80", "an IPv6 address stands in brackets: [::1]:8000"),
        ("localhost:", "not a port: it is a number from 0 to 65535"),
        ("localhost:+80", "not a port: it is a number from 0 to 65535"),
        ("localhost:65536", "not a port: it is a number from 0 to 65535"),
        ("127.0.0.1:99999", "not a port: it is a number from 0 to 65535"),
        ("gate way:80", "not a host name"),
        ("user@gate:80", "not a host name"),
        ("tls://127.0.0.1:8000", "TLS is not there yet: listen on tcp://"),
        ("http://127.0.0.1:8000", "unknown scheme: there is tcp://"),
    ] {
        assert_eq!(Listen::parse(text), Err(said.into()), "{text:?}");
    }
}

#[test]
fn a_taken_address_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let listen = Listen::parse(&address.to_string()).unwrap();
    let said = listen.bind(TcpListener::bind).unwrap_err();
    assert!(said.starts_with(&format!("cannot listen on {address}: ")), "{said}");
}

#[test]
fn a_name_is_bound_on_its_addresses() {
    let listen = Listen::parse("localhost:0").unwrap();
    let bound = listen.bind(TcpListener::bind).unwrap();
    assert!(!bound.is_empty());
    assert!(bound.iter().all(|listener| listener.local_addr().unwrap().ip().is_loopback()));
}
