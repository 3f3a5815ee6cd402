//! Those who connect to a server: they take all of its list, or nothing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::servers::Server;

/// So many clients, `at_once` at a time, each of which takes the whole list.
///
/// # Errors
///
/// What one of them met instead.
pub fn take_all(server: &Server, len: u64, clients: usize, at_once: usize) -> Result<(), String> {
    std::thread::scope(|scope| {
        let one = || -> Result<(), String> {
            for _ in 0..clients / at_once {
                let bytes = take(server).map_err(|error| error.to_string())?;
                if bytes < len {
                    return Err(format!("{bytes} bytes came of {len}"));
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(one)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("it does not panic"))
    })
}

/// Waits until a server sends all of its list: ours listen while they still read theirs.
///
/// # Errors
///
/// If it does not within two minutes.
pub fn wait_for(server: &Server, len: u64) -> Result<(), String> {
    let began = Instant::now();
    loop {
        match take(server) {
            Ok(bytes) if bytes >= len => return Ok(()),
            Ok(bytes) if began.elapsed() > Duration::from_mins(2) => {
                return Err(format!("{bytes} bytes came of {len}"));
            }
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// So many clients that connect and take nothing, once each has been sent something. The kernel
/// holds `receive` bytes for them, or as many as it likes.
///
/// # Errors
///
/// The system's.
pub fn stall(address: SocketAddr, count: usize, receive: Option<usize>) -> io::Result<Vec<Socket>> {
    let one = |_| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        if let Some(bytes) = receive {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.connect(&address.into())?;
        Ok(socket)
    };
    let sockets = (0..count).map(one).collect::<io::Result<Vec<_>>>()?;
    for socket in &sockets {
        socket.peek(&mut [std::mem::MaybeUninit::uninit()])?;
    }
    Ok(sockets)
}

/// The memory that the kernel holds for both ends of all connections to that port, once it
/// changes no more.
///
/// # Errors
///
/// Why nobody can say.
pub fn kernel_memory(port: u16) -> Result<u64, String> {
    let mut same = 0;
    let mut last = kernel_memory_now(port)?;
    while same < 20 {
        let now = kernel_memory_now(port)?;
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    Ok(last)
}

fn kernel_memory_now(port: u16) -> Result<u64, String> {
    let filter = format!("( sport = :{port} or dport = :{port} )");
    let mut ss = Command::new("ss");
    let output = ss.args(["-H", "-t", "-n", "-m", "state", "established", &filter]).output();
    let output = output.map_err(|error| format!("ss: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // What is received, what is queued for sending, and what is set aside: that is all which
    // the kernel charges to a socket.
    let of_socket = |fields: &str| -> u64 {
        let numbers = fields.split(',').filter_map(|field| {
            ["rb", "r", "f", "w"].iter().find_map(|name| {
                let number = field.strip_prefix(name)?.parse::<u64>().ok()?;
                (*name != "rb").then_some(number)
            })
        });
        numbers.sum()
    };
    let sockets = text.split("skmem:(").skip(1).filter_map(|rest| rest.split(')').next());
    Ok(sockets.map(of_socket).sum())
}

fn take(server: &Server) -> io::Result<u64> {
    let mut stream = TcpStream::connect(server.process.addresses()[0])?;
    stream.write_all(server.request)?;
    let (mut buffer, mut bytes) = ([0; 256 * 1024], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(bytes),
            n => bytes += n as u64,
        }
    }
}
