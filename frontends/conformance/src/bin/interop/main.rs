//! Our programs and others' against each other: Twisted's on the tutorial's wire, Python's and
//! OpenSSL's over TLS.
//!
//! `cargo run -p conformance --bin interop -- --python PATH`, where PATH is a Python that
//! has what `interop/requirements.txt` names; what follows is for the harness, as after
//! `cargo test --`. It needs the program openssl.

mod cars;
mod case;
mod tls;
mod tutorial;

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use conformance::programs::{self, RUNTIMES};
use libtest_mimic::{Arguments, Trial};

use case::{FOLDER, Peers};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [flag, python, rest @ ..] = args.as_slice() else { return usage() };
    if flag != "--python" {
        return usage();
    }
    if let Err(why) = has_what_it_needs(python) {
        eprintln!("error: {why}");
        return ExitCode::FAILURE;
    }
    let folder = programs::build();
    let mut trials = Vec::new();
    for runtime in RUNTIMES {
        let peers = Arc::new(Peers {
            client: programs::client(&folder, runtime),
            server: programs::server(&folder, runtime),
            python: python.into(),
        });
        for (name, run) in tutorial::cases().into_iter().chain(tls::cases()) {
            let peers = Arc::clone(&peers);
            trials.push(Trial::test(format!("{runtime}: {name}"), move || {
                run(&peers);
                Ok(())
            }));
        }
    }
    let harness = Arguments::from_iter([&"interop".to_owned()].into_iter().chain(rest));
    libtest_mimic::run(&harness, trials).exit_code()
}

fn usage() -> ExitCode {
    eprintln!("usage: interop --python PATH [FOR-THE-HARNESS…]");
    ExitCode::from(2)
}

fn has_what_it_needs(python: &str) -> Result<(), String> {
    let imports = "import ssl, twisted.internet.reactor, twisted.internet.ssl, service_identity";
    for (program, args, remedy) in [
        (python, ["-c", imports], format!("{python} -m pip install -r {FOLDER}/requirements.txt")),
        ("openssl", ["version", "-v"], "apt-get install openssl".into()),
    ] {
        let probe = Command::new(program).args(args).stdout(Stdio::null()).output();
        let probe = probe.map_err(|e| format!("{program}: {e}\nhelp: {remedy}"))?;
        if !probe.status.success() {
            let said = String::from_utf8_lossy(&probe.stderr);
            let why = said.lines().last().unwrap_or("no reason given");
            return Err(format!("{program} {}: {why}\nhelp: {remedy}", args.join(" ")));
        }
    }
    Ok(())
}
