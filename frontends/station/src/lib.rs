//! A station program, all of it but its runtime.
//!
//! A station sees cars and hands the list of them to whoever connects (protocol.md). What
//! the protocol asks of a connection is decided in [`carwatch`] and done in
//! [`carwatch_driver`]; this crate is what a program has besides:
//!
//! | file | what it decides |
//! | --- | --- |
//! | `args.rs`, `listen.rs` | the flags, and what is an error in using them |
//! | `start.rs` | the order in which things start, and what ends a start |
//! | `source.rs` | what kind of thing the source is, and how it is opened |
//! | `ingest.rs`, `refusals.rs` | a thread that turns lines into cars, and what is said about the others |
//! | `size.rs` | when to warn that clients may refuse the snapshot |
//! | `simulate.rs` | a thread that makes cars up |
//! | `loading.rs` | from when on the station accepts |
//! | `signals.rs` | how it is stopped |
//!
//! A `main` lends its runtime and returns what [`run`] returns:
//!
//! ```no_run
//! use smol::{block_on, net::TcpStream, spawn};
//!
//! fn main() -> std::process::ExitCode {
//!     carwatch_station::run::<TcpStream, _>("server-smol", block_on, spawn)
//! }
//! ```
//!
//! # Threads
//!
//! The runtime's own; one for the source, which blocks in reading or in waiting for the
//! next simulated car; one for signals; one that writes the log. Only the source's thread
//! appends to the roster, a batch at a time; the runtime's take snapshots of it.

mod args;
mod batch;
mod check;
mod desk;

mod follow;
mod ingest;
mod keep;
mod ledger;
mod limits;
mod listen;
mod loading;
mod maps;
mod office;
mod refusals;
mod reload;
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
