//! Tables: what is a station, what is not, and what a file of them may hold.

use std::io::Write;

use carwatch::Host;
use insta::assert_snapshot;

use super::{MOST, Scheme, read};

fn args(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn error(list: &[&str]) -> String {
    read(&args(list)).expect_err("a usage error")
}

#[test]
fn every_way_to_write_a_station() {
    let ip = |text: &str| Host::Ip(text.parse().expect("an address"));
    let name = |text: &str| Host::Name(text.into());
    for (text, expected_name, address, host, port) in [
        ("10.0.0.5:8000", "10.0.0.5:8000", "10.0.0.5:8000", ip("10.0.0.5"), 8000),
        ("gate=10.0.0.5:1", "gate", "10.0.0.5:1", ip("10.0.0.5"), 1),
        ("gate=tcp://10.0.0.5:65535", "gate", "10.0.0.5:65535", ip("10.0.0.5"), 65535),
        ("tcp://[::1]:8000", "[::1]:8000", "[::1]:8000", ip("::1"), 8000),
        ("b=[fe80::1%eth0]:80", "b", "[fe80::1%eth0]:80", name("fe80::1%eth0"), 80),
        ("localhost:8000", "localhost:8000", "localhost:8000", name("localhost"), 8000),
        (
            "north gate=Gate.example.org:9",
            "north gate",
            "Gate.example.org:9",
            name("Gate.example.org"),
            9,
        ),
        ("a:b=c:1", "a:b", "c:1", name("c"), 1),
    ] {
        let targets = read(&args(&[text])).expect(text);
        let [station] = targets.as_slice() else { panic!("{text}: {targets:?}") };
        let target = &station.target;
        assert_eq!(target.name, expected_name, "{text}");
        assert_eq!(target.address, address, "{text}");
        assert_eq!(target.host, host, "{text}");
        assert_eq!(target.port, port, "{text}");
    }
}

#[test]
fn a_scheme_stands_before_the_address() {
    let schemes = [
        ("h:1", None),
        ("tcp://h:1", Some(Scheme::Tcp)),
        ("tls://h:1", Some(Scheme::Tls)),
        ("gate=tls://[::1]:1", Some(Scheme::Tls)),
    ];
    for (text, scheme) in schemes {
        let station = read(&args(&[text])).expect(text).remove(0);
        assert_eq!(station.scheme, scheme, "{text}");
        assert!(!station.target.address.contains("//"), "{text}");
    }
    // They are one station, however it is spoken to.
    assert!(error(&["a=tcp://h:1", "b=tls://h:1"]).contains("have the same address, h:1"));
}

#[test]
fn what_is_no_station_is_told_why() {
    let bad = [
        "",
        "gate",
        "gate=",
        "=10.0.0.5:8000",
        "10.0.0.5",
        "10.0.0.5:",
        ":8000",
        "10.0.0.5:0",
        "10.0.0.5:65536",
        "10.0.0.5:+80",
        "10.0.0.5:80 ",
        "10.0.0.5:http",
        "::1:8000",
        "[::1:8000",
        "[::1]",
        "[::g]:80",
        "[10.0.0.5]:80",
        "[fe80::1%]:80",
        "gate=tls:h:1",
        "gate=ssl://h:1",
        "http://10.0.0.5:8000",
        "gate=10.0.0.5:8000/",
        "a b:80",
        "a=b=c:80",
        "a\u{1b}[2J:80",
        "gate=a\u{202e}:0",
        "tcp://gate=h:1",
        "tls://gate=h:1",
        "a:1 b:2",
    ];
    let told: Vec<String> = bad.iter().map(|text| error(&[text])).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_name_or_an_address_stands_once() {
    let twice = [
        ["gate=10.0.0.5:8000", "gate=10.0.0.6:8000"],
        ["gate=10.0.0.5:8000", "bridge=10.0.0.5:8000"],
        ["gate=10.0.0.5:8000", "gate=10.0.0.5:8000"],
        ["10.0.0.5:8000", "tcp://10.0.0.5:8000"],
        ["gate=[::1]:8000", "bridge=[0:0:0:0:0:0:0:1]:8000"],
        ["gate=[::ffff:10.0.0.5]:8000", "bridge=10.0.0.5:8000"],
        ["gate=Gate.Example.org:8000", "bridge=gate.example.org.:8000"],
        ["10.0.0.5:8000=10.0.0.6:8000", "10.0.0.5:8000"],
    ];
    let told: Vec<String> = twice.iter().map(|pair| error(pair)).collect();
    assert_snapshot!(told.join("\n"));
    // Another port is another station; so is another name of the same host.
    let differ = args(&["10.0.0.5:8000", "10.0.0.5:8001", "localhost:8000", "127.0.0.1:8000"]);
    assert_eq!(read(&differ).map(|all| all.len()), Ok(4));
}

#[test]
fn the_order_is_that_of_the_command_line() {
    let file = written("b=h:2\nc=h:3\n");
    let at = format!("@{}", file.path().display());
    let all = read(&args(&["a=h:1", &at, "d=h:4"])).expect("stations");
    let names: Vec<&str> = all.iter().map(|t| t.target.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
}

#[test]
fn a_file_has_comments_blank_lines_and_the_line_ends_of_anywhere() {
    let file = written(
        "\u{feff}# all of them\r\n\r\n  gate=h:1 # the first\n\t# none\nno#comment=h:2\nh:3",
    );
    let all = read(&[format!("@{}", file.path().display())]).expect("stations");
    let names: Vec<&str> = all.iter().map(|t| t.target.name.as_str()).collect();
    assert_eq!(names, ["gate", "no#comment", "h:3"]);
}

#[test]
fn a_bad_line_is_named() {
    let texts: [&[u8]; 7] = [
        b"h:1\n\nh:0\n",
        b"h:1\n@other\n",
        b"# one\nh:1\nh:1\n",
        b"a=h:1\nb=h:2 \na=h:3",
        b"h:1\n\xff:2\n",
        b"# none\n",
        b"h:1\na:1 b:2\n",
    ];
    let told: Vec<String> = texts
        .iter()
        .map(|text| {
            let file = written(text);
            let path = file.path().display().to_string();
            error(&[&format!("@{path}")]).replace(&path, "FILE")
        })
        .collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    assert_snapshot!(error(&["@no/such/file"]), @"cannot read no/such/file: No such file or directory (os error 2)");
    assert_snapshot!(error(&["@"]), @r#"no file name after "@""#);
    assert_snapshot!(error(&["@/"]), @"cannot read /: Is a directory (os error 21)");
}

#[test]
fn a_hundred_thousand_stations_and_no_more() {
    let line = |n: usize| format!("10.{}.{}.{}:8000\n", n >> 16, n >> 8 & 255, n & 255);
    let mut text: String = (0..MOST).map(line).collect();
    let at = |text: &str| {
        let file = written(text);
        read(&[format!("@{}", file.path().display())])
            .map_err(|e| e.contains(":100001: more than 100,000 stations"))
    };
    assert_eq!(at(&text).map(|all| all.len()), Ok(MOST));
    text.push_str(&line(MOST));
    assert_eq!(at(&text), Err(true));
}

fn written(text: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_ref()).expect("written");
    file
}
