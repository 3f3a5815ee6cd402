use std::time::Duration;

use rustls::PeerMisbehaved;

use super::*;

fn of(error: Error) -> Fault {
    of_connecting(&io::Error::new(ErrorKind::InvalidData, error))
}

fn certificate(error: CertificateError) -> String {
    let fault = of(Error::InvalidCertificate(error));
    assert_eq!(fault.reason, Reason::Tls);
    fault.detail.unwrap()
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_apart() {
    let day = |days: u64| UnixTime::since_unix_epoch(Duration::from_hours(24 * days));
    let (time, not_after, not_before) = (day(20_000), day(19_000), day(21_000));
    let expected = ServerName::try_from("127.0.0.1").unwrap();
    let wrong = |presented: &[String]| CertificateError::NotValidForNameContext {
        expected: expected.clone(),
        presented: presented.to_vec(),
    };
    let table = [
        (
            CertificateError::ExpiredContext { time, not_after },
            "the certificate expired on 2022-01-08T00:00:00Z",
        ),
        (
            CertificateError::NotValidYetContext { time, not_before },
            "the certificate is not yet valid: it begins on 2027-07-01T00:00:00Z; is the clock \
             right?",
        ),
        (
            wrong(
                &["DnsName(\"gate\u{202e}\u{1b}.example\")", "IpAddress(0::1)", "DirectoryName"]
                    .map(str::to_owned),
            ),
            "wrong name: the certificate has gate\\u{202e}\\u{1b}.example, ::1, wanted 127.0.0.1; \
             --server-name names another",
        ),
        (
            wrong(&[]),
            "wrong name: the certificate has no name at all (no subjectAltName), wanted \
             127.0.0.1; --server-name names another",
        ),
        (
            wrong(&["a", "b", "c", "d", "e", "f", "g"].map(|name| format!("DnsName(\"{name}\")"))),
            "wrong name: the certificate has a, b, c, d, e and 2 more, wanted 127.0.0.1; \
             --server-name names another",
        ),
        (CertificateError::Revoked, "the certificate was revoked"),
    ];
    for (error, words) in table {
        assert_eq!(certificate(error), words);
    }
    assert!(certificate(CertificateError::UnknownIssuer).starts_with("unknown issuer: "));
}

#[test]
fn an_alert_is_said_by_its_name() {
    let alert = |alert| of(Error::AlertReceived(alert)).detail.unwrap();
    assert_eq!(
        alert(AlertDescription::CertificateRequired),
        "a client certificate is demanded: --cert and --key name one (TLS alert \
         certificate_required)"
    );
    assert!(alert(AlertDescription::UnknownCA).ends_with("(TLS alert unknown_ca)"));
    assert!(alert(AlertDescription::UnknownPSKIdentity).ends_with("alert unknown_pskidentity)"));
    assert!(alert(AlertDescription::Unknown(200)).ends_with("(TLS alert 200)"));
}

#[test]
fn whoever_breaks_the_handshake_is_told_from_whoever_does_not_speak_tls() {
    let plain = Error::InvalidMessage(InvalidMessage::InvalidContentType);
    assert!(of(plain).detail.unwrap().starts_with("what came is not TLS"));
    let closed = of_connecting(&ErrorKind::UnexpectedEof.into());
    assert_eq!(closed.reason, Reason::Tls);
    assert_eq!(of_connecting(&ErrorKind::ConnectionReset.into()).reason, Reason::Reset);
    assert_eq!(of_reading(&ErrorKind::ConnectionReset.into()).reason, Reason::Reset);
    let odd = Error::PeerMisbehaved(PeerMisbehaved::IllegalMiddleboxChangeCipherSpec);
    let fault = of_reading(&io::Error::new(ErrorKind::InvalidData, odd));
    assert_eq!(fault.reason, Reason::Tls);
}
