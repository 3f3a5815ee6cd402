//! What holds of the core for any input at all.
//!
//! Each law takes bytes, which say what to do with one part of the core, does it, and panics if
//! something comes of it that must not. The fuzzer looks for bytes that make one panic; `cargo
//! test` replays those that it found of interest, and what random tests think of.

mod bytes;
mod capture;
mod fetch;
mod follow;
mod gather;
mod ingest_line;
mod ingest_maps;
#[expect(dead_code, reason = "an attempt that is not connected is none of a fetch's")]
#[path = "../../simulator/src/oracle.rs"]
mod oracle;
mod parse;
mod query;
mod reassembly;
#[path = "../../tests/common/reference.rs"]
mod reference;
mod roster;
mod roundtrip;
mod serve;

/// A law of the core, by the name of its fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// The name, which is also that of its corpus.
    pub name: &'static str,
    /// Panics if it does not hold for these bytes.
    pub check: fn(&[u8]),
}

macro_rules! laws {
    ($($name:ident)*) => {
        /// All of them.
        pub const LAWS: &[Law] = &[$(Law { name: stringify!($name), check: $name::check }),*];
        $(
            #[doc = concat!("Panics if the law of `", stringify!($name), "` does not hold for these bytes.")]
            pub fn $name(input: &[u8]) {
                $name::check(input);
            }
        )*
    };
}

laws! {
    parse roundtrip fetch gather roster follow serve capture reassembly ingest_line ingest_maps query
}
