//! What the tests of TLS share: files of a station with a certificate that is its own CA.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

/// A folder with `cert.pem` and `key.pem` for these names.
pub(super) struct Files(TempDir);

impl Files {
    pub(super) fn of(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let files = Self(TempDir::new().unwrap());
        files.write("cert.pem", &made.cert.pem());
        files.write("key.pem", &made.signing_key.serialize_pem());
        files
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn acceptor(&self) -> Result<Acceptor, String> {
        self.accepts("cert.pem", "key.pem", None)
    }

    pub(super) fn accepts(
        &self,
        cert: &str,
        key: &str,
        client_ca: Option<&Path>,
    ) -> Result<Acceptor, String> {
        let (cert, key) = (self.path(cert), self.path(key));
        Acceptor::from_files(Identity { cert: &cert, key: &key }, client_ca, Version::V1_3)
    }

    pub(super) fn connector(&self) -> Connector {
        Connector::from_files(Some(&self.path("cert.pem")), None, Version::V1_3).unwrap()
    }
}

#[test]
fn a_name_is_one_that_a_certificate_can_be_for() {
    let connector = Files::of(&["gate.example"]).connector();
    for good in ["gate.example", "gate.example.", "gate", "127.0.0.1", "::1", "GATE.example"] {
        assert!(connector.to(good).is_ok(), "{good}");
    }
    for bad in ["", ".", "fe80::1%eth0", "gate:8000", "[::1]", "ga te", "gäte.example"] {
        let why = connector.to(bad).unwrap_err();
        assert_eq!(why, "it is neither a DNS name nor an IP address", "{bad}");
    }
}
