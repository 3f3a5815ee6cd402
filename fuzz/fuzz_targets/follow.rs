#![no_main]
//! `cargo +nightly fuzz run follow`: continuity is by its rule, over any snapshots.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::follow(input));
