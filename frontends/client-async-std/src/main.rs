//! The client on async-std.

use std::process::ExitCode;

use async_std::{
    net::TcpStream,
    task::{block_on, spawn},
};

fn main() -> ExitCode {
    carwatch_gatherer::run(env!("CARGO_PKG_NAME"), block_on, spawn, TcpStream::connect)
}
