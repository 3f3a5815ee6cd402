//! What goes wrong on purpose: the toxics of the proxies, and the deaths of stations. And what
//! must go right meanwhile: sources that grow and are rotated.

use std::fs;
use std::time::{Duration, Instant};

use conformance::chaos::{Direction, End, Proxy, Toxic};
use conformance::kernel::until;
use conformance::rng::Rng;

use crate::gatherer::is_loud;
use crate::post::Post;
use crate::world::World;

/// Adds and removes toxics, and takes proxies down and up, until the chaos is over.
pub(crate) fn toxics(world: &World, mut rng: Rng) {
    let mut down: Vec<&Proxy> = Vec::new();
    while !world.is_over() {
        let post = &world.posts[rng.below(world.posts.len())];
        let (proxy, follows) = match rng.below(2) {
            0 => (&post.gathered, false),
            _ => (&post.followed, true),
        };
        let forges = !follows || post.kind.tls;
        let ends: &[End] = if forges { &[End::Fin, End::Reset] } else { &[End::Reset] };
        match rng.below(16) {
            0 => {
                proxy.down();
                down.push(proxy);
                world.tally.count("toxics: down");
            }
            1 => down.drain(..).for_each(Proxy::up),
            // A proxy has two or three at a time, and none for a third of the time.
            2..6 => proxy.clear(),
            _ => {
                let toxic = Toxic::draw(&mut rng, ends);
                let up = rng.below(4) == 0;
                proxy.add(if up { Direction::Up } else { Direction::Down }, toxic);
                world.tally.count(format!("toxics: {}", Toxic::name(toxic.kind())));
            }
        }
        world.pause(Duration::from_millis(rng.below(60) as u64));
    }
    down.drain(..).for_each(Proxy::up);
    for post in &world.posts {
        post.gathered.clear();
        post.followed.clear();
    }
}

/// Kills stations, or now and then stops one, and starts them again, until the chaos is over.
pub(crate) fn deaths(world: &World, mut rng: Rng) {
    let mortal: Vec<&Post> = world.posts.iter().filter(|post| post.kind.mortal).collect();
    while !world.is_over() {
        world.pause(Duration::from_millis(rng.below(3_000) as u64));
        let post = mortal[rng.below(mortal.len())];
        let station = post.take();
        assert_silent(post, &station.said());
        if rng.below(4) == 0 {
            assert_silent(post, &station.stop());
            world.tally.count("stations stopped (SIGTERM)");
        } else {
            station.kill();
            world.tally.count("stations killed (SIGKILL)");
        }
        world.pause(Duration::from_millis(rng.below(1_000) as u64));
        post.start();
    }
}

/// Panics if a station says of itself that something broke.
pub(crate) fn assert_silent(post: &Post, said: &[String]) {
    let loud: Vec<&String> = said.iter().filter(|line| is_loud(line)).collect();
    assert!(loud.is_empty(), "{} logged {loud:#?}", post.kind.name);
}

/// Lets all sources grow, in whole lines and in parts of lines, and renames them now and then as
/// logrotate does, until the chaos is over. Then all lines are whole.
pub(crate) fn growth(world: &World, mut rng: Rng) {
    let mut rests = vec![String::new(); world.posts.len()];
    let mut rotated = vec![Instant::now(); world.posts.len()];
    while !world.is_over() {
        for ((post, rest), rotated) in world.posts.iter().zip(&mut rests).zip(&mut rotated) {
            let source = post.kind.source();
            world.folder.append(&source, std::mem::take(rest));
            // A station without a store does not know of what was renamed before it began.
            let rotates = post.kind.stored && rotated.elapsed() > ROTATED_AT_MOST;
            if rotates && rng.below(50) == 0 {
                rotate(world, &source);
                *rotated = Instant::now();
                world.tally.count("sources rotated");
            }
            let mut text = post.lines(rng.below(MOST));
            if rng.below(4) == 0 {
                let mut upto = rng.below(text.len() + 1);
                while !text.is_char_boundary(upto) {
                    upto -= 1;
                }
                *rest = text.split_off(upto);
            }
            world.folder.append(&source, text);
        }
        world.pause(Duration::from_millis(rng.below(200) as u64));
    }
    for (post, rest) in world.posts.iter().zip(rests) {
        world.folder.append(&post.kind.source(), rest);
    }
}

/// The newest is `.1`; nothing is removed, so that no station comes too late.
fn rotate(world: &World, source: &str) {
    let name = |nth: usize| format!("{source}.{nth}");
    let oldest = (1..).find(|nth| !world.folder.path(&name(*nth)).exists()).expect("some number");
    for nth in (1..oldest).rev() {
        world.folder.rename(&name(nth), &name(nth + 1));
    }
    world.folder.rename(source, &name(1));
}

/// Waits until no process has this one as its parent.
///
/// # Panics
///
/// If one is left.
pub(crate) fn assert_childless() {
    let own = std::process::id().to_string();
    until("every child has ended", || {
        let processes = fs::read_dir("/proc").expect("proc(5)");
        let child = processes.flatten().find(|process| {
            // What cannot be read is gone, or no process.
            let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            // After the name in parentheses come the state and the parent.
            let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
            parent == Some(&own)
        });
        child.is_none().then_some(())
    });
}

/// How many cars a source gets at once, less one.
const MOST: usize = 12;
/// Stations look ten times a second; a list that is renamed more often than they can look at it
/// is documented as one that may be missed.
const ROTATED_AT_MOST: Duration = Duration::from_secs(2);
