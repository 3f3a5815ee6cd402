#![no_main]
//! `cargo +nightly fuzz run parse`: no byte string breaks a law of parsing.

#[path = "../laws/parse.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::check(input));
