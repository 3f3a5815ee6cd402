#![no_main]
//! `cargo +nightly fuzz run serve`: a connection of a station sends its snapshot and nothing else, and ends when it should.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::serve(input));
