//! Certificates and keys from files. Every error is a sentence that names the file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{Error, InconsistentKeys, RootCertStore};

use super::{Identity, words};

/// What a file in PEM holds of certificates: at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| damaged(file, &error))?;
    if found.is_empty() {
        let instead = if has(&text, "PRIVATE KEY") { ", but a private key" } else { "" };
        return Err(format!("{} holds no certificate in PEM{instead}", file.display()));
    }
    Ok(found)
}

/// Those that are believed, with all that they issued.
pub(super) fn roots(file: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for (nth, certificate) in (1..).zip(certificates(file)?) {
        roots.add(certificate).map_err(|error| {
            let why = words::of_tls(&error);
            format!("{}: certificate {nth} cannot be that of a CA: {why}", file.display())
        })?;
    }
    Ok(roots)
}

/// The chain and its key. Whether they belong together is for rustls to see, see [`misfit`].
pub(super) fn identity(
    identity: Identity<'_>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    Ok((certificates(identity.cert)?, key(identity.key)?))
}

/// Why rustls does not take a chain with its key.
pub(super) fn misfit(identity: Identity<'_>, error: &Error) -> String {
    let (cert, key) = (identity.cert.display(), identity.key.display());
    match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            format!("the key in {key} does not fit the certificate in {cert}")
        }
        Error::InvalidCertificate(_) => {
            format!("{cert}: the first certificate cannot be used: {}", words::of_tls(error))
        }
        _ => format!(
            "the key in {key} cannot be used: of its kinds there are RSA, ECDSA on P-256 and P-384, \
             and Ed25519"
        ),
    }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let text = read(file)?;
    if has(&text, "ENCRYPTED PRIVATE KEY") || contains(&text, "Proc-Type: 4,ENCRYPTED") {
        return Err(format!(
            "the key in {} is encrypted, and nobody is there to ask for the password: decrypt it \
             with `openssl pkey`, and keep the file to yourself",
            file.display()
        ));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            let instead = if has(&text, "CERTIFICATE") { ", but a certificate" } else { "" };
            format!("{} holds no private key in PEM{instead}", file.display())
        }
        error => damaged(file, &error),
    })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text));
    read.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("{} is larger than {} MiB", file.display(), LARGEST >> 20));
    }
    // Editors on Windows begin a file with a byte order mark.
    if text.starts_with(b"\xef\xbb\xbf") {
        text.drain(..3);
    }
    Ok(text)
}

/// Nothing of what stands in it is said: it may be a part of a key.
fn damaged(file: &Path, error: &pem::Error) -> String {
    let what = match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no end",
        pem::Error::IllegalSectionStart { .. } => "a section begins in a way that is not PEM's",
        pem::Error::Base64Decode(_) => "a section is not base64",
        _ => "it is not PEM",
    };
    format!("{} is damaged: {what}", file.display())
}

fn has(text: &[u8], label: &str) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"-----BEGIN ") && contains(line, label))
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// The certificates of all CAs that a system trusts are a quarter of a MiB.
const LARGEST: u64 = 4 << 20;

#[cfg(test)]
mod tests;
