//! A client that is killed a hundred times while it watches and remembers.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::database;
use super::road::Road;
use crate::client::Client;
use crate::fixtures::Folder;
use crate::kernel::until;
use crate::rng::Rng;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![Row::heavy("into::killed a hundred times, each car is there once, in order", killed)]
}

fn killed(exe: &Path) {
    let folder = Folder::new();
    let db = folder.path("cars.db");
    let roads = [Road::new("gate", 1), Road::new("bridge", 2), Road::new("tunnel", 3)];
    let mut rng = Rng::new(4);
    let begin = Instant::now();
    let mut grew = 0;
    let mut before = 0;
    for _ in 0..100 {
        let mut run = Client::new(exe).args(["-q", "--summary", "none", "--watch", "2ms"]);
        if rng.below(2) == 0 {
            run = run.arg("--keep-partial");
        }
        let run = run.arg("--into").arg(&db).args(roads.iter().map(Road::station));
        // Any moment will do, of its start as well; this chooses which.
        let moment = Duration::from_micros(rng.below(150_000) as u64);
        let mut running = run.start();
        let begin = Instant::now();
        until("the moment comes", || (begin.elapsed() >= moment).then_some(()));
        assert!(!running.has_ended(), "it goes on until it is killed\n{}", running.finish());
        running.signal(Signal::KILL);
        let finished = running.finish();
        assert_eq!(finished.code, 128 + 9, "{finished}");
        let now = if db.exists() { stored(&db) } else { 0 };
        grew += usize::from(now > before);
        before = now;
    }
    println!("into: 100 kills in {:?}, {before} cars before the last run", begin.elapsed());
    assert!(grew >= 30, "it was killed in its work, not before: it grew {grew} times");
    let whole = roads.each_ref().map(Road::calm);
    let run = Client::new(exe).arg("--into").arg(&db);
    run.args(roads.iter().map(Road::station)).run().assert_code(0);
    database::assert_sound(&db);
    for (name, whole) in ["gate", "bridge", "tunnel"].into_iter().zip(&whole) {
        let stored = database::records(&db, name);
        let differs = stored.iter().zip(whole).position(|(is, should)| is != should);
        let about = differs.map(|at| {
            let near = at.saturating_sub(3)..at + 4;
            (stored.get(near.clone()), whole.get(near))
        });
        assert!(
            differs.is_none() && stored.len() == whole.len(),
            "{name}: {} rows of {} cars, first differing at {differs:?}: {about:?}",
            stored.len(),
            whole.len()
        );
    }
}

/// None yet, if the table is not there yet.
fn stored(db: &Path) -> i64 {
    let count = database::open(db).query_row("SELECT count(*) FROM cars", [], |row| row.get(0));
    count.unwrap_or(0)
}
