//! What is a station, a name, a host, and what is said of what is none.

use carwatch_authority::{Error, Host, Name, Order, Station, make};

fn station(text: &str) -> Result<Station, String> {
    text.parse().map_err(|e: Error| e.to_string())
}

fn parts(text: &str) -> (String, Vec<String>) {
    let station = station(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    (station.name.to_string(), station.hosts.iter().map(Host::to_string).collect())
}

#[test]
fn stations() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("gate=192.0.2.7", "gate", &["192.0.2.7"]),
        ("192.0.2.7", "192.0.2.7", &["192.0.2.7"]),
        ("Gate.Example.", "gate.example", &["gate.example"]),
        ("gate.example,192.0.2.7", "gate.example", &["gate.example", "192.0.2.7"]),
        ("gate=2001:DB8::1", "gate", &["2001:db8::1"]),
        ("gate=[2001:db8::1],::1", "gate", &["2001:db8::1", "::1"]),
        ("North_gate-2.b=localhost", "North_gate-2.b", &["localhost"]),
        ("brücke=xn--brcke-kva.example", "brücke", &["xn--brcke-kva.example"]),
        ("a=_car._tcp.example", "a", &["_car._tcp.example"]),
    ];
    for (text, name, hosts) in cases {
        assert_eq!(parts(text), (name.into(), hosts.iter().map(ToString::to_string).collect()));
    }
}

#[test]
fn what_is_no_station_is_told_why() {
    let cases = [
        ("", "no host"),
        ("gate=", "no host"),
        ("gate=a,,b", "an empty host"),
        ("gate=a,", "an empty host"),
        ("gate=192.0.2.7:8000", "a port does not belong"),
        ("gate=[::1]:8000", "a port does not belong"),
        ("gate.example:8000", "a port does not belong"),
        ("tls://gate.example", "a scheme does not belong"),
        ("gate=tcp://192.0.2.7:8000", "a scheme does not belong"),
        ("gate=*.example", "no wildcards"),
        ("gate=a b", "neither a DNS name nor an IP address"),
        ("gate=192.0.2.300", "neither a DNS name nor an IP address"),
        ("gate=192.0.2.0/24", "neither a DNS name nor an IP address"),
        ("gate=a..b", "neither a DNS name nor an IP address"),
        ("gate=a.b..", "neither a DNS name nor an IP address"),
        ("gate=.", "neither a DNS name nor an IP address"),
        ("gate=-a.example", "neither a DNS name nor an IP address"),
        ("gate=1.2.3", "neither a DNS name nor an IP address"),
        ("gate=0x7f", "neither a DNS name nor an IP address"),
        ("gate=brücke.example", "xn--"),
        ("gate=fe80::1%eth0", "zone"),
        ("gate=[fe80::1%eth0]", "zone"),
        ("gate=1::2::3", "not an IPv6 address"),
        ("gate=[::1", "not an IPv6 address in brackets"),
        ("gate=[::1]x", "not an IPv6 address in brackets"),
        ("gate=0.0.0.0", "no client connects"),
        ("gate=::", "no client connects"),
        ("gate=a,A", "the host a is given twice"),
        ("gate=::1,[0:0::1]", "the host ::1 is given twice"),
        ("::1", "write NAME=HOST"),
        ("=h", "an empty name"),
        ("../gate=h", "begins with a letter"),
        (".gate=h", "begins with a letter"),
        ("-gate=h", "begins with a letter"),
        ("a/b=h", "a file's name"),
        ("a b=h", "a file's name"),
        ("a:b=h", "a file's name"),
        ("a'b=h", "a file's name"),
        ("a\0b=h", "a file's name"),
        ("a\u{202e}b=h", "a file's name"),
        ("ca=h", "the CA's own"),
        ("CA=h", "the CA's own"),
        ("ca", "the CA's own"),
    ];
    for (text, why) in cases {
        let said = station(text).expect_err(text);
        assert!(said.contains(why), "{text}: {said}");
        assert!(!said.contains(['\0', '\u{202e}', '\n']), "{said:?}");
    }
    let long = |n| format!("{}=h", "a".repeat(n));
    assert!(station(&long(64)).is_ok());
    assert!(station(&long(65)).expect_err("too long").contains("64 characters"));
    // In bytes, too: it is a file's name.
    assert!(station(&format!("{}=h", "𐐀".repeat(62))).is_ok());
    assert!(station(&format!("{}=h", "𐐀".repeat(63))).is_err());
    let label = "a".repeat(63);
    assert!(station(&format!("g={label}.b")).is_ok());
    assert!(station(&format!("g={label}a.b")).is_err());
    let many = |n: u8| (0..n).map(|n| format!("10.0.0.{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(station(&format!("g={}", many(100))).expect("that many").hosts.len(), 100);
    assert!(station(&format!("g={}", many(101))).expect_err("too many").contains("100 hosts"));
    let endless = station(&format!("{}=h", "x".repeat(100_000))).expect_err("too long");
    assert!(endless.len() < 1000, "{endless}");
}

#[test]
fn an_order_that_cannot_be_leaves_no_trace() {
    let dir = tempfile::tempdir().expect("a folder");
    let cases = [
        (&[][..], &[][..], None, "for whom"),
        (&["gate=a", "gate=b"], &[], None, "the name gate is given to two stations"),
        (&["gate=a", "Gate=b"], &[], None, "is given to two stations"),
        (&["h", "h"], &[], None, "the name h is given to two stations"),
        (&["gate=a"], &["x", "x"], None, "the name x is given to two clients"),
        (&["gate=a"], &["gate"], None, "both a station and a client"),
        (&["client=a"], &[], None, "both a station and a client"),
        (&["gate=a"], &[], Some(0), "a day at least"),
        (&["gate=a"], &[], Some(4000), "more than the CA lasts"),
    ];
    for (stations, clients, days, why) in cases {
        let order = Order {
            dir: dir.path().join("ca"),
            stations: stations.iter().map(|text| text.parse().expect("a station")).collect(),
            clients: clients.iter().map(|text| text.parse::<Name>().expect("a name")).collect(),
            days,
        };
        let refused = make(&order, std::time::SystemTime::now()).expect_err("it cannot be");
        assert!(matches!(refused, Error::Asked(_)), "{refused:?}");
        assert!(refused.to_string().contains(why), "{refused}");
        assert!(!order.dir.exists(), "{why}");
    }
}
