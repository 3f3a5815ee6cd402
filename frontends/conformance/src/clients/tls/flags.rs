//! Which stations speak TLS, and under which name: schemes, `--tls`, `--server-name`, lists and
//! configurations.

use std::path::Path;

use serde_json::json;

use super::{client, failed, gather, refused, station};
use crate::client::{Client, Finished, USAGE};
use crate::hostile::{End as PlainEnd, Hostile, Script as PlainScript};
use crate::table::Row;
use crate::tls::{BOTH, Certificates, End, Script, Station, Who, server_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::--tls is for all stations without a scheme", |exe| {
            let (of, fine, plain) = both();
            let addresses = [fine.address(), format!("tcp://{}", plain.address())];
            let finished = client(exe, &of).args(["--tls", "-f", "wire"]).args(addresses).run();
            finished.assert_code(0);
            finished.assert_stdout("1:a:b.2:c:d");
            let lines = json!([{"verified": true}, {"verified": false}]);
            crate::json::assert_holds(&finished.report()["stations"], &lines, &finished);
        }),
        Row::new("tls::tls:// is for one, the others stay plain", |exe| {
            let (of, fine, plain) = both();
            let run = client(exe, &of).args(["-f", "wire"]);
            let run = run.args([plain.address(), fine.named("gate")]);
            let finished = run.arg(format!("bridge=tcp://{}", fine_again(&of).address())).run();
            finished.assert_code(1);
            finished.assert_stdout("2:c:d.1:a:b");
            finished.assert_station(0, &json!({"verified": false}));
            finished.assert_station(1, &json!({"verified": true}));
        }),
        Row::new("tls::name and address stand without the scheme", |exe| {
            let (of, fine, _) = both();
            let address = fine.address();
            let run = client(exe, &of).args(["-f", "ndjson"]).arg(format!("tls://{address}"));
            let finished = run.run();
            finished.assert_station(0, &json!({"name": address, "address": address}));
            assert_eq!(finished.lines()[0]["station"], json!(address), "{finished}");
            assert!(!finished.stderr.contains("tls://"), "{finished}");
        }),
        Row::new("tls::the same address twice is a usage error, whatever the schemes", |exe| {
            for pair in [
                ["tls://127.0.0.1:9", "127.0.0.1:9"],
                ["tls://127.0.0.1:9", "tcp://127.0.0.1:9"],
                ["a=tls://127.0.0.1:9", "b=127.0.0.1:9"],
                ["tls://127.0.0.1:9", "tls://127.0.0.1:9"],
            ] {
                for flag in [&[][..], &["--tls"]] {
                    let finished = Client::new(exe).args(flag).args(pair).run();
                    finished.assert_code(USAGE);
                    assert!(finished.stderr.contains("127.0.0.1:9"), "{finished}");
                }
            }
        }),
        Row::new("tls::a list has schemes", |exe| {
            let (of, fine, plain) = both();
            let text = format!("# both\n{}\nplain={}\n", fine.named("gate"), plain.address());
            let list = of.folder().write("list", text);
            let run = client(exe, &of).args(["-f", "wire"]);
            let finished = run.arg(format!("@{}", list.display())).run();
            finished.assert_code(0);
            finished.assert_stdout("1:a:b.2:c:d");
            finished.assert_station(0, &json!({"name": "gate", "verified": true}));
        }),
        Row::new("tls::a configuration has all of it", configured),
        Row::new("tls::the environment has all of it", environment),
        Row::new("tls::--server-name is what a certificate must be for", server_name),
        Row::new("tls::a name is asked for, an address is not", |exe| {
            let of = Certificates::new();
            let station = station(&of, Script::new("1:a:b", End::CloseNotify));
            let port = station.address().rsplit_once(':').expect("a port").1.to_owned();
            for (host, args, name) in [
                ("127.0.0.1", &[][..], None),
                ("localhost", &[], Some("localhost")),
                ("127.0.0.1", &["--server-name", "localhost"], Some("localhost")),
                ("localhost", &["--server-name", "127.0.0.1"], None),
                ("127.0.0.1", &["--server-name", "::1"], None),
            ] {
                let run = client(exe, &of).args(args).arg(format!("gate=tls://{host}:{port}"));
                run.run().assert_station(0, &json!({"outcome": "complete", "verified": true}));
                let names = station.seen().names;
                assert_eq!(names.last().expect("a handshake").as_deref(), name, "{host} {args:?}");
            }
        }),
        Row::new("tls::an IPv6 station", |exe| {
            let of = Certificates::new();
            let config = server_config(&of, Who::Good, false, BOTH);
            let script = vec![Script::new("1:a:b", End::CloseNotify)];
            let station = Station::on("[::1]:0", config, script);
            let finished = gather(exe, &of, &station, &[]);
            let expected = json!({"outcome": "complete", "verified": true,
                "address": station.address()});
            finished.assert_station(0, &expected);
        }),
        Row::new("tls::a certificate for another address, by --server-name", |exe| {
            let of = Certificates::new();
            let config = server_config(&of, Who::Elsewhere, false, BOTH);
            let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
            for name in ["bridge.example", "192.0.2.7", "BRIDGE.example"] {
                let finished = gather(exe, &of, &station, &["--server-name", name]);
                finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
            }
        }),
    ]
}

/// A TLS station with one car, and a plain one with another.
fn both() -> (Certificates, Station, Hostile) {
    let of = Certificates::new();
    let fine = fine_again(&of);
    (of, fine, Hostile::new(PlainScript::new("2:c:d", PlainEnd::Fin)))
}

fn fine_again(of: &Certificates) -> Station {
    station(of, Script::new("1:a:b", End::CloseNotify))
}

fn server_name(exe: &Path) {
    let of = Certificates::new();
    let station = station(&of, Script::new("1:a:b", End::CloseNotify));
    let finished = gather(exe, &of, &station, &["--server-name", "localhost"]);
    finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
    for name in ["elsewhere.example", "192.0.2.9", "sub.localhost"] {
        let finished = gather(exe, &of, &station, &["--server-name", name]);
        refused(&finished, &["wrong name", "localhost", "127.0.0.1", name]);
    }
}

fn with(exe: &Path, text: &str, args: &[&str]) -> Finished {
    let run = Client::new(exe);
    let path = run.dir().join("config.toml");
    std::fs::write(&path, text).expect("a temporary folder");
    run.arg("--config").arg(path).args(args).run()
}

fn configured(exe: &Path) {
    let of = Certificates::new();
    let good = |demands| {
        let config = server_config(&of, Who::Good, demands, BOTH);
        Station::new(config, Script::new("1:a:b", End::CloseNotify))
    };
    let elsewhere = {
        let config = server_config(&of, Who::Elsewhere, false, BOTH);
        Station::new(config, Script::new("2:c:d", End::CloseNotify))
    };
    let plain = Hostile::new(PlainScript::new("3:e:f", PlainEnd::Fin));
    let (fine, demanding) = (good(false), good(true));
    let (cert, key) = (of.cert(Who::Client), of.key(Who::Client));
    let own = format!(
        "tls = true\nca = {:?}\ncert = {cert:?}\nkey = {key:?}\ntls-min = \"1.3\"\n\
        server-name = \"localhost\"\nformat = \"wire\"\n",
        of.ca()
    );
    let table = |name: &str, address: String, more: &str| {
        format!("[[stations]]\nname = \"{name}\"\naddress = \"{address}\"\n{more}\n")
    };
    let tables = [
        table("fine", fine.address(), ""),
        table("demanding", format!("tls://{}", demanding.address()), ""),
        table("elsewhere", elsewhere.address(), "server-name = \"bridge.example\""),
        table("plain", format!("tcp://{}", plain.address()), ""),
    ];
    let text = own + &tables.concat();
    let finished = with(exe, &text, &[]);
    finished.assert_code(0);
    finished.assert_stdout("1:a:b.1:a:b.2:c:d.3:e:f");
    for (nth, verified) in [true, true, true, false].into_iter().enumerate() {
        finished.assert_station(nth, &json!({"verified": verified}));
    }
    assert_eq!(fine.seen().names, [Some("localhost".to_owned())]);
    assert_eq!(elsewhere.seen().names, [Some("bridge.example".to_owned())]);
    // A flag wins over the file, but the key of a station is nearer to it than the flag.
    let finished = with(exe, &text, &["--server-name", "nobody.example"]);
    finished.assert_code(1);
    finished.assert_station(0, &json!({"outcome": "failed", "reason": "tls"}));
    finished.assert_station(2, &json!({"outcome": "complete"}));
    for (bad, word) in [
        ("tls-min = \"1.1\"\n", "tls-min"),
        ("tls = \"yes\"\n", "tls"),
        ("server-name = \"no name\"\n", "server-name"),
        (&format!("cert = {cert:?}\n"), "key"),
    ] {
        let finished = with(exe, &format!("{bad}{}", tables[0]), &["--tls", "--ca", &of.ca()]);
        finished.assert_code(USAGE);
        assert!(finished.stderr.contains(word), "{word}\n{finished}");
    }
    let bad = table("fine", fine.address(), "server-name = \"no name\"");
    with(exe, &bad, &["--tls", "--ca", &of.ca()]).assert_code(USAGE);
}

fn environment(exe: &Path) {
    let of = Certificates::new();
    let config = server_config(&of, Who::Elsewhere, true, BOTH);
    let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
    let run = || {
        Client::new(exe)
            .env("CARWATCH_CLIENT_TLS", "true")
            .env("CARWATCH_CLIENT_CA", &of.ca())
            .env("CARWATCH_CLIENT_CERT", &of.cert(Who::Client))
            .env("CARWATCH_CLIENT_KEY", &of.key(Who::Client))
            .env("CARWATCH_CLIENT_SERVER_NAME", "bridge.example")
            .env("CARWATCH_CLIENT_TLS_MIN", "1.2")
    };
    let finished = run().arg(station.address()).run();
    finished.assert_station(0, &json!({"outcome": "complete", "verified": true}));
    // A flag wins.
    let finished = run().args(["--server-name", "localhost"]).arg(station.address()).run();
    failed(&finished, "tls");
    let help = crate::inspect::bare(exe, ["--help"], [] as [&str; 0]);
    let help = String::from_utf8(help.stdout).expect("text");
    for name in ["TLS", "CA", "CERT", "KEY", "SERVER_NAME", "TLS_MIN"] {
        assert!(help.contains(&format!("CARWATCH_CLIENT_{name}]")), "{name}\n{help}");
    }
}
