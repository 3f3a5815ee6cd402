//! A station on smol.

use std::net::TcpStream;
use std::process::ExitCode;

// And not `smol::net::TcpStream`: its place for whoever waits is three times the size, and a
// station has thousands of readers who wait.
use smol::{Async, block_on, spawn};

fn main() -> ExitCode {
    carwatch_station::run::<Async<TcpStream>, _>("server-smol", block_on, spawn)
}
