//! Lines in, cars out: every format in tables, and laws that hold of all input.

mod checkpoints;
mod common;
mod csv;
mod laws;
mod names;
mod ndjson;
mod record_and_auto;
mod round_trip;
