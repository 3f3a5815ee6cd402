//! A soak of real processes: stations and clients of both runtimes with spoiled connections
//! between them, killed and started again, while an oracle knows every car that there ever was.
//!
//! `cargo run -p conformance --bin soak -- --for 10m --seed 1`. The seed decides what is drawn;
//! what the kernel makes of it is another's. It exits with 1 and the seed as soon as something
//! is not as it must be:
//!
//! - A complete outcome is a whole list of its time: every car of it was written, in that order,
//!   none doubled and none missing; over TLS it is verified, otherwise never. What came of a
//!   partial one is a beginning of such a list. Only where a proxy ended a plain connection by a
//!   FIN of its own may a complete outcome be a beginning too.
//! - What a station with a store has served is in all its later lists, however often it is killed.
//! - At the end every list is whole; the client that watches has printed every car once; so has
//!   the database of the one that was killed all the time.
//! - Descriptors and threads of whoever lived through it are back where they were, and memory but
//!   for what the cars are worth that have come since.
//! - Nobody panicked or logged an error, and no process is left.

mod arguments;
mod cars;
mod follower;
mod gatherer;
mod health;
mod oracle;
mod post;
mod tally;
mod trouble;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use conformance::kernel::{raise_descriptor_limit, until};
use conformance::programs::{self, RUNTIMES};
use conformance::rng::Rng;

use arguments::Arguments;
use health::Health;
use post::Post;
use world::World;

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args().skip(1)) else {
        eprintln!("usage: soak [--for 30s|10m|2h] [--seed N]");
        return ExitCode::from(2);
    };
    raise_descriptor_limit();
    let Arguments { chaos, seed } = arguments;
    println!("soak: --for {}s --seed {seed}", chaos.as_secs());
    // A violation is a panic, which has said what it is.
    match catch_unwind(AssertUnwindSafe(|| soak(chaos, seed))) {
        Ok(()) => {
            println!("soak: nothing lost, nothing left (seed {seed})");
            ExitCode::SUCCESS
        }
        Err(_) => {
            eprintln!("error: the soak with --seed {seed} has failed: see above");
            ExitCode::FAILURE
        }
    }
}

fn soak(chaos: Duration, seed: u64) {
    let mut rng = Rng::new(seed);
    let world = World::new(programs::build(), &mut rng);
    calm(&world);
    let watching = follower::watch(&world);
    let (name, knows) = ("the watch (client-async-std)", world.followed().collect());
    let mut healths = vec![Health::new(&world, name.to_owned(), watching.pid(), knows)];
    for post in world.posts.iter().filter(|post| !post.kind.mortal) {
        let name = format!("{} (server-{})", post.kind.name, post.kind.runtime);
        healths.push(Health::new(&world, name, post.pid(), vec![post]));
    }
    let mut next = || Rng::new(rng.below(usize::MAX) as u64);
    let seeds: [Rng; 8] = std::array::from_fn(|_| next());
    let begin = Instant::now();
    thread::scope(|scope| {
        let [toxics, deaths, growth, killed, gatherers @ ..] = seeds;
        let world = &world;
        let go = |name: String, run: Box<dyn FnOnce(&World) + Send>| {
            let thread = thread::Builder::new().name(name);
            thread.spawn_scoped(scope, move || world.guarded(run)).expect("a thread");
        };
        go("toxics".into(), Box::new(|world| trouble::toxics(world, toxics)));
        go("deaths".into(), Box::new(|world| trouble::deaths(world, deaths)));
        go("growth".into(), Box::new(|world| trouble::growth(world, growth)));
        go("into".into(), Box::new(|world| follower::killed(world, killed)));
        for (nth, rng) in gatherers.into_iter().enumerate() {
            let runtime = RUNTIMES[nth % 2];
            let exe = programs::client(&world.programs, runtime);
            go(
                format!("gatherer {nth} ({runtime})"),
                Box::new(move |world| gatherer::run(world, &exe, rng)),
            );
        }
        world.guarded(|world| {
            world.watch(chaos, |elapsed| {
                let warming = elapsed < chaos / 3;
                healths.iter_mut().for_each(|health| health.look(warming));
            });
        });
        world.end();
    });
    println!("chaos for {:.1?}, then calm", begin.elapsed());
    calm(&world);
    follower::finish(&world);
    healths.iter_mut().for_each(Health::settle);
    follower::stop(&world, watching);
    sums(&world);
    for post in &world.posts {
        let station = post.take();
        trouble::assert_silent(post, &station.stop());
    }
    trouble::assert_childless();
    print!("{}", world.tally);
    healths.iter().for_each(|health| println!("{health}"));
}

/// Waits until both clients get every list whole, through the proxies.
fn calm(world: &World) {
    let posts: Vec<&Post> = world.posts.iter().collect();
    for runtime in RUNTIMES {
        let exe = programs::client(&world.programs, runtime);
        until("every list is whole", || {
            let complete = gatherer::gather(world, &exe, &posts, &[]);
            let whole = |post: &&Post| {
                post.served.load(Ordering::SeqCst) == post.written.load(Ordering::SeqCst)
            };
            (complete && posts.iter().all(whole)).then_some(())
        });
    }
}

/// How many cars were written, to all stations together.
fn written(world: &World) -> usize {
    world.posts.iter().map(|post| post.written.load(Ordering::SeqCst)).sum()
}

/// Adds up what the proxies have done.
fn sums(world: &World) {
    world.tally.add("cars written", written(world) as u64);
    for post in &world.posts {
        for proxy in [&post.gathered, &post.followed] {
            let counts = proxy.counts();
            world.tally.add("connections", counts.connections);
            world.tally.add("connections: no station, reset", counts.stationless);
            world.tally.add("connections: ended by a forged FIN", counts.forged);
            world.tally.add("bytes up", counts.bytes[0]);
            world.tally.add("bytes down", counts.bytes[1]);
            for (kind, count) in counts.cut.into_iter().enumerate().filter(|(_, count)| *count > 0)
            {
                let name = conformance::chaos::Toxic::name(kind);
                world.tally.add(format!("connections: cut by {name}"), count);
            }
        }
    }
}
