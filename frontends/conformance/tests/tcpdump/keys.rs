//! TLS on the wire, which tshark decrypts with what `SSLKEYLOGFILE` holds, and not without.

use std::path::Path;
use std::process::Command;

use conformance::client::Client;
use conformance::fixtures::{Cars, Folder, file};
use conformance::programs;
use conformance::station::{self, Station};
use conformance::tls::{Certificates, Who};

use crate::sniffer::Sniffer;

/// The keys of either side decrypt it: the station's, then the client's.
pub(crate) fn decrypted(folder: &Path, runtime: &str) {
    let (of, logs, cars) = (Certificates::new(), Folder::new(), Cars::new(20_000));
    let source = file(cars.csv());
    let keys = ["the station's", "the client's"].map(|whose| logs.path(whose));
    let mut command = station::command(&programs::server(folder, runtime));
    command.args(["--listen", "tcp://127.0.0.1:0", "--source"]).arg(source.path());
    command.args(["--tls-cert", &of.cert(Who::Good), "--tls-key", &of.key(Who::Good)]);
    command.env("SSLKEYLOGFILE", &keys[0]);
    let station = Station::launch(command, 2);
    conformance::kernel::until("the station knows its cars", || {
        let known = conformance::caller::call(station.addresses()[1]).complete();
        (known == cars.snapshot().as_bytes()).then_some(())
    });
    let sniffer = Sniffer::start("lo", station.address(), None);
    let run = Client::new(&programs::client(folder, runtime)).args(["--ca", &of.ca()]);
    let run = run.env("SSLKEYLOGFILE", keys[1].to_str().expect("text"));
    run.arg(format!("tls://{}", station.address())).run().assert_code(0);
    let capture = sniffer.finish();
    for keys in &keys {
        let followed = followed(capture.path(), station.address().port(), keys);
        assert!(followed == cars.snapshot().as_bytes(), "{} bytes", followed.len());
    }
    let none = followed(capture.path(), station.address().port(), &logs.path("nobody's"));
    assert_eq!(none, b"", "without the keys there is nothing to see");
}

/// What the station sent, as `Follow TLS Stream` shows it.
fn followed(capture: &Path, port: u16, keys: &Path) -> Vec<u8> {
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(capture).args(["-d", &format!("tcp.port=={port},tls")]);
    tshark.args(["-o", &format!("tls.keylog_file:{}", keys.display())]);
    let output = tshark.args(["-q", "-z", "follow,tls,raw,0"]).output().expect("tshark");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    // The lines of the station are set off, or not: the client says nothing.
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let hex = lines.filter(|line| line.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let digits: Vec<u8> = hex.flat_map(str::bytes).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|pair| byte(pair).expect("two digits")).collect()
}
