#![no_main]
//! `cargo +nightly fuzz run ingest_maps`: any map over anything that a detector writes is the same in any segments.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::ingest_maps(input));
