//! The connections that are open: how far each has got, and how to end it early.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use carwatch::admit::Source;
use carwatch::serve::{Ended, Served};
use carwatch::time::Instant;
use futures_util::task::AtomicWaker;
use slab::Slab;

use super::control::{Control, Over};
use super::machine::Machine;

/// The open connections of a station; `T` is what the runtime returned for each.
pub(super) struct Open<T> {
    control: Control,
    connections: Slab<Entry<T>>,
    ended: Arc<EndedIds>,
}

struct Entry<T> {
    source: Source,
    progress: Arc<Progress>,
    _task: T,
}

/// A connection's own end of its entry; dropping it says that the connection has ended.
pub(super) struct Handle {
    id: usize,
    pub(super) progress: Arc<Progress>,
    counted: bool,
    ended: Arc<EndedIds>,
}

/// What the accept loop may know of a connection while it runs, and have it do.
pub(super) struct Progress {
    control: Control,
    aborted: AtomicBool,
    waker: AtomicWaker,
    paid_until: AtomicU64,
    sent: AtomicU64,
    /// The whole list is with the kernel: what ends the connection now costs nobody anything.
    whole: AtomicBool,
    /// It only holds its client.
    silent: AtomicBool,
}

#[derive(Default)]
struct EndedIds {
    ids: Mutex<Vec<usize>>,
    waker: AtomicWaker,
}

impl<T> Open<T> {
    pub(super) fn new(control: Control) -> Self {
        Self { control, connections: Slab::new(), ended: Arc::default() }
    }

    /// Adds a connection that `spawn` starts.
    pub(super) fn insert<M: Machine>(
        &mut self,
        machine: M,
        source: Source,
        spawn: impl FnOnce(M, Handle) -> T,
    ) {
        self.control.tally().accepted();
        let progress = Arc::new(Progress::of(&machine, self.control.clone()));
        let entry = self.connections.vacant_entry();
        let handle = Handle {
            id: entry.key(),
            progress: Arc::clone(&progress),
            counted: false,
            ended: Arc::clone(&self.ended),
        };
        let _task = spawn(machine, handle);
        entry.insert(Entry { source, progress, _task });
    }

    /// Forgets those that have ended, and says whose they were; wakes `cx` at the next end.
    pub(super) fn take_ended(&mut self, cx: &mut Context<'_>) -> impl Iterator<Item = Source> {
        self.ended.waker.register(cx.waker());
        let ids = std::mem::take(&mut *self.ended.lock());
        let connections = &mut self.connections;
        ids.into_iter().filter_map(|id| connections.try_remove(id)).map(|entry| entry.source)
    }

    /// Each connection with the time up to which it has paid for its place.
    pub(super) fn paid_until(&self) -> impl Iterator<Item = (usize, Instant)> + '_ {
        let paid = |entry: &Entry<T>| entry.progress.paid_until.load(Ordering::Relaxed);
        self.connections.iter().map(move |(id, entry)| (id, Instant::from_nanos(paid(entry))))
    }

    /// Ends a connection where it is.
    pub(super) fn abort(&self, id: usize) {
        if let Some(entry) = self.connections.get(id) {
            entry.progress.abort();
        }
    }

    pub(super) fn abort_all(&self) {
        self.connections.iter().for_each(|(_, entry)| entry.progress.abort());
    }

    /// From now on nobody is held who is only held: the station stops.
    pub(super) fn release_silent(&self) {
        self.control.release_silent();
        // After that: one that falls silent meanwhile is seen here, or sees it.
        for (_, entry) in &self.connections {
            if entry.progress.silent.load(Ordering::SeqCst) {
                entry.progress.abort();
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }
}

impl Progress {
    fn of(machine: &impl Machine, control: Control) -> Self {
        let progress = Self {
            control,
            aborted: AtomicBool::default(),
            waker: AtomicWaker::new(),
            paid_until: AtomicU64::default(),
            sent: AtomicU64::default(),
            whole: AtomicBool::default(),
            silent: AtomicBool::default(),
        };
        progress.update(machine);
        progress
    }

    pub(super) fn update(&self, machine: &impl Machine) {
        self.paid_until.store(machine.paid_until().as_nanos(), Ordering::Relaxed);
        let Served { ended, sent } = machine.done();
        let before = self.sent.swap(sent, Ordering::Relaxed);
        self.control.tally().sent(sent - before);
        self.whole.store(ended == Ended::Whole, Ordering::Relaxed);
        if machine.is_silent() {
            self.silent.store(true, Ordering::SeqCst);
            if self.control.releases_silent() {
                self.abort();
            }
        }
    }

    fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Whether the connection is to end where it is; wakes `cx` when it is to.
    pub(super) fn is_aborted(&self, cx: &Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.aborted.load(Ordering::Acquire)
    }

    /// What a connection that is given up at this moment came to.
    pub(super) fn given_up(&self) -> Served {
        let whole = self.whole.load(Ordering::Relaxed);
        let ended = if whole { Ended::Whole } else { Ended::Dropped };
        Served { ended, sent: self.sent.load(Ordering::Relaxed) }
    }
}

impl Handle {
    /// Counts how the connection ended.
    pub(super) fn ended(&mut self, over: Over) {
        self.progress.control.tally().ended(over);
        self.counted = true;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Its future may never have run, or not to its end.
        if !self.counted {
            self.ended(Over::Served(self.progress.given_up().ended));
        }
        self.ended.lock().push(self.id);
        self.ended.waker.wake();
    }
}

impl EndedIds {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
