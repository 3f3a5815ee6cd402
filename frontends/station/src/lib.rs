//! A station program, all of it but its runtime.
//!
//! A station sees cars and hands the list of them to whoever connects (protocol.md). What
//! the protocol asks of a connection is decided in [`carwatch`] and done in
//! [`carwatch_driver`]; this crate is what a program has besides:
//!
//! | file | what it decides |
//! | --- | --- |
//! | `args.rs`, `listen.rs`, `keep.rs`, `maps.rs` | the flags, and what is an error in using them |
//! | `listeners.rs`, `secure.rs` | the sockets of clients, which of them speak TLS, and who the station is there |
//! | `start.rs`, `check.rs`, `limits.rs` | the order in which things start, and what ends a start |
//! | `replay.rs` | what of a capture is served again, and where |
//! | `source.rs`, `work.rs` | what kind of thing the source is, and who reads it |
//! | `follow.rs`, `ingest.rs`, `simulate.rs` | cars of a file, of a pipe, of nothing |
//! | `desk.rs`, `batch.rs`, `ledger.rs` | cars on their way to the list: committed first, then shown |
//! | `status.rs`, `refusals.rs`, `size.rs` | what is known of all that, and what of it is logged |
//! | `loading.rs`, `serving.rs` | from when on the station accepts, what runs beside, how it ends |
//! | `office.rs` | what the admin listener shows, and how posted cars come in |
//! | `signals.rs`, `reload.rs`, `systemd.rs` | how it is stopped, told to look again, and watched |
//!
//! A `main` lends its runtime and returns what [`run`] returns:
//!
//! ```no_run
//! use smol::{Async, block_on, spawn};
//!
//! fn main() -> std::process::ExitCode {
//!     carwatch_station::run::<Async<std::net::TcpStream>, _>("server-smol", block_on, spawn)
//! }
//! ```
//!
//! # Threads
//!
//! The runtime's own; one for the source, which blocks in reading or in waiting for the next
//! simulated car; one for the ledger, which alone writes the store and changes the list; two
//! for signals; one that writes the log; and some that parse what was posted. The runtime's
//! take snapshots of the list, and wait for none of the others but the lock around it.

mod args;
mod batch;
mod check;
mod desk;
mod files;
mod follow;
mod ingest;
mod keep;
mod ledger;
mod limits;
mod listen;
mod listeners;
mod loading;
mod maps;
mod office;
mod refusals;
mod reload;
mod replay;
mod secure;
mod serving;
mod signals;
mod simulate;
mod size;
mod source;
mod start;
mod status;
mod systemd;
mod work;

pub use start::{Program, run};
