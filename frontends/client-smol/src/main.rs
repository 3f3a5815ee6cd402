//! The client on smol.

use std::process::ExitCode;

use smol::{block_on, net::TcpStream, spawn};

fn main() -> ExitCode {
    carwatch_gatherer::run(env!("CARGO_PKG_NAME"), block_on, spawn, TcpStream::connect)
}
