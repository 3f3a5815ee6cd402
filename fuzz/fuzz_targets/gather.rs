#![no_main]
//! `cargo +nightly fuzz run gather`: whatever is told to a gather, each station is settled once, with the best that came.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::gather(input));
