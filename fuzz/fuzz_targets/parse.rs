#![no_main]
//! `cargo +nightly fuzz run parse`: no byte string breaks a law of parsing, and all are what the reference parser says.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::parse(input));
