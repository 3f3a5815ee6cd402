//! Several addresses of one name, with the resolver and the connections lent by the test.

use std::cell::RefCell;
use std::future::{pending, ready};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::pin::Pin;
use std::rc::Rc;

use async_io::Async;
use carwatch::{Host, OwnLimits, Reason, Verdict};

use super::*;

type Connecting = Pin<Box<dyn Future<Output = io::Result<Async<TcpStream>>>>>;

/// How connecting to an address goes.
#[derive(Clone, Copy)]
enum Way {
    NoAnswer,
    Unreachable,
    Station,
}

/// Gathers from a name whose addresses, all IPv4, go these ways, and names those tried.
fn gather_from(ways: &[Way], limits: &ClientLimits) -> (Report, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let station = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            io::Write::write_all(&mut stream, b"1:vw:red").unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
        }
    });
    let addresses: Vec<_> =
        (1..).zip(ways).map(|(nth, _)| SocketAddr::from(([10, 0, 0, nth], 80))).collect();
    let tried = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&tried);
    let connect = |address: SocketAddr| -> Connecting {
        let SocketAddr::V4(four) = address else { panic!("not one of the name's: {address}") };
        let nth = four.ip().octets()[3];
        note.borrow_mut().push(nth);
        match ways[usize::from(nth) - 1] {
            Way::NoAnswer => Box::pin(pending()),
            Way::Unreachable => Box::pin(ready(Err(io::ErrorKind::HostUnreachable.into()))),
            Way::Station => Box::pin(Async::<TcpStream>::connect(station)),
        }
    };
    let target = Target {
        name: "gate".into(),
        address: "gate.test:80".into(),
        host: Host::Name("gate.test".into()),
        port: 80,
        own: OwnLimits::default(),
    };
    let resolve = |_: &Target| ready(Ok(addresses.clone()));
    let work = run(vec![target.into()], limits, 1, resolve, connect, pending(), ());
    let report = async_io::block_on(work);
    let tried = tried.borrow().clone();
    (report, tried)
}

#[test]
fn the_address_that_answers_wins_over_those_that_do_not() {
    let ways = [Way::NoAnswer, Way::NoAnswer, Way::Station, Way::Station];
    let (report, tried) = gather_from(&ways, &ClientLimits::default());
    let station = &report.stations[0];
    assert_eq!(station.outcome.verdict, Verdict::Complete { verified: false });
    assert_eq!((station.outcome.cars, station.attempts), (1, 1));
    assert_eq!(tried, [1, 2, 3]);
}

#[test]
fn one_that_fails_starts_the_next_at_once() {
    // Were the next one to wait for its turn, it would come after the connect time-out.
    let limits = ClientLimits {
        race_delay: std::time::Duration::from_hours(1),
        connect_timeout: std::time::Duration::from_mins(1),
        ..ClientLimits::default()
    };
    let (report, tried) = gather_from(&[Way::Unreachable, Way::Station], &limits);
    assert!(report.stations[0].outcome.verdict.is_complete());
    assert_eq!(tried, [1, 2]);
}

#[test]
fn if_none_answers_the_reason_and_the_words_are_of_all() {
    let limits = ClientLimits {
        connect_timeout: std::time::Duration::from_millis(300),
        ..ClientLimits::default()
    };
    let (report, tried) = gather_from(&[Way::Unreachable, Way::NoAnswer], &limits);
    let fault = report.stations[0].outcome.verdict.fault().unwrap().clone();
    assert_eq!(fault.reason, Reason::ConnectTimeout);
    assert_eq!(
        fault.detail.unwrap(),
        "10.0.0.1:80: host unreachable; 10.0.0.2:80: no answer within 300ms"
    );
    assert_eq!(tried, [1, 2]);
}
