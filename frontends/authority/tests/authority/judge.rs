//! What stations and clients of ours think of a certificate: rustls's verifiers, with
//! `ca.pem` for the only root.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::CertifiedKey;
use rustls::{Error, RootCertStore};

pub(crate) const DAY: Duration = Duration::from_hours(24);

fn roots(ca: &str) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for der in CertificateDer::pem_slice_iter(ca.as_bytes()) {
        roots.add(der.expect("PEM")).expect("a certificate that can be a root");
    }
    Arc::new(roots)
}

pub(crate) fn one(pem: &str) -> CertificateDer<'static> {
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    assert_eq!(all.len(), 1, "one certificate");
    all.into_iter().next().expect("one").expect("PEM")
}

fn unix(now: SystemTime) -> UnixTime {
    UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).expect("after 1970"))
}

/// A client connects to `name`, has `ca`, and is shown `pem`.
pub(crate) fn as_station(ca: &str, pem: &str, name: &str, now: SystemTime) -> Result<(), Error> {
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots(ca), Arc::new(default_provider()))
            .build()
            .expect("a verifier");
    let name = ServerName::try_from(name).expect("a name").to_owned();
    verifier.verify_server_cert(&one(pem), &[], &name, &[], unix(now)).map(|_| ())
}

/// A station demands a certificate of `ca`'s, and is shown `pem`.
pub(crate) fn as_client(ca: &str, pem: &str, now: SystemTime) -> Result<(), Error> {
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots(ca), Arc::new(default_provider()))
            .build()
            .expect("a verifier");
    verifier.verify_client_cert(&one(pem), &[], unix(now)).map(|_| ())
}

/// Whether the key can be used, and is the certificate's.
pub(crate) fn fits(pem: &str, key: &str) -> bool {
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"), "PKCS#8");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
    CertifiedKey::from_der(vec![one(pem)], key, &default_provider()).is_ok()
}

pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All files of a folder with what is in them.
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            let name = entry.file_name().into_string().expect("a name");
            (name, fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    files.sort();
    files
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    files(dir).into_iter().map(|(name, _)| name).collect()
}
