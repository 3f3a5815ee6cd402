//! Certificates of every kind, good and bad, in a folder of their own.

use std::path::PathBuf;

use rcgen::{
    CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::fixtures::Folder;
use crate::forged;

/// Whom a certificate is for, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A station on 127.0.0.1, `::1` and `localhost`.
    Good,
    /// The same station, with another certificate and key.
    Renewed,
    /// Of the year 2020.
    Expired,
    /// Of the year 2120.
    Early,
    /// For `bridge.example` and 192.0.2.7 only.
    Elsewhere,
    /// Of a CA that nobody knows.
    Stranger,
    /// Of no CA at all.
    SelfSigned,
    /// A client.
    Client,
    /// A client of the CA that nobody knows.
    StrangeClient,
    /// A client of the year 2020.
    ExpiredClient,
    /// For names that would fool who reads them on a terminal.
    Forged,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Good,
        Self::Renewed,
        Self::Expired,
        Self::Early,
        Self::Elsewhere,
        Self::Stranger,
        Self::SelfSigned,
        Self::Client,
        Self::StrangeClient,
        Self::ExpiredClient,
        Self::Forged,
    ];

    const fn is_client(self) -> bool {
        matches!(self, Self::Client | Self::StrangeClient | Self::ExpiredClient)
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn params(self) -> CertificateParams {
        let hosts = match self {
            Self::Elsewhere => &["bridge.example", "192.0.2.7"][..],
            _ if self.is_client() => &["client.example"],
            _ => &["127.0.0.1", "::1", "localhost"],
        };
        let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        let mut params = CertificateParams::new(hosts).expect("names and addresses");
        params.distinguished_name.push(DnType::CommonName, self.name());
        if self == Self::Forged {
            let text = forged::argument();
            let ascii: String = text.chars().filter(char::is_ascii).collect();
            let name = SanType::DnsName(ascii.try_into().expect("ASCII"));
            params.subject_alt_names = vec![name];
            params.distinguished_name.push(DnType::CommonName, text);
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![match self.is_client() {
            true => ExtendedKeyUsagePurpose::ClientAuth,
            false => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        let (from, to) = match self {
            Self::Expired | Self::ExpiredClient => ((2020, 1, 1), (2020, 12, 31)),
            Self::Early => ((2120, 1, 1), (2120, 12, 31)),
            _ => ((2020, 1, 1), (2120, 1, 1)),
        };
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(to.0, to.1, to.2);
        params
    }
}

/// A CA, one that nobody knows, and one certificate and key of everyone.
pub struct Certificates {
    folder: Folder,
    authority: CertificateDer<'static>,
    identities: Vec<(CertificateDer<'static>, KeyPair)>,
}

impl Certificates {
    /// Fresh ones; `ca.pem` and `other.pem` are those of the two CAs.
    ///
    /// # Panics
    ///
    /// If they cannot be made or written.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let folder = Folder::new();
        let (known, unknown) = (authority("carwatch test CA"), authority("somebody else's CA"));
        folder.write("ca.pem", known.pem());
        folder.write("other.pem", unknown.pem());
        let make = |who: Who| {
            let (params, key) = (who.params(), KeyPair::generate().expect("a key"));
            let certificate = match who {
                Who::SelfSigned => params.self_signed(&key),
                Who::Stranger | Who::StrangeClient => params.signed_by(&key, &unknown),
                _ => params.signed_by(&key, &known),
            };
            let certificate = certificate.expect("a certificate");
            folder.write(&format!("{}.pem", who.name()), certificate.pem());
            folder.write(&format!("{}.key", who.name()), key.serialize_pem());
            (certificate.der().clone(), key)
        };
        let identities = Who::ALL.into_iter().map(make).collect();
        Self { authority: known.der().clone(), identities, folder }
    }

    /// The folder that they are in.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The path of a file among them, as an argument.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        text(self.folder.path(name))
    }

    /// The path of the CA's certificate.
    #[must_use]
    pub fn ca(&self) -> String {
        self.path("ca.pem")
    }

    /// The path of someone's certificate.
    #[must_use]
    pub fn cert(&self, who: Who) -> String {
        self.path(&format!("{}.pem", who.name()))
    }

    /// The path of someone's key.
    #[must_use]
    pub fn key(&self, who: Who) -> String {
        self.path(&format!("{}.key", who.name()))
    }

    /// The CA's certificate.
    #[must_use]
    pub fn authority(&self) -> CertificateDer<'static> {
        self.authority.clone()
    }

    /// Someone's certificate.
    #[must_use]
    pub fn der(&self, who: Who) -> CertificateDer<'static> {
        self.identities[who as usize].0.clone()
    }

    /// Someone's chain, which is short, and key.
    #[must_use]
    pub fn identity(&self, who: Who) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let (certificate, key) = &self.identities[who as usize];
        (vec![certificate.clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("a path of text")
}
