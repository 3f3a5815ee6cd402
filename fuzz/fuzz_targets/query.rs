#![no_main]
//! `cargo +nightly fuzz run query`: no query and no row break a law of the filter language.

#[path = "../laws/query.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::check(input));
