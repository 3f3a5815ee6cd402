#![no_main]
//! `cargo +nightly fuzz run fetch`: a response in any segments at any times comes to what the reference model says.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::fetch(input));
