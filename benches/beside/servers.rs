//! How each server is started that is to send a list: ours, with all duties on, and its peers.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use socket2::{Domain, Socket, Type};

use super::process::Process;
use super::tools::{self, Tools};
use super::{bare, callers};

/// All of them, ours first. What they log, which they do unless told not to, is read and dropped.
pub const ALL: [&str; 9] = [
    "server-smol",
    "server-async-std",
    "server-smol, logging",
    "server-async-std, logging",
    "bare smol",
    "bare async-std",
    "raw epoll",
    "nginx",
    "Twisted",
];

/// What all of them send.
#[derive(Debug)]
pub struct List {
    folder: PathBuf,
    bytes: Vec<u8>,
}

/// A server that sends it.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub process: Process,
    /// What its clients have to say first.
    pub request: &'static [u8],
}

impl List {
    /// One of at least `len` bytes, in files in `folder`.
    ///
    /// # Panics
    ///
    /// If they cannot be written.
    #[must_use]
    pub fn new(len: usize, folder: &Path) -> Self {
        let list = Self {
            folder: folder.join(len.to_string()),
            bytes: crate::snapshot(len, crate::Letters::Ascii),
        };
        fs::create_dir_all(&list.folder).expect("a folder");
        fs::write(list.wire(), &list.bytes).expect("a file");
        let mut lines = list.bytes.clone();
        lines.iter_mut().filter(|byte| **byte == b'.').for_each(|byte| *byte = b'\n');
        lines.push(b'\n');
        fs::write(list.lines(), lines).expect("a file");
        list
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A file with it as it is sent.
    #[must_use]
    pub fn wire(&self) -> PathBuf {
        self.folder.join("wire")
    }

    /// A file with a record a line.
    #[must_use]
    pub fn lines(&self) -> PathBuf {
        self.folder.join("lines")
    }
}

/// Starts the server of that name, and waits until it sends the whole list.
///
/// # Errors
///
/// Why there is none.
pub fn start(tools: &Tools, name: &str, list: &List) -> Result<Server, String> {
    let listening = |command: &mut Command| Process::listening(command, 1);
    let server = |process| Server { process, request: b"" };
    let server = match name {
        "raw epoll" => {
            let mut command = tools.command(tools.c("station")?);
            server(listening(command.arg("1").arg(list.wire()))?)
        }
        "nginx" => nginx(tools, list)?,
        "Twisted" => server(twisted(tools, list)?),
        _ => match name.strip_prefix("bare ") {
            Some(runtime) => server(listening(bare::command(tools, runtime).arg(list.wire()))?),
            None => server(listening(&mut ours(tools, name, list))?),
        },
    };
    callers::wait_for(&server, list.len())?;
    Ok(server)
}

fn ours(tools: &Tools, name: &str, list: &List) -> Command {
    let (program, logging) = match name.strip_suffix(", logging") {
        Some(program) => (program, true),
        None => (name, false),
    };
    let mut command = tools.command(tools.ours(program));
    command.env_remove("RUST_LOG").args(["--listen", "127.0.0.1:0", "--source"]).arg(list.lines());
    command.args(["--format", "record", "--max-connections", "10000"]);
    if !logging {
        command.arg("-q");
    }
    command
}

/// The tutorial's station, with the Python that has Twisted: that of `CARWATCH_BENCH_PYTHON`, or
/// the one that `.ci/interop` makes, or the first on the PATH.
fn twisted(tools: &Tools, list: &List) -> Result<Process, String> {
    let of_interop = tools::target().join("venv/bin/python");
    let python = std::env::var_os("CARWATCH_BENCH_PYTHON")
        .map(PathBuf::from)
        .or_else(|| of_interop.is_file().then_some(of_interop))
        .or_else(|| tools::on_path("python3"))
        .ok_or("no python3 on the PATH")?;
    let asked = Command::new(&python).args(["-c", "import twisted"]).stderr(Stdio::null()).status();
    if !asked.is_ok_and(|status| status.success()) {
        return Err("no Python with Twisted: .ci/interop makes one".to_owned());
    }
    let station = tools::here().join("../frontends/conformance/interop/station.py");
    let lines = fs::File::open(list.lines()).expect("it was written");
    let mut command = tools.command(python);
    Process::listening(command.arg(station).arg("-").stdin(lines), 1)
}

/// `return` of its stream module for a short list, `sendfile` of its http module for a long one.
fn nginx(tools: &Tools, list: &List) -> Result<Server, String> {
    let nginx = tools::on_path("nginx")
        .or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|file| file.is_file()))
        .ok_or("no nginx on the PATH")?;
    // It cannot listen on port 0 and say which port that is: so this has the port, and shares it.
    let port = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    port.set_reuse_port(true).expect("Linux");
    port.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    let address = port.local_addr().expect("it is bound").as_socket().expect("IPv4");
    let is_short = list.len() < 4096;
    let load = if is_short { stream_module(&nginx)? } else { String::new() };
    let folder = list.folder.display();
    let serve = if is_short {
        let text = str::from_utf8(&list.bytes).expect("ASCII");
        format!(
            "stream {{ server {{ listen {address} reuseport backlog=4096; return \"{text}\"; }} }}"
        )
    } else {
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {folder}/{what};"))
            .concat();
        format!(
            "http {{ access_log off; sendfile on; {temporary} server {{ \
             listen {address} reuseport backlog=4096; root {folder}; }} }}"
        )
    };
    let conf = list.folder.join("nginx.conf");
    let config = format!(
        "{load} daemon off; master_process off; pid {folder}/nginx.pid; \
         error_log stderr crit; events {{ worker_connections 10000; }} {serve}"
    );
    fs::write(&conf, config).expect("a file");
    let mut command = tools.command(nginx);
    command.args(["-e", "stderr", "-p"]).arg(&list.folder).arg("-c").arg(&conf);
    let mut process = Process::start(&mut command, vec![address])?;
    process.wait_until_it_listens()?;
    Ok(Server { process, request: if is_short { b"" } else { b"GET /wire HTTP/1.0\r\n\r\n" } })
}

/// What loads it, where it is a module of its own.
fn stream_module(nginx: &Path) -> Result<String, String> {
    let about = Command::new(nginx).arg("-V").output().map_err(|error| error.to_string())?;
    let about = String::from_utf8_lossy(&about.stderr).into_owned();
    let mut flags = about.split_whitespace();
    if flags.clone().any(|flag| flag == "--with-stream") {
        return Ok(String::new());
    }
    let folder = flags.find_map(|flag| flag.strip_prefix("--modules-path=")).unwrap_or("modules");
    let module = Path::new(folder).join("ngx_stream_module.so");
    if !module.is_file() {
        return Err("nginx is without its stream module".to_owned());
    }
    Ok(format!("load_module {};", module.display()))
}
