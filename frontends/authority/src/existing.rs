//! What is there already: a CA that may be used again, and certificates of it.
//!
//! Nothing here opens a file. An error says what is wrong with a text, and not which file
//! it is of: whoever read it knows.

use std::time::SystemTime;

use rcgen::{Issuer, KeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::authority::belongs;
use crate::validity::moment;
use crate::{Authority, Validity};

/// Which of two texts is at fault, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Certificate(String),
    Key(String),
}

impl Authority {
    /// The CA that somebody has made before, with this program or another.
    ///
    /// # Errors
    ///
    /// If it is no CA, not one that is good `now`, or the key is not its own.
    pub(crate) fn existing(pem: &str, key: &str, now: SystemTime) -> Result<Self, Fault> {
        let der = one_certificate(pem).map_err(Fault::Certificate)?;
        let validity = able(&der, now).map_err(Fault::Certificate)?;
        let key = private_key(key).map_err(Fault::Key)?;
        if !fits(&der, &key) {
            return Err(Fault::Key("is not the key of the certificate beside it".into()));
        }
        let issuer = Issuer::from_ca_cert_der(&der, key)
            .map_err(|e| Fault::Certificate(format!("cannot be used: {e}")))?;
        Ok(Self { issuer, pem: pem.to_owned(), certificate: der, validity })
    }

    /// Looks at a client's certificate and key that are there already: for how long they are
    /// good.
    ///
    /// # Errors
    ///
    /// If the certificate is not one that this CA signed for a client, or the key is not its
    /// own.
    pub(crate) fn existing_client(
        &self,
        pem: &str,
        key: &str,
    ) -> Result<(CertificateDer<'static>, Validity), Fault> {
        // Others may follow it: what leads to the CA.
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| Fault::Certificate("holds no certificate in PEM".into()))?;
        let signed = parsed(&der).and_then(|leaf| {
            let (_, authority) =
                X509Certificate::from_der(&self.certificate).map_err(|e| e.to_string())?;
            leaf.verify_signature(Some(authority.public_key()))
                .map_err(|_| "was not issued by the CA beside it".to_owned())?;
            let usage = leaf.extended_key_usage().map_err(|e| e.to_string())?;
            if !usage.is_none_or(|usage| usage.value.client_auth || usage.value.any) {
                return Err("is not the certificate of a client".into());
            }
            Ok(validity(&leaf))
        });
        let validity = signed.map_err(Fault::Certificate)?;
        let key = private_key(key).map_err(Fault::Key)?;
        if !fits(&der, &key) {
            return Err(Fault::Key("is not the key of the certificate beside it".into()));
        }
        Ok((der, validity))
    }
}

/// Whether it is over `now`.
pub(crate) fn is_over(validity: &Validity, now: SystemTime) -> bool {
    moment(now).is_ok_and(|now| validity.until <= now)
}

fn one_certificate(pem: &str) -> Result<CertificateDer<'static>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match all.map_err(|_| "is not PEM")?.as_slice() {
        [] => Err("holds no certificate in PEM".into()),
        [der] => Ok(der.clone()),
        several => Err(format!("holds {} certificates; a CA is one", several.len())),
    }
}

fn private_key(pem: &str) -> Result<KeyPair, String> {
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
        Ok(PrivateKeyDer::Pkcs8(key)) => {
            KeyPair::try_from(&key).map_err(|e| format!("holds a key that cannot be used: {e}"))
        }
        Ok(_) => {
            Err("holds a key that is not PKCS#8; openssl pkcs8 -topk8 -nocrypt makes it one".into())
        }
        Err(_) => Err("holds no private key in PEM, or one with a password".into()),
    }
}

/// For how long the CA is good, if it can sign what we make.
fn able(der: &CertificateDer<'_>, now: SystemTime) -> Result<Validity, String> {
    let certificate = parsed(der)?;
    let sane = |e| format!("is a certificate with a fault: {e}");
    let signs = certificate.key_usage().map_err(sane)?.is_none_or(|u| u.value.key_cert_sign());
    if !certificate.is_ca() || !signs {
        return Err("is not the certificate of a CA".into());
    }
    if certificate.name_constraints().map_err(sane)?.is_some() {
        return Err("is a CA for some names only, and which those are is not heeded here".into());
    }
    // What is a set of attributes is one attribute everywhere, and all that is understood.
    if certificate.subject().iter().any(|set| set.iter().count() != 1) {
        return Err("has a name that cannot be written again".into());
    }
    let validity = validity(&certificate);
    let now = moment(now).map_err(|e| e.to_string())?;
    if validity.until <= now {
        return Err(format!("is a CA that has ended, on {}", validity.last_day()));
    }
    if now < validity.from {
        return Err(format!("is a CA that has not begun; it does on {}", validity.from.date()));
    }
    Ok(validity)
}

fn parsed<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    match X509Certificate::from_der(der) {
        Ok((&[], certificate)) => Ok(certificate),
        _ => Err("holds something that is no certificate".into()),
    }
}

fn validity(certificate: &X509Certificate<'_>) -> Validity {
    let validity = certificate.validity();
    Validity {
        from: validity.not_before.to_datetime(),
        until: validity.not_after.to_datetime(),
        cut: false,
    }
}

fn fits(der: &CertificateDer<'_>, key: &KeyPair) -> bool {
    parsed(der).is_ok_and(|parsed| belongs(&parsed.public_key().subject_public_key.data, key))
}
