//! Every string of at most so many bytes over `. : % 2 E a 0xC3 \n`, in every chunking, whole
//! and cut: what the splitter makes of it is what the reference parser makes of it.
//!
//! ```text
//! cargo run --release -p carwatch --example exhaustive -- [BYTES]
//! ```
//!
//! 8 bytes unless told. It ends with a panic that names the first string that differs.

#[path = "../tests/common/exhaustive.rs"]
mod exhaustive;
#[path = "../tests/common/reference.rs"]
mod reference;

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use exhaustive::{Checked, LETTERS, Walk};

fn main() -> Result<(), Box<dyn Error>> {
    let longest = std::env::args().nth(1).map_or(Ok(8), |bytes| bytes.parse())?;
    // A limit that no string passes, and one that most do.
    for limit in [64, 3] {
        let began = Instant::now();
        let checked = walk(limit, longest);
        assert_eq!(checked, Checked::all(longest as u32), "something was left out");
        println!(
            "record limit {limit}: {} strings of at most {longest} bytes, {} chunkings, all as the \
             reference has them, {:.1?}",
            checked.strings,
            checked.chunkings,
            began.elapsed(),
        );
    }
    Ok(())
}

/// A walk for each first letter, on as many threads as there are processors.
fn walk(limit: usize, longest: usize) -> Checked {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut walk = Walk::new(limit, longest);
        while let Some(&letter) = LETTERS.get(next.fetch_add(1, Ordering::Relaxed)) {
            walk.on(letter);
        }
        walk.checked()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut all = Checked::all(0);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let checked = worker.join().expect("it has said what differs");
            // Each of them has checked the empty string.
            all.strings += checked.strings - 1;
            all.chunkings += checked.chunkings - 1;
        }
    });
    all
}
