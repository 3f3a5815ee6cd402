#![no_main]
//! `cargo +nightly fuzz run roster`: a roster is the list that it should be, and a snapshot stays what it was.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::roster(input));
