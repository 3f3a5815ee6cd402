//! What others may see of a server that runs, and change in it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use carwatch::admit::{Rules, Unwelcome};
use carwatch::limits::StationLimits;
use carwatch::serve::Ended;
use futures_util::task::AtomicWaker;

use crate::tls::Acceptor;

/// What can be changed while a server runs. It holds for whoever connects from then on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What each connection is granted, and how many there are at once.
    pub limits: StationLimits,
    /// Who may connect.
    pub rules: Rules,
    /// How listeners speak TLS that do.
    pub tls: Option<Acceptor>,
}

impl From<StationLimits> for Settings {
    fn from(limits: StationLimits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// A handle on one server; clones are of the same.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Shared>);

/// What a server has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that are open.
    pub open: u64,
    /// Connections that were served, or are.
    pub accepted: u64,
    /// Bytes of snapshots that the kernel took, or TLS for it.
    pub sent: u64,
    /// How those that are no longer open ended, by [`Ended::as_str`]; and `panicked`, and
    /// `tls_failed` where no TLS handshake was made.
    pub ended: Vec<(&'static str, u64)>,
    /// Connections that were not served, by [`Unwelcome::as_str`].
    pub unwelcome: Vec<(&'static str, u64)>,
    /// Accepts that failed.
    pub accept_errors: u64,
}

#[derive(Debug, Default)]
struct Shared {
    settings: Mutex<Settings>,
    changed: AtomicBool,
    waker: AtomicWaker,
    /// The server stops: nobody is to be held any more who gets nothing.
    releases_silent: AtomicBool,
    tally: Tally,
}

/// Counters, each for itself: between two of them nothing is promised.
#[derive(Debug, Default)]
pub(super) struct Tally {
    accepted: AtomicU64,
    sent: AtomicU64,
    ended: [AtomicU64; ENDED.len()],
    unwelcome: [AtomicU64; UNWELCOME.len()],
    accept_errors: AtomicU64,
}

impl Control {
    /// A handle for a server that starts with `settings`.
    #[must_use]
    pub fn new(settings: impl Into<Settings>) -> Self {
        let settings = Mutex::new(settings.into());
        Self(Arc::new(Shared { settings, ..Shared::default() }))
    }

    /// Changes the settings; open connections keep those that they began with.
    pub fn apply(&self, settings: Settings) {
        *self.lock() = settings;
        self.0.changed.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    /// What the server has done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let tally = &self.0.tally;
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let named = |names: &[&'static str], counters: &[AtomicU64]| {
            names.iter().copied().zip(counters.iter().map(read)).collect::<Vec<_>>()
        };
        // What has ended is read first, so that it is never more than what was accepted.
        let ended = named(&ENDED, &tally.ended);
        let accepted = read(&tally.accepted);
        Counts {
            open: accepted.saturating_sub(ended.iter().map(|(_, count)| count).sum()),
            accepted,
            sent: read(&tally.sent),
            ended,
            unwelcome: named(&UNWELCOME, &tally.unwelcome),
            accept_errors: read(&tally.accept_errors),
        }
    }

    pub(super) fn settings(&self) -> Settings {
        self.lock().clone()
    }

    /// The settings, if they were changed since; wakes `cx` when they are.
    pub(super) fn poll_change(&self, cx: &Context<'_>) -> Option<Settings> {
        self.0.waker.register(cx.waker());
        self.0.changed.swap(false, Ordering::Acquire).then(|| self.settings())
    }

    pub(super) fn release_silent(&self) {
        self.0.releases_silent.store(true, Ordering::SeqCst);
    }

    pub(super) fn releases_silent(&self) -> bool {
        self.0.releases_silent.load(Ordering::SeqCst)
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Settings> {
        self.0.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    pub(super) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn accept_failed(&self) {
        self.accept_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A connection ended.
    pub(super) fn ended(&self, over: Over) {
        count(&ENDED, &self.ended, over.as_str());
    }

    pub(super) fn unwelcome(&self, why: Unwelcome) {
        count(&UNWELCOME, &self.unwelcome, why.as_str());
    }
}

fn count(names: &[&str], counters: &[AtomicU64], name: &str) {
    let nth = names.iter().position(|other| *other == name);
    counters[nth.expect("every name is listed")].fetch_add(1, Ordering::SeqCst);
}

/// What became of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Over {
    Served(Ended),
    /// Its future panicked.
    Panicked,
    /// It never came to speak TLS.
    Unsecured,
}

impl Over {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Served(ended) => ended.as_str(),
            Self::Panicked => "panicked",
            Self::Unsecured => "tls_failed",
        }
    }
}

const ENDED: [&str; 8] = [
    Ended::Whole.as_str(),
    Ended::Stalled.as_str(),
    Ended::TooSlow.as_str(),
    Ended::Talked.as_str(),
    Ended::Broken.as_str(),
    Ended::Dropped.as_str(),
    Over::Panicked.as_str(),
    Over::Unsecured.as_str(),
];

const UNWELCOME: [&str; 2] = [Unwelcome::NotAllowed.as_str(), Unwelcome::PerSource.as_str()];
