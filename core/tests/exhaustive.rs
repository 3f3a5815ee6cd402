//! Every short string in every chunking is what protocol.md says. How short is a matter of
//! time alone: `cargo run --release -p carwatch --example exhaustive` goes on to 8 bytes.

#[path = "common/exhaustive.rs"]
mod exhaustive;
#[path = "common/reference.rs"]
mod reference;

use exhaustive::{Checked, LETTERS, Walk};

#[test]
fn every_string_up_to_6_bytes() {
    // A limit that none of them passes, and one that most do.
    for limit in [64, 3] {
        let mut walk = Walk::new(limit, 6);
        for letter in LETTERS {
            walk.on(letter);
        }
        assert_eq!(walk.checked(), Checked::all(6));
    }
}
