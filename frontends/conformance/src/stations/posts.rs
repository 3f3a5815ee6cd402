//! `POST /cars`: taken as a whole or not at all, and answered after the commit.

use std::net::SocketAddr;
use std::path::Path;

use crate::caller::call;
use crate::fixtures::{Folder, lines, snapshot};
use crate::http::{Http, get, metric, post};
use crate::station::{Station, command, run_to_its_end};
use crate::store;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("posts::403 where no token is configured", |exe| {
            let station = Station::spawn(exe, ["--rate", "0", "--admin", "127.0.0.1:0"]);
            assert_eq!(post(station.admin(), "x", JSON, ONE).status, 403);
            assert_eq!(call(station.address()).complete(), b"");
        }),
        Row::new("posts::401 without the token", unauthorized),
        Row::new("posts::an object, and it is in the snapshot at once", |exe| {
            let (_folder, station, admin) = with(exe);
            for nth in 0..20 {
                let object = format!(r#"{{"time":"{nth}","brand":"car","color":"red"}}"#);
                let reply = post(admin, TOKEN, JSON, object.as_bytes());
                assert_eq!(reply.status, 204, "{}", reply.text());
                assert_eq!(call(station.address()).complete(), snapshot(0..nth + 1));
                assert_eq!(get(admin, "/snapshot").body, snapshot(0..nth + 1));
            }
            assert_eq!(metric(admin, "carwatch_cars_accepted_total"), 20.0);
        }),
        Row::new("posts::objects, a line each", |exe| {
            let (_folder, station, admin) = with(exe);
            let reply = post(admin, TOKEN, "application/x-ndjson", ndjson(0..500).as_bytes());
            assert_eq!(reply.status, 204, "{}", reply.text());
            assert_eq!(call(station.address()).complete(), snapshot(0..500));
            // A last line without its newline ends with the body.
            let reply = post(admin, TOKEN, JSON, ndjson(500..510).trim_end().as_bytes());
            assert_eq!(reply.status, 204, "{}", reply.text());
            assert_eq!(call(station.address()).complete(), snapshot(0..510));
        }),
        Row::new("posts::a form with a part json", multipart),
        Row::new("posts::one bad line, and none is taken", bad_lines),
        Row::new("posts::in chunks, in pieces, and after 100 Continue", shapes),
        Row::new("posts::413 past 8 MiB", too_large),
        Row::new("posts::8 MiB are taken", |exe| {
            let (_folder, station, admin) = with(exe);
            let object = r#"{"time":"0","brand":"car","color":"red"}"#;
            let line = format!("{object}{}\n", " ".repeat(1023 - object.len()));
            let reply = post(admin, TOKEN, "application/x-ndjson", line.repeat(8192).as_bytes());
            assert_eq!(reply.status, 204, "{}", reply.text());
            assert_eq!(call(station.address()).complete().len(), 8192 * 10 - 1);
        }),
        Row::new("posts::they are kept, and follow the cars of the source", kept),
        Row::new("posts::a token file that is not there stops the start", |exe| {
            let args = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
            let token = ["--admin-token-file", "/nonexistent/token"];
            let (code, said, _) = run_to_its_end(exe, args.iter().chain(&token));
            assert!(code == 1 || code == 2, "{code} {said}");
            assert!(said.contains("/nonexistent/token"), "it names the file: {said}");
            assert!(!said.contains("listening on"), "{said}");
        }),
    ];
    for (name, body) in [("nothing", &b""[..]), ("blanks", b" \n\r\n"), ("text", b"1:a:b\n")] {
        rows.push(Row::new(format!("posts::{name} is no car"), move |exe| {
            let (_folder, station, admin) = with(exe);
            let reply = post(admin, TOKEN, JSON, body);
            // No line is a list of none; what is on a line must be an object.
            let may_be_none = reply.status == 204 && body.trim_ascii().is_empty();
            assert!(may_be_none || reply.status == 400, "{}: {}", reply.status, reply.text());
            assert_eq!(call(station.address()).complete(), b"");
        }));
    }
    rows
}

pub(super) const TOKEN: &str = "a-secret-of-32-characters-or-more";

const JSON: &str = "application/json";

const ONE: &[u8] = br#"{"time":"0","brand":"car","color":"red"}"#;

/// Cars as objects, the same as `lines`.
pub(super) fn ndjson(numbers: std::ops::Range<usize>) -> String {
    let object = |nth| format!("{{\"time\":\"{nth}\",\"brand\":\"car\",\"color\":\"red\"}}\n");
    numbers.map(object).collect()
}

/// A station that sees no car but those that are posted, with a store, and its admin address.
pub(super) fn with(exe: &Path) -> (Folder, Station, SocketAddr) {
    let folder = Folder::new();
    let station = start(exe, &folder);
    let admin = station.admin();
    (folder, station, admin)
}

/// The station of that folder again.
pub(super) fn start(exe: &Path, folder: &Folder) -> Station {
    let token = folder.write("token", format!("{TOKEN}\n"));
    let mut command = command(exe);
    command.args(["--rate", "0", "--admin", "127.0.0.1:0", "--admin-token-file"]).arg(token);
    command.arg("--store").arg(folder.path("cars.db"));
    Station::launch(command, 1)
}

fn unauthorized(exe: &Path) {
    let (_folder, station, admin) = with(exe);
    let wrong = [
        Vec::new(),
        vec![("Authorization", String::new())],
        vec![("Authorization", "Bearer".to_owned())],
        vec![("Authorization", "Bearer ".to_owned())],
        vec![("Authorization", format!("Bearer {TOKEN}x"))],
        vec![("Authorization", format!("Bearer {}", &TOKEN[1..]))],
        vec![("Authorization", format!("Bearer {}", TOKEN.to_uppercase()))],
        vec![("Authorization", format!("Basic {TOKEN}"))],
        vec![("Authorization", TOKEN.to_owned())],
        vec![("Cookie", TOKEN.to_owned())],
    ];
    for fields in wrong {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let mut http = Http::connect(admin);
        let reply = http.request("POST", "/cars", &fields, ONE).expect("an answer");
        assert_eq!(reply.status, 401, "{fields:?}: {}", reply.text());
        assert!(!reply.text().contains(TOKEN));
    }
    assert_eq!(call(station.address()).complete(), b"");
    assert_eq!(get(admin, "/snapshot").status, 200, "reading needs none");
    assert!(!station.stop().iter().any(|line| line.contains(TOKEN)), "the log tells no secret");
}

fn multipart(exe: &Path) {
    let (_folder, station, admin) = with(exe);
    let json = r#"{"time":"0","brand":"car","color":"red"}"#;
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a.jpg\"\r\n\
        Content-Type: image/jpeg\r\n\r\n\u{1}\u{2}not a car\r\n\
        --b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{json}\r\n--b--\r\n"
    );
    let media = "multipart/form-data; boundary=b";
    let reply = post(admin, TOKEN, media, body.as_bytes());
    assert_eq!(reply.status, 204, "{}", reply.text());
    assert_eq!(call(station.address()).complete(), snapshot(0..1));
    for bad in [
        body.replace("name=\"json\"", "name=\"other\""),
        body.replace("--b", "--c"),
        body[..200].to_owned(),
    ] {
        let reply = post(admin, TOKEN, media, bad.as_bytes());
        assert_eq!(reply.status, 400, "{}", reply.text());
        assert_eq!(call(station.address()).complete(), snapshot(0..1), "nothing of it is taken");
    }
}

fn bad_lines(exe: &Path) {
    let (folder, station, admin) = with(exe);
    for (line, bad) in [
        (1, "{"),
        (7, "[]"),
        (100, "{\"time\":[1],\"brand\":\"a\",\"color\":\"b\"}"),
        (3, "\u{fffd}"),
        (50, "1:a:b"),
    ] {
        let body = format!("{}{bad}\n{}", ndjson(0..line - 1), ndjson(line..100));
        let reply = post(admin, TOKEN, "application/x-ndjson", body.as_bytes());
        assert_eq!(reply.status, 400, "{}", reply.text());
        let words = reply.text();
        let numbers: Vec<&str> = words.split(|c: char| !c.is_ascii_digit()).collect();
        assert!(numbers.contains(&line.to_string().as_str()), "line {line}: {words}");
        assert_eq!(call(station.address()).complete(), b"", "none is taken");
        assert_eq!(store::count(&folder.path("cars.db")), 0);
    }
    let mut latin = ndjson(0..4).into_bytes();
    latin.extend_from_slice(b"{\"time\":\"\xff\",\"brand\":\"a\",\"color\":\"b\"}\n");
    assert_eq!(post(admin, TOKEN, JSON, &latin).status, 400);
    assert_eq!(call(station.address()).complete(), b"");
}

fn shapes(exe: &Path) {
    let (_folder, station, admin) = with(exe);
    let mut http = Http::connect(admin);
    let head = format!("POST /cars HTTP/1.1\r\nHost: station\r\nAuthorization: Bearer {TOKEN}\r\n");
    let body = ndjson(0..3);
    let (a, b) = body.split_at(50);
    let chunked = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n",
        a.len(),
        b.len()
    );
    assert_eq!(http.exchange(chunked.as_bytes()).expect("an answer").status, 204);
    assert_eq!(call(station.address()).complete(), snapshot(0..3));
    let body = ndjson(3..5);
    let expects =
        format!("{head}Content-Length: {}\r\nExpect: 100-continue\r\n\r\n{body}", body.len());
    assert_eq!(http.exchange(expects.as_bytes()).expect("an answer").status, 204);
    assert_eq!(call(station.address()).complete(), snapshot(0..5));
    // A scheme is of any case (RFC 9110, 11.1).
    let fields = [("authorization", format!("bearer {TOKEN}"))];
    let fields = fields.each_ref().map(|(key, value)| (*key, value.as_str()));
    let reply = http.request("POST", "/cars", &fields, ndjson(5..6).as_bytes());
    assert_eq!(reply.expect("an answer").status, 204);
    // Whoever ends before the body does has posted nothing.
    let cut = format!("{head}Content-Length: 10000\r\n\r\n{}", ndjson(6..20));
    let mut stream = std::net::TcpStream::connect(admin).expect("it listens");
    std::io::Write::write_all(&mut stream, cut.as_bytes()).expect("it reads");
    drop(stream);
    let reply = post(admin, TOKEN, JSON, ndjson(6..7).as_bytes());
    assert_eq!(reply.status, 204);
    assert_eq!(call(station.address()).complete(), snapshot(0..7));
}

fn too_large(exe: &Path) {
    let (_folder, station, admin) = with(exe);
    let limit = 8 * 1024 * 1024;
    let line = format!("{}\n", r#"{"time":"0","brand":"car","color":"red"}"#);
    let body = line.repeat(limit / line.len() + 1);
    assert!(body.len() > limit);
    assert_eq!(post(admin, TOKEN, JSON, body.as_bytes()).status, 413);
    let head = format!("POST /cars HTTP/1.1\r\nHost: station\r\nAuthorization: Bearer {TOKEN}\r\n");
    let chunked =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let reply = Http::connect(admin).exchange(chunked.as_bytes()).expect("an answer");
    assert_eq!(reply.status, 413, "where the length comes with the chunks");
    assert_eq!(call(station.address()).complete(), b"", "nothing of it is taken");
}

fn kept(exe: &Path) {
    let folder = Folder::new();
    folder.write("token", TOKEN);
    folder.write("cars", lines(0..10));
    let launch = || {
        let mut command = super::store::stored(exe, &folder);
        command.args(["--admin", "127.0.0.1:0", "--follow"]);
        command.arg("--admin-token-file").arg(folder.path("token"));
        Station::launch(command, 1)
    };
    let station = launch();
    station.wait_until_it_serves(snapshot(0..10));
    assert_eq!(post(station.admin(), TOKEN, JSON, ndjson(10..15).as_bytes()).status, 204);
    station.kill();
    let station = launch();
    station.wait_until_it_serves(snapshot(0..15));
    folder.append("cars", lines(15..20));
    station.wait_until_it_serves(snapshot(0..20));
    let _ = station.stop();
    assert_eq!(store::snapshot(&folder.path("cars.db")), snapshot(0..20));
}
