use std::net::TcpListener;

use carwatch_cli::parse_from;

use super::{Listeners, fits, is_reachable};
use crate::args::{Args, PREFIX};
use crate::listen::Scheme;

const CERTIFICATE: [&str; 4] = ["--tls-cert", "a", "--tls-key", "b"];

fn open(argv: &[&str], schemes: &[Option<Scheme>]) -> Listeners {
    let args: Args = parse_from("server", PREFIX, [&["server"], argv].concat()).unwrap();
    let inherited: Vec<_> =
        schemes.iter().map(|scheme| (TcpListener::bind("127.0.0.1:0").unwrap(), *scheme)).collect();
    let listens = args.listens(false);
    Listeners::open(&args, inherited, listens, &args.limits()).unwrap()
}

fn tls(listeners: &Listeners) -> Vec<bool> {
    listeners.sockets.iter().map(|listener| listener.tls).collect()
}

#[test]
fn without_a_certificate_all_is_plain() {
    let listeners =
        open(&["--listen", "127.0.0.1:0,tcp://127.0.0.1:0"], &[None, Some(Scheme::Tcp)]);
    assert_eq!(tls(&listeners), [false; 4]);
    assert_eq!(listeners.places, [0, 1, 2, 3]);
    assert!(!listeners.secured());
}

#[test]
fn with_one_what_has_no_scheme_is_secured() {
    let listens = ["--listen", "127.0.0.1:0,tcp://127.0.0.1:0,tls://127.0.0.1:0"];
    let schemes = [None, Some(Scheme::Tcp), Some(Scheme::Tls)];
    let listeners = open(&[&CERTIFICATE[..], &listens].concat(), &schemes);
    assert_eq!(tls(&listeners), [true, false, true, true, false, true]);
    assert!(listeners.secured());
}

#[test]
fn the_addresses_of_a_name_are_of_one_place_and_one_kind() {
    let listens = ["--listen", "tcp://localhost:0,tls://localhost:0"];
    let listeners = open(&[&CERTIFICATE[..], &listens].concat(), &[]);
    for (place, listener) in listeners.places.iter().zip(&listeners.sockets) {
        assert_eq!(listener.tls, *place == 1);
    }
    assert_eq!(listeners.places.len(), listeners.sockets.len());
    assert_eq!((listeners.places.first(), listeners.places.last()), (Some(&0), Some(&1)));
}

#[test]
fn loopback_is_what_no_other_machine_reaches() {
    for address in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
        assert!(!is_reachable(address.parse().unwrap()), "{address}");
    }
    for address in ["0.0.0.0", "::", "10.0.0.1", "fe80::1", "::ffff:10.0.0.1", "::ffff:0.0.0.0"] {
        assert!(is_reachable(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn plain_text_for_other_machines_is_told() {
    let exposed = |argv: &[&str]| open(argv, &[None]).exposed();
    assert_eq!(exposed(&["--listen", "127.0.0.1:0,127.1.2.3:0,localhost:0"]), []);
    let everywhere = exposed(&["--listen", "127.0.0.1:0,0.0.0.0:0"]);
    assert!(matches!(&everywhere[..], [one] if one.ip().is_unspecified() && one.port() != 0));
    let listens = ["--listen", "tls://0.0.0.0:0,0.0.0.0:0"];
    assert_eq!(exposed(&[&CERTIFICATE[..], &listens].concat()), []);
    let listens = ["--listen", "tcp://0.0.0.0:0,0.0.0.0:0,tcp://0.0.0.0:0"];
    assert_eq!(exposed(&[&CERTIFICATE[..], &listens].concat()).len(), 2);
}

#[test]
fn a_socket_that_is_handed_over_for_tls_needs_a_certificate() {
    let socket = |scheme| (TcpListener::bind("127.0.0.1:0").unwrap(), scheme);
    let inherited = [socket(None), socket(Some(Scheme::Tcp)), socket(Some(Scheme::Tls))];
    let args = |argv: &[&str]| -> Args {
        parse_from("server", PREFIX, [&["server"], argv].concat()).unwrap()
    };
    assert_eq!(fits(&args(&[]).tls, &inherited[..2]), Ok(()));
    assert!(fits(&args(&[]).tls, &inherited).unwrap_err().contains("named tls needs --tls-cert"));
    assert_eq!(fits(&args(&CERTIFICATE).tls, &inherited), Ok(()));
}
