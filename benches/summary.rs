//! What all benches came to: one table, and the same as performance.svg beside this file.
//!
//!     cargo bench -p benches                          measures, then prints and draws
//!     cargo bench -p benches --bench summary          prints and draws what was last measured
//!     cargo bench -p benches --bench summary -- --test    draws nothing

use std::fs;

use benches::beside::{chart, figures, tools};

/// In the order of the table.
const BENCHES: [&str; 5] = ["parse", "roster", "serve", "gather", "start"];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let draws = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => true,
        ["--test"] => false,
        // What `cargo bench -- FLAG` gives to all benches is for another one.
        _ => return,
    };
    println!("\n{}", figures::HEAD);
    let mut all = Vec::new();
    for bench in BENCHES {
        let left = figures::left(bench);
        if left.is_empty() {
            println!("| {bench} | missing: it has not run here | – | – | – | |");
        }
        left.iter().for_each(|figure| println!("{figure}"));
        all.extend(left);
    }
    if draws {
        let file = tools::here().join("performance.svg");
        fs::write(file, chart::svg(&all)).expect("a file beside this one");
    }
}
