use super::super::tests::Files;

/// What is said of a station's two files, without their folder.
fn said(files: &Files, cert: &str, key: &str) -> String {
    let why = files.accepts(cert, key, None).unwrap_err();
    why.replace(&files.path("").display().to_string(), "")
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_name() {
    let files = Files::of(&["gate"]);
    assert!(files.acceptor().is_ok());
    files.write("bom.pem", &format!("\u{feff}{}", files.read("cert.pem")));
    assert!(files.accepts("bom.pem", "key.pem", None).is_ok());
    files.write("empty.pem", "");
    let key = files.read("key.pem");
    files.write("other.pem", &Files::of(&["gate"]).read("key.pem"));
    files.write("half.pem", &key[..key.len() / 2]);
    files.write("odd.pem", &key.replace('M', "*"));
    let legacy = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMAA=\n\
                  -----END EC PRIVATE KEY-----\n";
    files.write("legacy.pem", legacy);
    files.write("odd.key", &legacy.replace("Proc-Type: 4,ENCRYPTED\n\n", ""));
    files.write("large.pem", &"#".repeat((4 << 20) + 1));
    files.write("locked.pem", &key.replace("PRIVATE", "ENCRYPTED PRIVATE"));
    files.write("der.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    let table = [
        ("cert.pem", "other.pem", "the key in other.pem does not fit the certificate in cert.pem"),
        ("cert.pem", "empty.pem", "empty.pem holds no private key in PEM"),
        ("cert.pem", "cert.pem", "cert.pem holds no private key in PEM, but a certificate"),
        ("key.pem", "key.pem", "key.pem holds no certificate in PEM, but a private key"),
        ("empty.pem", "key.pem", "empty.pem holds no certificate in PEM"),
        ("cert.pem", "half.pem", "half.pem is damaged: a section has no end"),
        ("cert.pem", "odd.pem", "odd.pem is damaged: a section is not base64"),
        (
            "cert.pem",
            "locked.pem",
            "the key in locked.pem is encrypted, and nobody is there to ask for the password: \
             decrypt it with `openssl pkey`, and keep the file to yourself",
        ),
        (
            "cert.pem",
            "legacy.pem",
            "the key in legacy.pem is encrypted, and nobody is there to ask for the password: \
             decrypt it with `openssl pkey`, and keep the file to yourself",
        ),
        (
            "cert.pem",
            "odd.key",
            "the key in odd.key cannot be used: of its kinds there are RSA, ECDSA on P-256 and \
             P-384, and Ed25519",
        ),
        ("cert.pem", "large.pem", "large.pem is larger than 4 MiB"),
        ("der.pem", "key.pem", "der.pem: the first certificate cannot be used: it is damaged"),
        ("none.pem", "key.pem", "cannot read none.pem: No such file or directory (os error 2)"),
    ];
    for (cert, key, expected) in table {
        assert_eq!(said(&files, cert, key), expected);
    }
}

#[test]
fn a_ca_is_a_certificate() {
    let files = Files::of(&["gate"]);
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let two = files.write("two.pem", &(files.read("cert.pem") + broken));
    let why = files.accepts("cert.pem", "key.pem", Some(&two)).unwrap_err();
    assert!(why.ends_with("two.pem: certificate 2 cannot be that of a CA: it is damaged"), "{why}");
    let key = files.path("key.pem");
    let why = files.accepts("cert.pem", "key.pem", Some(&key)).unwrap_err();
    assert!(why.ends_with("key.pem holds no certificate in PEM, but a private key"), "{why}");
}
