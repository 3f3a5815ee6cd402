//! Captures of gathers: pcap and pcapng in, TCP streams put together, pcapng out. No I/O:
//! bytes go in and come out as slices and vectors.

pub mod comment;
pub mod inspect;
pub mod read;
pub mod recording;
pub mod streams;
pub mod write;
