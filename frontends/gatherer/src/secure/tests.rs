//! Tables: who speaks TLS, by what name, and what is no use.

use std::path::Path;

use carwatch_cli::{Own, parse_from_with};

use crate::args::{Args, ENV_PREFIX};
use crate::plan::Plan;
use crate::station_config::OWN;

/// Which stations speak TLS, of a command line; or what is wrong with it.
fn tls(flags: &[&str]) -> Result<Vec<bool>, String> {
    let argv = ["client-smol"].iter().chain(flags);
    let (args, own): (Args, Own) =
        parse_from_with("client-smol", ENV_PREFIX, OWN, argv).map_err(|refusal| refusal.line())?;
    let plan = Plan::new(args, &own, None)?;
    Ok(plan.tls.iter().map(Option::is_some).collect())
}

/// A folder with a certificate, which is its own CA, and its key.
fn files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["gate".to_owned()]).expect("a certificate");
    let write = |name: &str, text: String| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("cert.pem", made.cert.pem());
    write("key.pem", made.signing_key.serialize_pem());
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("text").to_owned()
}

#[test]
fn a_scheme_wins_over_the_flag() {
    let folder = files();
    let ca = path(folder.path(), "cert.pem");
    for (flags, expected) in [
        (&["h:1", "tcp://h:2", "tls://h:3"][..], &[false, false, true][..]),
        (&["--tls", "h:1", "tcp://h:2", "tls://h:3"], &[true, false, true]),
        (&["--tls"], &[true]),
        (&["--tls", "--server-name", "gate.", "127.0.0.1:1", "[fe80::1%lo]:2"], &[true, true]),
    ] {
        let with_ca = [flags, &["--ca", &ca]].concat();
        assert_eq!(tls(&with_ca).as_deref(), Ok(expected), "{flags:?}");
    }
    // No station speaks TLS, so nobody's certificates are looked for.
    assert_eq!(tls(&["h:1"]).as_deref(), Ok(&[false][..]));
    assert_eq!(tls(&["--tls", "tcp://h:1"]).as_deref(), Ok(&[false][..]));
}

#[test]
fn whoever_is_to_be_believed_by_a_name_speaks_tls() {
    let folder = files();
    let config = |address: &str| {
        let text =
            format!("[[stations]]\nname = 'gate'\naddress = '{address}'\nserver-name = 'gate'");
        std::fs::write(folder.path().join("c.toml"), text).expect("written");
        let (config, ca) = (path(folder.path(), "c.toml"), path(folder.path(), "cert.pem"));
        tls(&["--config", &config, "--ca", &ca])
    };
    assert_eq!(config("tls://h:1").as_deref(), Ok(&[true][..]));
    for plain in ["h:1", "tcp://h:1"] {
        let why = config(plain).expect_err("nobody would ask for its certificate");
        assert!(why.starts_with("\"gate\" has a server-name, "), "{why}");
    }
}

#[test]
fn what_is_wrong_is_said_before_anything_is_done() {
    let folder = files();
    let (cert, key) = (path(folder.path(), "cert.pem"), path(folder.path(), "key.pem"));
    let none = path(folder.path(), "none.pem");
    let wrong = |flags: &[&str]| tls(flags).expect_err("a usage error");
    let only = |flags: &[&str]| wrong(&[flags, &["tls://h:1", "--ca", &cert]].concat());
    assert_eq!(only(&["--cert", &cert]), "--cert needs --key, the file of its key");
    assert_eq!(only(&["--key", &key]), "--key needs --cert, the file of its certificate");
    assert!(only(&["--cert", &key, "--key", &key]).ends_with("in PEM, but a private key"));
    assert_eq!(
        only(&["--server-name", "a b"]),
        "--server-name \"a b\": it is neither a DNS name nor an IP address"
    );
    assert!(wrong(&["tls://h:1", "--ca", &none]).starts_with("cannot read "));
    assert_eq!(
        wrong(&["--ca", &cert, "gate=tls://[fe80::1%lo]:2"]),
        "\"gate\": no certificate can be for \"fe80::1%lo\"; --server-name says what this one's is \
         for"
    );
    for (flag, value) in [("--ca", &*cert), ("--server-name", "x"), ("--tls-min", "1.2")] {
        let why = wrong(&["h:1", flag, value]);
        assert!(why.starts_with(&format!("{flag} has nothing to do: no station")), "{why}");
    }
    assert!(wrong(&["tls://h:1", "--ca", &cert, "-o", &cert]).contains("the same file"));
    assert!(wrong(&["tls://h:1", "--tls-min", "1.1"]).contains("there are 1.2 and 1.3"));
}
