#![no_main]
//! `cargo +nightly fuzz run query`: no query and no row break a law of the filter language.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::query(input));
