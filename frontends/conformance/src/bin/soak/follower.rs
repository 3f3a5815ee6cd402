//! Clients that watch: one that is never killed, and prints each car once; and one that is killed
//! again and again, and whose database has each car once.

use std::path::Path;
use std::time::{Duration, Instant};

use conformance::client::Client;
use conformance::programs::{self, RUNTIMES};
use conformance::rng::Rng;
use conformance::watching::Watching;
use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;

use crate::cars::numbers;
use crate::gatherer::assert_quiet;
use crate::oracle::printed;
use crate::world::World;

/// Starts the one that prints, and waits until it has printed the cars that there are.
pub(crate) fn watch(world: &World) -> Watching {
    let exe = programs::client(&world.programs, "async-std");
    let watching = Watching::start(follower(world, &exe).args(["-f", "ndjson"]));
    wait(world, &watching);
    watching
}

fn wait(world: &World, watching: &Watching) {
    let cars = world.followed().map(|post| world.written(post.kind.name));
    let _ = watching.wait_for_lines(cars.sum());
}

/// Waits until it has printed as many cars as there are, stops it, and looks at all of them.
///
/// # Panics
///
/// If that is not every car once, in its order.
pub(crate) fn stop(world: &World, watching: Watching) {
    wait(world, &watching);
    let finished = watching.stop();
    assert_eq!(finished.code, 130, "{finished}");
    assert_quiet(&finished);
    let printed = printed(&finished.stdout).unwrap_or_else(|why| panic!("{why}\n{finished}"));
    for post in world.followed() {
        let cars = printed.get(post.kind.name).map_or(&[][..], Vec::as_slice);
        world.tally.add("cars printed by the watch", cars.len() as u64);
        whole("the watch printed", world, post.kind.name, cars);
    }
}

/// Starts a watch into the database and kills it, over and over, until the chaos is over.
pub(crate) fn killed(world: &World, mut rng: Rng) {
    while !world.is_over() {
        let exe = programs::client(&world.programs, RUNTIMES[rng.below(2)]);
        let mut run = follower(world, &exe).arg("--into").arg(world.database());
        if rng.below(2) == 0 {
            run = run.arg("--keep-partial");
        }
        let mut running = run.start();
        let lives = Duration::from_millis(rng.below(6_000) as u64);
        world.pause(lives);
        assert!(!running.has_ended(), "it goes on until it is killed\n{}", running.finish());
        running.signal(Signal::KILL);
        let finished = running.finish();
        assert_eq!(finished.code, 128 + 9, "{finished}");
        assert_quiet(&finished);
        world.tally.count("kills of the client with --into");
        if world.database().exists() {
            let _ = stored(world);
        }
    }
}

/// Gathers once more into the database, in the calm, and looks at all of it.
///
/// # Panics
///
/// If that is not every car once, in its order.
pub(crate) fn finish(world: &World) {
    let exe = programs::client(&world.programs, "smol");
    let begin = Instant::now();
    let posts = world.followed();
    let run = Client::new(&exe).arg("-q").args(world.tls()).arg("--into");
    let run = run.arg(world.database()).args(posts.map(|post| post.argument(&post.followed)));
    let finished = run.run();
    finished.assert_code(0);
    assert_quiet(&finished);
    for (name, cars) in stored(world) {
        world.tally.add("cars in the database", cars.len() as u64);
        whole("the database has", world, name, &cars);
    }
    println!("the last gather --into took {:.1?}", begin.elapsed());
}

fn follower(world: &World, exe: &Path) -> Client {
    let patience = ["--connect-timeout", "1s", "--idle-timeout", "1s", "--deadline", "4s"];
    let run = Client::new(exe).args(["-q", "--summary", "none", "--watch", "100ms"]);
    let run = run.args(patience).args(world.tls());
    run.args(world.followed().map(|post| post.argument(&post.followed)))
}

/// The cars of each station in the database, which begin with its first and have no gap.
fn stored(world: &World) -> Vec<(&'static str, Vec<[String; 3]>)> {
    let path = world.database();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).expect("a database");
    connection.busy_timeout(conformance::PATIENCE).expect("SQLite");
    let check: String =
        connection.query_row("PRAGMA quick_check", [], |row| row.get(0)).expect("a word");
    assert_eq!(check, "ok", "of the database");
    let sql = "SELECT time, brand, color FROM cars WHERE station = ?1 ORDER BY id";
    let mut found = Vec::new();
    for post in world.followed() {
        // Killed before it has made its tables, a client leaves a file without them.
        let Ok(mut statement) = connection.prepare(sql) else { break };
        let rows = statement
            .query_map([post.kind.name], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]));
        let cars: Result<Vec<[String; 3]>, _> = rows.expect("a parameter").collect();
        let cars = cars.expect("the documented types");
        match numbers(post.kind.name, &cars, false) {
            Ok(range) if range.start == 0 => {}
            wrong => panic!("the database has of {}: {wrong:?}", post.kind.name),
        }
        found.push((post.kind.name, cars));
    }
    found
}

/// Panics unless those are all cars that were written, each once.
fn whole(what: &str, world: &World, name: &str, cars: &[[String; 3]]) {
    let written = world.written(name);
    let found = numbers(name, cars, false);
    assert_eq!(found, Ok(0..written), "{what} that of {name}");
}
