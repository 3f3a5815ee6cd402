//! A station on async-std.

use std::process::ExitCode;

use async_std::net::TcpStream;
use async_std::task::{block_on, spawn};

fn main() -> ExitCode {
    carwatch_station::run::<TcpStream, _>("server-async-std", block_on, spawn)
}
