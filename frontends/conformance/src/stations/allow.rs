//! `--allow` and `--max-per-source`: who may connect is judged before a byte is sent.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use crate::caller::{call, call_from, connect_from, read_on, read_some};
use crate::fixtures::{EIGHT_MB, Large, file};
use crate::kernel::until;
use crate::station::{Station, command, end_of};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("allow::one is served, others are reset before a byte", one),
        Row::new("allow::several, and a network", several),
        Row::new("allow::IPv4 callers of an IPv6 listener are IPv4", mapped),
        Row::new("allow::::1 and nobody else", |exe| {
            let source = file("1:a:b\n");
            let mut command = Command::new(exe);
            command.args(["--listen", "127.0.0.1:0", "--listen", "[::1]:0"]);
            command.args(["--allow", "::1/128", "--source"]).arg(source.path());
            let station = Station::launch(command, 2);
            for address in station.addresses() {
                judged(*address, address.ip(), address.is_ipv6());
            }
        }),
        Row::heavy("max-per-source::one too many is reset, others are served", per_source),
        Row::heavy("max-per-source::it counts an IPv4 caller of an IPv6 listener", per_mapped),
    ];
    for bad in [
        "127.0.0.1/33",
        "::1/129",
        "localhost/8",
        "127.0.0/8",
        "",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/-1",
    ] {
        rows.push(usage("--allow", bad));
    }
    for bad in ["0", "-1", "many", ""] {
        rows.push(usage("--max-per-source", bad));
    }
    rows
}

fn usage(flag: &'static str, value: &'static str) -> Row {
    Row::new(format!("allow::usage: {flag}={value}"), move |exe| {
        let mut command = command(exe);
        command.arg(format!("{flag}={value}"));
        let (code, said, _) = end_of(command);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(flag) && !said.contains("panicked"), "{said}");
    })
}

/// 127.0.0.n: all of them are this machine.
pub(super) fn local(n: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, n))
}

/// Whoever calls from there gets the car, or a reset and no byte.
#[track_caller]
fn judged(station: SocketAddr, from: IpAddr, served: bool) {
    for _ in 0..3 {
        let answer = call_from(from, station);
        if served {
            assert_eq!(answer.complete(), b"1:a:b", "{from} may connect");
        } else {
            assert!(answer.is_reset(), "{from} is reset: {answer:?}");
            assert_eq!(answer.bytes, b"", "{from} gets no byte");
        }
    }
}

fn one(exe: &Path) {
    let source = file("1:a:b\n");
    let mut command = command(exe);
    command.args(["--allow", "127.0.0.2/32", "--source"]).arg(source.path());
    let station = Station::launch(command, 1);
    judged(station.address(), local(2), true);
    judged(station.address(), local(1), false);
    judged(station.address(), local(3), false);
    judged(station.address(), local(2), true);
}

fn several(exe: &Path) {
    let source = file("1:a:b\n");
    let mut command = command(exe);
    command.args(["--allow", "127.0.0.2/32", "--allow", "127.0.0.128/25", "--allow", "fd00::/8"]);
    command.arg("--source").arg(source.path());
    let station = Station::launch(command, 1);
    for (n, served) in [(1, false), (2, true), (127, false), (128, true), (200, true), (254, true)]
    {
        judged(station.address(), local(n), served);
    }
}

/// A listener of both families, and where its IPv4 callers find it.
fn both(exe: &Path, args: &[&str]) -> (Station, SocketAddr) {
    let mut command = Command::new(exe);
    command.args(["--listen", "[::]:0"]).args(args);
    let station = Station::launch(command, 1);
    let v4 = SocketAddr::new(local(1), station.address().port());
    (station, v4)
}

fn mapped(exe: &Path) {
    let source = file("1:a:b\n");
    let path = source.path().to_str().expect("text");
    let (station, v4) = both(exe, &["--allow", "127.0.0.2/32", "--source", path]);
    let v6 = SocketAddr::new("::1".parse().expect("an address"), station.address().port());
    judged(v4, local(2), true);
    judged(v4, local(1), false);
    judged(v6, v6.ip(), false);
    // Nor does "all of IPv6" let IPv4 in.
    let (station, v4) = both(exe, &["--allow", "::/0", "--source", path]);
    let v6 = SocketAddr::new(v6.ip(), station.address().port());
    judged(v4, local(2), false);
    judged(v6, v6.ip(), true);
}

const NARROW: usize = 16 * 1024;

fn per_source(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let station = large.station(exe, &["--max-per-source", "2"]);
    full_for(&large, station.address());
}

fn per_mapped(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let source = large.file.path().to_str().expect("text");
    let (_station, v4) = both(exe, &["--max-per-source", "2", "--source", source]);
    until("it knows its cars", || (call(v4).bytes == large.snapshot).then_some(()));
    full_for(&large, v4);
}

/// Two connections of 127.0.0.1 fill its share; nobody else's.
fn full_for(large: &Large, station: SocketAddr) {
    let connect = || connect_from(local(1), station, Some(NARROW)).expect("it listens");
    // Those who asked for the snapshot before have left for the station, too.
    let mut first: Vec<TcpStream> = Vec::new();
    let mut taken: Vec<Vec<u8>> = Vec::new();
    until("both are served", || {
        let mut stream = connect();
        let mut byte = [0];
        stream.set_read_timeout(Some(crate::PATIENCE)).expect("a socket");
        std::io::Read::read_exact(&mut stream, &mut byte).ok()?;
        first.push(stream);
        taken.push(byte.to_vec());
        (first.len() == 2).then_some(())
    });
    for _ in 0..10 {
        let answer = call_from(local(1), station);
        assert!(answer.is_reset() && answer.bytes.is_empty(), "the third: {:?}", answer.ended);
    }
    assert!(call_from(local(3), station).complete() == large.snapshot, "another one is served");
    // One ends: its place is free, and only its.
    let last = first.pop().expect("two");
    let all = [taken.pop().expect("two"), read_on(last).complete()].concat();
    assert!(all == large.snapshot, "who was in gets everything");
    let mut third = until("there is a place again", || {
        let mut stream = connect();
        stream.set_read_timeout(Some(crate::PATIENCE)).expect("a socket");
        std::io::Read::read_exact(&mut stream, &mut [0]).ok()?;
        Some(stream)
    });
    let more = read_some(&mut third, 1000);
    assert!(more == large.snapshot[1..1001]);
    assert!(call_from(local(1), station).is_reset(), "and not two");
    let all = [taken.pop().expect("two"), read_on(first.pop().expect("two")).complete()].concat();
    assert!(all == large.snapshot, "who was in gets everything");
    assert!(read_on(third).complete() == large.snapshot[1001..]);
}
