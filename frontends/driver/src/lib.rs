//! The pumps between a socket and a state machine of the core, and nothing else.
//!
//! The core decides; this crate does what it is told and says what came of it. It is lent
//! the rest by the runtime whose program it runs in: the TCP stream type, a way to spawn,
//! a way to connect. Timers and readiness are those of `async-io`, the reactor that smol
//! and async-std share, so there is one loop for both and no trait between them.
//!
//! | file | pumps |
//! | --- | --- |
//! | [`server`] | [`carwatch::accept`], and one future for each connection |
//! | `server/connection.rs` | [`carwatch::serve`], [`carwatch::replay`] |
//! | [`client`] | [`carwatch::gather`] and [`carwatch::fetch`] |
//! | [`tls`] | rustls, beneath either of them |
//! | [`listener`], [`alarm`] | nothing: what every server needs of the reactor |
//! | [`clock`] | nothing: it is the only reader of clocks |
//! | [`random`] | nothing: it is where the machines' seeds come from |

pub mod alarm;
pub mod client;
pub mod clock;
pub mod listener;
pub mod random;
pub mod server;
mod socket;
pub mod tls;

pub use socket::{Accepted, Socket};
