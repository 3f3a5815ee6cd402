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
use super::dues::{Due, Dues, Rounds};
use super::machine::Machine;

/// The open connections of a station; `T` is what the runtime returned for each.
pub(super) struct Open<T> {
    connections: Slab<Entry<T>>,
    shared: Arc<Shared>,
    rounds: Rounds,
}

struct Entry<T> {
    source: Source,
    progress: Arc<Progress>,
    _task: T,
}

/// A connection's own end of its entry; dropping it says that the connection has ended.
pub(super) struct Handle {
    /// Of the entry; there are fewer than descriptors, and descriptors fit into 31 bits.
    id: u32,
    pub(super) progress: Arc<Progress>,
    counted: bool,
}

/// What the accept loop may know of a connection while it runs, and have it do.
pub(super) struct Progress {
    shared: Arc<Shared>,
    aborted: AtomicBool,
    waker: AtomicWaker,
    due: Due,
    paid_until: AtomicU64,
    sent: AtomicU64,
    /// The whole list is with the kernel: what ends the connection now costs nobody anything.
    whole: AtomicBool,
    /// It only holds its client.
    silent: AtomicBool,
}

/// What all connections of a server have in common.
struct Shared {
    control: Control,
    dues: Dues,
    ended: EndedIds,
}

/// Those that have ended, until the accept loop forgets them.
#[derive(Default)]
struct EndedIds {
    ids: Mutex<Vec<u32>>,
    /// The accept loop can do nothing before one ends.
    awaited: AtomicBool,
    waker: AtomicWaker,
}

impl<T> Open<T> {
    pub(super) fn new(control: Control) -> Self {
        let shared = Shared { control, dues: Dues::default(), ended: EndedIds::default() };
        Self { connections: Slab::new(), shared: Arc::new(shared), rounds: Rounds::default() }
    }

    /// Adds a connection that `spawn` starts.
    pub(super) fn insert<M: Machine>(
        &mut self,
        machine: M,
        source: Source,
        spawn: impl FnOnce(M, Handle) -> T,
    ) {
        self.shared.control.tally().accepted();
        let progress = Arc::new(Progress::of(&machine, Arc::clone(&self.shared)));
        let entry = self.connections.vacant_entry();
        let handle = Handle {
            id: u32::try_from(entry.key()).expect("an entry has a descriptor"),
            progress: Arc::clone(&progress),
            counted: false,
        };
        let _task = spawn(machine, handle);
        entry.insert(Entry { source, progress, _task });
    }

    /// Forgets those that have ended, and says whose they were. Wakes `cx` when [`MANY`] have, and
    /// if they are `awaited` at the next end: that is a change of threads for each connection.
    pub(super) fn take_ended(
        &mut self,
        awaited: bool,
        cx: &mut Context<'_>,
    ) -> impl Iterator<Item = Source> {
        let ended = &self.shared.ended;
        ended.waker.register(cx.waker());
        // Before they are taken: one that ends meanwhile is among them, or sees it.
        ended.awaited.store(awaited, Ordering::SeqCst);
        let ids = std::mem::take(&mut *ended.lock());
        let connections = &mut self.connections;
        ids.into_iter()
            .filter_map(|id| connections.try_remove(id as usize))
            .map(|entry| entry.source)
    }

    /// Wakes those whose deadline has come, and `cx` when the next one does.
    pub(super) fn poll_dues(&mut self, cx: &mut Context<'_>) {
        let dues = &self.shared.dues;
        while let Some(now) = self.rounds.poll(dues, cx) {
            for (_, Entry { progress, .. }) in &self.connections {
                match progress.due.get() {
                    due if due > now => dues.note(due),
                    _ => progress.waker.wake(),
                }
            }
        }
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
        self.shared.control.release_silent();
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
    fn of(machine: &impl Machine, shared: Arc<Shared>) -> Self {
        let progress = Self {
            shared,
            aborted: AtomicBool::default(),
            waker: AtomicWaker::new(),
            due: Due::default(),
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
        self.shared.control.tally().sent(sent - before);
        self.whole.store(ended == Ended::Whole, Ordering::Relaxed);
        if machine.is_silent() {
            self.silent.store(true, Ordering::SeqCst);
            if self.shared.control.releases_silent() {
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

    /// The connection is to be polled again at `due`, or a little later.
    pub(super) fn wait_until(&self, due: Instant) {
        self.due.set(due, &self.shared.dues);
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
        self.progress.shared.control.tally().ended(over);
        self.counted = true;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Its future may never have run, or not to its end.
        if !self.counted {
            self.ended(Over::Served(self.progress.given_up().ended));
        }
        let ended = &self.progress.shared.ended;
        let many = {
            let mut ids = ended.lock();
            ids.push(self.id);
            ids.len() >= MANY
        };
        if many || ended.awaited.load(Ordering::SeqCst) {
            ended.waker.wake();
        }
    }
}

impl EndedIds {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many connections that have ended lie about at the most while nobody awaits their end.
const MANY: usize = 64;
