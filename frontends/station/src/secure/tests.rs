use std::fs;
use std::path::Path;

use carwatch_cli::parse_from;
use carwatch_driver::tls::Version;
use tempfile::TempDir;

use super::TlsArgs;
use crate::args::{Args, PREFIX};
use crate::listen::Scheme;

fn parsed(argv: &[&str]) -> Args {
    parse_from("server", PREFIX, [&["server"], argv].concat()).unwrap()
}

/// A folder with `cert.pem`, `key.pem` and another pair, `cert2.pem` and `key2.pem`.
fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for nth in ["", "2"] {
        write_pair(folder.path(), nth);
    }
    folder
}

fn write_pair(folder: &Path, nth: &str) {
    let made = rcgen::generate_simple_self_signed(["gate".to_owned()]).unwrap();
    fs::write(folder.join(format!("cert{nth}.pem")), made.cert.pem()).unwrap();
    fs::write(folder.join(format!("key{nth}.pem")), made.signing_key.serialize_pem()).unwrap();
}

/// The flags with files of `folder`.
fn tls(folder: &Path, cert: &str, key: &str, client_ca: Option<&str>) -> TlsArgs {
    TlsArgs {
        tls_cert: Some(folder.join(cert)),
        tls_key: Some(folder.join(key)),
        client_ca: client_ca.map(|file| folder.join(file)),
        tls_min: None,
    }
}

#[test]
fn every_flag_needs_the_certificate_and_its_key() {
    let both = ["--tls-cert", "a", "--tls-key", "b"];
    let said = |argv: &[&str]| parsed(argv).contradiction();
    for argv in [
        &[][..],
        &["--listen", "tcp://127.0.0.1:0"],
        &both,
        &[&both[..], &["--client-ca", "c", "--tls-min", "1.2"]].concat(),
        &[&both[..], &["--listen", "tls://127.0.0.1:0,tcp://[::1]:0,localhost:0"]].concat(),
    ] {
        assert_eq!(said(argv), None, "{argv:?}");
    }
    for (argv, words) in [
        (
            &["--tls-cert", "a"][..],
            "--tls-cert needs --tls-key, the private key of the certificate",
        ),
        (&["--tls-key", "b"], "--tls-key needs --tls-cert, the certificate of the key"),
        (&["--client-ca", "c"], "--client-ca needs --tls-cert and --tls-key"),
        (&["--tls-min", "1.3"], "--tls-min needs --tls-cert and --tls-key"),
        (
            &["--listen", "127.0.0.1:0,tls://[::1]:1"],
            "--listen tls://[::1]:1 needs --tls-cert and --tls-key",
        ),
        (
            &["--tls-key", "b", "--client-ca", "c", "--listen", "tls://gate:1"],
            "--tls-key needs --tls-cert, the certificate of the key",
        ),
        // Also where a replay is all that is asked for.
        (
            &["--replay", "--source", "a.pcap", "--tls-cert", "a"],
            "--tls-cert needs --tls-key, the private key of the certificate",
        ),
    ] {
        assert_eq!(said(argv).as_deref(), Some(words), "{argv:?}");
    }
}

#[test]
fn a_scheme_wins_over_the_certificate() {
    let (without, with) = (TlsArgs::default(), tls(Path::new(""), "a", "b", None));
    assert!(!without.secures(None) && with.secures(None));
    assert!(!without.secures(Some(Scheme::Tcp)) && !with.secures(Some(Scheme::Tcp)));
    assert!(with.secures(Some(Scheme::Tls)));
}

#[test]
fn a_version_is_one_of_two() {
    let least = |argv: &[&str]| parsed(argv).tls.tls_min;
    assert_eq!(least(&[]), None);
    assert_eq!(Version::default(), Version::V1_3);
    assert_eq!(least(&["--tls-min", "1.2"]), Some(Version::V1_2));
    assert_eq!(least(&["--tls-min", "1.3"]), Some(Version::V1_3));
}

#[test]
fn the_file_of_flags_has_the_keys_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("station.toml");
    let text = "tls-cert = 'a'\ntls-key = 'b'\nclient-ca = 'c'\ntls-min = 1.2\n\
                listen = ['tls://127.0.0.1:0']\n";
    fs::write(&path, text).unwrap();
    let args = parsed(&["--config", path.to_str().unwrap(), "--client-ca", "d"]);
    let expected =
        TlsArgs { tls_min: Some(Version::V1_2), ..tls(Path::new(""), "a", "b", Some("d")) };
    assert_eq!(args.tls, expected);
    assert_eq!(args.contradiction(), None);
}

#[test]
fn files_are_read_each_time_and_what_is_wrong_with_them_is_said() {
    let folder = files();
    let folder = folder.path();
    assert_eq!(TlsArgs::default().acceptor(), Ok(None));
    for client_ca in [None, Some("cert2.pem")] {
        let tls = tls(folder, "cert.pem", "key.pem", client_ca);
        // Two that were read are two, so each is a new one.
        assert_ne!(tls.acceptor().unwrap(), tls.acceptor().unwrap());
    }
    fs::write(folder.join("empty.pem"), "").unwrap();
    for (cert, key, client_ca, culprit) in [
        ("cert.pem", "key2.pem", None, "key2.pem"),
        ("cert.pem", "none.pem", None, "none.pem"),
        ("empty.pem", "key.pem", None, "empty.pem"),
        ("key.pem", "cert.pem", None, "key.pem"),
        ("cert.pem", "key.pem", Some("key2.pem"), "key2.pem"),
        ("cert.pem", "key.pem", Some(""), ""),
    ] {
        let said = tls(folder, cert, key, client_ca).acceptor().unwrap_err();
        let path = folder.join(culprit);
        assert!(said.starts_with("cannot speak TLS: "), "{said}");
        assert!(said.contains(path.to_str().unwrap()), "{said}");
    }
    let said = tls(folder, "no\u{1b}[2J.pem", "key.pem", None).acceptor().unwrap_err();
    assert!(said.contains(r"no\u{1b}[2J.pem"), "{said}");
}

#[test]
fn listeners_of_tls_keep_a_certificate() {
    let folder = files();
    let tls = tls(folder.path(), "cert.pem", "key.pem", None);
    assert!(tls.renewed(true).unwrap().is_some());
    assert!(tls.renewed(false).unwrap().is_some());
    let said = TlsArgs::default().renewed(true).unwrap_err();
    assert!(said.contains("--tls-cert is gone"), "{said}");
    assert_eq!(TlsArgs::default().renewed(false), Ok(None));
    // A certificate was renewed, and its key not yet.
    write_pair(folder.path(), "2");
    fs::rename(folder.path().join("cert2.pem"), folder.path().join("cert.pem")).unwrap();
    for secured in [true, false] {
        let said = tls.renewed(secured).unwrap_err();
        assert!(said.contains("does not fit"), "{said}");
    }
    fs::rename(folder.path().join("key2.pem"), folder.path().join("key.pem")).unwrap();
    assert!(tls.renewed(true).unwrap().is_some());
}
