//! A station on smol.

use std::process::ExitCode;

use smol::net::TcpStream;
use smol::{block_on, spawn};

fn main() -> ExitCode {
    carwatch_station::run::<TcpStream, _>("server-smol", block_on, spawn)
}
