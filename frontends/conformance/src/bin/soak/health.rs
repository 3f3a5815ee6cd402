//! What long-lived processes hold: descriptors, threads and memory, before, at most, and after.

use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use conformance::PATIENCE;
use conformance::kernel::resident;

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
pub(crate) struct Health {
    name: String,
    pid: u32,
    calm: Held,
    /// The most memory of the first part of the chaos.
    warm: u64,
    peak: Held,
    last: Held,
}

impl Health {
    /// Looks at it for a while, in the calm; the least counts, since a client that watches holds
    /// connections now and then.
    pub(crate) fn new(world: &World, name: impl Into<String>, pid: u32) -> Self {
        let first = Held::of(pid);
        let mut health =
            Self { name: name.into(), pid, calm: first, warm: 0, peak: first, last: first };
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
        }
    }

    /// Waits, in the calm, until it holds no more than before; `grown` bytes more of cars are
    /// known by now than when it had warmed up.
    ///
    /// # Panics
    ///
    /// If it keeps more.
    pub(crate) fn settle(&mut self, grown: u64) {
        let most = self.warm + grown * COPIES + MARGIN;
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
}

impl fmt::Display for Health {
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
/// How many times a car may be in a process's memory.
const COPIES: u64 = 4;
/// What allocators keep of freed memory.
const MARGIN: u64 = 8 * 1024 * 1024;
