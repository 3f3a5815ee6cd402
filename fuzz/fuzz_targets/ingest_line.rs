#![no_main]
//! `cargo +nightly fuzz run ingest_line`: lines of any source are the same in any segments, left and taken up anywhere.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::ingest_line(input));
