#![no_main]
//! `cargo +nightly fuzz run capture`: any file is read as a capture the same in any pieces.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::capture(input));
