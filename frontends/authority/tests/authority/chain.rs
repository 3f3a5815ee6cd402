//! What stands in the certificates, and who accepts them under which name.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use crate::judge::{DAY, as_client, as_station, fits, one};
use carwatch_authority::{Authority, DEFAULT_DAYS, Error, Host, Leaf, Name};
use proptest::collection::vec;
use proptest::prelude::*;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

static NOW: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);
static CA: LazyLock<Authority> = LazyLock::new(|| Authority::new(*NOW).expect("a CA"));

fn station(hosts: &[&str], days: Option<u32>) -> Leaf {
    let hosts: Vec<Host> = hosts.iter().map(|host| host.parse().expect("a host")).collect();
    let validity = CA.lasting(days, *NOW).expect("so long");
    CA.station(&name("gate"), &hosts, &validity).expect("a certificate")
}

fn client() -> Leaf {
    CA.client(&name("desk"), &CA.lasting(None, *NOW).expect("so long")).expect("a certificate")
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn host() -> impl Strategy<Value = Host> {
    let label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
    let dns = (vec(label, 0..3), "[a-z]([a-z0-9-]{0,20}[a-z])?")
        .prop_map(|(labels, last)| Host::Dns([labels, vec![last]].concat().join(".")));
    // Of a few addresses, so that some are the same.
    let v4 = (1_u32..1 << 31).prop_map(|bits| Host::Ip(Ipv4Addr::from_bits(bits).into()));
    let v6 = (1_u128..u128::MAX).prop_map(|bits| Host::Ip(Ipv6Addr::from_bits(bits).into()));
    prop_oneof![dns, v4, v6]
}

proptest! {
    #[test]
    fn a_station_is_accepted_under_each_of_its_hosts_and_under_no_other(
        hosts in vec(host(), 1..8),
        others in vec(host(), 8),
    ) {
        let texts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
        // What is written is what is meant.
        for (host, text) in hosts.iter().zip(&texts) {
            prop_assert_eq!(&text.to_uppercase().parse::<Host>().expect("a host"), host);
        }
        let leaf = CA
            .station(&name("gate"), &hosts, &CA.lasting(None, *NOW).expect("so long"))
            .expect("a certificate");
        for text in &texts {
            prop_assert_eq!(as_station(CA.pem(), &leaf.pem, text, *NOW), Ok(()), "{}", text);
        }
        for other in others.iter().filter(|other| !hosts.contains(other)) {
            let other = other.to_string();
            prop_assert!(as_station(CA.pem(), &leaf.pem, &other, *NOW).is_err(), "{}", other);
        }
        // Nor under what is near.
        for text in texts.iter().filter(|text| text.parse::<std::net::IpAddr>().is_err()) {
            let below = format!("a.{text}");
            prop_assert!(below.len() > 253 || hosts.contains(&Host::Dns(below.clone()))
                || as_station(CA.pem(), &leaf.pem, &below, *NOW).is_err(), "{}", below);
        }
    }

    #[test]
    fn a_certificate_is_good_for_its_days_and_not_a_second_longer(days in 1_u32..3653) {
        let leaf = station(&["h.example"], Some(days));
        let at = |now| as_station(CA.pem(), &leaf.pem, "h.example", now);
        let end = *NOW + DAY * days;
        for good in [*NOW - DAY + SECOND, *NOW, end - SECOND] {
            prop_assert_eq!(at(good), Ok(()));
        }
        for bad in [*NOW - DAY - SECOND, end + SECOND] {
            prop_assert!(at(bad).is_err());
        }
    }

    #[test]
    fn whatever_is_no_host_has_no_certificate(text in ".{0,40}") {
        // No panic; and what is taken is a name that a verifier takes.
        if let Ok(host) = text.parse::<Host>() {
            prop_assert!(rustls::pki_types::ServerName::try_from(host.to_string()).is_ok());
        }
        let _ = text.parse::<Name>();
    }
}

#[test]
fn nobody_else_is_accepted() {
    let leaf = station(&["h.example"], None);
    let other = Authority::new(*NOW).expect("a CA");
    assert!(as_station(other.pem(), &leaf.pem, "h.example", *NOW).is_err(), "another CA");
    assert!(as_client(other.pem(), &client().pem, *NOW).is_err(), "another CA");
    assert!(as_client(CA.pem(), &leaf.pem, *NOW).is_err(), "a station is no client");
    assert!(as_station(CA.pem(), &client().pem, "desk", *NOW).is_err(), "a client is no station");
    assert_eq!(as_client(CA.pem(), &client().pem, *NOW), Ok(()));
    assert!(!fits(&leaf.pem, &client().key) && fits(&leaf.pem, &leaf.key));
}

#[test]
fn the_ca_signs_certificates_and_nothing_below_another_ca() {
    let der = one(CA.pem());
    let (_, ca) = X509Certificate::from_der(&der).expect("a certificate");
    let constraints = ca.basic_constraints().expect("read").expect("there");
    assert!(constraints.critical && constraints.value.ca);
    assert_eq!(constraints.value.path_len_constraint, Some(0));
    let usage = ca.key_usage().expect("read").expect("there");
    assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
    assert_eq!(usage.value.flags.count_ones(), 2);
    assert_eq!(ca.extended_key_usage(), Ok(None));
    let years = (ca.validity().not_after.timestamp() - ca.validity().not_before.timestamp())
        / (365 * 24 * 60 * 60);
    assert_eq!(years, 10);
    ca.verify_signature(None).expect("signed by itself");
}

#[test]
fn a_certificate_is_for_one_use_and_says_who_signed_it() {
    let ca = one(CA.pem());
    let (_, ca) = X509Certificate::from_der(&ca).expect("a certificate");
    for (leaf, serves, cn) in
        [(station(&["h.example", "::1"], None), true, "gate"), (client(), false, "desk")]
    {
        let der = one(&leaf.pem);
        let (_, leaf) = X509Certificate::from_der(&der).expect("a certificate");
        assert_eq!(leaf.version().0, 2, "X.509 v3");
        let usage = leaf.key_usage().expect("read").expect("there");
        assert!(usage.critical && usage.value.digital_signature());
        assert_eq!(usage.value.flags.count_ones(), 1);
        let extended = leaf.extended_key_usage().expect("read").expect("there").value;
        assert_eq!((extended.server_auth, extended.client_auth), (serves, !serves));
        assert!(!extended.any && extended.other.is_empty());
        assert!(!leaf.is_ca());
        assert_eq!(leaf.subject_alternative_name().expect("read").is_some(), serves);
        assert_eq!(leaf.issuer(), ca.subject());
        let cns: Vec<_> =
            leaf.subject().iter_common_name().map(|cn| cn.as_str().expect("text")).collect();
        assert_eq!(cns, [cn]);
        let key_id = |certificate: &X509Certificate<'_>, of_issuer: bool| {
            certificate.extensions().iter().find_map(|it| match it.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(id) if of_issuer => {
                    id.key_identifier.as_ref().map(|id| id.0.to_vec())
                }
                ParsedExtension::SubjectKeyIdentifier(id) if !of_issuer => Some(id.0.to_vec()),
                _ => None,
            })
        };
        assert!(key_id(&leaf, true).is_some() && key_id(&leaf, true) == key_id(&ca, false));
        let days = leaf.validity().not_after.timestamp() - leaf.validity().not_before.timestamp();
        assert_eq!(days / (24 * 60 * 60), i64::from(DEFAULT_DAYS) + 1);
    }
}

#[test]
fn no_two_have_a_serial_number_or_a_key_in_common_nor_two_cas_a_name() {
    let (mut serials, mut keys, mut names) = (HashSet::new(), HashSet::new(), HashSet::new());
    for _ in 0..200 {
        let ca = Authority::new(*NOW).expect("a CA");
        let (leaf, ca) = (one(&client().pem), one(ca.pem()));
        for der in [&leaf, &ca] {
            let (_, it) = X509Certificate::from_der(der).expect("a certificate");
            let serial = it.raw_serial().to_vec();
            assert!(serial.len() == 16 && serial[0] & 0x80 == 0, "positive: {serial:02x?}");
            assert!(serials.insert(serial));
            assert!(keys.insert(it.public_key().raw.to_vec()));
        }
        let (_, ca) = X509Certificate::from_der(&ca).expect("a certificate");
        assert!(names.insert(ca.subject().to_string()));
    }
}

#[test]
fn no_certificate_outlasts_the_ca() {
    let late = *NOW + DAY * (3653 - 100);
    assert!(
        matches!(CA.lasting(Some(101), late), Err(Error::Asked(why)) if why.contains("100 days"))
    );
    assert!(CA.lasting(Some(100), late).is_ok());
    let cut = CA.lasting(None, late).expect("as long as the CA");
    let leaf = CA.client(&name("late"), &cut).expect("a certificate");
    let end = *NOW + DAY * 3653;
    assert_eq!(as_client(CA.pem(), &leaf.pem, end - SECOND), Ok(()));
    assert!(as_client(CA.pem(), &leaf.pem, end + SECOND).is_err());
    assert!(CA.lasting(Some(0), *NOW).is_err());
    assert!(CA.lasting(Some(u32::MAX), *NOW).is_err());
}

#[test]
fn a_clock_that_was_never_set_makes_no_certificate() {
    for seconds in [0, 60 * 60, 1_500_000_000, 252_000_000_000, u64::from(u32::MAX) << 24] {
        let Some(now) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) else {
            continue;
        };
        let refused = Authority::new(now).expect_err("no such time").to_string();
        assert!(refused.contains("clock"), "{refused}");
    }
}

#[test]
fn keys_are_not_printed() {
    let printed = format!("{:?} {:?}", *CA, client());
    assert!(printed.contains("BEGIN CERTIFICATE") && !printed.contains("PRIVATE"), "{printed}");
}

const SECOND: Duration = Duration::from_secs(1);
