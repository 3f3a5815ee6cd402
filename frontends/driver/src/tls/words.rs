//! What rustls says of a connection, in words that a person can act on.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use carwatch::{Fault, Reason};
use jiff::Timestamp;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::client::faults;

/// Why a client's handshake came to nothing.
pub(super) fn of_connecting(error: &io::Error) -> Fault {
    match tls_error(error) {
        Some(tls) => Fault::new(Reason::Tls, of_tls(tls)),
        None if error.kind() == ErrorKind::UnexpectedEof => Fault::new(
            Reason::Tls,
            "the connection was closed in the middle of the TLS handshake: does the station speak \
             TLS on this port?",
        ),
        None => faults::of_reading(error),
    }
}

/// Why a station's handshake came to nothing, for its log.
pub(super) fn of_accepting(error: &io::Error) -> String {
    match tls_error(error) {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "unknown issuer: the client's certificate was not issued by a CA that --client-ca names"
                .into()
        }
        Some(Error::InvalidCertificate(CertificateError::BadSignature)) => {
            "bad signature: a CA that --client-ca names has the name of the one that issued the \
             client's certificate, but another key; or the client does not hold the key of its \
             certificate"
                .into()
        }
        Some(Error::NoCertificatesPresented) => "the client showed no certificate".into(),
        Some(tls) => of_tls(tls),
        None if error.kind() == ErrorKind::UnexpectedEof => {
            "the client closed the connection in the middle of the TLS handshake".into()
        }
        None => error.to_string(),
    }
}

/// Why reading failed.
pub(crate) fn of_reading(error: &io::Error) -> Fault {
    match tls_error(error) {
        Some(tls) => Fault::new(Reason::Tls, of_tls(tls)),
        None => faults::of_reading(error),
    }
}

/// Rustls's own error, if it is one.
pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// An error in words.
pub(super) fn of_tls(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => of_certificate(why),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what came is not TLS: does the other side speak plain text on this port?".into()
        }
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::Tls13RequiredForQuic
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => OLD_VERSION.into(),
        Error::DecryptError => {
            "what came was changed on its way, or is not from who shook hands (it cannot be \
             decrypted)"
                .into()
        }
        Error::PeerMisbehaved(how) => format!("the other side breaks the rules of TLS ({how:?})"),
        Error::NoCertificatesPresented => "the other side showed no certificate".into(),
        other => other.to_string(),
    }
}

fn of_certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the certificate expired on {}", date(*not_after))
        }
        CertificateError::Expired => "the certificate has expired".into(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            let from = date(*not_before);
            format!("the certificate is not yet valid: it begins on {from}; is the clock right?")
        }
        CertificateError::NotValidYet => {
            "the certificate is not yet valid; is the clock right?".into()
        }
        CertificateError::UnknownIssuer => {
            "unknown issuer: the certificate was not issued by a CA that is trusted here; --ca \
             names the file of one that is"
                .into()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            wrong_name(expected, presented)
        }
        CertificateError::NotValidForName => "wrong name: the certificate is for another".into(),
        CertificateError::Revoked => "the certificate was revoked".into(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the certificate is not for this purpose: a station's is for servers, a client's for \
             clients (extended key usage)"
                .into()
        }
        CertificateError::BadSignature => {
            "unknown issuer: a CA that is trusted here has the name of the one that issued the \
             certificate, but not its key; --ca names the file of another"
                .into()
        }
        CertificateError::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => {
            "the certificate is that of a CA itself, and not one that it issued: make one for the \
             station, with `ca` or with basicConstraints CA:FALSE"
                .into()
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the certificate is signed in a way that is not supported here: there are ECDSA on \
             P-256 with SHA-256, on P-384 with SHA-384, Ed25519, and RSA of 2048 bits and more"
                .into()
        }
        CertificateError::UnhandledCriticalExtension => {
            "the certificate has an extension that is critical, and unknown here".into()
        }
        CertificateError::BadEncoding => "it is damaged".into(),
        CertificateError::Other(other) if other.0.to_string().contains("CriticalExtension") => {
            "the certificate has an extension that is critical, and unknown here".into()
        }
        CertificateError::Other(other) => {
            format!("the certificate cannot be used ({})", short(&other.0.to_string()))
        }
        other => {
            let words = Error::InvalidCertificate(other.clone()).to_string();
            format!("the certificate cannot be used ({})", short(&words))
        }
    }
}

fn wrong_name(expected: &ServerName<'_>, presented: &[String]) -> String {
    let wanted = expected.to_str();
    let names: Vec<_> = presented.iter().filter_map(|name| plain(name)).collect();
    let has = match (&names[..names.len().min(NAMED)], names.len()) {
        ([], _) => "no name at all (no subjectAltName)".into(),
        (names, all) if all > names.len() => {
            format!("{} and {} more", names.join(", "), all - names.len())
        }
        (names, _) => names.join(", "),
    };
    format!("wrong name: the certificate has {has}, wanted {wanted}; --server-name names another")
}

/// A DNS name or an IP address as webpki prints it, `DnsName("gate")`, without what is around it;
/// nothing that a station could be known by is any other kind of name. It is a stranger's.
fn plain(name: &str) -> Option<String> {
    let (kind, rest) = name.split_once('(')?;
    let inner = rest.strip_suffix(')').unwrap_or(rest).trim_matches('"');
    match kind {
        "DnsName" => Some(short(inner)),
        // Spelled as everybody else spells it.
        "IpAddress" => {
            Some(inner.parse().map_or_else(|_| short(inner), |ip: IpAddr| ip.to_string()))
        }
        _ => None,
    }
}

/// Somebody's text, on one line and not too long.
fn short(text: &str) -> String {
    let shown = |c: char| c.is_ascii_graphic() || c == ' ';
    let mut short = String::new();
    for c in text.chars().take(LONGEST) {
        if shown(c) { short.push(c) } else { short.extend(c.escape_unicode()) }
    }
    short
}

/// An alert that the other side sent.
fn of_alert(alert: AlertDescription) -> String {
    let says = match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "a client certificate is demanded: --cert and --key name one"
        }
        AlertDescription::UnknownCA => {
            "the other side does not know the CA that issued the certificate from this side"
        }
        AlertDescription::CertificateExpired => {
            "the other side says that the certificate from this side has expired"
        }
        AlertDescription::CertificateRevoked => {
            "the other side says that the certificate from this side was revoked"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown => {
            "the other side does not accept the certificate from this side"
        }
        AlertDescription::AccessDenied => "the other side does not let in who has this certificate",
        AlertDescription::ProtocolVersion => OLD_VERSION,
        AlertDescription::UnrecognisedName => {
            "the other side does not go by this name; --server-name names another"
        }
        _ => "the other side ended it with a fatal alert",
    };
    format!("{says} (TLS alert {})", name_of(alert))
}

/// As RFC 8446 writes it: `certificate_required`.
fn name_of(alert: AlertDescription) -> String {
    let Some(name) = alert.as_str() else { return u8::from(alert).to_string() };
    let mut spelled = String::new();
    let mut last = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && last.is_ascii_lowercase() {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_lowercase());
        last = letter;
    }
    spelled
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match Timestamp::from_second(seconds) {
        Ok(time) => time.to_string(),
        Err(_) => format!("second {seconds} since 1970"),
    }
}

const OLD_VERSION: &str = "the two sides have no version of TLS in common: 1.3 is spoken here, and \
                           1.2 too with --tls-min 1.2";
/// How many names of a certificate are said.
const NAMED: usize = 5;
/// How long a name may be, as DNS has it.
const LONGEST: usize = 253;

#[cfg(test)]
mod tests;
