//! The snapshot protocol of carwatch, as state machines that touch nothing.
//!
//! Roadside stations watch cars go by and serve the list of what they saw to whoever
//! connects; a client gathers the lists of many stations at once. One TCP connection
//! carries one snapshot: `time:brand:color`, joined by `.`, until the end of the stream.
//!
//! This crate is sans-IO: it holds every decision of that protocol and none of its I/O.
//!
//! > The core decides. It never waits, never reads a clock, never opens anything.
//! > Whatever a socket, a file, a thread or a browser does, a driver does, and tells the core.
//!
//! ```text
//!             station                                        client
//!   cars --> Roster --> Snapshot                   Gather: many stations, whose turn,
//!                          |                          |    which address, once more?
//!   Accept: may another    |                          |
//!     one come in?         v                          v
//!                        Serve ===== snapshot ====> Fetch --> Outcome --> Report
//!                   one connection     bytes     one connection   |
//!                                                                 v
//!                                                 wire::Splitter: cars and rejections
//!                                                                 |
//!                                                                 v
//!                                  follow::Follow: what of it is new since the last time
//! ```
//!
//! # The contract of a machine
//!
//! 1. Input goes in by a call: bytes, an end, a failure, the time. Time is an argument.
//! 2. An answer is an instruction that says what the driver does next.
//! 3. The deadline is a getter; the driver asks again after every input. Firing it always
//!    makes progress or moves it, so firing too early is harmless.
//! 4. The end of input is a call of its own that consumes the machine. A connection is spent
//!    by settling it; one that comes back too late is answered [`Late`](gather::Late).
//! 5. Errors are small enums with data. Nothing means "unlimited" but `Option::None` and
//!    [`Instant::NEVER`](time::Instant::NEVER).
//!
//! The driving loop of each stands in its documentation as a compiled example: [`serve::Serve`],
//! [`accept::Accept`], [`fetch::Fetch`], [`gather::Gather`], [`wire::Splitter`], [`follow::Follow`].
//!
//! # A client in twelve lines
//!
//! Blocking, for one station, and as patient as the socket is: a real driver also waits for
//! the machine's deadline, and fires it.
//!
//! ```no_run
//! use carwatch::fetch::{End, Fetch, Want};
//! use std::{io::Read, net::TcpStream, time};
//!
//! let mut stream = TcpStream::connect("127.0.0.1:8000")?;
//! let start = time::Instant::now();
//! let now = || carwatch::time::Instant::from_nanos(start.elapsed().as_nanos() as u64);
//! let mut fetch = Fetch::new(&Default::default(), carwatch::time::Instant::NEVER, now());
//! let mut buffer = [0; 4096];
//! let end = loop {
//!     match stream.read(&mut buffer) {
//!         Ok(0) => break End::Fin,
//!         Ok(n) if fetch.receive(&buffer[..n], now()) == Want::More => {}
//!         Ok(_) => break End::Fin,
//!         Err(e) => break End::Fault(carwatch::Fault::new(carwatch::Reason::Io, e.to_string())),
//!     }
//! };
//! println!("{:?}", fetch.finish(end));
//! # Ok::<(), std::io::Error>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

#[macro_use]
mod canary;

pub mod accept;
pub mod admit;
mod car;
mod escape;
pub mod fetch;
pub mod follow;
pub mod gather;
pub mod limits;
mod outcome;
pub mod replay;
mod rng;
mod roster;
pub mod serve;
mod target;
pub mod time;
pub mod wire;

pub use car::{Car, FieldCount};
pub use outcome::{Fault, Outcome, Reason, Report, StationReport, Verdict};
pub use roster::{Cursor, RecordTooLong, Retention, Roster, Snapshot};
pub use target::{Host, OwnLimits, Target};

/// The code in README.md runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
