//! Every sample through its map, and what maps must never do.

mod files;
mod laws;
mod samples;
mod values;
