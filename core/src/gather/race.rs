//! The addresses of one station, raced (RFC 8305, Happy Eyeballs): IPv6 first, the families
//! in turn, each a delay after the one before, or at once when one fails.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use super::DialId;
use crate::time::Instant;
use crate::{Fault, Reason};

#[derive(Debug)]
pub(super) struct Race {
    queue: VecDeque<SocketAddr>,
    next_start: Instant,
    open: Vec<(DialId, SocketAddr)>,
    faults: Vec<(SocketAddr, Fault)>,
}

impl Race {
    pub(super) fn new(addresses: Vec<SocketAddr>, now: Instant) -> Self {
        Self { queue: in_turn(addresses), next_start: now, open: Vec::new(), faults: Vec::new() }
    }

    /// The next address, if its time has come; it is then being connected as `dial`.
    pub(super) fn start(
        &mut self,
        dial: DialId,
        at_once: bool,
        now: Instant,
        delay: Duration,
    ) -> Option<SocketAddr> {
        if !at_once && now < self.next_start {
            return None;
        }
        let address = self.queue.pop_front()?;
        self.next_start = now + delay;
        planted!("addresses wait for each other" => self.next_start = Instant::NEVER);
        self.open.push((dial, address));
        Some(address)
    }

    /// When the next address is due.
    pub(super) fn next_start(&self) -> Instant {
        if self.queue.is_empty() { Instant::NEVER } else { self.next_start }
    }

    /// Takes a connection out of those being made; false if it is none of them.
    pub(super) fn take(&mut self, dial: DialId) -> bool {
        self.remove(dial).is_some()
    }

    /// A connection failed; false if it was none of those being made.
    pub(super) fn fail(&mut self, dial: DialId, fault: Fault) -> bool {
        self.remove(dial).map(|address| self.faults.push((address, fault))).is_some()
    }

    /// Time is up for those that are still being made, and for those whose turn never came.
    pub(super) fn time_out(&mut self, words: &str) {
        let fault = |words| Fault::new(Reason::ConnectTimeout, words);
        let open = core::mem::take(&mut self.open).into_iter();
        self.faults.extend(open.map(|(_, address)| (address, fault(words))));
        let queue = core::mem::take(&mut self.queue).into_iter();
        self.faults.extend(queue.map(|address| (address, fault("not tried"))));
    }

    pub(super) fn open(&self) -> impl Iterator<Item = DialId> + '_ {
        self.open.iter().map(|(dial, _)| *dial)
    }

    /// Whether every address failed.
    pub(super) fn is_lost(&self) -> bool {
        self.queue.is_empty() && self.open.is_empty()
    }

    /// The fault of the address that got furthest; the words name each.
    pub(super) fn fault(&self) -> Fault {
        let Some((_, furthest)) = self.faults.iter().min_by_key(|(_, f)| distance(f.reason)) else {
            return Fault::from(Reason::ConnectTimeout);
        };
        if let [(_, only)] = &self.faults[..] {
            return only.clone();
        }
        let each = self.faults.iter().map(|(address, fault)| {
            let words = fault.detail.as_deref().unwrap_or(fault.reason.as_str());
            format!("{address}: {words}")
        });
        Fault::new(furthest.reason, each.collect::<Vec<String>>().join("; "))
    }

    fn remove(&mut self, dial: DialId) -> Option<SocketAddr> {
        let at = self.open.iter().position(|(open, _)| *open == dial)?;
        Some(self.open.remove(at).1)
    }
}

/// How far an attempt got before it failed, nearest to success first.
const fn distance(reason: Reason) -> u8 {
    match reason {
        Reason::Tls => 0,
        Reason::Reset => 1,
        Reason::Refused => 2,
        Reason::ConnectTimeout => 3,
        Reason::Unreachable => 4,
        _ => 5,
    }
}

/// IPv6 first, then the families in turn, each address once.
fn in_turn(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let mut unique = Vec::new();
    for address in addresses {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    let (mut six, mut four): (VecDeque<_>, VecDeque<_>) =
        unique.into_iter().partition(SocketAddr::is_ipv6);
    let mut queue = VecDeque::new();
    while !six.is_empty() || !four.is_empty() {
        queue.extend(six.pop_front());
        queue.extend(four.pop_front());
    }
    queue
}
