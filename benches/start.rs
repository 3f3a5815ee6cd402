//! What a program costs before it does anything: the processor for its `--help`, its size, and
//! how many packages it is made of.
//!
//!     cargo bench -p benches --bench start               the table of performance.md
//!     cargo bench -p benches --bench start -- --test     every program once, no figures
//!
//! What the packages are for is in dependencies.md.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use benches::beside::figures::{self, Figure, median, short};
use benches::beside::tools::{RUNTIMES, Tools, here};

const ROUNDS: usize = 11;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => figures::leave("start", &measure(&Tools::build(false), ROUNDS)),
        ["--test"] => drop(measure(&Tools::build(true), 1)),
        // What `cargo bench -- FLAG` gives to all benches is for another one.
        _ => {}
    }
}

fn measure(tools: &Tools, rounds: usize) -> Vec<Figure> {
    let programs = ["server", "client"]
        .map(|kind| RUNTIMES.map(|runtime| format!("{kind}-{runtime}")))
        .concat();
    println!("\n| program | processor of `--help`, ms | size, MB | packages |");
    println!("| --- | ---: | ---: | ---: |");
    let mut all = Vec::new();
    for program in &programs {
        let help = help(tools, program, rounds);
        let size = fs::metadata(tools.ours(program)).expect("it was built").len() as f64 / 1e6;
        let packages = packages(program);
        let words = match &help {
            Ok(millis) => short(*millis),
            Err(why) => format!("missing: {why}"),
        };
        println!("| {program} | {words} | {} | {packages} |", short(size));
        all.push(Figure {
            what: format!("processor of {program} --help, ms"),
            peers: help.as_ref().err().cloned().unwrap_or_default(),
            ours: help.ok(),
            bar: Some(10.0),
            moonshot: None,
        });
        all.push(Figure {
            what: format!("size of {program}, MB"),
            ours: Some(size),
            bar: Some(8.0),
            moonshot: None,
            peers: format!("{packages} packages"),
        });
    }
    println!("\n{}", figures::HEAD);
    all.iter().for_each(|figure| println!("{figure}"));
    all
}

/// Milliseconds of processor, the median of the rounds.
fn help(tools: &Tools, program: &str, rounds: usize) -> Result<f64, String> {
    let account = tools.c("account")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("account");
    let once = |_| {
        let mut command = tools.command(&account);
        command.arg(&file).arg(tools.ours(program)).arg("--help").stdout(Stdio::null());
        let status = command.status().expect("it was built");
        assert!(status.success(), "{command:?}: {status}");
        let text = fs::read_to_string(&file).expect("it wrote that");
        let micros = text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
        micros.expect("a number") / 1000.0
    };
    Ok(median((0..rounds).map(once).collect()))
}

/// How many packages are linked into a program, itself among them.
fn packages(program: &str) -> usize {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    tree.args(["-p", program, "--manifest-path"]).arg(here().join("Cargo.toml"));
    let output = tree.output().expect("the Cargo that built this");
    assert!(output.status.success(), "{tree:?}: {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| line.trim_end_matches(" (*)")).collect::<BTreeSet<_>>().len()
}
