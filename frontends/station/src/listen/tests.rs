use std::net::TcpListener;

use super::{Host, Listen, Scheme};

use proptest::prelude::*;

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
        ("tls://127.0.0.1", "no port: write host:port"),
        ("tls://", "no port: write host:port"),
        ("tls://tcp://127.0.0.1:8000", "an IPv6 address stands in brackets: [::1]:8000"),
        ("http://127.0.0.1:8000", "unknown scheme: there are tcp:// and tls://"),
        ("TLS://127.0.0.1:8000", "unknown scheme: there are tcp:// and tls://"),
        ("://127.0.0.1:8000", "unknown scheme: there are tcp:// and tls://"),
    ] {
        assert_eq!(Listen::parse(text), Err(said.into()), "{text:?}");
    }
}

#[test]
fn a_scheme_is_none_but_the_one_that_was_written() {
    for (text, scheme) in [
        ("127.0.0.1:8000", None),
        ("tls:8000", None),
        ("tcp://127.0.0.1:8000", Some(Scheme::Tcp)),
        ("tls://[::]:0", Some(Scheme::Tls)),
        ("tls://tcp:1", Some(Scheme::Tls)),
    ] {
        assert_eq!(Listen::parse(text).unwrap().scheme, scheme, "{text}");
    }
}

#[test]
fn plain_text_is_all_that_http_is_spoken_in() {
    for text in ["127.0.0.1:0", "tcp://127.0.0.1:0"] {
        assert_eq!(Listen::parse_plain(text), Listen::parse(text));
    }
    let said = |text| Listen::parse_plain(text).unwrap_err();
    assert!(said("tls://127.0.0.1:0").contains("without TLS"));
    assert_eq!(said("http://127.0.0.1:0"), "unknown scheme: there is tcp://");
    assert_eq!(said("tcp://"), "no port: write host:port");
}

proptest! {
    #[test]
    fn what_is_shown_reads_as_the_same(
        scheme in prop_oneof![Just(""), Just("tcp://"), Just("tls://")],
        place in prop_oneof![
            any::<std::net::SocketAddr>().prop_map(|address| address.to_string()),
            ("[a-z][a-z0-9.-]{0,20}", any::<u16>()).prop_map(|(name, port)| format!("{name}:{port}")),
        ],
    ) {
        let text = format!("{scheme}{place}");
        let listen = Listen::parse(&text).unwrap();
        prop_assert_eq!(listen.to_string(), text);
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
