//! What the station's and the gatherer's command lines have in common.
//!
//! - [`parse`]: a command line into arguments, every flag also an environment variable
//!   ([`with_env`]) and a key in the file of `--config`, and an error that is safe to print.
//!   With [`try_parse_with`] that file holds a part that is the application's own.
//! - [`duration`] and [`size`]: the units that flags are written in.
//! - [`LogArgs`]: the log flags, and a log that can neither be used to attack the
//!   terminal it is read on nor block the program that writes it, and a [`LogHandle`] that
//!   opens its file anew.
//! - [`raise_descriptor_limit`]: as many connections as the system allows.
//!
//! This crate knows nothing of stations, gatherers or sockets.

mod command;
mod config;
mod descriptors;
mod environment;
mod log;
mod printable;
mod units;

pub use command::{
    Besides, Refusal, command, fail, parse, parse_from, parse_from_with, try_parse, try_parse_with,
    usage_error,
};
pub use config::{Own, document};
pub use descriptors::raise_descriptor_limit;
pub use environment::with_env;
pub use log::{AroundLines, LogArgs, LogError, LogFormat, LogGuard, LogHandle};
pub use units::{duration, size};
