//! What all threads of the soak share: the stations, the folder, the clock's end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use conformance::fixtures::Folder;
use conformance::rng::Rng;
use conformance::tls::Certificates;

use crate::post::{KINDS, Post};
use crate::tally::Tally;

pub(crate) struct World {
    pub(crate) programs: PathBuf,
    pub(crate) folder: Folder,
    pub(crate) of: Certificates,
    pub(crate) posts: Vec<Post>,
    pub(crate) tally: Tally,
    over: Mutex<bool>,
    ends: Condvar,
}

impl World {
    /// All stations listen, and their first cars are written.
    pub(crate) fn new(programs: PathBuf, rng: &mut Rng) -> Self {
        let (folder, of) = (Folder::new(), Certificates::new());
        let mut post =
            |kind| Post::new(kind, &programs, &folder, &of, rng.below(usize::MAX) as u64);
        let posts = KINDS.iter().map(&mut post).collect();
        let (over, ends) = (Mutex::new(false), Condvar::new());
        Self { programs, folder, of, posts, tally: Tally::default(), over, ends }
    }

    /// The stations that clients follow and remember: those whose lists only grow.
    pub(crate) fn followed(&self) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(|post| post.kind.stored && post.kind.keep.is_none())
    }

    /// How many cars were written to that station's source.
    pub(crate) fn written(&self, name: &str) -> usize {
        let post = self.posts.iter().find(|post| post.kind.name == name);
        post.expect("a station's name").written.load(Ordering::SeqCst)
    }

    /// The database of the client that remembers.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path("into.db")
    }

    /// What clients need to believe the stations behind the proxies.
    pub(crate) fn tls(&self) -> [String; 4] {
        ["--ca".into(), self.of.ca(), "--server-name".into(), "127.0.0.1".into()]
    }

    /// Whether the chaos is over.
    pub(crate) fn is_over(&self) -> bool {
        *self.over.lock().expect("no panic inside")
    }

    /// Goes on after so long, or as soon as the chaos is over.
    pub(crate) fn pause(&self, pause: Duration) {
        let over = self.over.lock().expect("no panic inside");
        let waited = self.ends.wait_timeout_while(over, pause, |over| !*over);
        drop(waited.expect("no panic inside"));
    }

    /// Ends the chaos.
    pub(crate) fn end(&self) {
        *self.over.lock().expect("no panic inside") = true;
        self.ends.notify_all();
    }

    /// Does that, and ends the chaos for everyone if it fails.
    pub(crate) fn guarded(&self, run: impl FnOnce(&Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(self))) {
            self.end();
            resume_unwind(panic);
        }
    }

    /// Calls `look` now and then until so much time has gone, or the chaos is over.
    pub(crate) fn watch(&self, chaos: Duration, mut look: impl FnMut(Duration)) {
        let begin = Instant::now();
        while begin.elapsed() < chaos && !self.is_over() {
            look(begin.elapsed());
            self.pause(Duration::from_millis(200));
        }
    }
}
