//! What a program would write without the core: accept, spawn, write, close; and a client that
//! reads and splits. They run in the bench's own program, started anew with [`FLAG`].

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Mutex;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};

use super::tools::Tools;
use crate::str_split;

/// The first argument of a bench that is to be a bare peer; then [its name](run), and a file.
pub const FLAG: &str = "--bare";

/// A command for the bare peer of that name.
///
/// # Panics
///
/// If the system does not know the bench's own program.
#[must_use]
pub fn command(tools: &Tools, name: &str) -> Command {
    let mut command = tools.command(std::env::current_exe().expect("the system knows it"));
    command.args([FLAG, name]);
    command
}

/// Is the bare peer called `name`: a station (`smol`, `async-std`) that sends what is in `file`,
/// or a client (`client`) that gathers from the addresses in it.
///
/// # Panics
///
/// If that cannot be.
pub fn run(name: &str, file: &str) {
    let bytes = fs::read(file).expect("a file");
    let done = match name {
        "smol" => smol_station(bytes.leak()),
        "async-std" => async_std_station(bytes.leak()),
        "client" => smol_client(&String::from_utf8(bytes).expect("addresses")),
        _ => panic!("{name} is no bare peer"),
    };
    done.expect("sockets");
}

fn smol_station(list: &'static [u8]) -> io::Result<()> {
    smol::block_on(async {
        let listener = smol::net::TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("listening on {}", listener.local_addr()?);
        loop {
            let (mut stream, _) = listener.accept().await?;
            let sending = async move {
                // Who leaves early is no concern of the others.
                let _ = stream.write_all(list).await;
                let _ = stream.close().await;
            };
            smol::spawn(sending).detach();
        }
    })
}

fn async_std_station(list: &'static [u8]) -> io::Result<()> {
    async_std::task::block_on(async {
        let listener = async_std::net::TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("listening on {}", listener.local_addr()?);
        loop {
            let (mut stream, _) = listener.accept().await?;
            async_std::task::spawn(async move {
                // Who leaves early is no concern of the others.
                let _ = stream.write_all(list).await;
                let _ = stream.close().await;
            });
        }
    })
}

/// As many at once as our clients have by default.
const AT_ONCE: usize = 64;

/// Reads, splits, counts, and keeps what it read, as whoever prints it later would.
fn smol_client(addresses: &str) -> io::Result<()> {
    let next: Mutex<Vec<SocketAddr>> =
        Mutex::new(addresses.lines().rev().filter_map(|line| line.parse().ok()).collect());
    let next: &'static Mutex<Vec<SocketAddr>> = Box::leak(Box::new(next));
    let one = || async {
        let mut kept = Vec::new();
        let mut cars = 0;
        loop {
            let Some(address) = next.lock().expect("nobody panics").pop() else { break };
            let mut stream = smol::net::TcpStream::connect(address).await?;
            let mut response = Vec::new();
            stream.read_to_end(&mut response).await?;
            cars += str_split(&response).cars;
            kept.push(response);
        }
        Ok::<_, io::Error>((cars, kept))
    };
    smol::block_on(async {
        let tasks: Vec<_> = (0..AT_ONCE).map(|_| smol::spawn(one())).collect();
        let (mut cars, mut kept) = (0, Vec::new());
        for task in tasks {
            let (more, responses) = task.await?;
            cars += more;
            kept.extend(responses);
        }
        println!("{cars} cars, {} bytes", kept.iter().map(Vec::len).sum::<usize>());
        Ok(())
    })
}
