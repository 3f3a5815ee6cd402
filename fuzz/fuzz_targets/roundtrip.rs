#![no_main]
//! `cargo +nightly fuzz run roundtrip`: what is written is read back, on the wire, as NDJSON and as CSV.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::roundtrip(input));
