//! What long-lived processes hold: descriptors, threads and memory, before, at most, and after.

use std::fmt;
use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use conformance::PATIENCE;
use conformance::kernel::resident;

use crate::post::Post;
use crate::world::World;

/// What a process holds at one moment.
#[derive(Clone, Copy, Debug)]
struct Held {
    descriptors: usize,
    threads: usize,
    /// Bytes: heap and stacks, without the files that it maps.
    memory: u64,
}

impl Held {
    fn of(pid: u32) -> Self {
        let count = |what| fs::read_dir(format!("/proc/{pid}/{what}")).expect("it runs").count();
        Self { descriptors: count("fd"), threads: count("task"), memory: resident(pid) }
    }

    fn max(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.max(other.descriptors),
            threads: self.threads.max(other.threads),
            memory: self.memory.max(other.memory),
        }
    }

    fn min(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.min(other.descriptors),
            threads: self.threads.min(other.threads),
            memory: self.memory.min(other.memory),
        }
    }
}

/// A process that lives through all of the soak.
pub(crate) struct Health<'a> {
    name: String,
    pid: u32,
    /// The stations whose cars it knows.
    knows: Vec<&'a Post>,
    calm: Held,
    /// The most memory of the first part of the chaos, and the cars that it knew then.
    warm: u64,
    warm_cars: usize,
    peak: Held,
    last: Held,
}

impl<'a> Health<'a> {
    /// Looks at it for a while, in the calm; the least counts, since a client that watches holds
    /// connections now and then.
    pub(crate) fn new(world: &World, name: String, pid: u32, knows: Vec<&'a Post>) -> Self {
        let first = Held::of(pid);
        let (calm, peak, last) = (first, first, first);
        let mut health = Self { name, pid, knows, calm, warm: 0, warm_cars: 0, peak, last };
        for _ in 0..CALM_LOOKS {
            world.pause(BETWEEN_LOOKS);
            health.calm = health.calm.min(Held::of(pid));
        }
        health
    }

    /// One look in the chaos.
    pub(crate) fn look(&mut self, warming: bool) {
        let held = Held::of(self.pid);
        self.peak = self.peak.max(held);
        if warming {
            self.warm = self.warm.max(held.memory);
            self.warm_cars = self.cars();
        }
    }

    /// Waits, in the calm, until it holds no more than before, but for the cars that have come
    /// since it had warmed up.
    ///
    /// # Panics
    ///
    /// If it keeps more.
    pub(crate) fn settle(&mut self) {
        let most = self.warm + (self.cars() - self.warm_cars) as u64 * A_CAR * COPIES + MARGIN;
        let begin = Instant::now();
        loop {
            self.last = Held::of(self.pid);
            let back = self.last.descriptors <= self.calm.descriptors
                && self.last.threads <= self.calm.threads
                && self.last.memory <= most;
            if back {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{self}; at most {} KiB", most / 1024);
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    fn cars(&self) -> usize {
        self.knows.iter().map(|post| post.written.load(Ordering::SeqCst)).sum()
    }
}

impl fmt::Display for Health<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, calm, warm, peak, last, .. } = self;
        write!(
            f,
            "{name}: descriptors {} calm, {} peak, {} at the end; \
             threads {}, {}, {}; \
             KiB of memory {}, {} warm, {} peak, {} at the end",
            calm.descriptors,
            peak.descriptors,
            last.descriptors,
            calm.threads,
            peak.threads,
            last.threads,
            calm.memory / 1024,
            warm / 1024,
            peak.memory / 1024,
            last.memory / 1024,
        )
    }
}

const CALM_LOOKS: usize = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// More than the mean car takes in a list.
const A_CAR: u64 = 64;
/// How many times a car may be in a process's memory: in the list or what is remembered of it,
/// in what is on its way to or from the wire, and both again since vectors grow by doubling.
const COPIES: u64 = 4;
/// What the allocator keeps of freed memory: up to 128 KiB at the end of each arena
/// (`M_TRIM_THRESHOLD` of mallopt(3)), of which there is one a thread, and these processes have at
/// most 9 threads; and as much again for gaps. So 4 KiB that are lost with each connection are
/// found within ten minutes, in which each station has more than three thousand connections.
const MARGIN: u64 = 2 * 9 * 128 * 1024;
