//! The connections that are open, and how to end them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use carwatch::time::Instant;
use futures_util::future::{AbortHandle, AbortRegistration};
use futures_util::task::AtomicWaker;

use crate::watch::Watch;

/// The open connections; `T` is what the runtime returned for each.
#[derive(Debug)]
pub(crate) struct Open<T> {
    next: u64,
    connections: HashMap<u64, Entry<T>>,
    ended: Arc<EndedIds>,
}

#[derive(Debug)]
struct Entry<T> {
    watch: Arc<Watch>,
    abort: AbortHandle,
    _task: T,
}

/// A connection's own end of its entry; dropping it says that the connection has ended.
#[derive(Debug)]
pub(crate) struct Handle {
    id: u64,
    pub(crate) watch: Arc<Watch>,
    /// Ends the connection's future where it is.
    pub(crate) abort: Option<AbortRegistration>,
    ended: Arc<EndedIds>,
}

#[derive(Debug, Default)]
struct EndedIds {
    ids: Mutex<Vec<u64>>,
    waker: AtomicWaker,
}

impl<T> Open<T> {
    pub(crate) fn new() -> Self {
        Self { next: 0, connections: HashMap::new(), ended: Arc::default() }
    }

    /// Adds a connection that `spawn` starts.
    pub(crate) fn insert(&mut self, watch: Watch, spawn: impl FnOnce(Handle) -> T) {
        let id = self.next;
        self.next += 1;
        let watch = Arc::new(watch);
        let (abort, registration) = AbortHandle::new_pair();
        let task = spawn(Handle {
            id,
            watch: Arc::clone(&watch),
            abort: Some(registration),
            ended: Arc::clone(&self.ended),
        });
        self.connections.insert(id, Entry { watch, abort, _task: task });
    }

    /// Forgets those that have ended, and says how many; wakes `cx` at the next end.
    pub(crate) fn take_ended(&mut self, cx: &mut Context<'_>) -> usize {
        self.ended.waker.register(cx.waker());
        let ids = std::mem::take(&mut *self.ended.lock());
        ids.iter().filter_map(|id| self.connections.remove(id)).count()
    }

    /// Each connection with the time since when it has had nothing to do.
    pub(crate) fn spare_since(&self) -> impl Iterator<Item = (u64, Instant)> + '_ {
        self.connections.iter().map(|(id, entry)| (*id, entry.watch.spare_since()))
    }

    /// Lets one go that has nothing to do.
    pub(crate) fn leave(&self, id: u64) {
        if let Some(entry) = self.connections.get(&id) {
            entry.watch.leave();
        }
    }

    /// Lets all go, each after the request that it is answering.
    pub(crate) fn leave_all(&self) {
        // All are told before the first can act on it: once one has gone, each answer that
        // is made says that it is the last.
        self.connections.values().for_each(|entry| entry.watch.tell_to_leave());
        self.connections.values().for_each(|entry| entry.watch.leave());
    }

    pub(crate) fn abort_all(&self) {
        self.connections.values().for_each(|entry| entry.abort.abort());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.ended.lock().push(self.id);
        self.ended.waker.wake();
    }
}

impl EndedIds {
    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
