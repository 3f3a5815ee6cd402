//! What the kernel says about the peers of a case, so that nobody has to sleep and hope.

use std::fs;
use std::net::{SocketAddr, SocketAddrV4};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::PATIENCE;

/// Lifts this process's soft limit of descriptors to the hard one: some cases hold thousands.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it cannot be raised the cases that need more say so by failing.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Asks until `probe` answers; panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = probe() {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until what was sent over the loopback connection from `station` has arrived and
/// the program at `client` has taken every byte of it, or is gone.
pub fn wait_until_read(client: SocketAddr, station: SocketAddr) {
    until("the client reads what it was sent", || {
        let table = tcp_table();
        let on_its_way = queues(&table, station, client).map_or(0, |(sent, _)| sent);
        let unread = queues(&table, client, station).map_or(0, |(_, received)| received);
        (on_its_way == 0 && unread == 0).then_some(())
    });
}

/// Whether some program has an established connection to `station`.
#[must_use]
pub fn is_connected(station: SocketAddr) -> bool {
    let station = hex(station);
    tcp_table().lines().any(|line| {
        let mut columns = line.split_ascii_whitespace().skip(2);
        columns.next() == Some(&station) && columns.next() == Some(ESTABLISHED)
    })
}

/// The bytes that wait in that socket: sent and not acknowledged, received and not read.
fn queues(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<(u64, u64)> {
    let (local, remote) = (hex(local), hex(remote));
    let line = table.lines().find(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        columns.next() == Some(&local) && columns.next() == Some(&remote)
    })?;
    let (sent, received) = line.split_ascii_whitespace().nth(4)?.split_once(':')?;
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    Some((number(sent)?, number(received)?))
}

/// How much processor time a process has used so far.
#[must_use]
pub fn cpu_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The name in parentheses may hold anything; utime and stime are the 14th and 15th.
    let (_, after) = stat.rsplit_once(')').expect("proc(5)");
    let ticks: u64 = after
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .map(|column| column.parse::<u64>().expect("proc(5)"))
        .sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// The bytes of a process's memory that are its own and in place: heap and stacks.
///
/// # Panics
///
/// If it is gone.
#[must_use]
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("proc(5)");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("proc(5)");
    kibibytes * 1024
}

/// The bytes that wait in each connection of that port: sent and not acknowledged.
#[must_use]
pub fn send_queues(station: SocketAddr) -> Vec<u64> {
    let (table, station) = (tcp_table(), hex(station));
    let of = |line: &str| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let ours =
            columns.get(1) == Some(&station.as_str()) && columns.get(3) == Some(&ESTABLISHED);
        let (sent, _) = columns.get(4).filter(|_| ours)?.split_once(':')?;
        u64::from_str_radix(sent, 16).ok()
    };
    table.lines().filter_map(of).collect()
}

/// Whether the end `ours` of a connection to `theirs` has neither anything to send nor anything
/// to wait for.
#[must_use]
pub fn is_closed(ours: SocketAddr, theirs: SocketAddr) -> bool {
    let (ours, theirs) = (hex(ours), hex(theirs));
    tcp_table().lines().all(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        columns.get(1..3) != Some(&[&ours, &theirs]) || columns.get(3) == Some(&TIME_WAIT)
    })
}

fn tcp_table() -> String {
    fs::read_to_string("/proc/net/tcp").expect("proc(5)")
}

fn hex(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => hex_v4(v4),
        SocketAddr::V6(_) => panic!("{address}: cases that look into the kernel use IPv4"),
    }
}

fn hex_v4(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

const ESTABLISHED: &str = "01";
const TIME_WAIT: &str = "06";
