//! A client that gathers again and again, from any of the stations, with any flags; each of its
//! reports is judged.

use std::path::Path;

use conformance::client::{Client, Finished};
use conformance::rng::Rng;

use crate::oracle::{Before, printed};
use crate::post::Post;
use crate::world::World;

/// Gathers until the chaos is over.
pub(crate) fn run(world: &World, exe: &Path, mut rng: Rng) {
    while !world.is_over() {
        let chosen: Vec<&Post> = world.posts.iter().filter(|_| rng.below(2) == 0).collect();
        if chosen.is_empty() {
            continue;
        }
        let retries = rng.below(3).to_string();
        let jobs = (1 + rng.below(6)).to_string();
        let patience = ["-j", &jobs, "--retries", &retries, "--connect-timeout", "1s"];
        let rest = ["--idle-timeout", "1s", "--deadline", "4s"];
        let _ = gather(world, exe, &chosen, &[patience.as_slice(), &rest].concat());
    }
}

/// Gathers once and judges it; whether all of them were complete.
///
/// # Panics
///
/// If what it reports cannot be true.
pub(crate) fn gather(world: &World, exe: &Path, posts: &[&Post], args: &[&str]) -> bool {
    let before: Vec<Before<'_>> =
        posts.iter().map(|post| Before::new(post, &post.gathered)).collect();
    let run = Client::new(exe).args(["-f", "ndjson", "--keep-partial"]);
    // To give it where nobody speaks TLS is an error in usage.
    let secure = posts.iter().any(|post| post.kind.tls);
    let run = if secure { run.args(world.tls()) } else { run };
    let run = run.args(args).args(posts.iter().map(|post| post.argument(&post.gathered)));
    let finished = run.run();
    let cars = printed(&finished.stdout).unwrap_or_else(|why| panic!("{why}\n{finished}"));
    let report = finished.report();
    let mut complete = 0;
    for (nth, (before, post)) in before.iter().zip(posts).enumerate() {
        let line = &report["stations"][nth];
        let none = Vec::new();
        let cars = cars.get(post.kind.name).unwrap_or(&none);
        if let Err(why) = before.judge(line, cars) {
            panic!("{}: {why}: {line}", post.kind.name);
        }
        let (outcome, reason) = (text(&line["outcome"]), text(&line["reason"]));
        complete += usize::from(outcome == "complete");
        assert!(!NEVER.contains(&reason), "nobody provoked that: {line}");
        world.tally.count(format!("outcome {outcome} {reason}").trim_end().to_owned());
        world.tally.add("gathered cars", cars.len() as u64);
    }
    let code = if complete == posts.len() { 0 } else { 1 + 2 * i32::from(complete == 0) };
    assert_eq!(finished.code, code, "of {complete} complete stations\n{finished}");
    assert_quiet(&finished);
    world.tally.count("gathers");
    complete == posts.len()
}

/// Panics if the client says of itself that something broke.
pub(crate) fn assert_quiet(finished: &Finished) {
    let loud = finished.stderr.lines().find(|line| is_loud(line));
    assert!(loud.is_none(), "a client logged {loud:?}\n{finished}");
}

/// Whether that line of a log is an error's or a panic's.
pub(crate) fn is_loud(line: &str) -> bool {
    line.contains(" ERROR ") || line.contains("panicked")
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Reasons that nothing here can give.
const NEVER: [&str; 6] =
    ["too_large", "unreachable", "name_not_found", "cancelled", "io", "capture"];
