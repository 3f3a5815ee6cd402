//! `ca`: keys and certificates that are for their owner alone, and nothing that is ever
//! overwritten.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::fixtures::Folder;
use crate::kernel::until;
use crate::rng::Rng;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("ca::from nothing, and the commands that come next", |exe| {
            let (there, made) = made(exe, &["gate=192.0.2.7,gate.example"]);
            let names: Vec<_> = files(&there.path(DIR)).into_keys().collect();
            let expected = ["ca.key", "ca.pem", "client.key", "client.pem", "gate.key", "gate.pem"];
            assert_eq!(names, expected);
            let text = String::from_utf8_lossy(&made.stdout);
            for words in [
                "scp carwatch-ca/ca.pem carwatch-ca/gate.pem carwatch-ca/gate.key 192.0.2.7:",
                "--tls-cert gate.pem --tls-key gate.key --client-ca ca.pem",
                "--ca carwatch-ca/ca.pem --cert carwatch-ca/client.pem --key carwatch-ca/client.key",
                "gate=tls://192.0.2.7:8000",
            ] {
                assert!(text.contains(words), "{words}: {text}");
            }
            assert!(made.stderr.is_empty() && !text.contains("PRIVATE"), "{made:?}");
        }),
        Row::new("ca::files are for their owner alone, whatever the umask", umasks),
        Row::new("ca::a station that is added later has the same CA and client", |exe| {
            let (there, _) = made(exe, &["gate=192.0.2.7"]);
            let before = files(&there.path(DIR));
            let later = ca(exe, &there, &["bridge=192.0.2.8"]);
            assert_eq!(later.status.code(), Some(0), "{later:?}");
            let after = files(&there.path(DIR));
            assert_eq!(after.len(), before.len() + 2);
            assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
        }),
        Row::new("ca::what is there is not overwritten: exit 4, named, nothing written", |exe| {
            let (there, _) = made(exe, &["gate=192.0.2.7"]);
            for name in ["lane.pem", "road.key"] {
                fs::write(there.path(DIR).join(name), "mine").expect("a file");
            }
            for (args, named) in [
                (&["gate=192.0.2.9"][..], "gate.pem"),
                (&["bridge=b.example", "gate=192.0.2.9"], "gate.pem"),
                (&["bridge=b.example", "--client", "client"], "client.pem"),
                (&["bridge=b.example", "lane=192.0.2.9"], "lane.pem"),
                (&["bridge=b.example", "road=192.0.2.9"], "road.key"),
            ] {
                refuses(exe, &there, args, 4, named);
            }
        }),
        Row::new("ca::half a CA is exit 2, and what is missing is named", |exe| {
            for missing in ["ca.pem", "ca.key"] {
                let (there, _) = made(exe, &["gate=192.0.2.7"]);
                fs::remove_file(there.path(DIR).join(missing)).expect("it was there");
                refuses(exe, &there, &["bridge=b.example"], 2, &format!("{missing} is missing"));
            }
        }),
        Row::new("ca::usage is exit 2, and nothing is made", |exe| {
            let there = Folder::new();
            for (args, named) in USAGE {
                refuses(exe, &there, args, 2, named);
                assert!(!there.path(DIR).exists(), "{args:?}");
            }
        }),
        Row::new("ca::a folder that cannot be made is exit 4", |exe| {
            let there = Folder::new();
            there.write(DIR, "a file");
            refuses(exe, &there, &["gate=192.0.2.7"], 4, DIR);
            refuses(exe, &there, &["gate=192.0.2.7", "--dir", "no/such"], 4, "no/such");
        }),
        Row::new("ca::eight at once ask for the same, and one has it", |exe| {
            let there = Folder::new();
            let runs: Vec<_> = (0..8).map(|_| start(exe, &there)).collect();
            let runs: Vec<_> = runs.into_iter().map(Child::wait_with_output).collect();
            let codes = runs.into_iter().map(|run| run.expect("it ends").status.code());
            let mut codes: Vec<_> = codes.collect();
            codes.sort_unstable();
            assert_eq!(codes, [[Some(0)].as_slice(), &[Some(4); 7]].concat());
            assert_eq!(files(&there.path(DIR)).len(), 6);
        }),
        Row::heavy("ca::killed a hundred times, no certificate is without its key", killed),
    ]
}

/// Where it is made if nothing else is said.
const DIR: &str = "carwatch-ca";

const USAGE: [(&[&str], &str); 12] = [
    (&[], "No station"),
    (&["gate=192.0.2.7:8000"], "port"),
    (&["tls://192.0.2.7"], "scheme"),
    (&["gate=*.example"], "wildcard"),
    (&["gate="], "no host"),
    (&["../gate=192.0.2.7"], "name"),
    (&["ca=192.0.2.7"], "ca"),
    (&["gate=a.example", "gate=b.example"], "two stations"),
    (&["gate=a.example", "--client", "gate"], "both a station and a client"),
    (&["gate=a.example", "--days", "0"], "at least 1"),
    (&["gate=a.example", "--days", "4000"], "4000 days"),
    (&["\u{1b}[2J=a.example"], r"\u{1b}"),
];

fn command(exe: &Path, there: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(exe);
    command.arg("ca").args(args).current_dir(there.root()).stdin(Stdio::null());
    command
}

fn ca(exe: &Path, there: &Folder, args: &[&str]) -> Output {
    command(exe, there, args).output().expect("it runs")
}

#[track_caller]
fn made(exe: &Path, args: &[&str]) -> (Folder, Output) {
    let there = Folder::new();
    let output = ca(exe, &there, args);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    (there, output)
}

fn start(exe: &Path, there: &Folder) -> Child {
    let mut command = command(exe, there, &["gate=192.0.2.7"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it runs")
}

/// Every file with what is in it.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.map(|path| (name(&path), fs::read(&path).unwrap_or_default())).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_str().expect("text").to_owned()
}

#[track_caller]
fn refuses(exe: &Path, there: &Folder, args: &[&str], code: i32, named: &str) {
    let before = files(&there.path(DIR));
    let output = ca(exe, there, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(stderr.contains(named) && !stderr.contains('\u{1b}'), "{named}: {stderr}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert_eq!(files(&there.path(DIR)), before, "{args:?}");
}

fn umasks(exe: &Path) {
    for umask in ["000", "022", "077"] {
        let there = Folder::new();
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("umask {umask}; exec \"$0\" ca gate=192.0.2.7")).arg(exe);
        let output = shell.current_dir(there.root()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o7777;
        let dir = there.path(DIR);
        assert_eq!(mode(&dir), 0o700, "under {umask}");
        for name in files(&dir).keys() {
            assert_eq!(mode(&dir.join(name)), 0o600, "{name} under {umask}");
        }
    }
}

fn killed(exe: &Path) {
    let (mut rng, mut in_time) = (Rng::new(9), 0);
    for nth in 0..100 {
        let there = Folder::new();
        let mut child = start(exe, &there);
        // As soon as so many files are begun, or a little later.
        let begun = || files(&there.path(DIR)).len() >= nth % 6;
        until("it has come so far", || {
            let ended = child.try_wait().expect("it is ours").is_some();
            (ended || begun()).then_some(())
        });
        for _ in 0..rng.below(20_000) {
            std::hint::spin_loop();
        }
        child.kill().expect("it is ours");
        in_time += usize::from(!child.wait().expect("it ends").success());
        let files = files(&there.path(DIR));
        for name in files.keys().filter_map(|name| name.strip_suffix(".pem")) {
            let key = files.get(&format!("{name}.key")).expect("its key came first");
            let key = String::from_utf8_lossy(key);
            assert!(key.ends_with("-----END PRIVATE KEY-----\n"), "the whole of it: {key}");
        }
        // Never anything half in silence: it goes on from there, or says what is in the way.
        let again = ca(exe, &there, &["bridge=192.0.2.8"]);
        let stderr = String::from_utf8_lossy(&again.stderr);
        match again.status.code() {
            Some(0) => {}
            Some(2) => assert!(stderr.contains(DIR), "{stderr}"),
            code => panic!("{code:?}: {stderr}"),
        }
    }
    assert!(in_time > 0, "killed too late a hundred times");
}
