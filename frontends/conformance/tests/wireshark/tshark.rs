//! tshark, run as people run it: it loads no Lua as root, so not as root.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::sample::Counts;

/// tshark, with a home and a folder of its own.
#[derive(Debug)]
pub(crate) struct Tshark {
    folder: TempDir,
}

/// The modes of the dissector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Whole,
    Streaming,
}

impl Tshark {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // Whoever runs tshark must come in.
        set_mode(folder.path(), 0o755);
        fs::create_dir(folder.path().join("home")).expect("a home");
        set_mode(&folder.path().join("home"), 0o777);
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../gatherer/wireshark/carwatch.lua");
        let script = folder.path().join("carwatch.lua");
        fs::copy(source, &script).expect("the dissector");
        set_mode(&script, 0o644);
        Self { folder }
    }

    /// Puts a capture where it can be read.
    pub(crate) fn keep(&self, capture: &[u8]) -> PathBuf {
        let path = self.folder.path().join("capture.pcapng");
        fs::write(&path, capture).expect("a file");
        set_mode(&path, 0o644);
        path
    }

    /// Reads a capture, and returns what is printed. There is nothing on stderr.
    pub(crate) fn run(&self, file: &Path, args: &[&str]) -> String {
        let mut command = if rustix::process::geteuid().is_root() {
            let mut setpriv = Command::new("setpriv");
            setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups", "tshark"]);
            setpriv
        } else {
            Command::new("tshark")
        };
        command.arg("-r").arg(file).args(args);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path().join("home")).env("LC_ALL", "C.UTF-8");
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        let output = command.output().expect("tshark and, as root, setpriv (util-linux)");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr, "", "{args:?}");
        assert!(output.status.success(), "{args:?}: {}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// [`run`](Self::run), with our dissector.
    pub(crate) fn dissect(&self, file: &Path, mode: Mode, args: &[&str]) -> String {
        let script = format!("lua_script:{}", self.folder.path().join("carwatch.lua").display());
        let mode = match mode {
            Mode::Whole => "carwatch.mode:whole snapshots",
            Mode::Streaming => "carwatch.mode:streaming, record by record",
        };
        self.run(file, &[&["-X", &script, "-o", mode], args].concat())
    }

    /// What the dissector finds in each stream in which it finds anything: the records and the
    /// rejections that are shown, which are as many as it says there are.
    pub(crate) fn count(&self, file: &Path, mode: Mode, passes: u32) -> BTreeMap<usize, Counts> {
        let two: &[&str] = if passes == 2 { &["-2"] } else { &[] };
        let args = [two, &["-Y", "carwatch", "-T", "pdml"]].concat();
        let pdml = self.dissect(file, mode, &args);
        assert!(!pdml.contains("Lua Error"), "{pdml}");
        let mut counted: BTreeMap<usize, Counts> = BTreeMap::new();
        let (mut cars, mut rejections) = (0, 0);
        let mut stream = usize::MAX;
        // An element is a line, and what it shows is escaped.
        for line in pdml.lines().map(str::trim_start) {
            let Some(name) = attribute(line, "<field name=\"") else { continue };
            let show = attribute(line, " show=\"").unwrap_or_default();
            match name {
                "tcp.stream" => stream = show.parse().expect("a number"),
                "carwatch.record" => counted.entry(stream).or_default().cars += 1,
                "carwatch.rejected" => {
                    counted.entry(stream).or_default().rejected.push(show.into());
                }
                "carwatch.cars" => cars += show.parse::<usize>().expect("a number"),
                "carwatch.rejections" => rejections += show.parse::<usize>().expect("a number"),
                _ => {}
            }
        }
        assert_eq!(cars, counted.values().map(|counts| counts.cars).sum::<usize>());
        assert_eq!(rejections, counted.values().map(|c| c.rejected.len()).sum::<usize>());
        counted
    }

    /// What the stations of these streams sent, as Follow TCP Stream has it.
    pub(crate) fn follow(&self, file: &Path, streams: &[usize]) -> Vec<Vec<u8>> {
        let asked: Vec<String> =
            streams.iter().map(|stream| format!("follow,tcp,raw,{stream}")).collect();
        let args: Vec<&str> = asked.iter().flat_map(|one| ["-z", one]).collect();
        let shown = self.run(file, &[&["-q"], &args[..]].concat());
        let mut followed: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        let mut stream = usize::MAX;
        for line in shown.lines() {
            if let Some(number) = line.strip_prefix("Filter: tcp.stream eq ") {
                stream = number.parse().expect("a number");
            } else if let Some(hex) = line.strip_prefix('\t') {
                // What the second end to speak says is set off; the client says nothing.
                followed.entry(stream).or_default().extend(bytes_of(hex));
            } else if line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                followed.entry(stream).or_default().extend(bytes_of(line));
            }
        }
        streams.iter().map(|stream| followed.remove(stream).unwrap_or_default()).collect()
    }
}

fn attribute<'a>(line: &'a str, before: &str) -> Option<&'a str> {
    let (_, after) = line.split_once(before)?;
    after.split_once('"').map(|(value, _)| value)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16);
    digits.map(|pair| byte(pair).expect("two digits")).collect()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}
