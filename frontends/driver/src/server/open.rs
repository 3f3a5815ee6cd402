//! The connections that are open: how far each has got, and how to end it early.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use carwatch::serve::{Ended, Serve, Served};
use carwatch::time::Instant;
use futures_util::future::{AbortHandle, AbortRegistration};
use futures_util::task::AtomicWaker;

/// The open connections of a station; `T` is what the runtime returned for each.
pub(super) struct Open<T> {
    next: u64,
    connections: HashMap<u64, Entry<T>>,
    ended: Arc<EndedIds>,
}

struct Entry<T> {
    progress: Arc<Progress>,
    abort: AbortHandle,
    _task: T,
}

/// A connection's own end of its entry; dropping it says that the connection has ended.
pub(super) struct Handle {
    id: u64,
    pub(super) progress: Arc<Progress>,
    /// Ends the connection's future where it is.
    pub(super) abort: Option<AbortRegistration>,
    ended: Arc<EndedIds>,
}

/// What the accept loop may know of a connection while it runs.
#[derive(Default)]
pub(super) struct Progress {
    paid_until: AtomicU64,
    sent: AtomicU64,
    /// The whole list is with the kernel: what ends the connection now costs nobody anything.
    whole: AtomicBool,
}

#[derive(Default)]
struct EndedIds {
    ids: Mutex<Vec<u64>>,
    waker: AtomicWaker,
}

impl<T> Open<T> {
    pub(super) fn new() -> Self {
        Self { next: 0, connections: HashMap::new(), ended: Arc::default() }
    }

    /// Adds a connection that `spawn` starts.
    pub(super) fn insert(&mut self, progress: Progress, spawn: impl FnOnce(Handle) -> T) {
        let id = self.next;
        self.next += 1;
        let progress = Arc::new(progress);
        let (abort, registration) = AbortHandle::new_pair();
        let task = spawn(Handle {
            id,
            progress: Arc::clone(&progress),
            abort: Some(registration),
            ended: Arc::clone(&self.ended),
        });
        self.connections.insert(id, Entry { progress, abort, _task: task });
    }

    /// Forgets those that have ended, and says how many; wakes `cx` at the next end.
    pub(super) fn take_ended(&mut self, cx: &mut Context<'_>) -> usize {
        self.ended.waker.register(cx.waker());
        let ids = std::mem::take(&mut *self.ended.lock());
        ids.iter().filter_map(|id| self.connections.remove(id)).count()
    }

    /// Each connection with the time up to which it has paid for its place.
    pub(super) fn paid_until(&self) -> impl Iterator<Item = (u64, Instant)> + '_ {
        let paid = |entry: &Entry<T>| entry.progress.paid_until.load(Ordering::Relaxed);
        self.connections.iter().map(move |(id, entry)| (*id, Instant::from_nanos(paid(entry))))
    }

    pub(super) fn abort(&self, id: u64) {
        if let Some(entry) = self.connections.get(&id) {
            entry.abort.abort();
        }
    }

    pub(super) fn abort_all(&self) {
        self.connections.values().for_each(|entry| entry.abort.abort());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }
}

impl Progress {
    pub(super) fn of(serve: &Serve) -> Self {
        let progress = Self::default();
        progress.update(serve);
        progress
    }

    pub(super) fn update(&self, serve: &Serve) {
        self.paid_until.store(serve.paid_until().as_nanos(), Ordering::Relaxed);
        let Served { ended, sent } = serve.done();
        self.sent.store(sent, Ordering::Relaxed);
        self.whole.store(ended == Ended::Whole, Ordering::Relaxed);
    }

    /// What a connection that is given up at this moment came to.
    pub(super) fn given_up(&self) -> Served {
        let whole = self.whole.load(Ordering::Relaxed);
        let ended = if whole { Ended::Whole } else { Ended::Dropped };
        Served { ended, sent: self.sent.load(Ordering::Relaxed) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.ended.lock().push(self.id);
        self.ended.waker.wake();
    }
}

impl EndedIds {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u64>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
