#![no_main]
//! `cargo +nightly fuzz run reassembly`: a stream whose segments come in any order is put together as it was sent.

libfuzzer_sys::fuzz_target!(|input: &[u8]| carwatch_laws::reassembly(input));
