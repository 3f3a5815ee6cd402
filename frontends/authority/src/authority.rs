//! Keys and certificates in memory: what is signed, and what stands in it.

use std::fmt;
use std::time::SystemTime;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use rustls_pki_types::CertificateDer;

use crate::error::machine;
use crate::{Error, Host, Name, Validity};

/// A CA: it signs the certificates of stations and of clients.
pub struct Authority {
    pub(crate) issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) validity: Validity,
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Leaf {
    /// The certificate alone, without the CA's.
    pub pem: String,
    /// The private key, PKCS#8.
    pub key: String,
    /// What [`fingerprint`](Leaf::fingerprint) is of.
    der: CertificateDer<'static>,
}

impl Authority {
    /// A new CA, like no other, for ten years.
    ///
    /// # Errors
    ///
    /// A clock that cannot be right, or a machine without random numbers.
    pub fn new(now: SystemTime) -> Result<Self, Error> {
        let validity = Validity::of_authority(now)?;
        // Two CAs must not be mistaken for each other, by people or by what looks for the
        // issuer of a certificate by name.
        let mark: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut params = params(&format!("carwatch CA {mark}"), &validity)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(|e| machine("a key", e))?;
        let signed = params.self_signed(&key).map_err(|e| machine("a CA", e))?;
        Ok(Self {
            pem: signed.pem(),
            certificate: signed.into(),
            issuer: Issuer::new(params, key),
            validity,
        })
    }

    /// For how long its next certificate is good: so many `days` from `now`, a day longer
    /// into the past for clocks that are behind. `None`:
    /// [`DEFAULT_DAYS`](crate::DEFAULT_DAYS), or as long as the CA lasts.
    ///
    /// # Errors
    ///
    /// No day at all, or more `days` than the CA lasts.
    pub fn lasting(&self, days: Option<u32>, now: SystemTime) -> Result<Validity, Error> {
        Validity::below(&self.validity, days, now)
    }

    /// A certificate for a station, good for serverAuth under each of its `hosts`.
    ///
    /// # Errors
    ///
    /// A machine without random numbers.
    pub fn station(&self, name: &Name, hosts: &[Host], of: &Validity) -> Result<Leaf, Error> {
        let mut params = params(name.as_str(), of)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for host in hosts {
            params.subject_alt_names.push(match host {
                Host::Ip(address) => SanType::IpAddress(*address),
                Host::Dns(dns) => {
                    let dns = dns.as_str().try_into();
                    SanType::DnsName(dns.map_err(|e| Error::Asked(format!("{host}: {e}")))?)
                }
            });
        }
        self.leaf(params)
    }

    /// A certificate for a client, good for clientAuth.
    ///
    /// # Errors
    ///
    /// A machine without random numbers.
    pub fn client(&self, name: &Name, of: &Validity) -> Result<Leaf, Error> {
        let mut params = params(name.as_str(), of)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.leaf(params)
    }

    /// The CA's certificate: what whoever verifies has to have.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The CA's private key, PKCS#8: whoever has it is the CA.
    #[must_use]
    pub fn key(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// The SHA-256 of the CA's certificate, as `openssl x509 -fingerprint` has it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.certificate)
    }

    fn leaf(&self, mut params: CertificateParams) -> Result<Leaf, Error> {
        params.is_ca = IsCa::ExplicitNoCa;
        // All that TLS 1.3, and 1.2 with an ephemeral key exchange, has a key of ECDSA do.
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(|e| machine("a key", e))?;
        let signed =
            params.signed_by(&key, &self.issuer).map_err(|e| machine("a certificate", e))?;
        Ok(Leaf { pem: signed.pem(), key: key.serialize_pem(), der: signed.into() })
    }
}

impl Leaf {
    /// The SHA-256 of the certificate, as `openssl x509 -fingerprint` has it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }
}

/// Without the key.
impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("pem", &self.pem).finish_non_exhaustive()
    }
}

/// Without the key.
impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf").field("pem", &self.pem).finish_non_exhaustive()
    }
}

pub(crate) fn fingerprint(der: &[u8]) -> String {
    let bytes = digest(&SHA256, der);
    let bytes: Vec<_> = bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

fn params(name: &str, validity: &Validity) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (validity.from, validity.until);
    params.serial_number = Some(serial()?);
    Ok(params)
}

/// 127 random bits (RFC 5280, 4.1.2.2: positive, 20 bytes at most), of which the first is set,
/// so that all have the same length.
fn serial() -> Result<SerialNumber, Error> {
    let mut bytes = random::<16>()?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(machine("a key", "the system has no random numbers")),
    }
}

/// Whether `public`, as it stands in a certificate, belongs to `key`.
pub(crate) fn belongs(public: &[u8], key: &impl PublicKeyData) -> bool {
    public == key.der_bytes()
}
