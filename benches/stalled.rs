//! A good client alone and beside 2,000 readers that take nothing: a station owes it to be
//! served in no more than twice its time (the ratio of the two, in one run).

use std::future::pending;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch::time::Instant;
use carwatch::{Car, Roster};
use carwatch_driver::server;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use socket2::{Domain, Socket, Type};

fn serve(c: &mut Criterion) {
    // Both ends of each connection are in this process.
    let descriptors = carwatch_cli::raise_descriptor_limit().unwrap_or(u64::MAX);
    let needed = 2 * STALLED as u64 + 64;
    assert!(descriptors >= needed, "{needed} descriptors are needed, see `ulimit -n`");

    let (address, bytes) = station();
    let mut group = c.benchmark_group("serve 64 MiB");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("alone", |b| b.iter(|| assert_eq!(gather(address).unwrap(), bytes)));
    let stalled: Vec<Socket> = (0..STALLED).map(|_| stall(address).unwrap()).collect();
    group.bench_function("beside 2,000 stalled readers", |b| {
        b.iter(|| assert_eq!(gather(address).unwrap(), bytes));
    });
    group.finish();
    drop(stalled);
}

/// A station on a thread of its own, for as long as the process lasts.
fn station() -> (SocketAddr, u64) {
    let mut roster = Roster::default();
    while roster.snapshot_len() < 64 << 20 {
        let car = Car::new("97264836", "peugeot", "red");
        roster.append(&car, Instant::from_nanos(0)).expect("a short record");
    }
    let limits = StationLimits { connections: 2 * STALLED, ..StationLimits::default() };
    let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), &limits).expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let bytes = roster.snapshot_len();
    let roster = Arc::new(Mutex::new(roster));
    std::thread::spawn(move || {
        let (listeners, stop) = (vec![listener], pending::<Duration>());
        let spawn = |connection| smol::spawn(connection);
        smol::block_on(server::serve::<smol::Async<TcpStream>, _>(
            listeners.into_iter().map(Into::into).collect(),
            roster,
            server::Control::new(limits),
            stop,
            spawn,
        ))
    });
    (address, bytes)
}

fn gather(address: SocketAddr) -> io::Result<u64> {
    let mut stream = TcpStream::connect(address)?;
    let (mut buffer, mut bytes) = ([0; 64 * 1024], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(bytes),
            n => bytes += n as u64,
        }
    }
}

/// A client that connects and takes nothing.
fn stall(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(4096)?;
    socket.connect(&address.into())?;
    Ok(socket)
}

const STALLED: usize = 2000;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        // Shorter than the write time-out of the readers that take nothing.
        .measurement_time(Duration::from_secs(5));
    targets = serve
}
criterion_main!(benches);
