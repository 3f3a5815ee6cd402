//! A CA and a client that are there already: used again, or told why not.

use std::fs;
use std::time::SystemTime;

use carwatch_authority::{Authority, Error, make};
use rcgen::{
    BasicConstraints, CertificateParams, GeneralSubtree, IsCa, KeyPair, NameConstraints,
    PKCS_ED25519,
};

use crate::judge::{DAY, text};
use crate::place::{Place, is_whole};

#[test]
fn a_ca_that_is_of_no_use_is_told_why() {
    let now = SystemTime::now();
    let one = Authority::new(now).expect("a CA");
    let other = Authority::new(now).expect("a CA");
    let leaf = one
        .client(&"desk".parse().expect("a name"), &one.lasting(None, now).expect("so long"))
        .expect("a certificate");
    let sec1 = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let no_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let two = [one.pem(), other.pem()].concat();
    let constrained = somebodys(|params| {
        let below = GeneralSubtree::DnsName("example".into());
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: vec![below], excluded_subtrees: vec![] });
    });
    let nameless = somebodys(|params| params.is_ca = IsCa::NoCa);
    let no_key = one.pem().replace("CERTIFICATE", "PRIVATE KEY");
    let cases: [(&str, &str, &str); 13] = [
        (one.pem(), &other.key(), "ca.key is not the key of the certificate"),
        (&leaf.pem, &leaf.key, "ca.pem is not the certificate of a CA"),
        (&nameless.0, &nameless.1, "ca.pem is not the certificate of a CA"),
        (&constrained.0, &constrained.1, "ca.pem is a CA for some names only"),
        (&two, &one.key(), "ca.pem holds 2 certificates"),
        ("", &one.key(), "ca.pem holds no certificate"),
        ("\u{1b}[2J", &one.key(), "ca.pem holds no certificate"),
        (no_der, &one.key(), "ca.pem holds something that is no certificate"),
        (one.pem(), sec1, "ca.key holds a key that is not PKCS#8"),
        (one.pem(), locked, "ca.key holds no private key in PEM, or one with a password"),
        (one.pem(), "", "ca.key holds no private key"),
        (one.pem(), &no_key, "ca.key holds a key that cannot be used"),
        (&one.key(), one.pem(), "ca.pem holds no certificate"),
    ];
    for (pem, key, why) in cases {
        let place = Place::new();
        fs::create_dir(&place.dir).expect("a folder");
        place.put("ca.pem", pem);
        place.put("ca.key", key);
        let refused = place.refuses(&["gate=g"], &[], &[why]);
        assert!(matches!(refused, Error::Asked(_)), "{refused:?}");
    }
    let place = Place::new();
    place.make(&["gate=g"], &[]).expect("made");
    place.refuses_at(
        now + DAY * 3660,
        &["bridge=b"],
        &[],
        &["ca.pem is a CA that has ended, on 20"],
    );
    place.refuses_at(now - DAY * 3, &["bridge=b"], &[], &["ca.pem is a CA that has not begun"]);
}

/// A CA that another program made.
fn somebodys(odd: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    odd(&mut params);
    (params.self_signed(&key).expect("a CA").pem(), key.serialize_pem())
}

#[test]
fn a_ca_of_another_program_is_used_again() {
    let place = Place::new();
    fs::create_dir(&place.dir).expect("a folder");
    let (pem, key) = somebodys(|_| ());
    place.put("ca.pem", &pem);
    place.put("ca.key", &key);
    place.make(&["gate=g"], &[]).expect("made");
    is_whole(&place.dir, &[("gate", "g")], &["client"]);
    assert_eq!(text(&place.path("ca.pem")), pem);
}

#[test]
fn a_client_that_is_there_is_one_of_this_ca() {
    let (place, other) = (Place::new(), Place::new());
    place.make(&["gate=g"], &["desk"]).expect("made");
    other.make(&["gate=g"], &[]).expect("made");
    for (from, pem, key, why) in [
        (&other, "client.pem", "client.key", "client.pem was not issued by the CA"),
        (&place, "gate.pem", "gate.key", "client.pem is not the certificate of a client"),
        (&place, "desk.pem", "gate.key", "client.key is not the key of the certificate"),
    ] {
        fs::copy(from.path(pem), place.path("client.pem")).expect("copied");
        fs::copy(from.path(key), place.path("client.key")).expect("copied");
        place.refuses(&["bridge=b"], &[], &[why]);
    }
    // One that has ended is there all the same.
    fs::remove_file(place.path("client.pem")).expect("removed");
    fs::remove_file(place.path("client.key")).expect("removed");
    place.make(&["lane=l"], &[]).expect("made");
    let later =
        make(&place.order(&["bridge=b"], &[]), SystemTime::now() + DAY * 1000).expect("made");
    assert_eq!(later.notes.len(), 1);
    assert!(later.notes[0].contains("client.pem ended on 20"), "{:?}", later.notes);
    // And of what the CA has no time left for, it is said.
    let last = make(&place.order(&["road=r"], &[]), SystemTime::now() + DAY * 3600).expect("made");
    assert!(
        last.notes[0].starts_with("the new certificates end with their CA, on 20"),
        "{:?}",
        last.notes
    );
    assert_eq!(last.stations[0].until, last.authority.until);
}
