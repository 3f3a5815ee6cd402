//! A station on async-std.

use std::net::TcpStream;
use std::process::ExitCode;

// The reactor's own stream, and not `async_std::net::TcpStream`, which is this one behind a count
// of its holders.
use async_io::Async;
use async_std::task::{block_on, spawn};

fn main() -> ExitCode {
    // What it leaves of a task needs no place: who runs is not cancelled by nobody waiting.
    carwatch_station::run::<Async<TcpStream>, _>("server-async-std", block_on, |connection| {
        drop(spawn(connection));
    })
}
